/** What HTTP wants of every endpoint: methods, HEAD, and scripts of other origins. */

import type { HttpRequest, HttpResponse } from '@authlib/core'
import { corsHeaders, preflightResponse } from '@authlib/core/kit'
import type { Endpoint } from '../contract/feature.ts'

/** Answers with what `call` gives, or says why the method will not do. */
export async function serve(
  endpoint: Endpoint,
  { method }: HttpRequest,
  call: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  if (method === 'OPTIONS' && endpoint.cors) return preflightResponse(endpoint.methods)
  const served = endpoint.methods.includes(method) || (method === 'HEAD' && endpoint.methods.includes('GET'))
  const response = served ? await call() : methodNotAllowed(endpoint)
  const headers = endpoint.cors ? [...response.headers, ...corsHeaders] : response.headers
  return { status: response.status, headers, body: method === 'HEAD' ? '' : response.body }
}

/** As `Allow` lists them. RFC 9110 §10.2.1 */
export function allowedMethods({ methods, cors }: Endpoint): readonly string[] {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), ...(cors ? ['OPTIONS'] : [])]
}

function methodNotAllowed(endpoint: Endpoint): HttpResponse {
  return { status: 405, headers: [['allow', allowedMethods(endpoint).join(', ')]], body: '' }
}
