/** Authlib in an application of SvelteKit. */

import type { Mountable } from '@authlib/core'
import { mount as mountFetch, type MountOptions } from '@authlib/fetch'
import type { EventLike } from './event.ts'

/**
 * A `handle` hook that answers the paths of one or more mountables, compared exactly and in full. In `src/hooks.server.ts`:
 * `export const handle = mount(server)`, or `sequence(mount(server), …)`. Other requests go on untouched.
 *
 * @example
 * export const handle = mount(server)
 */
export function mount(
  mountables: Mountable | readonly Mountable[],
  options?: MountOptions,
): <Event extends EventLike>(input: {
  readonly event: Event
  readonly resolve: (event: Event) => Response | Promise<Response>
}) => Response | Promise<Response> {
  const mounted = mountFetch(mountables, options)
  return ({ event, resolve }) => mounted(event.request) ?? resolve(event)
}
