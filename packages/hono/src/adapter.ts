/** The border of Hono for the login registry of core. */

import { errorResponse, logError, serializeCookie, type Adapter, type HttpResponse } from '@authlib/core'
import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { honoRequest } from './request.ts'

/** `new OAuth({ adapter: honoAdapter, … })`. Its context is `c`; handlers return what the registry answers. */
export const honoAdapter: Adapter<Context, Response> = {
  request: (c) => honoRequest(c),
  respond,
  setCookies(c, cookies) {
    const texts = cookies.map(serializeCookie)
    for (const text of texts) c.header('set-cookie', text, { append: true })
    cookiesOf.set(c, [...(cookiesOf.get(c) ?? []), ...texts])
  },
}

/**
 * A middleware for applications whose handlers finish a login and then return a `Response` that they made themselves:
 * Hono adds cookies only to what `c.redirect()`, `c.json()` and the like make. {@link mount} does the same.
 */
export function keepCookies(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    addLostCookies(c)
  }
}

const cookiesOf = new WeakMap<Context, readonly string[]>()

export function addLostCookies(c: Context): void {
  const sent = c.res.headers.getSetCookie()
  for (const text of cookiesOf.get(c) ?? []) if (!sent.includes(text)) c.header('set-cookie', text, { append: true })
}

/** Through the headers of the context, as Hono lets those win over the headers of a returned `Response`. */
function respond(c: Context, { status, headers, body }: HttpResponse): Response {
  for (const [name, value] of new Headers(headers.map(([name, value]) => [name, value]))) {
    c.header(name, value, { append: name === 'set-cookie' || name === 'vary' }) // lists that several parties add to
  }
  return c.newResponse(body === '' ? null : body, status as StatusCode) // sound: any status that an HttpResponse may have
}

/** As {@link respond}, but an answer that HTTP cannot carry becomes a 500 instead of an exception. */
export function deliver(c: Context, response: HttpResponse, onError: (error: unknown) => void = logError): Response {
  try {
    return respond(c, response)
  } catch (error) {
    onError(error)
    return respond(c, errorResponse(error))
  }
}
