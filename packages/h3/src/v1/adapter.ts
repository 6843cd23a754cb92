/** Events of h3 1 for the login registry of core. */

import type { SyncAdapter } from '@authlib/core'
import { nodeAdapter } from '@authlib/node'
import { eventRequest, type NodeEvent } from './event.ts'

/** `new OAuth({ adapter: h3Adapter, … })`. Its context is the event. */
export const h3Adapter: SyncAdapter<NodeEvent> = {
  request: (event) => eventRequest(event),
  respond: ({ node }, response) => nodeAdapter.respond(node.res, response),
  setCookies: ({ node }, cookies) => nodeAdapter.setCookies(node.res, cookies),
}
