/** Answers over Hono. */

import { type HttpResponse } from '@authlib/core'
import { errorResponse, logError } from '@authlib/core/kit'
import type { Context } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'

/** Through the headers of the context, as Hono lets those win over the headers of a returned `Response`. */
export function respond(c: Context, { status, headers, body }: HttpResponse): Response {
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
