/** The protected header of a JWS: parsed once per distinct text. */

import { parseJson } from '@authlib/core'
import { decodeText } from '#runtime'
import { JoseError } from './errors.ts'
import type { Jwk } from './jwk.ts'

/** Header parameters, RFC 7515 §4.1. */
export interface JwsHeader {
  readonly alg: string
  readonly typ?: string
  readonly cty?: string
  readonly kid?: string
  readonly crit?: readonly string[]
  readonly jwk?: Jwk
  readonly [name: string]: unknown
}

const MAX_HEADER = 16_384 // characters
const MAX_CACHED = 256 // characters: the headers of ordinary tokens
const CACHE_SIZE = 200

let recent = new Map<string, JwsHeader>()
let older = new Map<string, JwsHeader>()

/** The parsed header of a token that has verified before with this very text, or null. */
export function cachedHeader(encoded: string): JwsHeader | null {
  const header = recent.get(encoded) ?? older.get(encoded)
  return header ?? null
}

/** Remembers a header under which a signature has just verified: strangers cannot fill the cache. */
export function rememberHeader(encoded: string, header: JwsHeader): void {
  if (encoded.length > MAX_CACHED || header.crit !== undefined) return
  if (recent.size >= CACHE_SIZE) {
    older = recent
    recent = new Map()
  }
  recent.set(encoded, deepFreeze(header))
}

/** Parses and checks; `understood` are the names that `crit` may list. Throws `decode_error` or `invalid_header`. */
export function parseHeader(encoded: string, understood: readonly string[] = []): JwsHeader {
  if (encoded.length > MAX_HEADER) throw new JoseError('exceeded_size', 'The header is too large')
  return checkHeader(decodeObject(encoded), understood)
}

/** The JSON object in a base64url text. */
export function decodeObject(encoded: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = parseJson(decodeText(encoded))
  } catch (cause) {
    throw decodeError('not JSON in base64url', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw decodeError('not a JSON object')
  return value as Readonly<Record<string, unknown>> // sound: neither null nor an array
}

/** Not the serialization it should be; `reason` says why, without its text. */
export function decodeError(reason: string, cause?: unknown): JoseError {
  return new JoseError('decode_error', 'The token is malformed', { reason, cause })
}

function checkHeader(header: Readonly<Record<string, unknown>>, understood: readonly string[]): JwsHeader {
  const { alg } = header
  if (alg === undefined) throw new JoseError('missing_algorithm', 'The header has no alg')
  for (const name of ['alg', 'typ', 'cty', 'kid']) {
    if (header[name] !== undefined && typeof header[name] !== 'string') throw invalidHeader(`${name} is no string`)
  }
  if (header['crit'] !== undefined || Object.hasOwn(header, 'crit')) checkCritical(header, understood)
  if (header['b64'] !== undefined && !understood.includes('b64')) throw invalidHeader('b64 is not expected') // RFC 7797 §7
  return header as JwsHeader // sound: alg is a string, as are the optional members
}

/** RFC 7515 §4.1.11. */
function checkCritical(header: Readonly<Record<string, unknown>>, understood: readonly string[]): void {
  const { crit } = header
  if (!Array.isArray(crit) || crit.length === 0) throw invalidHeader('crit is no list, or empty')
  if (new Set(crit).size !== crit.length) throw invalidHeader('crit repeats a name')
  for (const name of crit as unknown[]) {
    if (typeof name !== 'string' || !Object.hasOwn(header, name)) throw invalidHeader('crit lists what is not there')
    if (!understood.includes(name))
      throw new JoseError('unsupported_critical_header', 'The header has a critical parameter that is not understood')
  }
}

export function invalidHeader(reason: string): JoseError {
  return new JoseError('invalid_header', 'The header is invalid', { reason })
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
