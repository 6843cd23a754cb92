/** Logins under way, each with a cookie of its own, so that tabs do not disturb each other. RFC 9700 §4.7. */

import type { Cookie } from './adapter.ts'
import type { Clock } from './clock.ts'
import { parseCookies } from './cookies.ts'
import { sha256Base64url } from './digest.ts'
import { AuthlibError } from './errors.ts'
import type { HttpRequest } from './http.ts'
import type { LoginFault } from './login-faults.ts'
import type { LoginStates, PendingLogin } from './login-state.ts'
import { recentMap } from './recent-map.ts'
import { isHttps } from './url.ts'

/** Seconds between the redirect and the callback; as long, a second callback is told that the login was used. */
export const LOGIN_LIFETIME = 600
const MAX_LOGINS = 6
/** Characters of name and value: browsers drop cookies above 4 kB. */
const MAX_COOKIE = 3500
/** Characters of all login cookies in a request: servers refuse long headers. */
const MAX_HEADER = 4000
const USED = 'used'
const HOST_PREFIX = '__Host-'

/** Where the content of a login is: in the value of its cookie, or in a store under that value. */
export interface LoginVault {
  /** The value of the cookie of this name. */
  keep(text: string, name: string): Promise<string>
  /** What was kept: `used` when it was taken before, null when the value is not ours. */
  take(value: string, name: string): Promise<{ readonly text: string } | 'used' | null>
}

/** The name of a cookie says when and for which login; the vault binds it to the value. */
export function loginCookies(vault: LoginVault, clock: Clock): LoginStates {
  const taken = recentMap<true>(10_000)

  /** Of two callbacks at the same time, one wins: the other has sent the same cookie. */
  async function takeOnce(found: FoundLogin): Promise<PendingLogin> {
    if (found.value === USED || taken.get(found.name) !== undefined) return refuse({ name: 'used' })
    taken.set(found.name, true)
    const content = await vault.take(found.value, found.name)
    if (content === 'used') return refuse({ name: 'used' })
    if (content === null) return refuse({ name: 'unreadable' })
    return JSON.parse(content.text) as PendingLogin // sound: only `begin` keeps anything under this name
  }

  return {
    async begin(request, id, pending) {
      const name = cookieName(pending.redirectUri, clock(), await digest(id))
      const value = await vault.keep(JSON.stringify(pending), name)
      if (name.length + value.length > MAX_COOKIE) return refuse({ name: 'too large' })
      const others = findLogins(request).filter((login) => isHostCookie(login.name) === isHostCookie(name)) // a planted cookie evicts no real one
      const evicted = crowdedOut(others, sizeOf({ name, value }))
      return [
        ...evicted.map(({ name }) => cookie(name, '', 0, false)),
        cookie(name, value, LOGIN_LIFETIME, pending.formPost),
      ]
    },

    async finish(request, id, client) {
      if (id === undefined) return refuse({ name: 'unnamed' })
      const hash = await digest(id)
      const logins = findLogins(request)
      const matching = logins.filter((login) => login.hash === hash)
      const found = matching.find(({ name }) => isHostCookie(name)) ?? matching[0] // only the other kind can be planted
      if (found === undefined)
        return refuse({ name: 'not found', client, others: logins.length, maxLogins: MAX_LOGINS })
      const late = clock() - found.startedAt > LOGIN_LIFETIME
      if (late && found.value !== USED) return refuse({ name: 'expired', lifetime: LOGIN_LIFETIME })
      const pending = await takeOnce(found)
      if (pending.client !== client) return refuse({ name: 'foreign' }) // RFC 9700 §4.4.2.2
      return { pending, cookies: [cookie(found.name, USED, LOGIN_LIFETIME, pending.formPost)] }
    },
  }
}

/** The words are loaded when there is something to say: most logins go well. */
async function refuse(fault: LoginFault): Promise<never> {
  const { wordsFor } = await import('./login-faults.ts')
  const { code, message, ...options } = wordsFor(fault)
  throw new AuthlibError(code, message, options)
}

/** The logins that make room for a new one: those that are over, then the oldest. */
function crowdedOut(logins: readonly FoundLogin[], size: number): readonly FoundLogin[] {
  const bestFirst = [...logins].sort(
    (a, b) => Number(a.value === USED) - Number(b.value === USED) || b.startedAt - a.startedAt,
  )
  let room = MAX_HEADER - size
  let left = MAX_LOGINS - 1
  return bestFirst.filter((login) => {
    room -= sizeOf(login)
    left -= 1
    return left < 0 || room < 0
  })
}

/** Characters in the Cookie header. */
function sizeOf({ name, value }: { readonly name: string; readonly value: string }): number {
  return name.length + value.length + '=; '.length
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
    const [, time = '', hash] = /^(?:__Host-)?authlib-login\.([0-9a-z]{1,8})\.([\w-]{22})$/.exec(name) ?? []
    if (hash !== undefined) found.push({ name, value, startedAt: Number.parseInt(time, 36), hash })
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
