/** Logins under way, each in a sealed cookie of its own, so that tabs do not disturb each other. RFC 9700 §4.7. */

import type { Cookie } from './adapter.ts'
import type { Clock } from './clock.ts'
import { parseCookies } from './cookies.ts'
import { sha256Base64url } from './digest.ts'
import { decodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import type { HttpRequest } from './http.ts'
import type { JsonObject } from './json.ts'
import type { Random } from './random.ts'
import { createSealer } from './seal.ts'
import { isHttps } from './url.ts'

/** Seconds between the redirect and the callback. */
const LIFETIME = 600
/** Seconds during which a second callback is told that the login was used. */
const TOMBSTONE = 60
const MAX_LOGINS = 6
/** Characters of name and value: browsers drop cookies above 4 kB, servers refuse long headers. */
const MAX_COOKIE = 3500
const USED = 'used'
const HOST_PREFIX = '__Host-'

export interface PendingLogin {
  /** Name of the registered client. */
  readonly client: string
  readonly redirectUri: string
  readonly formPost: boolean
  readonly login: JsonObject
  readonly data: JsonObject
}

/** Keeps logins between the redirect and the callback. */
export interface LoginStates {
  /** The cookies to set for a login that leaves now. */
  begin(request: HttpRequest, id: string, pending: PendingLogin): Promise<readonly Cookie[]>
  /** The login of a callback, and the cookies that use it up. */
  finish(
    request: HttpRequest,
    id: string | undefined,
    client: string,
  ): Promise<{ readonly pending: PendingLogin; readonly cookies: readonly Cookie[] }>
}

export interface CookieLoginsOptions {
  readonly secrets: readonly string[]
  readonly clock: Clock
  readonly random: Random
}

/** The name of a cookie says when and for which state; it is bound to the value as AEAD context. */
export function cookieLogins({ secrets, clock, random }: CookieLoginsOptions): LoginStates {
  const sealer = createSealer({ secrets, label: 'login state', random })

  return {
    async begin(request, id, pending) {
      const name = cookieName(pending.redirectUri, clock(), await digest(id))
      const value = await sealer.seal(JSON.stringify(pending), name)
      if (name.length + value.length > MAX_COOKIE) {
        throw new AuthlibError('login_too_large', 'The login does not fit into a cookie', {
          hint: 'Keep `data` below 2 kB: store what is larger on your side and pass its key.',
        })
      }
      const oldest = findLogins(request)
        .filter((login) => isHostCookie(login.name) === isHostCookie(name)) // a planted cookie evicts none of ours
        // used ones go first
        .sort((a, b) => Number(a.value !== USED) - Number(b.value !== USED) || a.startedAt - b.startedAt)
        .slice(0, -(MAX_LOGINS - 1))
      return [...oldest.map(({ name }) => remove(name)), cookie(name, value, LIFETIME, pending.formPost)]
    },

    async finish(request, id, client) {
      if (id === undefined)
        throw mismatch('The callback names no login.', 'It was opened by hand, or is not from the provider.')
      const hash = await digest(id)
      const logins = findLogins(request)
      const matching = logins.filter((login) => login.hash === hash)
      const found = matching.find(({ name }) => isHostCookie(name)) ?? matching[0] // only the other kind can be planted
      if (found === undefined) throw notFound(client, logins.length)
      if (found.value === USED) {
        throw new AuthlibError('login_used', 'This login is finished already', {
          status: 400,
          hint: 'The callback was loaded twice: a reload, the back button, or a prefetch. Send the browser on instead.',
        })
      }
      const opened = await sealer.open(found.value, found.name)
      if (opened === null) {
        throw mismatch(
          'The login cookie cannot be opened.',
          'Its secret is no longer among `secrets`, or something changed it.',
        )
      }
      const pending = JSON.parse(decodeUtf8(opened)) as PendingLogin // sound: only `begin` seals under this label and name
      if (pending.client !== client) {
        throw mismatch('The login belongs to another client.', 'Give every client a redirect URI of its own.') // RFC 9700 §4.4.2.2
      }
      if (clock() - found.startedAt > LIFETIME) {
        throw new AuthlibError('login_expired', 'The login took too long', {
          status: 400,
          hint: `A login must come back within ${LIFETIME} seconds. Offer to start again.`,
        })
      }
      return { pending, cookies: [cookie(found.name, USED, TOMBSTONE, pending.formPost)] }
    },
  }
}

interface FoundLogin {
  readonly name: string
  readonly value: string
  readonly startedAt: number
  readonly hash: string
}

/** `__Host-` where the browser supports it: nothing on a sibling domain can plant such a cookie. RFC 6265bis §4.1.3.2. */
function cookieName(redirectUri: string, now: number, hash: string): string {
  return `${isHttps(redirectUri) ? HOST_PREFIX : ''}authlib-login.${now.toString(36)}.${hash}`
}

function isHostCookie(name: string): boolean {
  return name.startsWith(HOST_PREFIX)
}

function findLogins(request: HttpRequest): FoundLogin[] {
  const found: FoundLogin[] = []
  for (const [name, value] of parseCookies(request.headers.get('cookie'))) {
    const [, time, hash] = /^(?:__Host-)?authlib-login\.([0-9a-z]{1,8})\.([\w-]{22})$/.exec(name) ?? []
    if (time !== undefined && hash !== undefined)
      found.push({ name, value, startedAt: Number.parseInt(time, 36), hash })
  }
  return found
}

async function digest(id: string): Promise<string> {
  return (await sha256Base64url(id)).slice(0, 22) // 132 bits
}

function cookie(name: string, value: string, maxAge: number, formPost: boolean): Cookie {
  const sameSite = formPost ? 'None' : 'Lax' // Lax cookies stay at home on a cross-site POST
  return { name, value, maxAge, sameSite, secure: formPost || isHostCookie(name) } // None needs Secure, loopback too
}

function remove(name: string): Cookie {
  return { name, value: '', maxAge: 0, secure: isHostCookie(name) }
}

function mismatch(reason: string, hint: string): AuthlibError {
  return new AuthlibError('mismatching_state', 'This callback belongs to no login of this browser', {
    status: 400,
    reason,
    hint,
  })
}

function notFound(client: string, others: number): AuthlibError {
  return mismatch(
    `No login of '${client}' with this state is waiting; ${others} others are.`,
    others === 0
      ? 'The browser brought no login cookie: the login began on another host name or in another browser, cookies are ' +
          'blocked or were not set on the redirect, or it is older than ten minutes.'
      : `The login began in another browser, or more than ${MAX_LOGINS} were begun after it.`,
  )
}
