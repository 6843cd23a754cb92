/** When sessions end, and what both kinds of them make of their options. */

import { AuthlibError } from '../errors.ts'
import type { OAuth } from '../oauth.ts'
import { registryOf, type Registry } from '../registry.ts'
import { isStorable } from '../store-rules.ts'
import { isSecureTransport } from '../secure-transport.ts'
import { refuseUnknownOptions } from '../unknown-options.ts'
import type { LoginSession, LoginSessionsOptions, SignIn } from './login-session.ts'

/** A part of `idleLifetime`: the use of a session is noted when so much has passed since the last note. */
const NOTED = 1 / 20

/** The life of a session. */
interface Lifetimes {
  /** Null when the session is over. */
  live(session: Omit<LoginSession, 'expiresAt'>, now: number): LoginSession | null
  expiresAt(session: Pick<LoginSession, 'startedAt' | 'seenAt'>): number
  isNoteDue(session: Pick<LoginSession, 'seenAt'>, now: number): boolean
}

function lifetimes(idleLifetime: number, lifetime: number): Lifetimes {
  const expiresAt: Lifetimes['expiresAt'] = ({ startedAt, seenAt }) =>
    Math.min(seenAt + idleLifetime, startedAt + lifetime)
  return {
    expiresAt,
    live(session, now) {
      const end = expiresAt(session)
      return now < end ? { ...session, expiresAt: end } : null
    },
    isNoteDue: ({ seenAt }, now) => now - seenAt >= idleLifetime * NOTED,
  }
}

/** Options with their defaults, and the registry from inside. */
export interface SessionSettings<Context> {
  readonly registry: Registry<Context, unknown>
  readonly lives: Lifetimes
  readonly idleLifetime: number
  readonly lifetime: number
  readonly cookieName: string
  readonly secure: boolean
}

export function sessionSettings<Context, Answer>(
  oauth: OAuth<Context, Answer>,
  {
    url,
    idleLifetime = 604_800,
    lifetime = 2_592_000,
    cookieName = 'authlib-session',
    ...others
  }: LoginSessionsOptions,
): SessionSettings<Context> {
  refuseUnknownOptions('Sessions', others)
  if (!isSecureTransport(url)) {
    throw new AuthlibError('insecure_transport', 'The `url` of sessions must be https, or http on this machine')
  }
  const secure = new URL(url).protocol === 'https:'
  for (const [name, seconds] of Object.entries({ idleLifetime, lifetime })) {
    if (!Number.isSafeInteger(seconds) || seconds < 1) throw new TypeError(`${name} must be whole seconds, at least 1`)
  }
  const prefix = secure ? '__Host-' : ''
  return {
    registry: registryOf<Context, Answer>(oauth),
    lives: lifetimes(idleLifetime, lifetime),
    idleLifetime,
    lifetime,
    cookieName: prefix + cookieName,
    secure,
  }
}

/** Keeps the token of a sign-in in the token store, where a session of the API finds it by the id of the session. */
export async function keepToken(
  { entries }: Pick<Registry<never, unknown>, 'entries'>,
  id: string,
  { client = '', token }: SignIn,
): Promise<void> {
  if (token === undefined) return
  const entry = entries.get(client)
  if (entry === undefined) throw new TypeError('A sign-in with a token needs `client`, the name of a registered client')
  if (entry.tokens === undefined) {
    throw new AuthlibError('missing_token_store', 'There is no token store to keep the token of the session in', {
      hint: 'Give the registry `tokens`, such as `storeTokens(store, { secrets })`.',
    })
  }
  await entry.tokens.save(id, token)
}

/** Whatever provider it came from, a token of the session ends with it. */
export async function forgetTokens({ entries }: Pick<Registry<never, unknown>, 'entries'>, id: string): Promise<void> {
  await Promise.all([...entries.values()].map(async ({ tokens }) => tokens?.save(id, null)))
}

/** @throws TypeError */
export function assertSubject(subject: unknown): asserts subject is string {
  if (typeof subject !== 'string' || !isStorable(subject)) {
    throw new TypeError('The `subject` of a session must be a string of at most 255 bytes, without NUL')
  }
}
