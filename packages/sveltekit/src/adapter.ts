/** Events of SvelteKit for the login registry of core. */

import { toResponse, type SyncAdapter } from '@authlib/core'
import { fetchRequest } from '@authlib/fetch'
import type { EventLike } from './event.ts'

/** `new OAuth({ adapter: svelteKitAdapter, … })`. Its context is the event; return what the registry resolves with. */
export const svelteKitAdapter: SyncAdapter<EventLike, Response> = {
  request: ({ request }) => fetchRequest(request),
  respond: (_event, response) => toResponse(response),
  setCookies({ cookies }, added) {
    for (const { name, value, maxAge, path = '/', sameSite = 'Lax', httpOnly = true, secure = false } of added) {
      cookies.set(name, value, {
        path,
        httpOnly,
        secure,
        sameSite: sameSite.toLowerCase() as Lowercase<typeof sameSite>, // sound: that is what it does
        encode: (text) => text, // ours need no encoding, and a seal must come back as it was
        ...(maxAge !== undefined && { maxAge }),
      })
    }
  },
}
