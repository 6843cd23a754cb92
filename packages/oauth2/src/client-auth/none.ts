/**
 * A public client: it only says who it is.
 *
 * @spec RFC 6749 §3.2.1
 */

import type { ClientAuth } from './client-auth.ts'

/** No secret: only the `client_id`. */
export function none(): ClientAuth {
  return ({ clientId }) => ({ params: { client_id: clientId } })
}
