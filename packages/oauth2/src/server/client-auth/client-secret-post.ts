/**
 * Client authentication by `client_id` and `client_secret` in the body.
 *
 * @spec RFC 6749 §2.3.1
 */

import type { ClientAuthMethod } from '../contract/registrable.ts'
import { verifySecret } from './verify-secret.ts'

/** Identifier and secret in the body. RFC 6749 §2.3.1. */
export const clientSecretPost: ClientAuthMethod = {
  kind: 'client_auth_method',
  method: 'client_secret_post',
  authenticate(_request, params, server, endpoint) {
    const clientId = params.get('client_id')
    const secret = params.get('client_secret')
    return clientId === undefined || secret === undefined ? null : verifySecret(server, { clientId, secret, endpoint })
  },
}
