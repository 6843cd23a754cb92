/** What HTTP wants of every endpoint: methods, HEAD, and scripts of other origins. */

import type { HttpRequest, HttpResponse } from '@authlib/core'
import type { Endpoint } from '../contract/feature.ts'

/** Answers with what `call` gives, or says why the method will not do. */
export async function serve(
  endpoint: Endpoint,
  { method }: HttpRequest,
  call: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  if (method === 'OPTIONS' && endpoint.cors) return preflight(endpoint)
  const served = endpoint.methods.includes(method) || (method === 'HEAD' && endpoint.methods.includes('GET'))
  const response = served ? await call() : methodNotAllowed(endpoint)
  const headers = endpoint.cors ? [...response.headers, ...corsHeaders] : response.headers
  return { status: response.status, headers, body: method === 'HEAD' ? '' : response.body }
}

/** As `Allow` lists them. RFC 9110 §10.2.1 */
export function allowedMethods({ methods, cors }: Endpoint): readonly string[] {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), ...(cors ? ['OPTIONS'] : [])]
}

/** `*` goes without credentials: no cookie counts at these endpoints. */
const corsHeaders = [
  ['access-control-allow-origin', '*'],
  ['access-control-expose-headers', 'www-authenticate'],
] as const

function preflight(endpoint: Endpoint): HttpResponse {
  const headers: HttpResponse['headers'] = [
    ...corsHeaders,
    ['access-control-allow-methods', endpoint.methods.join(', ')],
    ['access-control-allow-headers', 'authorization, content-type, dpop'],
    ['access-control-max-age', '3600'],
  ]
  return { status: 204, headers, body: '' }
}

function methodNotAllowed(endpoint: Endpoint): HttpResponse {
  return { status: 405, headers: [['allow', allowedMethods(endpoint).join(', ')]], body: '' }
}
