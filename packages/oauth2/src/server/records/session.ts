/** Login sessions in the store. Codes and logins in flight die with the session they belong to. */

import { randomToken, type StoredRecord } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import type { Slot } from '../contract/authorization.ts'
import type { Login } from '../contract/interaction.ts'
import type { Environment } from '../contract/server.ts'
import { slot } from './authorization.ts'
import { assertSubject } from './ids.ts'
import { removeAll } from './remove-all.ts'

type SessionData = {
  readonly version: 1
  readonly subject: string
  readonly authTime: number
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
}

const KIND = 'session'

/** The session under which an authorization was given: its public id, not the cookie's value. */
export const sessionSlot: Slot<string> = slot<string>('session')

/** Starts a session. The value belongs into a cookie; the store keeps its hash. `lifetime` in seconds. */
export async function startSession(
  server: Environment,
  { subject, acr, amr }: Pick<Login, 'subject' | 'acr' | 'amr'>,
  lifetime: number,
): Promise<{ value: string; login: Login }> {
  assertSubject(subject)
  const value = randomToken(server.random, 32)
  const id = await sha256Base64url(value)
  const now = server.clock()
  const data: SessionData = { version: 1, subject, authTime: now, acr, amr }
  const record: StoredRecord = {
    kind: KIND,
    id,
    partition: id,
    revision: 1,
    expiresAt: now + lifetime,
    index: { subject },
    data,
  }
  await server.store.commit({ partition: id, now, expect: [], put: [record], remove: [] })
  return { value, login: loginOf(id, data, now) }
}

/** The login of a session cookie, or null when there is none that lives. */
export async function findSession(server: Environment, value: string): Promise<Login | null> {
  const id = await sha256Base64url(value)
  const record = await liveSession(server, id)
  return record ? loginOf(id, record.data as SessionData, server.clock()) : null // sound: startSession wrote it
}

/** From now on the session opens nothing, and codes given under it cannot be redeemed. */
export async function endSession(server: Environment, value: string): Promise<void> {
  const id = await sha256Base64url(value)
  await server.store.commit({ partition: id, now: server.clock(), expect: [], put: [], remove: [[KIND, id]] })
}

/** Ends every session of a subject: anyone who holds a cookie of one is logged out. */
export async function endSessionsOf(server: Environment, subject: string): Promise<void> {
  await removeAll(server.store, { kind: KIND, by: 'subject', value: subject }, server.clock())
}

/** Whether a session, by its public id, has ended. */
export async function sessionEnded(server: Environment, sessionId: string): Promise<boolean> {
  return (await liveSession(server, sessionId)) === null
}

async function liveSession(server: Environment, id: string): Promise<StoredRecord | null> {
  const [record] = await server.store.get(id, [[KIND, id]])
  return record && record.expiresAt > server.clock() ? record : null
}

function loginOf(sessionId: string, { subject, authTime, acr, amr }: SessionData, checkedAt: number): Login {
  return { subject, authTime, acr, amr, sessionId, checkedAt }
}
