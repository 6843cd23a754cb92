/** The adapter of no framework: a request in, a response out. For mountables, and for servers that have only these two. */

import type { Adapter } from './adapter.ts'
import { serializeCookie } from './cookies.ts'
import type { HttpHeader, HttpRequest, HttpResponse } from './http.ts'

const cookies = new WeakMap<HttpRequest, readonly HttpHeader[]>()

/** Reads an `HttpRequest` and returns an `HttpResponse`; cookies become its headers. */
export const requestAdapter: Adapter<HttpRequest, HttpResponse> = {
  request: (request) => request,
  respond: (request, response) => withCookies(request, response),
  setCookies(request, added) {
    const headers = added.map((cookie): HttpHeader => ['set-cookie', serializeCookie(cookie)])
    cookies.set(request, [...(cookies.get(request) ?? []), ...headers])
  },
}

/** A response with the cookies that were set for this request. */
export function withCookies(request: HttpRequest, response: HttpResponse): HttpResponse {
  const set = cookieHeaders(request)
  return set.length === 0 ? response : { ...response, headers: [...response.headers, ...set] }
}

/** The cookies that were set for this request, as headers. */
export function cookieHeaders(request: HttpRequest): readonly HttpHeader[] {
  return cookies.get(request) ?? []
}
