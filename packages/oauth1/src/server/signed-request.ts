/**
 * What a request carries of the protocol, and what its signature covers. The base string is built from the raw request line.
 *
 * @spec RFC 5849 §3.1 §3.4.1 §3.5
 */

import type { HttpRequest } from '@authlib/core'
import { requestPath } from '@authlib/core/kit'
import { parseOAuthHeader } from '../authorization-header.ts'
import { baseString } from '../base-string.ts'
import { isForm } from '../body-hash.ts'
import { parsePairs, type Pair } from '../pairs.ts'
import { duplicatedParameter, invalidRequest, missingParameter } from './errors.ts'

/** A request, read. */
export interface SignedRequestParts {
  /** Protocol parameters by name. */
  readonly params: ReadonlyMap<string, string>
  /** Of the header. */
  readonly realm: string | undefined
  readonly baseString: string
  /** Whether the body is a form, whose parameters are in the base string. */
  readonly hasForm: boolean
}

/** @throws OAuth1Error `invalid_request`, `duplicated_oauth_protocol_parameter`; AuthlibError of malformed parameters */
export async function readSignedRequest(http: HttpRequest, origin: string): Promise<SignedRequestParts> {
  const path = requestPath(http)
  if (path === '') throw invalidRequest('The request target is ambiguous')
  const header = parseOAuthHeader(http.headers.get('authorization'))
  const hasForm = isForm(http.headers.get('content-type')) && http.method !== 'GET' && http.method !== 'HEAD'
  const sources = [header?.pairs ?? [], parsePairs(queryOf(http)), hasForm ? parsePairs(await http.text()) : []]
  const params = new Map<string, string>()
  let places = 0
  const covered: Pair[] = []
  for (const pairs of sources) {
    const before = params.size
    for (const pair of pairs) {
      const [name, value] = pair
      if (name !== 'oauth_signature') covered.push(pair)
      if (!name.startsWith('oauth_')) continue
      if (params.has(name)) throw duplicatedParameter() // §3.1
      params.set(name, value)
    }
    if (params.size > before) places++
  }
  if (places > 1) throw invalidRequest('The protocol parameters are in more than one place') // §3.5
  const text = baseString({ method: http.method, uri: origin + path, pairs: covered })
  return { params, realm: header?.realm, baseString: text, hasForm }
}

/** A protocol parameter that must have a value. */
export function requiredParameter(params: ReadonlyMap<string, string>, name: string): string {
  const value = params.get(name)
  if (value === undefined || value === '') throw missingParameter(name)
  return value
}

function queryOf({ url }: HttpRequest): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start + 1)
}
