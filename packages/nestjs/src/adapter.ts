/** Responses of Nest for the login registry of core. */

import { serializeCookie, type SyncAdapter, type HttpHeader } from '@authlib/core'
import { addHeaders, platformRequest, respond, type PlatformResponse } from './platform.ts'

export type { PlatformRequest, PlatformResponse } from './platform.ts'

/**
 * `new OAuth({ adapter: nestAdapter, … })`. Its context is the response of the platform: `@Res()` in the handler that begins a
 * login, `@Res({ passthrough: true })` in the one that ends it and returns a value.
 */
export const nestAdapter: SyncAdapter<PlatformResponse> = {
  request: (response) => platformRequest('raw' in response ? response.request : response.req),
  respond,
  setCookies(response, cookies) {
    addHeaders(
      response,
      cookies.map((cookie): HttpHeader => ['set-cookie', serializeCookie(cookie)]),
    )
  },
}
