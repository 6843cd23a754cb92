/** Authlib in an application of h3. */

import type { Mountable } from '@authlib/core'
import { createDispatch } from '@authlib/core/kit'
import { fetchRequest, type MountOptions } from '@authlib/fetch'
import type { Middleware } from 'h3'
import { respond } from './respond.ts'

/**
 * A middleware that answers the paths of one or more mountables, compared exactly and in full: `app.use(mount(server))`, or
 * `export default mount(server)` in `middleware/auth.ts` of Nitro. Other requests go on untouched.
 *
 * @example
 * app.use(mount(server))
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): Middleware {
  const dispatch = createDispatch(mountables, options)
  return async (event, next) => {
    const answer = dispatch(fetchRequest(event.req, options))
    return answer ? respond(event, await answer) : next()
  }
}
