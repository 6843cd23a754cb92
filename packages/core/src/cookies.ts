/** Cookies, RFC 6265. */

import type { Cookie } from './adapter.ts'

const MAX_COOKIES = 200 // browsers keep 180 for a site
const NAME = /^[\w!#$%&'*+.^`|~-]+$/ // RFC 6265 §4.1.1
const HOST_PREFIX = /^__host-/i // browsers compare prefixes without case

/**
 * Cookies by name, as they were sent. Ignores names that are not a token, and everything beyond 200 cookies. The first
 * cookie of a name wins. A browser sends a `__Host-` cookie once, so a repeated one is ignored altogether.
 */
export function parseCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  const repeated = new Set<string>()
  for (const pair of (header ?? '').split(';', MAX_COOKIES)) {
    const equals = pair.indexOf('=')
    const name = stripBlanks(pair.slice(0, Math.max(equals, 0)))
    if (!NAME.test(name)) continue
    if (cookies.has(name)) repeated.add(name)
    else cookies.set(name, stripBlanks(pair.slice(equals + 1)))
  }
  for (const name of repeated) if (HOST_PREFIX.test(name)) cookies.delete(name)
  return cookies
}

/** A `Set-Cookie` value. Throws a TypeError for what a browser would drop or misread. */
export function serializeCookie({
  name,
  value,
  maxAge,
  path = '/',
  sameSite = 'Lax',
  httpOnly = true,
  secure = false,
}: Cookie): string {
  if (!NAME.test(name)) throw new TypeError('The name of the cookie is not a token')
  if (!/^[!#-+\--:<-[\]-~]*$/.test(value))
    throw new TypeError('The value of the cookie has characters that must be encoded')
  if (!/^\/[ -:<-~]*$/.test(path)) throw new TypeError('The path of the cookie is malformed')
  if (maxAge !== undefined && !Number.isSafeInteger(maxAge)) throw new TypeError('maxAge must be whole seconds')
  if (!secure && (/^__(host|secure)-/i.test(name) || sameSite === 'None'))
    throw new TypeError('The cookie must be secure')
  if (path !== '/' && HOST_PREFIX.test(name)) throw new TypeError('The path of a __Host- cookie must be /')
  let text = `${name}=${value}; Path=${path}`
  if (maxAge !== undefined) text += `; Max-Age=${maxAge}`
  text += `; SameSite=${sameSite}`
  if (httpOnly) text += '; HttpOnly'
  if (secure) text += '; Secure'
  return text
}

/**
 * RFC 6265 §5.2: space and tab only. `trim` also removes Unicode space, and a sibling domain may plant `\u00a0__Host-a`,
 * a name without the prefix to a browser.
 */
function stripBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
