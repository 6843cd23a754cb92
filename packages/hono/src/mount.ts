/** Authlib in a Hono application, on every runtime. */

import { type Mountable } from '@authlib/core'
import { createDispatch, type DispatchOptions } from '@authlib/core/kit'
import type { MiddlewareHandler } from 'hono'
import { addLostCookies } from './cookies.ts'
import { honoRequest, type HonoRequestOptions } from './request.ts'
import { respond } from './respond.ts'

export interface MountOptions extends HonoRequestOptions, DispatchOptions {}

/**
 * Answers the paths of one or more mountables, compared exactly and in full: `app.use(mount(server))`, or below the path
 * of the issuer `app.use('/auth/*', mount(server))`. Other requests go on untouched.
 *
 * @example
 * app.use(mount(server))
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): MiddlewareHandler {
  const dispatch = createDispatch(mountables, options)
  return async (c, next) => {
    const answer = dispatch(honoRequest(c, options))
    if (answer) return respond(c, await answer)
    await next()
    addLostCookies(c)
    return undefined
  }
}
