/** Requests and responses of Next.js for the login registry of core. */

import { toResponse, type Adapter } from '@authlib/core'
import { cookies } from 'next/headers.js'
import { nextRequest, type NextContext } from './request.ts'

/**
 * `new OAuth({ adapter: nextAdapter, … })`. Its context is the `Request` of a route handler, which returns what the registry
 * resolves with. In a server action it is null; pass the address on to `redirect` of `next/navigation` there:
 *
 * ```ts
 * const response = await oauth.example.authorizeRedirect(null, { redirectUri })
 * redirect(response.headers.get('location')!)
 * ```
 */
export const nextAdapter: Adapter<NextContext, Response> = {
  request: nextRequest,
  respond: (_context, response) => toResponse(response),
  async setCookies(_context, added) {
    const jar = await cookies()
    for (const { name, value, maxAge, path = '/', sameSite = 'Lax', httpOnly = true, secure = false } of added) {
      jar.set(name, value, {
        path,
        httpOnly,
        secure,
        sameSite: sameSite.toLowerCase() as Lowercase<typeof sameSite>, // sound: that is what it does
        ...(maxAge !== undefined && { maxAge }),
      })
    }
  },
}
