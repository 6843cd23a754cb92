/**
 * A public client, which only says who it is.
 *
 * @spec RFC 6749 §2.1 §3.2.1
 */

import type { HttpRequest, Params } from '@authlib/core'
import { readBasicCredentials } from '../../basic-credentials.ts'
import { invalidClient } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'

/** A public client says who it is and proves nothing. RFC 6749 §3.2.1. */
export const none: ClientAuthMethod = {
  kind: 'client_auth_method',
  method: 'none',
  authenticate(request, params, server, endpoint) {
    if (params.has('client_secret') || params.has('client_assertion')) return null
    const clientId = readClientId(request, params)
    return clientId === undefined ? null : findPublic(server, clientId, endpoint)
  },
}

async function findPublic(server: Server, clientId: string, endpoint: string): Promise<Client | null> {
  const client = await server.clients.find(clientId, { endpoint })
  if (!client) throw invalidClient('', { reason: 'unknown client' })
  return client.authMethod === 'none' ? client : null // another method, such as mutual TLS, may use a bare client_id
}

/** From the body, or from Basic credentials with an empty password, which some clients send. */
function readClientId(request: HttpRequest, params: Params): string | undefined {
  if (request.headers.get('authorization') === null) return params.get('client_id')
  const credentials = readBasicCredentials(request)
  return credentials?.secret === '' ? credentials.clientId : undefined
}
