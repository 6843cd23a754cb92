/**
 * Which authorization follows which in a grant. Those of one grant are in different partitions, so no batch holds them
 * all: a redemption first reserves what it is to follow, by a guarded write, and of several at once one gets it.
 *
 * @spec Grant Management for OAuth 2.0
 */

import type { Awaitable, JsonObject } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { invalidGrant, temporarilyUnavailable, type OAuth2Error } from '../../errors.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import type { Environment } from '../contract/server.ts'
import {
  AUTHORIZATION_KIND,
  authorizationChanges,
  partitionOf,
  readAuthorization,
  slot,
} from '../records/authorization.ts'
import { batchOf } from '../records/changes.ts'
import { findGrants } from './grant-record.ts'

type Successor = { readonly id: string; readonly at: number }

/** What the grant was when the person approved: a digest. */
const baseSlot: Slot<string> = slot<string>('grantBase')

/** On an authorization that is about to be merged or replaced: what follows it. */
const successorSlot: Slot<Successor> = slot<Successor>('grantSuccessor')

/** Seconds after which a reservation without a token is taken over: its process has died. */
const RESERVATION = 60

/** No client refreshes what it replaces as often as this meanwhile. */
const ATTEMPTS = 20

/** To be kept with the approval. `earlier`: what the person saw merged or replaced. */
export async function baseOf(earlier: readonly Authorization[]): Promise<JsonObject> {
  return baseSlot.write(await digestOf(earlier))
}

/**
 * Reserves a grant for one of its authorizations, which is about to be redeemed. Returns the ids of those that it follows;
 * none for a new grant. Repeatable.
 *
 * @throws OAuth2Error `invalid_grant` when the grant is no longer what the person saw, or another one follows it
 */
export async function reserveGrant(
  server: Environment,
  { id, clientId, data }: Authorization,
  grantId: string,
): Promise<readonly string[]> {
  const base = baseSlot.read({ data })
  if (base === undefined) return []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const earlier = (await findGrants(server, { clientId }, grantId)).filter((one) => one.id !== id)
    if ((await digestOf(earlier)) !== base) throw changedMeanwhile()
    if (await reserveAll(server, earlier, id)) return earlier.map((one) => one.id)
  }
  throw temporarilyUnavailable('', { reason: 'others kept writing this grant' })
}

/** False: someone else wrote first, so read again. Everyone goes in the same order, so that one passes. */
async function reserveAll(server: Environment, earlier: readonly Authorization[], id: string): Promise<boolean> {
  const now = server.clock()
  for (const one of earlier) {
    const successor = successorSlot.read(one)
    if (successor?.id === id) continue
    if (successor && !earlier.some((other) => other.id === successor.id)) {
      if (now < successor.at + RESERVATION) throw changedMeanwhile()
      if (!(await endPending(server, successor.id))) return false
    }
    const changes = authorizationChanges(one, { data: successorSlot.write({ id, at: now }) })
    if (!(await server.store.commit(batchOf(partitionOf(one.id), now, changes)))) return false
  }
  return true
}

/** So that one whose reservation is taken over cannot be redeemed late. False: it was, a moment ago. */
async function endPending({ store, clock }: Environment, id: string): Promise<boolean> {
  const now = clock()
  const partition = partitionOf(id)
  const [record] = await store.get(partition, [[AUTHORIZATION_KIND, id]])
  const authorization = readAuthorization(record, now)
  if (!authorization || authorization.status === 'revoked') return true
  if (authorization.status === 'active') return false
  return store.commit(batchOf(partition, now, authorizationChanges(authorization, { status: 'revoked' })))
}

/** Of what a merge takes over: scope and lists. A refresh changes neither. */
function digestOf(grants: readonly Authorization[]): Awaitable<string> {
  const parts = grants.map(({ id, scope, data }) => [
    id,
    scope,
    Object.entries(data).filter(([, value]) => Array.isArray(value)),
  ])
  return sha256Base64url(JSON.stringify(parts))
}

function changedMeanwhile(): OAuth2Error {
  return invalidGrant('the grant was changed meanwhile', {
    reason: 'another request for the grant was redeemed, or it ended',
  })
}
