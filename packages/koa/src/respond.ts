/** Responses over Koa. */

import type { HttpResponse } from '@authlib/core'
import { headerMerge } from '@authlib/core/kit'
import type { Context } from 'koa'

/** Through `ctx`, so that middleware before it can still change the response. */
export function respond(ctx: Context, { status, headers, body }: HttpResponse): void {
  ctx.body = body === '' ? null : body // before the rest, as it sets a status and a content type
  ctx.status = status
  ctx.remove('content-type')
  if (body === '' && status !== 204 && status !== 304) ctx.length = 0 // else Koa 2 ends the connection to end the body
  const seen = new Set<string>()
  for (const [name, value] of headers) {
    const merge = headerMerge(name)
    if (merge === 'append' || seen.has(name)) ctx.append(name, value)
    else if (merge === 'replace' || !ctx.res.hasHeader(name)) ctx.set(name, value)
    seen.add(name)
  }
}
