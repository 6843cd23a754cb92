/** Cookies, RFC 6265. */

import type { Cookie } from './adapter.ts'
import { uncheckedCookie } from './unchecked-cookie.ts'
import { TOKEN } from './http-token.ts'

const MAX_COOKIES = 200 // browsers keep 180 for a site
const HOST_PREFIX = /^__host-/i // browsers compare prefixes without case

/**
 * Name and value. RFC 6265 §5.2: without space and tab around, and no other space: a sibling domain may plant `\u00a0__Host-a`,
 * a name without the prefix to a browser. In linear time, as no two parts side by side share a character.
 */
const PAIR = /^[ \t]*([^ \t=]+)[ \t]*=[ \t]*([^ \t]*(?:[ \t]+[^ \t]+)*)/

/**
 * Cookies by name, as they were sent. Ignores names that are not a token, and everything beyond 200 cookies. The first
 * cookie of a name wins. A browser sends a `__Host-` cookie once, so a repeated one is ignored altogether.
 */
export function parseCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  const repeated = new Set<string>()
  for (const pair of (header ?? '').split(';', MAX_COOKIES)) {
    const [, name = '', value = ''] = PAIR.exec(pair) ?? []
    if (!TOKEN.test(name)) continue
    if (cookies.has(name)) repeated.add(name)
    else cookies.set(name, value)
  }
  for (const name of repeated) if (HOST_PREFIX.test(name)) cookies.delete(name)
  return cookies
}

/** A `Set-Cookie` value. Throws a TypeError for what a browser would drop or misread. */
export function serializeCookie(cookie: Cookie): string {
  const { name, value, maxAge, path = '/', sameSite, secure = false } = cookie
  if (!TOKEN.test(name)) throw new TypeError('The name of the cookie is not a token') // RFC 6265 §4.1.1
  if (!/^[!#-+\--:<-[\]-~]*$/.test(value))
    throw new TypeError('The value of the cookie has characters that must be encoded')
  if (!/^\/[ -:<-~]*$/.test(path)) throw new TypeError('The path of the cookie is malformed')
  if (maxAge !== undefined && !Number.isSafeInteger(maxAge)) throw new TypeError('maxAge must be whole seconds')
  if (!secure && (/^__(host|secure)-/i.test(name) || sameSite === 'None'))
    throw new TypeError('The cookie must be secure')
  if (path !== '/' && HOST_PREFIX.test(name)) throw new TypeError('The path of a __Host- cookie must be /')
  return uncheckedCookie(cookie)
}
