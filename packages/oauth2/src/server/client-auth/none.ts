/**
 * A public client, which only says who it is.
 *
 * @spec RFC 6749 §2.1 §3.2.1
 */

import { invalidClient } from '../../errors.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'

/** A public client says who it is and proves nothing. RFC 6749 §3.2.1. */
export const none: ClientAuthMethod = {
  kind: 'client_auth_method',
  method: 'none',
  async authenticate(request, params, server, endpoint) {
    const clientId = params.get('client_id')
    const proves =
      params.has('client_secret') || params.has('client_assertion') || request.headers.get('authorization') !== null
    if (clientId === undefined || proves) return null
    const client = await server.clients.find(clientId, { endpoint })
    if (!client) throw invalidClient('', { reason: 'unknown client' })
    return client.authMethod === 'none' ? client : null // another method, such as mutual TLS, may use a bare client_id
  },
}
