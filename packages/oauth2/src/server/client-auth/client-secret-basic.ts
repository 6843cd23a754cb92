/**
 * Client authentication by HTTP Basic.
 *
 * @spec RFC 6749 §2.3.1
 */

import { decodeBase64, decodeFormValue, decodeUtf8, parseAuthorization } from '@authlib/core'
import { invalidClient, invalidRequest } from '../../errors.ts'
import type { ClientAuthMethod } from '../feature.ts'
import { verifySecret } from './verify-secret.ts'

/** Identifier and secret in the `Authorization` header. RFC 6749 §2.3.1. */
export const clientSecretBasic: ClientAuthMethod = {
  method: 'client_secret_basic',
  async authenticate(request, params, server) {
    const authorization = parseAuthorization(request.headers.get('authorization'))
    if (authorization?.scheme !== 'basic') return null
    const credentials = parseCredentials(authorization.value)
    if (!credentials) throw invalidClient('', { reason: 'malformed Basic credentials' })
    if (params.has('client_secret')) throw invalidRequest('more than one client authentication method is used')
    return verifySecret(server, credentials.clientId, credentials.secret)
  },
}

/** Both parts are form-encoded before they are joined, so that a colon in either is safe. RFC 6749 §2.3.1 */
function parseCredentials(base64: string): { clientId: string; secret: string } | null {
  try {
    const text = decodeUtf8(decodeBase64(base64))
    const colon = text.indexOf(':')
    if (colon < 1) return null
    return { clientId: decodeFormValue(text.slice(0, colon)), secret: decodeFormValue(text.slice(colon + 1)) }
  } catch {
    return null
  }
}
