/**
 * The `iss` parameter in authorization responses, errors too, against mix-up of servers.
 *
 * @spec RFC 9207
 */

import type { Extension } from '../contract/extension.ts'

/** Comes with the authorization code grant. */
export const issuerParameter: Extension = {
  kind: 'extension',
  name: 'issuer_parameter',
  metadata: { authorization_response_iss_parameter_supported: true },
  authorizationResponse: ({ server }) => ({ iss: server.issuer }),
}
