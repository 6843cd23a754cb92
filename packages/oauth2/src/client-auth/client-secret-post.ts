/**
 * The secret in the body, for servers that take no header.
 *
 * @spec RFC 6749 §2.3.1
 */

import type { ClientAuth } from './client-auth.ts'

/** `client_secret_post`. */
export function clientSecretPost(secret: string): ClientAuth {
  return ({ clientId }) => ({ params: { client_id: clientId, client_secret: secret } })
}
