/**
 * The signature base string: what a signature covers.
 *
 * @spec RFC 5849 §3.4.1
 */

import { encodeFormValue } from '@authlib/core/kit'
import type { Pair } from './pairs.ts'

/** What goes into a base string. */
export interface BaseStringParts {
  readonly method: string
  /** Scheme, host and path, as {@link baseStringUri} writes them. */
  readonly uri: string
  /** Of the query, the form and the protocol. `oauth_signature` and `realm` of the protocol are left out by the caller. */
  readonly pairs: readonly Pair[]
}

/** Method, URI and parameters, each encoded, joined with `&`. RFC 5849 §3.4.1.1 */
export function baseString({ method, uri, pairs }: BaseStringParts): string {
  // What is normalized has no reserved character but these three.
  const params = normalizeParameters(pairs).replaceAll('%', '%25').replaceAll('=', '%3D').replaceAll('&', '%26')
  return `${encodeFormValue(method.toUpperCase())}&${encodeFormValue(uri)}&${params}`
}

/**
 * Scheme and host in lower case, the port unless it is the default of the scheme, and the path. A string is read as
 * `fetch` reads it. RFC 5849 §3.4.1.2
 *
 * @throws TypeError when it is not an absolute http or https URL
 */
export function baseStringUri(url: string | URL): string {
  const parsed = typeof url === 'string' ? parseUrl(url) : url
  if (!/^https?:$/.test(parsed.protocol)) throw new TypeError('Only http and https URLs can be signed')
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

/** Encoded, sorted by name and then by value, and joined. RFC 5849 §3.4.1.3.2 */
export function normalizeParameters(pairs: readonly Pair[]): string {
  const encoded: string[] = []
  // NUL sorts before every other character and is never left unencoded, so that `a` comes before `a-`.
  for (const [name, value] of pairs) encoded.push(`${encodeFormValue(name)}\0${encodeFormValue(value)}`)
  return encoded.sort().join('&').replaceAll('\0', '=')
}

function parseUrl(url: string): URL {
  if (!URL.canParse(url)) throw new TypeError('The URL to be signed is not an absolute URL') // it may hold a credential
  return new URL(url)
}
