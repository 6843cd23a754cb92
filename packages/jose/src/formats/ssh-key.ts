/** Public keys as OpenSSH writes them: `ssh-ed25519 AAAA… comment`. RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4 */

import { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { joinBytes, withLength } from '../shared/join-bytes.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { readPoint } from './ec-point.ts'

/** Curves by the name that OpenSSH has for them. */
export const ecdsaCurves = { nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521' } as const

/** Whether a string starts as such a key does. */
export function isSshKey(text: string): boolean {
  return /^(?:ssh-|ecdsa-sha2-)/.test(text)
}

/** Throws `invalid_key`. */
export function jwkFromSsh(line: string): Jwk {
  const [type = '', body = ''] = line.trim().split(/\s+/, 2)
  const [inner, ...fields] = readStrings(decode(body))
  if (ascii(inner) !== type) throw invalidKey('two different types')
  if (type === 'ssh-rsa' && fields.length === 2) {
    const [e, n] = fields.map(readInteger)
    return { kty: 'RSA', n: n ?? '', e: e ?? '' }
  }
  if (type === 'ssh-ed25519' && fields.length === 1)
    return { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(fields[0] ?? inner) }
  const name = ascii(fields[0])
  if (type !== `ecdsa-sha2-${name}` || !Object.hasOwn(ecdsaCurves, name) || fields.length !== 2)
    throw invalidKey('unknown type')
  const crv = ecdsaCurves[name as keyof typeof ecdsaCurves] // an own name of the table
  const [, point = inner] = fields
  return { kty: 'EC', ...readPoint(crv, point) }
}

/** The line without a comment. Throws `invalid_key` for what OpenSSH has no keys of. */
export function writeSsh(jwk: Jwk): string {
  const [type, ...fields] = sshFields(jwk)
  const strings = [encodeUtf8(type), ...fields].map(withLength)
  return `${type} ${encodeBase64(joinBytes(...strings))}`
}

function sshFields({ kty, crv = '', x = '', y = '', n = '', e = '' }: Jwk): [string, ...Uint8Array[]] {
  if (kty === 'RSA') return ['ssh-rsa', writeInteger(e), writeInteger(n)]
  if (crv === 'Ed25519') return ['ssh-ed25519', decodeBase64url(x)]
  const [name] = Object.entries(ecdsaCurves).find(([, curve]) => curve === crv) ?? []
  if (name === undefined) throw invalidKey('OpenSSH has no such keys')
  const point = joinBytes(Uint8Array.of(4), decodeBase64url(x), decodeBase64url(y))
  return [`ecdsa-sha2-${name}`, encodeUtf8(name), point]
}

/** Strings with a length of four bytes before them, and nothing else. RFC 4251 §5 */
function readStrings(bytes: Uint8Array): [Uint8Array, ...Uint8Array[]] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const strings: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw invalidKey('cut off')
    const end = at + 4 + view.getUint32(at)
    if (end > bytes.length) throw invalidKey('cut off')
    strings.push(bytes.subarray(at + 4, end))
    at = end
  }
  const [first, ...rest] = strings
  if (first === undefined) throw invalidKey('empty')
  return [first, ...rest]
}

/** A positive mpint without its sign byte. */
function readInteger(bytes: Uint8Array): string {
  if ((bytes[0] ?? 0x80) > 0x7f) throw invalidKey('not a positive integer')
  return encodeBase64url(bytes[0] === 0 ? bytes.subarray(1) : bytes)
}

function writeInteger(text: string): Uint8Array {
  const bytes = decodeBase64url(text)
  return (bytes[0] ?? 0) > 0x7f ? joinBytes(Uint8Array.of(0), bytes) : bytes
}

function decode(body: string): Uint8Array {
  try {
    return decodeBase64(body)
  } catch (cause) {
    throw invalidKey('not base64', cause)
  }
}

function ascii(bytes: Uint8Array | undefined): string {
  return String.fromCharCode(...(bytes ?? []).slice(0, 64))
}
