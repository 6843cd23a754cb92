/** Headers of a response, joined with those that the application has set before. */

import type { HttpHeader } from '@authlib/core'
import { headerMerge } from '@authlib/core/kit'

/** The same response with more headers. A response of `fetch` or `Response.redirect` is immutable, so it is copied. */
export function addHeaders(response: Response, headers: readonly HttpHeader[]): Response {
  if (headers.length === 0) return response
  const copy = new Response(response.body, response)
  for (const [name, value] of headers) copy.headers.append(name, value)
  return copy
}

/** Puts headers into those of a framework: lists grow, a stricter `access-control-allow-origin` stays, the rest is replaced. */
export function mergeHeaders(target: Headers, headers: readonly HttpHeader[]): void {
  const seen = new Set<string>()
  for (const [name, value] of headers) {
    const merge = headerMerge(name)
    if (merge === 'append' || seen.has(name)) target.append(name, value)
    else if (merge === 'replace' || !target.has(name)) target.set(name, value)
    seen.add(name)
  }
}
