/** Cookies, RFC 6265. */

import type { Cookie } from './adapter.ts'

const MAX_COOKIES = 200 // browsers keep 180 for a site

/** Cookies by name as they were sent. The first of a name wins; what is beyond 200 is ignored. */
export function parseCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';', MAX_COOKIES)) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals).trim()
    if (equals > 0 && name !== '' && !cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim())
  }
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
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError('The name of the cookie is not a token')
  if (!/^[!#-+\--:<-[\]-~]*$/.test(value))
    throw new TypeError('The value of the cookie has characters that must be encoded')
  if (!/^\/[ -:<-~]*$/.test(path)) throw new TypeError('The path of the cookie is malformed')
  if (maxAge !== undefined && !Number.isSafeInteger(maxAge)) throw new TypeError('maxAge must be whole seconds')
  if (!secure && (/^__(host|secure)-/i.test(name) || sameSite === 'None'))
    throw new TypeError('The cookie must be secure')
  if (path !== '/' && /^__host-/i.test(name)) throw new TypeError('The path of a __Host- cookie must be /')
  let text = `${name}=${value}; Path=${path}`
  if (maxAge !== undefined) text += `; Max-Age=${maxAge}`
  text += `; SameSite=${sameSite}`
  if (httpOnly) text += '; HttpOnly'
  if (secure) text += '; Secure'
  return text
}
