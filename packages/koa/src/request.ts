/** A context of Koa as protocol code reads it. */

import type { HttpRequest } from '@authlib/core'
import { nodeRequest, type NodeRequestOptions } from '@authlib/node'
import type { Context } from 'koa'

/** What body parsers of Koa leave on `ctx.request`. */
interface Parsed {
  readonly rawBody?: unknown
  readonly body?: unknown
}

/** The whole URL also below `koa-mount`, and the body also behind a parser. */
export function koaRequest(ctx: Context, options?: NodeRequestOptions): HttpRequest {
  const { rawBody, body } = ctx.request as Parsed
  // a parser leaves an empty object for requests that it has not read
  return nodeRequest(ctx.req, {
    ...options,
    url: ctx.originalUrl,
    body: ctx.req.readableDidRead ? (rawBody ?? body) : undefined,
  })
}
