/** What scripts of other origins may call and read. No cookie counts at these addresses, so that any origin may. */

import type { HttpHeader, HttpRequest, HttpResponse } from './http.ts'

/** For the responses of an endpoint that scripts may call: any origin, and the headers a client needs from them. */
export const corsHeaders: readonly HttpHeader[] = [
  ['access-control-allow-origin', '*'], // goes without credentials
  ['access-control-expose-headers', 'www-authenticate, dpop-nonce'],
]

/** The answer to a preflight: any request header that is no credential of the browser's own. */
export function preflightResponse(methods: readonly string[]): HttpResponse {
  const headers: HttpResponse['headers'] = [
    ...corsHeaders,
    ['access-control-allow-methods', methods.join(', ')],
    // `*` does not cover `authorization`; the next two are for browsers that do not know `*`
    ['access-control-allow-headers', 'authorization, content-type, dpop, *'],
    ['access-control-max-age', '7200'], // browsers keep it no longer
  ]
  return { status: 204, headers, body: '' }
}

/** Whether a browser asks in the name of a script whether it may send a request. Never carries a token. */
export function isPreflight({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && headers.get('access-control-request-method') !== null
}
