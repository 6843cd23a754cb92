/** Login sessions in the store. Codes and logins in flight die with the session they belong to. */

import { constantTimeEqual, LIMITS, randomToken, type StoredRecord } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import type { Slot } from '../contract/authorization.ts'
import type { Login } from '../contract/interaction.ts'
import type { Environment, Server } from '../contract/server.ts'
import { sessionReplacing, type SessionEndingPlan } from '../contract/session-moments.ts'
import { slot } from './authorization.ts'
import { assertSubject } from './ids.ts'
import { removeAll } from './pages.ts'

type SessionData = {
  readonly version: 1
  readonly subject: string
  readonly authTime: number
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
  /** Hash of the second part of the cookie. Absent in sessions of a version whose id was the hash of the cookie. */
  readonly secret?: string | undefined
}

/** Options of {@link startSession}. */
export interface StartSessionOptions {
  /**
   * The cookie that the browser has, if any. A session of the same person goes on under a new value: its id, which clients know
   * as `sid`, stays, so that a logout reaches all of them. One of somebody else ends, as if they had logged out: with a logout
   * feature of OpenID Connect, its tokens without `offline_access` end, and back-channel logout tells its clients.
   */
  readonly before?: string | undefined
}

const KIND = 'session'

/** The session under which an authorization was given: its public id, not the cookie's value. */
export const sessionSlot: Slot<string> = slot<string>('session')

/**
 * Starts a session. The value belongs into a cookie; the store keeps its hash. `lifetime` in seconds. Every login gets a value
 * that nobody has seen before.
 *
 * @example
 * const { value, login } = await startSession(server, { subject: user.id, amr: ['pwd'] }, 8 * 3600, { before: cookie })
 */
export async function startSession(
  server: Server,
  { subject, acr, amr }: Pick<Login, 'subject' | 'acr' | 'amr'>,
  lifetime: number,
  { before }: StartSessionOptions = {},
): Promise<{ value: string; login: Login }> {
  assertSubject(subject)
  const present = before === undefined ? null : await liveSession(server, before)
  const continued = present && dataOf(present).subject === subject ? present : null
  if (present && !continued) await replace(server, present)

  const secret = randomToken(server.random, 32)
  const id = continued?.id ?? randomToken(server.random, 16)
  const now = server.clock()
  const data: SessionData = { version: 1, subject, authTime: now, acr, amr, secret: await sha256Base64url(secret) }
  const revision = continued?.revision ?? 0
  const record = {
    kind: KIND,
    id,
    partition: id,
    revision: revision + 1,
    expiresAt: now + lifetime,
    index: { subject },
    data,
  }
  const expect = continued ? [{ kind: KIND, id, revision }] : []
  if (await server.store.commit({ partition: id, now, expect, put: [record], remove: [] })) {
    return { value: `${id}.${secret}`, login: loginOf(id, data, now) }
  }
  return startSession(server, { subject, acr, amr }, lifetime) // it has ended meanwhile, or goes on elsewhere
}

/** The login of a session cookie, or null when there is none that lives. */
export async function findSession(server: Environment, value: string): Promise<Login | null> {
  const record = await liveSession(server, value)
  return record ? loginOf(record.id, dataOf(record), server.clock()) : null
}

/** From now on the session opens nothing, and codes given under it cannot be redeemed. */
export async function endSession(server: Environment, value: string): Promise<void> {
  const record = await liveSession(server, value)
  if (record) await remove(server, record.id)
}

/** Ends every session of a subject: anyone who holds a cookie of one is logged out. */
export async function endSessionsOf(server: Environment, subject: string): Promise<void> {
  await removeAll(server.store, { kind: KIND, by: 'subject', value: subject }, server.clock())
}

/** Whether a session, by its public id, has ended. */
export async function sessionEnded(server: Environment, sessionId: string): Promise<boolean> {
  return (await recordOf(server, sessionId)) === null
}

/** The session that this cookie opens. Its id alone, which clients know, opens none. */
async function liveSession(server: Environment, value: string): Promise<StoredRecord | null> {
  const [id = '', secret] = value.split('.', 2)
  const record = await recordOf(server, secret === undefined ? await sha256Base64url(value) : id)
  if (!record) return null
  const hash = secret === undefined ? undefined : await sha256Base64url(secret)
  const known = dataOf(record).secret
  if (known === undefined || hash === undefined) return known === hash ? record : null
  return constantTimeEqual(known, hash) ? record : null
}

/** Of several logins over one session at once, one ends it and tells so. */
async function replace(server: Server, record: StoredRecord): Promise<void> {
  const { id, revision } = record
  const { subject } = dataOf(record)
  const plans: SessionEndingPlan[] = []
  for (const plan of server.handlers(sessionReplacing)) {
    const planned = await plan({ server, sessionId: id, subject })
    if (planned) plans.push(planned)
  }
  const deliveries = plans.flatMap((plan) => plan.deliveries ?? [])
  const first = deliveries.splice(0, LIMITS.batch - 1)
  const batch = { partition: id, now: server.clock() }
  const ending = { ...batch, expect: [{ kind: KIND, id, revision }], put: first, remove: [[KIND, id] as const] }
  if (!(await server.store.commit(ending))) return // it has ended meanwhile, or goes on under another value
  while (deliveries.length > 0) {
    await server.store.commit({ ...batch, expect: [], put: deliveries.splice(0, LIMITS.batch), remove: [] })
  }
  for (const { after } of plans) await after?.()
  if (first.length > 0) server.background(() => server.deliverDue())
}

async function recordOf(server: Environment, id: string): Promise<StoredRecord | null> {
  const [record] = await server.store.get(id, [[KIND, id]])
  return record && record.expiresAt > server.clock() ? record : null
}

async function remove(server: Environment, id: string): Promise<void> {
  await server.store.commit({ partition: id, now: server.clock(), expect: [], put: [], remove: [[KIND, id]] })
}

function dataOf({ data }: StoredRecord): SessionData {
  return data as SessionData // sound: startSession wrote it
}

function loginOf(sessionId: string, { subject, authTime, acr, amr }: SessionData, checkedAt: number): Login {
  return { subject, authTime, acr, amr, sessionId, checkedAt }
}
