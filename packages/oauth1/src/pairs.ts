/**
 * Names and values as they are signed: repeated names, empty values and their order are kept.
 *
 * @spec RFC 5849 §3.4.1.3 §3.6
 */

import { AuthlibError } from '@authlib/core'
import { decodeFormValue } from '@authlib/core/kit'
import { percentEncode } from './percent-encoding.ts'

/** A decoded name and its decoded value. */
export type Pair = readonly [name: string, value: string]

/** Most pairs of one query or form. */
const MAX_PAIRS = 1000

/**
 * Reads form-encoded text: a query without its `?`, or the body of a form. `+` is a space; a name without `=` has an
 * empty value.
 *
 * @throws AuthlibError `invalid_request` (400) for bad `%XX`, bytes that are not UTF-8, or more than 1,000 pairs
 */
export function parsePairs(text: string): Pair[] {
  const pairs: Pair[] = []
  for (let start = 0; start < text.length;) {
    const separator = text.indexOf('&', start)
    const end = separator === -1 ? text.length : separator
    if (end > start) {
      if (pairs.length === MAX_PAIRS) throw tooManyPairs()
      const equals = text.indexOf('=', start)
      const split = equals === -1 || equals > end ? end : equals
      pairs.push([decodeFormValue(text.slice(start, split)), decodeFormValue(text.slice(split + 1, end))])
    }
    start = end + 1
  }
  return pairs
}

/** Writes pairs as a query or form, every reserved character as `%XX`. */
export function formatPairs(pairs: readonly Pair[]): string {
  let text = ''
  for (const [name, value] of pairs) text += `${text && '&'}${percentEncode(name)}=${percentEncode(value)}`
  return text
}

function tooManyPairs(): AuthlibError {
  return new AuthlibError('invalid_request', 'There are too many parameters', { status: 400 })
}
