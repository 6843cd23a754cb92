/** Web requests and responses for the login registry of core. */

import { serializeCookie, toResponse, type SyncAdapter, type HttpHeader } from '@authlib/core'
import { addHeaders } from './headers.ts'
import { fetchRequest } from './request.ts'

/** `new OAuth({ adapter: fetchAdapter, … })`. Its context is the `Request`; handlers return what the registry resolves with. */
export const fetchAdapter: SyncAdapter<Request, Response> = {
  request: (request) => fetchRequest(request),
  respond: (request, response) => withCookies(request, toResponse(response)),
  setCookies(request, cookies) {
    const added = cookies.map((cookie): HttpHeader => ['set-cookie', serializeCookie(cookie)])
    waiting.set(request, [...(waiting.get(request) ?? []), ...added])
  },
}

/**
 * Adds the cookies that a login has set to a response of your own. Needed where a handler ends a login and then makes its
 * response itself:
 *
 * ```ts
 * const { profile } = await oauth.example.authorizeAccessToken(request)
 * return withCookies(request, Response.json(profile))
 * ```
 */
export function withCookies(request: Request, response: Response): Response {
  const headers = waiting.get(request) ?? []
  waiting.delete(request)
  return addHeaders(response, headers)
}

/** Cookies that are in no response yet. */
const waiting = new WeakMap<Request, readonly HttpHeader[]>()
