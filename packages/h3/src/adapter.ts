/** Requests and responses of h3 for the login registry of core. */

import { serializeCookie, type SyncAdapter } from '@authlib/core'
import { fetchRequest } from '@authlib/fetch'
import type { H3Event } from 'h3'
import { respond } from './respond.ts'

/** `new OAuth({ adapter: h3Adapter, … })`. Its context is the event; handlers return what the registry resolves with. */
export const h3Adapter: SyncAdapter<H3Event, Response> = {
  request: ({ req }) => fetchRequest(req),
  respond,
  setCookies({ res }, cookies) {
    for (const cookie of cookies) res.headers.append('set-cookie', serializeCookie(cookie))
  },
}
