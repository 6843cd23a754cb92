/** Cookies that a login sets, whatever the handler answers with. */

import { serializeCookie, type Cookie } from '@authlib/core'
import type { Context, MiddlewareHandler } from 'hono'

const cookiesOf = new WeakMap<Context, readonly string[]>()

/** Sets them for what the context makes, and remembers them for {@link addLostCookies}. */
export function setCookies(c: Context, cookies: readonly Cookie[]): void {
  const texts = cookies.map(serializeCookie)
  for (const text of texts) c.header('set-cookie', text, { append: true })
  cookiesOf.set(c, [...(cookiesOf.get(c) ?? []), ...texts])
}

/**
 * A middleware for applications whose handlers finish a login and then return a `Response` that they made themselves:
 * Hono adds cookies only to what `c.redirect()`, `c.json()` and the like make. `mount` does the same.
 */
export function keepCookies(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    addLostCookies(c)
  }
}

/** Adds the cookies that the answer does not have. */
export function addLostCookies(c: Context): void {
  const sent = c.res.headers.getSetCookie()
  for (const text of cookiesOf.get(c) ?? []) if (!sent.includes(text)) c.header('set-cookie', text, { append: true })
}
