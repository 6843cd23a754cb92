/** Adding to a response that may not be changed. */

import type { HttpHeader } from '@authlib/core'

/** The same response with more headers. A response of `fetch` or `Response.redirect` is immutable, so it is copied. */
export function addHeaders(response: Response, headers: readonly HttpHeader[]): Response {
  if (headers.length === 0) return response
  const copy = new Response(response.body, response)
  for (const [name, value] of headers) copy.headers.append(name, value)
  return copy
}
