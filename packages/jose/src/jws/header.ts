/** The protected header of a JWS: parsed once per distinct text. */

import { decodeText } from '#runtime'
import { JoseError } from '../errors.ts'
import type { Jwk } from '../keys/jwk.ts'
import { isNameList, isObject, isText, isTextList } from '../shared/is-object.ts'
import { readObject } from '../shared/read-object.ts'

/** Header parameters, RFC 7515 §4.1. */
export interface JwsHeader {
  readonly alg: string
  readonly typ?: string
  readonly cty?: string
  readonly kid?: string | undefined
  readonly crit?: readonly string[]
  readonly jwk?: Jwk
  readonly [name: string]: unknown
}

/** Parses and checks; `understood` are the names that `crit` may list. Throws `decode_error` or `invalid_header`. */
export function parseHeader(encoded: string, understood: readonly string[] = []): JwsHeader {
  return checkHeader(decodeHeader(encoded), understood)
}

/** Throws `exceeded_size` or `decode_error`. */
export function decodeHeader(encoded: string): Readonly<Record<string, unknown>> {
  if (encoded.length > 16_384) throw new JoseError('exceeded_size', 'The header is too large')
  return decodeObject(encoded)
}

/**
 * The headers of a JSON serialization, joined. Throws when a name is in both (RFC 7515 §7.2.1): what is protected cannot be
 * overridden. `crit` counts in the protected header only, and about names in it only (§4.1.11).
 */
export function parseHeaderObject(
  encoded: string | undefined,
  unprotected: Readonly<Record<string, unknown>> = {},
  understood: readonly string[] = [],
): { header: JwsHeader; protectedHeader: Partial<JwsHeader> } {
  const protectedHeader = encoded === undefined ? {} : decodeHeader(encoded)
  const header = checkHeader(joinHeaders(protectedHeader, unprotected), understood)
  if (protectedHeader['crit'] !== undefined) checkCritical(protectedHeader, understood)
  return { header, protectedHeader: protectedHeader } // its members are those of the joint header
}

/** Throws `invalid_header` when a name is in both, or the unprotected header holds what must be protected. */
export function joinHeaders(
  protectedHeader: Readonly<Record<string, unknown>>,
  unprotected: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  for (const name of Object.keys(unprotected)) {
    if (Object.hasOwn(protectedHeader, name)) throw invalidHeader('a name is in both headers')
    if (name === 'crit' || name === 'b64') throw invalidHeader(`${name} is not protected`) // RFC 7515 §4.1.11, RFC 7797 §3
  }
  return { ...unprotected, ...protectedHeader }
}

/** The JSON object in a base64url text. */
export function decodeObject(encoded: string): Readonly<Record<string, unknown>> {
  return readObject(
    () => decodeText(encoded),
    (cause) => decodeError(`not a JSON object in base64url${wayOut(encoded)}`, cause),
  )
}

function wayOut(encoded: string): string {
  if (encoded.includes(' ')) return ': pass the bare token, without `Bearer`'
  return encoded.endsWith('=') ? ', which has no padding' : ''
}

/** Not the serialization it should be; `reason` says why, without its text. */
export function decodeError(reason: string, cause?: unknown): JoseError {
  return new JoseError('decode_error', 'The token is malformed', { reason, cause })
}

/** Registered parameters that are strings. RFC 7515 §4.1 */
const texts = ['alg', 'typ', 'cty', 'kid', 'jku', 'x5u', 'x5t', 'x5t#S256']

function checkHeader(header: Readonly<Record<string, unknown>>, understood: readonly string[]): JwsHeader {
  const { alg, jwk, x5c, crit, b64 } = header
  if (alg === undefined) throw new JoseError('missing_algorithm', 'The header has no alg')
  for (const name of texts) if (!isText(header[name])) throw invalidHeader(`${name} is no string`)
  if (jwk !== undefined && !isObject(jwk)) throw invalidHeader('jwk is no object') // RFC 7515 §4.1.3
  if (x5c !== undefined && !(isTextList(x5c) && x5c.length > 0)) throw invalidHeader('x5c is no list of strings') // §4.1.6
  if (crit !== undefined) checkCritical(header, understood)
  // RFC 7797 §3, §6: false counts only when `crit` says so, and then only where it is understood
  const isUnencoded = b64 === false && isTextList(crit) && crit.includes('b64')
  if (b64 !== undefined && b64 !== true && !isUnencoded) throw invalidHeader('b64 is no boolean, or not critical')
  return Object.freeze(header) as JwsHeader // sound: alg is a string, as are the optional members
}

/** RFC 7515 §4.1.11. */
function checkCritical(header: Readonly<Record<string, unknown>>, understood: readonly string[]): void {
  const { crit } = header
  if (!isNameList(crit) || crit.length === 0 || !crit.every((name) => Object.hasOwn(header, name)))
    throw invalidHeader('crit is no list of different names that are there')
  if (!crit.every((name) => understood.includes(name)))
    throw new JoseError('unsupported_critical_header', 'A critical parameter is not understood')
}

/** Names of RFC 7515 §4.1: never critical. */
export const registeredParameters: readonly string[] = /* @__PURE__ */ texts.concat('jwk', 'x5c', 'crit')

/** The producer's half of the rule. Throws `invalid_header`. */
export function checkCriticalToSign(header: Readonly<Record<string, unknown>>): void {
  const { crit } = header
  if (crit === undefined) return
  if (Array.isArray(crit) && crit.some((name) => registeredParameters.includes(String(name))))
    throw invalidHeader('crit lists a registered name')
  checkCritical(header, Array.isArray(crit) ? crit.map(String) : [])
}

export function invalidHeader(reason: string): JoseError {
  return new JoseError('invalid_header', 'The header is invalid', { reason })
}
