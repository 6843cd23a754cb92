/** What a person has given to clients: the data of a page "connected apps", and what its buttons do. */

import { coversScope } from '../../scope.ts'
import type { Authorization } from '../contract/authorization.ts'
import type { Client } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import { forgetConsent } from '../records/consent.ts'

/** A client that may do something for a person. */
export interface ConnectedClient {
  readonly clientId: string
  /** Null when it is not registered any more. */
  readonly client: Client | null
  /** Over all its authorizations. */
  readonly scope: readonly string[]
  /** NumericDate of the first one. */
  readonly since: number
  /** Each login or device of its own, the oldest first. */
  readonly authorizations: readonly Authorization[]
}

/**
 * The clients that a person has given something to, by name. Codes that were not redeemed do not count.
 *
 * @example
 * for (const { client, scope } of await connectedClients(server, session.subject)) …
 */
export async function connectedClients(server: Server, subject: string): Promise<readonly ConnectedClient[]> {
  const found = new Map<string, Authorization[]>()
  for await (const authorization of server.authorizations.list({ subject })) {
    if (authorization.status !== 'active') continue
    found.set(authorization.clientId, [...(found.get(authorization.clientId) ?? []), authorization])
  }
  const clients = [...found].map(async ([clientId, authorizations]) => ({
    clientId,
    client: await server.clients.find(clientId, { endpoint: 'connected_clients' }),
    scope: [...new Set(authorizations.flatMap(({ scope }) => scope))],
    since: Math.min(...authorizations.map(({ createdAt }) => createdAt)),
    authorizations,
  }))
  const nameOf = ({ client, clientId }: ConnectedClient): string => client?.clientName ?? clientId
  return (await Promise.all(clients)).sort((one, other) => nameOf(one).localeCompare(nameOf(other)))
}

/**
 * Ends everything that a person has given to a client: tokens, and the consent that is remembered. Returns the number of
 * authorizations that ended.
 */
export async function disconnectClient(server: Server, subject: string, clientId: string): Promise<number> {
  await forgetConsent(server, subject, clientId) // first: a login under way asks again
  let ended = 0
  for await (const { id, clientId: owner } of server.authorizations.list({ subject })) {
    if (owner === clientId) ended += await server.authorizations.revoke({ authorizationId: id }, 'revocation')
  }
  return ended
}

/**
 * Takes scope from one authorization. Its access tokens have less at once where the server is asked about them; a JWT that a
 * resource server checks by itself has it until it expires. The client is asked for consent again when it wants more.
 * Null when the authorization is not alive, or of another person.
 *
 * @throws TypeError when the scope is not a part of what there is, as after another call at the same time; with an empty
 *   one, end the authorization
 */
export async function narrowAuthorization(
  server: Server,
  { authorizationId, subject, scope }: { authorizationId: string; subject: string; scope: readonly string[] },
): Promise<Authorization | null> {
  const known = await server.authorizations.find(authorizationId)
  if (known?.subject !== subject) return null
  assertLess(known, scope)
  await forgetConsent(server, subject, known.clientId)
  return server.authorizations.amend(authorizationId, (now) => {
    assertLess(now, scope)
    return { scope: now.scope.filter((word) => scope.includes(word)) }
  })
}

function assertLess(authorization: Authorization, scope: readonly string[]): void {
  if (scope.length === 0 || !coversScope(authorization.scope, scope))
    throw new TypeError('scope must be a part of what was granted')
}
