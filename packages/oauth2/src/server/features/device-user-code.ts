/**
 * The short code that a person types: how it is made, found again, and how often it may be guessed.
 *
 * @spec RFC 8628 §5.1 §6.1
 */

import type { Random } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { OAuth2Error } from '../../errors.ts'
import type { Environment } from '../contract/server.ts'

/** Letters that no one takes for others, and that make no words. §6.1 */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
const NO_LETTER = new RegExp(`[^${LETTERS}]`, 'g')

const KIND = 'user_code'
const BUDGET_KIND = 'user_code_budget'

/** Seconds over which wrong codes are counted. */
const WINDOW = 60

/** Eight letters: 34 bits, which is enough for a few minutes and few guesses. */
export function createUserCode(random: Random): string {
  let code = ''
  while (code.length < LENGTH) {
    for (const byte of random(LENGTH)) {
      if (byte < 240 && code.length < LENGTH) code += LETTERS.charAt(byte % LETTERS.length) // 240: no letter comes more often
    }
  }
  return code
}

/** As it is shown: `WDJB-MJHT`. */
export function formatUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** What was typed, without whatever separates letters, in either case. §6.1 */
export function normalizeUserCode(text: string): string {
  return text.toUpperCase().replace(NO_LETTER, '')
}

/** Keeps where a code leads. False: another device has this code now. */
export async function storeUserCode(
  server: Environment,
  code: string,
  { authorizationId, expiresAt }: { authorizationId: string; expiresAt: number },
): Promise<boolean> {
  const id = await sha256Base64url(`user_code ${code}`)
  const record = { kind: KIND, id, partition: id, revision: 1, expiresAt, data: { version: 1, authorizationId } }
  const expect = [{ kind: KIND, id, revision: 0 }]
  return server.store.commit({ partition: id, now: server.clock(), expect, put: [record], remove: [] })
}

/**
 * The authorization to be that a code leads to; null for one that is not known, which counts.
 *
 * @throws OAuth2Error `slow_down` (429) when too many were wrong lately
 */
export async function findUserCode(server: Environment, code: string, budget: number): Promise<string | null> {
  const now = server.clock()
  const bucket = `${Math.floor(now / WINDOW)}`
  const [wrong] = await server.store.get(`user_code ${bucket}`, [[BUDGET_KIND, bucket]])
  if (Number(wrong?.data['count'] ?? 0) >= budget) {
    throw new OAuth2Error('slow_down', 'too many wrong codes were entered', { status: 429 })
  }
  const id = await sha256Base64url(`user_code ${code}`)
  const [record] = await server.store.get(id, [[KIND, id]])
  if (record && record.expiresAt > now) return record.data['authorizationId'] as string // sound: storeUserCode wrote it
  await countWrongCode(server, bucket)
  return null
}

/** Tries again when others count at the same time: guesses that are made at once count too. */
async function countWrongCode(server: Environment, bucket: string): Promise<void> {
  const partition = `user_code ${bucket}`
  for (let attempt = 0; attempt < 50; attempt++) {
    const now = server.clock()
    const [before] = await server.store.get(partition, [[BUDGET_KIND, bucket]])
    const revision = before?.revision ?? 0
    const count = Number(before?.data['count'] ?? 0) + 1
    const record = {
      ...{ kind: BUDGET_KIND, id: bucket, partition, revision: revision + 1, expiresAt: now + 2 * WINDOW },
      data: { version: 1, count },
    }
    const expect = [{ kind: BUDGET_KIND, id: bucket, revision }]
    if (await server.store.commit({ partition, now, expect, put: [record], remove: [] })) return
  }
}
