/**
 * Who acts for whom: the claims `act` and `may_act`.
 *
 * @spec RFC 8693 §4.1 §4.4
 */

import type { JsonObject } from '@authlib/core'
import { invalidRequest } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { FoundToken } from '../contract/plans.ts'
import { ancestorsOf } from '../records/authorization.ts'

/** A party that acts: its subject, and the client that its token was issued to. */
export type Actor = {
  readonly sub: string
  readonly client_id: string
}

/**
 * `act` of the new token: the actor, around those that acted before. Without an actor the chain stays as it was, as the
 * client acts in its own name. Undefined: no one acted.
 *
 * @throws OAuth2Error `invalid_request` when `may_act` of the presented token names someone else
 */
export function actorClaim(
  subject: FoundToken,
  actor: Actor | null,
  { client, issuer }: { readonly client: Client; readonly issuer: string },
): JsonObject | undefined {
  const party = actor ?? { sub: client.clientId, client_id: client.clientId }
  if (!isAllowed(subject.claims['may_act'], { ...party, iss: issuer })) {
    throw invalidRequest('the actor may not act for this subject', { reason: 'may_act names somebody else' })
  }
  const before = objectOf(subject.claims['act'])
  if (!actor) return before
  return before === undefined ? { ...actor } : { ...actor, act: before }
}

/** The longer of both: actors in a chain, and exchanges in a row. */
export function depthOf({ authorization }: FoundToken, act: JsonObject | undefined): number {
  let actors = 0
  for (let one = act; one !== undefined; one = objectOf(one['act'])) actors++
  return Math.max(actors, ancestorsOf(authorization.id).length + 1)
}

/** Every member must be met. What is there and cannot be read allows no one. §4.4 */
function isAllowed(mayAct: unknown, party: JsonObject): boolean {
  if (mayAct === undefined) return true
  const members = Object.entries(objectOf(mayAct) ?? {})
  return members.length > 0 && members.every(([name, value]) => party[name] === value)
}

function objectOf(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as JsonObject) : undefined // sound: claims are JSON
}
