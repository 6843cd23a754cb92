/** Writes a cookie. */

import type { Cookie } from './adapter.ts'

/** As `serializeCookie`, which checks first. For cookies made of our own names and random or sealed text. */
export function uncheckedCookie({
  name,
  value,
  maxAge,
  path = '/',
  sameSite = 'Lax',
  httpOnly = true,
  secure = false,
}: Cookie): string {
  let text = `${name}=${value}; Path=${path}`
  if (maxAge !== undefined) text += `; Max-Age=${maxAge}`
  text += `; SameSite=${sameSite}`
  if (httpOnly) text += '; HttpOnly'
  if (secure) text += '; Secure'
  return text
}
