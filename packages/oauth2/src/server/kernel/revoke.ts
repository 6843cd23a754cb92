/** Ending authorizations: one write each, and every code and token of it is dead. */

import type { ListQuery, StoredRecord } from '@authlib/core'
import { temporarilyUnavailable } from '../../errors.ts'
import { AUTHORIZATION_KIND, readAuthorization, type Authorization } from '../records/authorization.ts'
import { batchOf } from '../records/changes.ts'
import type { Server } from '../contract/feature.ts'
import { authorizationChanges } from './token-request.ts'
import { ACCESS_TOKEN_KIND } from '../features/opaque-access-token.ts'

/** Nobody refreshes as often as this while one revocation runs. */
const ATTEMPTS = 50

/** Whose authorizations end. */
export type Owner = { readonly clientId: string } | { readonly subject: string } | { readonly authorizationId: string }

/** Returns how many authorizations and single tokens ended. */
export async function revokeEverythingOf(
  server: Server,
  owner: Owner,
  cause: 'administration' | 'revocation',
): Promise<number> {
  if ('authorizationId' in owner) return (await revokeOne(server, owner.authorizationId, cause)) ? 1 : 0
  const query =
    'clientId' in owner
      ? ({ by: 'client', value: owner.clientId } as const)
      : ({ by: 'subject', value: owner.subject } as const)
  let ended = 0
  for await (const page of pages(server, { kind: AUTHORIZATION_KIND, ...query })) {
    const revoked = await Promise.all(page.map(({ partition }) => revokeOne(server, partition, cause)))
    ended += revoked.filter(Boolean).length
  }
  // Tokens of client_credentials hold their authorization themselves.
  for await (const page of pages(server, { kind: ACCESS_TOKEN_KIND, ...query })) {
    const remove = ({ partition, kind, id }: StoredRecord): Promise<boolean> =>
      server.store.commit(batchOf(partition, server.clock(), { remove: [[kind, id]] }))
    await Promise.all(page.map(remove))
    ended += page.length
  }
  return ended
}

/** Reads again when the write is lost: a revocation must not be lost to a refresh that came first. */
async function revokeOne(server: Server, id: string, cause: 'administration' | 'revocation'): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const authorization = await findAuthorization(server, id)
    if (!authorization || authorization.status === 'revoked') return false
    const now = server.clock()
    const changes = authorizationChanges(authorization, { status: 'revoked' })
    if (!(await server.store.commit(batchOf(id, now, changes)))) continue
    const { clientId, subject } = authorization
    server.emit({ type: 'authorization.revoked', at: now, authorizationId: id, clientId, subject, cause })
    return true
  }
  throw temporarilyUnavailable('', { reason: 'others kept writing this authorization' })
}

async function findAuthorization(server: Server, id: string): Promise<Authorization | null> {
  const [record] = await server.store.get(id, [[AUTHORIZATION_KIND, id]])
  return readAuthorization(record, server.clock())
}

/** Pages of as many records as are worth writing at once: a store may write them together. */
async function* pages(server: Server, query: ListQuery): AsyncGenerator<readonly StoredRecord[]> {
  let after: string | undefined
  do {
    const page = await server.store.list({ ...query, after, limit: 100 })
    yield page.items
    after = page.next
  } while (after !== undefined)
}
