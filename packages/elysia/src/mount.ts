/** Authlib in an Elysia application. */

import type { Mountable } from '@authlib/core'
import { createDispatch } from '@authlib/core/kit'
import { fetchRequest, type MountOptions } from '@authlib/fetch'
import { Elysia } from 'elysia'
import { clear, headersOf } from './headers.ts'
import { respond } from './respond.ts'

/**
 * A plugin that answers the paths of one or more mountables, compared exactly and in full: `app.use(mount(server))`. It runs
 * before a body is parsed. Other requests go on untouched. It also keeps the cookies of a login when a handler returns a
 * `Response` with cookies of its own, which Elysia would drop.
 *
 * @example
 * new Elysia().use(mount(server)).listen(3000)
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): Elysia {
  const dispatch = createDispatch(mountables, options)
  return new Elysia()
    .onRequest(async ({ request, set }) => {
      const answer = dispatch(fetchRequest(request, options))
      return answer ? respond({ set }, await answer) : undefined
    })
    .mapResponse({ as: 'global' }, ({ responseValue, set }) => {
      if (!(responseValue instanceof Response)) return undefined
      const response = new Response(responseValue.body, responseValue)
      for (const [name, value] of headersOf(set)) {
        if (name === 'set-cookie') response.headers.append(name, value)
        else if (!response.headers.has(name)) response.headers.set(name, value)
      }
      clear(set)
      return response
    }) as unknown as Elysia // sound: a plugin without routes; its hooks only make the type longer
}
