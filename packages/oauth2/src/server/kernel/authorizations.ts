/** Records of who authorised what: found, listed, amended and ended. One write ends every code and token of one. */

import type { ListQuery, StoredRecord } from '@authlib/core'
import { temporarilyUnavailable } from '../../errors.ts'
import type { Authorization, AuthorizationUpdate } from '../contract/authorization.ts'
import type { EndingCause } from '../contract/events.ts'
import type { Changes, FoundToken } from '../contract/plans.ts'
import type { Owner, Server } from '../contract/server.ts'
import {
  AUTHORIZATION_KIND,
  authorizationChanges,
  endedAuthorization,
  findAuthorization,
  partitionOf,
  readAuthorization,
} from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import { pagesOf, removeAll } from '../records/pages.ts'
import { endSessionsOf } from '../records/session.ts'
import { ACCESS_TOKEN_KIND } from '../records/token-text.ts'
import { deliverSoon } from './deliver-soon.ts'
import type { Registry } from './registry.ts'

/** Of an authorization that derives from no other. */
const ROOT_ID = /^[A-Za-z0-9_-]{22}$/

const DAY = 86_400

/** No client refreshes as often as this while one change runs. */
const ATTEMPTS = 50

const REVOKED: AuthorizationUpdate = { status: 'revoked' }

/** Those that are alive. */
export async function* listAuthorizations(server: Server, owner: Owner): AsyncGenerator<Authorization> {
  for await (const page of pagesOf(server.store, { kind: AUTHORIZATION_KIND, ...ownedBy(owner) })) {
    for (const record of page) {
      const authorization = readAuthorization(record, server.clock())
      if (authorization && authorization.status !== 'revoked') yield authorization
    }
  }
}

/** Returns how many authorizations and single tokens ended. */
export async function revokeAuthorizations(
  server: Server,
  registry: Registry,
  owner: Owner | { readonly authorizationId: string },
  cause: EndingCause,
): Promise<number> {
  if ('authorizationId' in owner)
    return ended(server, [await revokeOne(server, registry, owner.authorizationId, cause)])
  if ('subject' in owner) await endSessionsOf(server, owner.subject) // first: a cookie must not make new ones
  // Tokens of client_credentials hold their authorization themselves. They go first: an exchange of one, which gives it a
  // record, either came before and is found below, or fails.
  let count = await removeAll(server.store, { kind: ACCESS_TOKEN_KIND, ...ownedBy(owner) }, server.clock())
  for await (const page of pagesOf(server.store, { kind: AUTHORIZATION_KIND, ...ownedBy(owner) })) {
    const revoked = await Promise.all(page.map((record) => revokeOne(server, registry, record.id, cause, record)))
    count += ended(server, revoked)
  }
  return count
}

/** How many ended. What was written for others is sent. */
function ended(server: Server, written: readonly (Changes | null)[]): number {
  const changes = written.filter((one) => one !== null)
  deliverSoon(server, ...changes)
  return changes.length
}

/** Changes one that lives. Null when there is none. */
export async function amendAuthorization(
  server: Server,
  id: string,
  change: Parameters<Server['authorizations']['amend']>[1],
): Promise<Authorization | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = server.clock()
    const authorization = await findAuthorization(server.store, id, now)
    if (authorization?.status !== 'active') return null
    const changes = authorizationChanges(authorization, change(authorization))
    if (await server.store.commit(batchOf(partitionOf(id), now, changes))) {
      return readAuthorization(changes.put?.[0], now)
    }
  }
  throw tooBusy()
}

/** Writes the revocation that a token describes. */
export async function revokeToken(
  server: Server,
  registry: Registry,
  { authorization, revocation: { update, changes }, kind }: FoundToken,
): Promise<void> {
  const { id: authorizationId, clientId, subject } = authorization
  const ends = update?.status === 'revoked'
  const ending = ends ? await endingOf(server, registry, authorization, 'revocation') : undefined
  const at = server.clock()
  if (!(await commitUpdate(server, at, authorization, update, changes, ending))) {
    await revokeAuthorizations(server, registry, { authorizationId }, 'revocation') // someone else wrote first
    return
  }
  deliverSoon(server, ending)
  server.emit({ type: 'token.revoked', at, authorizationId, clientId, subject, token: kind })
}

/** Ends one as it was read. Returns what extensions have written with it; null when someone else wrote first. */
export async function endAuthorization(
  server: Server,
  registry: Registry,
  authorization: Authorization,
  cause: EndingCause,
  update: AuthorizationUpdate = REVOKED,
  changes?: Changes,
): Promise<Changes | null> {
  const { id: authorizationId, clientId, subject } = authorization
  const ending = await endingOf(server, registry, authorization, cause)
  const at = server.clock()
  if (!(await commitUpdate(server, at, authorization, update, changes, ending))) return null
  server.emit({ type: 'authorization.revoked', at, authorizationId, clientId, subject, cause })
  return ending
}

/** The one write of an authorization, and of what goes with it. False when someone else wrote first. */
export function commitUpdate(
  { store }: Pick<Server, 'store'>,
  now: number,
  authorization: Authorization,
  update: AuthorizationUpdate | undefined,
  ...changes: readonly (Changes | undefined)[]
): Promise<boolean> {
  const own = update && authorizationChanges(authorization, update)
  return store.commit(batchOf(partitionOf(authorization.id), now, joinChanges(own, ...changes)))
}

/** What extensions have written; null when nothing lived. Reads again when the write is lost, as to a refresh that came first. */
async function revokeOne(
  server: Server,
  registry: Registry,
  id: string,
  cause: EndingCause,
  listed?: StoredRecord,
): Promise<Changes | null> {
  let known = listed
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const record = known ?? (await server.store.get(partitionOf(id), [[AUTHORIZATION_KIND, id]]))[0]
    known = undefined
    if (!record && cause !== 'replay' && ROOT_ID.test(id)) {
      if (await endSingle(server, id)) return {}
      continue // an exchange has just given the token's authorization a record of its own
    }
    const authorization = readAuthorization(record, server.clock())
    if (!authorization || authorization.status === 'revoked') return null
    const ending = await endAuthorization(server, registry, authorization, cause)
    if (ending) return ending
  }
  throw tooBusy()
}

/** What extensions write in the batch that ends an authorization, such as a delivery that tells others. */
async function endingOf(
  server: Server,
  registry: Registry,
  authorization: Authorization,
  cause: EndingCause,
): Promise<Changes> {
  const added = registry.moments.ending.map(async (ending) => (await ending(authorization, cause, server))?.changes)
  return joinChanges(...(await Promise.all(added)))
}

/**
 * A token that holds its authorization itself, as of client_credentials, is found by its text alone: a revoked
 * authorization of that id ends it. True when none was there before.
 */
function endSingle(server: Server, id: string): Promise<boolean> {
  const now = server.clock()
  const single = endedAuthorization(id, '', now, Math.max(server.accessTokenLifetime, DAY))
  const { expect, put } = authorizationChanges(single)
  const unlisted = put?.map((record) => ({ ...record, index: {} }))
  return server.store.commit(batchOf(id, now, { expect, put: unlisted }))
}

function ownedBy(owner: Owner): Pick<ListQuery, 'by' | 'value'> {
  if ('sessionId' in owner) return { by: 'session', value: owner.sessionId }
  return 'clientId' in owner ? { by: 'client', value: owner.clientId } : { by: 'subject', value: owner.subject }
}

function tooBusy(): Error {
  return temporarilyUnavailable('', { reason: 'others kept writing this authorization' })
}
