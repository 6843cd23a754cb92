/**
 * Client authentication by HTTP Basic.
 *
 * @spec RFC 6749 §2.3.1
 */

import { readBasicCredentials } from '../../basic-credentials.ts'
import { invalidClient, invalidRequest } from '../../errors.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'
import { verifySecret } from './verify-secret.ts'

/** Identifier and secret in the `Authorization` header. RFC 6749 §2.3.1. */
export const clientSecretBasic: ClientAuthMethod = {
  kind: 'client_auth_method',
  method: 'client_secret_basic',
  authenticate(request, params, server, endpoint) {
    const credentials = readBasicCredentials(request)
    if (credentials === undefined || credentials?.secret === '') return null // a public client, see `none`
    if (!credentials) throw invalidClient('', { reason: 'malformed Basic credentials' })
    if (params.has('client_secret')) throw invalidRequest('more than one client authentication method is used')
    return verifySecret(server, { ...credentials, endpoint })
  },
}
