/** `Authorization` and `WWW-Authenticate`, as the one who reads the first writes the second. RFC 9110 §11. */

import { TOKEN } from './http-token.ts'

/** The two parts of an `Authorization` header. */
export interface AuthorizationHeader {
  /** In lower case: schemes are case-insensitive. */
  readonly scheme: string
  /** What follows the scheme; empty when nothing does. */
  readonly value: string
}

/** Null when there is none or it is malformed. */
export function parseAuthorization(header: string | null): AuthorizationHeader | null {
  if (header === null) return null
  const text = header.trim()
  const space = text.indexOf(' ')
  const scheme = space === -1 ? text : text.slice(0, space)
  if (!TOKEN.test(scheme)) return null
  return { scheme: scheme.toLowerCase(), value: space === -1 ? '' : text.slice(space).trim() }
}

/** A `WWW-Authenticate` value. Throws a TypeError for characters that no quoted string may carry. */
export function challenge(scheme: string, params: Readonly<Record<string, string | undefined>>): string {
  const list = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${quote(value)}`))
  return list.length === 0 ? scheme : `${scheme} ${list.join(', ')}`
}

function quote(value: string): string {
  if (!/^[ -~]*$/.test(value)) throw new TypeError('A challenge carries printable ASCII only')
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
