/** Responses over Hono. */

import type { HttpResponse } from '@authlib/core'
import { headerMerge } from '@authlib/core/kit'
import type { Context } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'

/** Through the headers of the context, as Hono lets those win over the headers of a returned `Response`. */
export function respond(c: Context, { status, headers, body }: HttpResponse): Response {
  for (const [name, value] of new Headers(headers.map(([name, value]) => [name, value]))) {
    const merge = headerMerge(name)
    if (merge !== 'keep' || !c.res.headers.has(name)) c.header(name, value, { append: merge === 'append' })
  }
  return c.newResponse(body === '' ? null : body, status as StatusCode) // sound: any status that an HttpResponse may have
}
