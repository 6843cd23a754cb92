/**
 * The `Authorization` header of the scheme `OAuth`. The reader takes linear time.
 *
 * @spec RFC 5849 §3.5.1
 */

import { AuthlibError } from '@authlib/core'
import { percentEncode } from './percent-encoding.ts'
import type { Pair } from './pairs.ts'

/** What an `OAuth` header carries. */
export interface OAuthHeader {
  readonly realm?: string | undefined
  /** Decoded, without the realm, in the order sent. */
  readonly pairs: readonly Pair[]
}

/** The value of the header. The realm comes first and is not part of the signature. */
export function formatOAuthHeader({ realm, pairs }: OAuthHeader): string {
  let text = realm === undefined ? 'OAuth ' : `OAuth realm="${quotedRealm(realm)}"`
  let separator = realm === undefined ? '' : ', '
  for (const [name, value] of pairs) {
    text += `${separator}${percentEncode(name)}="${percentEncode(value)}"`
    separator = ', '
  }
  return text
}

/**
 * Null for no header, or one of another scheme.
 *
 * @throws AuthlibError `invalid_request` (400) when it is malformed: a value without quotes or with a bare reserved
 *   character, more than 100 parameters, more than 16,384 characters
 */
export function parseOAuthHeader(header: string | null): OAuthHeader | null {
  const scheme = header === null ? null : SCHEME.exec(header)
  if (header === null || scheme === null) return null
  if (header.length > MAX_LENGTH) throw malformed()
  const pairs: Pair[] = []
  const endOfString = header.includes('\\') ? endOfEscaped : endOfPlain
  let realm: string | undefined
  let at = scheme[0].length
  for (let count = 0; ; count++) {
    at = skipBlanks(header, at)
    if (at === header.length) return { realm, pairs }
    if (count > MAX_PARAMETERS) throw malformed()
    if (header[at] === ',') {
      at++ // RFC 9110 §5.6.1.2: empty elements of a list are ignored
      continue
    }
    const name = nameAt(header, at)
    at = skipBlanks(header, at + name.length)
    if (header[at] !== '=') throw malformed()
    at = skipBlanks(header, at + 1)
    if (header[at] !== '"') throw malformed()
    const end = endOfString(header, at + 1)
    const value = header.slice(at + 1, end)
    if (name.length === 5 && name.toLowerCase() === 'realm') {
      if (realm !== undefined) throw malformed()
      realm = value.replace(/\\(.)/g, '$1')
    } else {
      // Clients exist that leave reserved characters of a signature as they are, so only a quote and a backslash are refused.
      if (endOfString === endOfEscaped && value.includes('\\')) throw malformed()
      pairs.push([decode(name), decode(value)])
    }
    at = skipBlanks(header, end + 1)
    if (at < header.length && header[at] !== ',') throw malformed()
  }
}

const SCHEME = /^[ \t]*oauth(?:[ \t]|$)/i
const MAX_LENGTH = 16_384
const MAX_PARAMETERS = 100

function skipBlanks(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

const NAME = /[\w.~%-]+/y

function nameAt(header: string, at: number): string {
  NAME.lastIndex = at
  if (!NAME.test(header)) throw malformed()
  return header.slice(at, NAME.lastIndex)
}

/** Where the closing quote is. */
function endOfPlain(text: string, start: number): number {
  const end = text.indexOf('"', start)
  if (end === -1) throw malformed()
  return end
}

/** The same where characters may be escaped. */
function endOfEscaped(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"') return at
    if (text[at] === '\\') at++
  }
  throw malformed()
}

function decode(text: string): string {
  if (!text.includes('%')) return text
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
