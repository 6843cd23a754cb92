/**
 * The `Authorization` header of the scheme `OAuth`. The reader takes linear time.
 *
 * @spec RFC 5849 §3.5.1
 */

import { AuthlibError } from '@authlib/core'
import { encodeFormValue } from '@authlib/core/kit'
import type { Pair } from './pairs.ts'

/** What an `OAuth` header carries. */
export interface OAuthHeader {
  readonly realm?: string | undefined
  /** Decoded, without the realm, in the order sent. */
  readonly pairs: readonly Pair[]
}

/** The value of the header. The realm comes first and is not part of the signature. */
export function formatOAuthHeader({ realm, pairs }: OAuthHeader): string {
  let text = realm === undefined ? '' : `realm="${quotedRealm(realm)}"`
  for (const [name, value] of pairs) text += `${text && ', '}${encodeFormValue(name)}="${encodeFormValue(value)}"`
  return `OAuth ${text}`
}

/**
 * Null for no header, or one of another scheme.
 *
 * @throws AuthlibError `invalid_request` (400) when it is malformed: a value without quotes or with a bare reserved
 *   character, more than 100 parameters, more than 16,384 characters
 */
export function parseOAuthHeader(header: string | null): OAuthHeader | null {
  if (header === null || !/^[ \t]*oauth(?:[ \t]|$)/i.test(header.slice(0, 64))) return null
  if (header.length > MAX_LENGTH) throw malformed()
  const pairs: Pair[] = []
  let realm: string | undefined
  let at = header.search(/oauth/i) + 5
  for (let count = 0; ; count++) {
    at = skip(header, at, BLANKS)
    if (at === header.length) return { realm, pairs }
    if (count > MAX_PARAMETERS) throw malformed()
    if (header[at] === ',') {
      at++ // RFC 9110 §5.6.1.2: empty elements of a list are ignored
      continue
    }
    PARAMETER.lastIndex = at
    const [whole = '', name = '', value = ''] = PARAMETER.exec(header) ?? []
    if (whole === '') throw malformed()
    at += whole.length
    if (name.toLowerCase() === 'realm') {
      if (realm !== undefined) throw malformed()
      realm = value.replace(/\\(.)/g, '$1')
    } else pairs.push([decode(name), decode(value)])
    at = skip(header, at, BLANKS)
    if (at < header.length && header[at] !== ',') throw malformed()
  }
}

const MAX_LENGTH = 16_384
const MAX_PARAMETERS = 100
const BLANKS = ' \t'
// No two parts side by side share a character: nothing to try twice.
const PARAMETER = /([\w.~%-]+)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/y

function skip(text: string, start: number, characters: string): number {
  let at = start
  while (at < text.length && characters.includes(text[at]!)) at++
  return at
}

/** Clients exist that leave reserved characters of a signature as they are, so only a quote and a backslash are refused. */
function decode(text: string): string {
  if (text.includes('\\')) throw malformed()
  try {
    return decodeURIComponent(text) // RFC 5849 §3.6: a plus sign is a plus sign here
  } catch {
    throw malformed()
  }
}

/** RFC 9110 §5.6.4. @throws TypeError for characters that no quoted string may carry */
function quotedRealm(realm: string): string {
  if (!/^[ -~]*$/.test(realm)) throw new TypeError('A realm is printable ASCII')
  return realm.replace(/["\\]/g, '\\$&')
}

function malformed(): AuthlibError {
  return new AuthlibError('invalid_request', 'The Authorization header is malformed', { status: 400 })
}
