/**
 * Which of the registered methods a request uses, and that it uses just one.
 *
 * @spec RFC 6749 §2.3
 */

import type { HttpRequest, Params } from '@authlib/core'
import { invalidClient, invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import { readBasicCredentials } from '../client-auth/client-secret-basic.ts'
import type { ClientAuthMethod, Server } from '../contract/feature.ts'

/** @throws OAuth2Error `invalid_client`, or `invalid_request` for two methods at once */
export async function authenticateClient(
  server: Server,
  methods: Iterable<ClientAuthMethod>,
  request: HttpRequest,
  params: Params,
): Promise<Client> {
  try {
    const { client, method } = await theOneUsed(server, methods, request, params)
    // The registration decides, so that nobody can fall back to a weaker method. RFC 7591 §2
    if (client.authMethod !== method)
      throw invalidClient('', { reason: `registered for ${client.authMethod}, used ${method}` })
    const clientId = params.get('client_id')
    if (clientId !== undefined && clientId !== client.clientId)
      throw invalidClient('', { reason: 'client_id of another client' })
    return client
  } catch (error) {
    if (error instanceof OAuth2Error) {
      server.emit({
        type: 'client.refused',
        at: server.clock(),
        clientId: readBasicCredentials(request)?.clientId ?? params.get('client_id'),
        reason: error.reason,
      })
    }
    throw error
  }
}

async function theOneUsed(
  server: Server,
  methods: Iterable<ClientAuthMethod>,
  request: HttpRequest,
  params: Params,
): Promise<{ client: Client; method: string }> {
  let used: { client: Client; method: string } | undefined
  for (const method of methods) {
    const client = await method.authenticate(request, params, server)
    if (!client) continue
    if (used) throw invalidRequest('more than one client authentication method is used') // RFC 6749 §2.3
    used = { client, method: method.method }
  }
  if (!used) throw invalidClient('', { reason: 'no client authentication' })
  return used
}
