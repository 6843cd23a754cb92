/**
 * Which of the registered methods a request uses, and that it uses just one.
 *
 * @spec RFC 6749 §2.3
 */

import type { HttpRequest, Params } from '@authlib/core'
import { isPromise } from '@authlib/core/kit'
import { readBasicCredentials } from '../../basic-credentials.ts'
import { invalidClient, invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { Grant } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { limited, refusedWith } from '../rate-limit.ts'
import type { Registry } from './registry.ts'

/** The request whose client is to be found. */
export interface Unauthenticated {
  readonly http: HttpRequest
  readonly params: Params
  /** Name of the endpoint. */
  readonly endpoint: string
  /** Of a token request whose assertion may name the client. */
  readonly grant?: Grant | undefined
}

/** Told to those alone who have just proven to be the client. */
const otherMethod = 'the client is registered for another authentication method'

/** @throws OAuth2Error `invalid_client`, or `invalid_request` for two methods at once */
export function authenticateClient(server: Server, registry: Registry, request: Unauthenticated): Promise<Client> {
  if (server.rateLimit === undefined) return proveClient(server, registry, request)
  const { http, endpoint } = request
  const attempt = { kind: 'client', endpoint, http, clientId: claimedId(request) } as const
  return limited(server, attempt, isWrong, () => proveClient(server, registry, request))
}

const isWrong = refusedWith('invalid_client')

function claimedId({ http, params }: Unauthenticated): string | undefined {
  return readBasicCredentials(http)?.clientId ?? params.get('client_id')
}

async function proveClient(server: Server, registry: Registry, request: Unauthenticated): Promise<Client> {
  const { http, params, endpoint } = request
  try {
    let proven: Client | undefined
    let used: string | undefined
    for (const method of registry.byKind.client_auth_method.values()) {
      const attempt = method.authenticate(http, params, server, endpoint)
      const client = isPromise(attempt) ? await attempt : attempt
      if (!client) continue
      if (proven) throw invalidRequest('more than one client authentication method is used') // RFC 6749 §2.3
      proven = client
      used = method.method
    }
    const client = proven ?? (await identified(server, request))
    // The registration decides, so that no one can fall back to a weaker method. RFC 7591 §2
    if (used !== undefined && client.authMethod !== used && client.authMethods?.includes(used) !== true)
      throw invalidClient(otherMethod, { reason: `registered for ${client.authMethod}, used ${used}` })
    const clientId = params.get('client_id')
    if (clientId !== undefined && clientId !== client.clientId)
      throw invalidClient('', { reason: 'client_id of another client' })
    return client
  } catch (error) {
    if (error instanceof OAuth2Error) {
      server.emit({
        type: 'client.refused',
        at: server.clock(),
        clientId: claimedId(request),
        reason: error.reason,
      })
    }
    throw error
  }
}

/** The client that an assertion names, when the request proves nothing else. RFC 7521 §4.1 */
async function identified(server: Server, { http, params, grant }: Unauthenticated): Promise<Client> {
  const client = await grant?.identifyClient?.({ server, http, params })
  if (!client) throw invalidClient('', { reason: 'no client authentication' })
  return client
}
