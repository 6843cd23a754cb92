/** The border of node:http for the login registry of core. */

import { serializeCookie, type SyncAdapter } from '@authlib/core'
import type { ServerResponse } from 'node:http'
import { nodeRequest } from './request.ts'
import { send } from './send.ts'

/** `new OAuth({ adapter: nodeAdapter, … })`. Its context is the `ServerResponse`. */
export const nodeAdapter: SyncAdapter<ServerResponse> = {
  request(outgoing) {
    if (!('req' in outgoing)) throw new TypeError('Pass the response (`res`), not the request: it knows its request')
    return nodeRequest(outgoing.req)
  },
  respond: send,
  setCookies(outgoing, cookies) {
    for (const cookie of cookies) outgoing.appendHeader('set-cookie', serializeCookie(cookie))
  },
}
