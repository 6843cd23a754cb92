/** Authlib in a server of node:http, or in any stack of Connect-style middleware. */

import { type Mountable } from '@authlib/core'
import { createDispatch, type DispatchOptions } from '@authlib/core/kit'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeRequest, type NodeRequestOptions } from './request.ts'
import { deliver, send } from './send.ts'

export interface MountOptions extends NodeRequestOptions, DispatchOptions {}

/** A request listener for `createServer`, and a middleware where there is a `next`. */
export type Middleware = (incoming: IncomingMessage, outgoing: ServerResponse, next?: () => void) => void

/**
 * Answers the paths of one or more mountables, compared exactly and in full, also below a path. Other requests go to
 * `next` untouched, or get a 404 where there is none.
 *
 * @example
 * createServer(mount(server)).listen(4000, '127.0.0.1')
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): Middleware {
  const dispatch = createDispatch(mountables, options)
  const reading = { ...options, consume: true } // the body of a request that is answered here is nobody else's
  return (incoming, outgoing, next) => {
    const answer = dispatch(nodeRequest(incoming, reading), pathBelowMount(incoming))
    if (answer) {
      void answer.then((response) => {
        deliver(outgoing, response, options.onError)
      })
    } else if (next) {
      next()
    } else {
      send(outgoing, notFound)
    }
  }
}

/** Express and Connect cut the path of the mount off `url`, and keep the whole in `originalUrl`. */
function pathBelowMount({ url, originalUrl }: IncomingMessage & { originalUrl?: string }): string | undefined {
  return originalUrl === undefined || originalUrl === url ? undefined : url?.split('?', 1)[0]
}

const notFound = { status: 404, headers: [['content-type', 'text/plain']], body: 'Not Found' } as const
