/** Authlib in an API route of the pages router. */

import type { Mountable } from '@authlib/core'
import { createDispatch } from '@authlib/core/kit'
import { nodeRequest, type MountOptions } from '@authlib/node'
import type { NextApiHandler } from 'next'
import { nextAdapter } from './adapter.ts'

/**
 * An API route that answers the paths of one or more mountables, compared exactly and in full, and other paths with 404. It
 * works with the body parser of Next.js and without it. In `pages/api/auth/[...path].ts`:
 *
 * @example
 * export default mount(server)
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): NextApiHandler {
  const dispatch = createDispatch(mountables, options)
  return async (request, response) => {
    const answer = await dispatch(nodeRequest(request, options))
    nextAdapter.respond(response, answer ?? notFound) // before the promise resolves, as Next.js demands
  }
}

const notFound = { status: 404, headers: [['content-type', 'text/plain']], body: 'Not Found' } as const
