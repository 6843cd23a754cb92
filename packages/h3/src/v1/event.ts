/** What an event of h3 1 has that we use. */

import type { HttpRequest } from '@authlib/core'
import { parsedBody, payloadTooLarge } from '@authlib/core/kit'
import { nodeRequest, type NodeRequestOptions } from '@authlib/node'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Every `H3Event` of h3 1 is one. A type of our own, because both majors of h3 have the same name. */
export interface NodeEvent {
  readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse }
}

/** Where h3 keeps a body that it has read, and where hosts without sockets put it. */
interface Kept {
  readonly [RAW_BODY]?: Promise<Uint8Array> | undefined
  readonly body?: unknown
}

const RAW_BODY: unique symbol = Symbol.for('h3RawBody') as typeof RAW_BODY // sound: a symbol is as unique as its key

/** The request of an event, also behind `readBody`. */
export function eventRequest({ node }: NodeEvent, options: NodeRequestOptions = {}): HttpRequest {
  const { [RAW_BODY]: kept, body } = node.req as Kept
  const view = nodeRequest(node.req, { ...options, body })
  if (kept === undefined) return view
  const { method, url, headers } = view
  const { maxBody = 65_536 } = options
  const bytes = async (): Promise<Uint8Array> => {
    if ((await kept).length > maxBody) throw payloadTooLarge()
    return kept
  }
  return {
    method,
    url,
    headers,
    bytes,
    text: async () => parsedBody(await bytes(), headers.get('content-type')),
    remoteAddress: view.remoteAddress,
    get clientCertificate() {
      return view.clientCertificate
    },
  }
}
