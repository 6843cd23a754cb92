/** Requests and responses of Elysia for the login registry of core. */

import { serializeCookie, type SyncAdapter, type HttpHeader } from '@authlib/core'
import { addTo } from './headers.ts'
import { elysiaRequest, type ElysiaContext } from './request.ts'
import { respond } from './respond.ts'

/** `new OAuth({ adapter: elysiaAdapter, … })`. Its context is that of a handler; return what the registry resolves with. */
export const elysiaAdapter: SyncAdapter<ElysiaContext, Response> = {
  request: (context) => elysiaRequest(context),
  respond,
  setCookies({ set }, cookies) {
    addTo(
      set,
      cookies.map((cookie): HttpHeader => ['set-cookie', serializeCookie(cookie)]),
    )
  },
}
