/** Passkeys (WebAuthn): what the browser is asked, and what it answers. */

import { createHash } from 'node:crypto'
import type { Clock } from '@authlib/core'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { Database } from './database.ts'
import type { User } from './users.ts'

/** Seconds that a page with a challenge may stand open. */
const PATIENCE = 600

export interface Passkey {
  readonly id: string
  readonly createdAt: number
  readonly usedAt: number | null
}

type Row = {
  readonly id: string
  readonly user_id: string
  readonly public_key: string
  readonly counter: number | string
  readonly created_at: number | string
  readonly used_at: number | string | null
}

/** `browser` is the value that stands for the browser: an answer counts only where the question was asked. */
export interface Passkeys {
  list(userId: string): Promise<readonly Passkey[]>
  remove(userId: string, id: string): Promise<void>
  /** For `navigator.credentials.create`. */
  askForNew(user: User, browser: string): Promise<object>
  /** Whether the answer, as JSON, was good. */
  add(user: User, browser: string, answer: string): Promise<boolean>
  /** For `navigator.credentials.get`. */
  ask(browser: string): Promise<object>
  /** The id of the user who answered; null when the answer is not good. */
  check(browser: string, answer: string): Promise<string | null>
}

/** Passkeys belong to the host of the issuer: they work on no other. */
export function passkeyTable(db: Database, clock: Clock, issuer: string): Passkeys {
  const { hostname: rpID, origin } = new URL(issuer)
  const expected = { expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true }

  async function remember<Options extends { readonly challenge: string }>(
    options: Options,
    browser: string,
  ): Promise<Options> {
    await db.query('DELETE FROM passkey_challenges WHERE expires_at < ?', clock())
    await db.query(
      'INSERT INTO passkey_challenges (challenge, browser, expires_at) VALUES (?, ?, ?)',
      ...[options.challenge, hashOf(browser), clock() + PATIENCE],
    )
    return options
  }
  /** A challenge is good once. */
  const take =
    (browser: string) =>
    async (challenge: string): Promise<boolean> => {
      const sql =
        'DELETE FROM passkey_challenges WHERE challenge = ? AND browser = ? AND expires_at >= ? RETURNING challenge'
      return (await db.query(sql, challenge, hashOf(browser), clock())).length === 1
    }
  const rowsOf = (userId: string): Promise<readonly Row[]> =>
    db.query<Row>('SELECT * FROM passkeys WHERE user_id = ? ORDER BY created_at', userId)

  return {
    list: async (userId) =>
      (await rowsOf(userId)).map(({ id, created_at, used_at }) => ({
        id,
        createdAt: Number(created_at),
        usedAt: used_at === null ? null : Number(used_at),
      })),
    async remove(userId, id) {
      await db.query('DELETE FROM passkeys WHERE id = ? AND user_id = ?', id, userId)
    },
    async askForNew({ id, email, name }, browser) {
      const options = await generateRegistrationOptions({
        ...{ rpID, rpName: rpID, userID: new TextEncoder().encode(id), userName: email, userDisplayName: name },
        excludeCredentials: [...(await rowsOf(id))],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return remember(options, browser)
    },
    async add(user, browser, answer) {
      const response = parse(answer) as RegistrationResponseJSON | null // the library checks every member
      if (response === null) return false
      const result = await attempt(() =>
        verifyRegistrationResponse({ ...expected, response, expectedChallenge: take(browser) }),
      )
      if (result?.verified !== true) return false
      const { id, publicKey, counter } = result.registrationInfo.credential
      const added = await db.query(
        'INSERT INTO passkeys (id, user_id, public_key, counter, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id',
        ...[id, user.id, Buffer.from(publicKey).toString('base64url'), counter, clock()],
      )
      return added.length === 1
    },
    async ask(browser) {
      return remember(await generateAuthenticationOptions({ rpID, userVerification: 'required' }), browser)
    },
    async check(browser, answer) {
      const response = parse(answer) as AuthenticationResponseJSON | null // the library checks every member
      const [row] = response === null ? [] : await db.query<Row>('SELECT * FROM passkeys WHERE id = ?', response.id)
      if (response === null || row === undefined) return null
      const publicKey = new Uint8Array(Buffer.from(row.public_key, 'base64url'))
      const credential = { id: row.id, publicKey, counter: Number(row.counter) }
      const result = await attempt(() =>
        verifyAuthenticationResponse({ ...expected, response, credential, expectedChallenge: take(browser) }),
      )
      if (result?.verified !== true) return null
      const { newCounter } = result.authenticationInfo
      await db.query('UPDATE passkeys SET counter = ?, used_at = ? WHERE id = ?', newCounter, clock(), row.id)
      return row.user_id
    },
  }
}

function hashOf(browser: string): string {
  return createHash('sha256').update(browser).digest('base64url')
}

/** What the form carries is anything: an answer without an id is none. */
function parse(answer: string): { readonly id: string } | null {
  try {
    const value = JSON.parse(answer) as { readonly id?: unknown } | null
    return typeof value?.id === 'string' ? { ...value, id: value.id } : null
  } catch {
    return null
  }
}

/** The library throws for answers that are not good. Undefined: it did. */
async function attempt<Result>(verify: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await verify()
  } catch {
    return undefined
  }
}
