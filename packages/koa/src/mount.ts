/** Authlib in a Koa application. */

import type { Mountable } from '@authlib/core'
import { createDispatch } from '@authlib/core/kit'
import type { MountOptions } from '@authlib/node'
import type { Middleware } from 'koa'
import { koaRequest } from './request.ts'
import { respond } from './respond.ts'

/**
 * Answers the paths of one or more mountables, compared exactly and in full, also below `koa-mount`: `app.use(mount(server))`.
 * Other requests go on untouched. It may stand before or after a body parser; before it, bodies are read as they were sent.
 *
 * @example
 * app.use(mount(server))
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): Middleware {
  const dispatch = createDispatch(mountables, options)
  return async (ctx, next) => {
    const answer = dispatch(koaRequest(ctx, options))
    if (answer) respond(ctx, await answer)
    else await next()
  }
}
