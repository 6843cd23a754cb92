/** Authlib in an application of Next.js. */

import type { Mountable } from '@authlib/core'
import { mount as mountFetch, type MountOptions } from '@authlib/fetch'

/** A route handler for every method. */
export type RouteHandlers = Readonly<
  Record<
    'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT',
    (request: Request) => Response | Promise<Response> // Next.js takes no other promise-like
  >
>

/**
 * Route handlers that answer the paths of one or more mountables, and other paths with 404. In
 * `app/auth/[...path]/route.ts`:
 *
 * @example
 * export const { GET, HEAD, OPTIONS, POST } = routes(server)
 */
export function routes(mountables: Mountable | readonly Mountable[], options?: MountOptions): RouteHandlers {
  const mounted = mountFetch(mountables, options)
  const handle = (request: Request) => mounted(request) ?? new Response('Not Found', { status: 404 })
  return { DELETE: handle, GET: handle, HEAD: handle, OPTIONS: handle, PATCH: handle, POST: handle, PUT: handle }
}

/**
 * Answers the paths of one or more mountables in `proxy.ts` (`middleware.ts` before Next.js 16), and undefined for other
 * requests, which go on. Well-known documents are found there without a folder of their own.
 *
 * @example
 * export const proxy = mount(server)
 */
export function mount(
  mountables: Mountable | readonly Mountable[],
  options?: MountOptions,
): (request: Request) => Promise<Response | undefined> {
  const mounted = mountFetch(mountables, options)
  return async (request) => {
    const response = await mounted(request)
    return response ? withWholeLocation(response, request) : undefined
  }
}

/** Next.js reads the location of a redirect from `proxy.ts` without a base, and fails on one that is only a path. */
function withWholeLocation(response: Response, { url }: Request): Response {
  const location = response.headers.get('location')
  if (location?.startsWith('/') === true) response.headers.set('location', new URL(location, url).href)
  return response
}
