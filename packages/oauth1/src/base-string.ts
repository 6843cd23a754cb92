/**
 * The signature base string: what a signature covers.
 *
 * @spec RFC 5849 §3.4.1
 */

import { encodeTwice, percentEncode } from './percent-encoding.ts'
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
  let params = ''
  for (const [name, value] of sortedPairs(pairs, encodeTwice))
    params += params === '' ? `${name}%3D${value}` : `%26${name}%3D${value}`
  return `${percentEncode(method.toUpperCase())}&${percentEncode(uri)}&${params}`
}

/**
 * Scheme and host in lower case, the port unless it is the default of the scheme, and the path. A string is read as
 * `fetch` reads it. RFC 5849 §3.4.1.2
 *
 * @throws TypeError when it is not an absolute http or https URL
 */
export function baseStringUri(url: string | URL): string {
  const parsed = typeof url === 'string' ? parseUrl(url) : url
  const { protocol } = parsed
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('Only http and https URLs can be signed')
  return `${protocol}//${parsed.host}${parsed.pathname}`
}

/** Encoded, sorted by name and then by value, and joined. RFC 5849 §3.4.1.3.2 */
export function normalizeParameters(pairs: readonly Pair[]): string {
  let text = ''
  for (const [name, value] of sortedPairs(pairs, percentEncode)) text += `${text && '&'}${name}=${value}`
  return text
}

function sortedPairs(pairs: readonly Pair[], encode: (text: string) => string): readonly Pair[] {
  const sorted: Pair[] = []
  for (const [name, value] of pairs) sorted.push([encode(name), encode(value)])
  if (sorted.length > FEW) return sorted.sort((a, b) => Number(isBefore(b, a)) - Number(isBefore(a, b)))
  for (let index = 1; index < sorted.length; index++) {
    const pair = sorted[index]!
    let place = index
    for (; place > 0 && isBefore(pair, sorted[place - 1]!); place--) sorted[place] = sorted[place - 1]!
    sorted[place] = pair
  }
  return sorted
}

/** Up to so many, sorting by insertion is several times as fast as the platform's. */
const FEW = 24

function isBefore([name, value]: Pair, [otherName, otherValue]: Pair): boolean {
  return name === otherName ? value < otherValue : name < otherName
}

function parseUrl(url: string): URL {
  if (!URL.canParse(url)) throw new TypeError('The URL to be signed is not an absolute URL') // it may hold a credential
  return new URL(url)
}
