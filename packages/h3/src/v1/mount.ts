/** Authlib in an application of h3 1. */

import type { Mountable } from '@authlib/core'
import { createDispatch } from '@authlib/core/kit'
import type { MountOptions } from '@authlib/node'
import { h3Adapter } from './adapter.ts'
import { eventRequest, type NodeEvent } from './event.ts'

/**
 * An event handler that answers the paths of one or more mountables, compared exactly and in full. In `server/middleware/auth.ts`
 * of Nuxt: `export default defineEventHandler(mount(server))`. Other requests go on untouched.
 */
export function mount(
  mountables: Mountable | readonly Mountable[],
  options: MountOptions = {},
): (event: NodeEvent) => Promise<void> {
  const dispatch = createDispatch(mountables, options)
  return async (event) => {
    const answer = dispatch(eventRequest(event, options))
    if (answer) h3Adapter.respond(event, await answer)
  }
}
