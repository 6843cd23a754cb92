/** JSON Web Keys, RFC 7517, decoded strictly before any library sees them. */

import { decodeBase64url } from '@authlib/core'
import { type Curve, curves, findJwsRow, type JwsRow } from './algorithms.ts'
import { JoseError } from './errors.ts'
import { hasRocaFingerprint } from './roca.ts'
import { present } from './keys/present.ts'
import { isObject } from './is-object.ts'

/** A key as JSON. */
export interface Jwk {
  readonly kty: string
  readonly kid?: string
  readonly use?: string
  readonly alg?: string
  readonly key_ops?: readonly string[]
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
  readonly d?: string
  readonly p?: string
  readonly q?: string
  readonly dp?: string
  readonly dq?: string
  readonly qi?: string
  readonly k?: string
  readonly pub?: string
  readonly priv?: string
  readonly [name: string]: unknown
}

/** What only the owner of a key has, whatever its type. RFC 7518 §6, RFC 8037 §2, RFC 9964 §3 */
export const privateMembers: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** A key set as JSON, RFC 7517 §5. */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** A JWK taken apart. */
export interface ParsedJwk {
  /** Only the members that make the key, in the order of the specification. */
  readonly material: Jwk
  readonly isPrivate: boolean
  readonly kid?: string
  readonly use?: string
  readonly alg?: string
  readonly keyOps?: readonly string[]
}

export interface ParseJwkOptions {
  readonly allowWeak?: boolean
  /** Beyond those of the table: they say what an AKP of theirs looks like. */
  readonly rows?: readonly JwsRow[]
}

/**
 * Reads a JWK, or throws `invalid_key`. Coordinates have their full length, integers no leading zeros, RSA keys at
 * least 2,048 bits (RFC 7518 §3.3), so that one key has one form and every runtime gives one verdict.
 */
export function parseJwk(value: unknown, { allowWeak = false, rows = [] }: ParseJwkOptions = {}): ParsedJwk {
  if (!isObject(value)) throw invalidKey('not a JSON object')
  const material = readMaterial(value, allowWeak, rows)
  return {
    material,
    isPrivate: material.kty === 'oct' || material.d !== undefined || material.priv !== undefined,
    ...present({
      kid: optionalText(value, 'kid'),
      use: optionalText(value, 'use'),
      alg: optionalText(value, 'alg'),
      keyOps: readKeyOps(value['key_ops']),
    }),
  }
}

function readMaterial(members: Readonly<Record<string, unknown>>, allowWeak: boolean, rows: readonly JwsRow[]): Jwk {
  switch (members['kty']) {
    case 'oct':
      return readOct(members)
    case 'RSA':
      return readRsa(members, allowWeak)
    case 'EC':
    case 'OKP':
      return readPoint(members, members['kty'])
    case 'AKP':
      return readAkp(members, rows)
    default:
      throw invalidKey('unknown kty')
  }
}

function readOct(members: Readonly<Record<string, unknown>>): Jwk {
  const k = requiredText(members, 'k')
  if (decodeMember(k, 'k').length === 0) throw invalidKey('k is empty')
  return { kty: 'oct', k }
}

/** RFC 7518 §6.2.1.2: the full size of a coordinate. RFC 8037 §2: there is one. */
function readPoint(members: Readonly<Record<string, unknown>>, kty: 'EC' | 'OKP'): Jwk {
  const [crv, size] = readCurve(members, kty)
  const x = fixed(members, 'x', size)
  return {
    kty,
    crv,
    x,
    ...(kty === 'EC' && { y: fixed(members, 'y', size) }),
    ...(members['d'] !== undefined && { d: fixed(members, 'd', size) }),
  }
}

const SEED = 32 // bytes: RFC 9964 §4

/** The algorithm says what the octets are. RFC 9964 §3 */
function readAkp(members: Readonly<Record<string, unknown>>, rows: readonly JwsRow[]): Jwk {
  const alg = requiredText(members, 'alg')
  const row = findJwsRow(alg) ?? rows.find((other) => other.alg === alg)
  if (row?.publicLength === undefined) throw invalidKey('alg is not for this kty')
  const pub = fixed(members, 'pub', row.publicLength)
  return {
    kty: 'AKP',
    alg,
    pub,
    ...(members['priv'] !== undefined && { priv: fixed(members, 'priv', row.privateLength ?? SEED) }),
  }
}

const MAX_MODULUS = 2048 // bytes: 16,384 bits, the limit of OpenSSL
const factors = ['p', 'q', 'dp', 'dq', 'qi'] as const

function readRsa(members: Readonly<Record<string, unknown>>, allowWeak: boolean): Jwk {
  const n = integer(members, 'n')
  const e = integer(members, 'e')
  const modulus = decodeMember(n, 'n')
  const exponent = decodeMember(e, 'e')
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  if (bits < 2048 && !allowWeak) throw invalidKey('RSA key under 2048 bits') // RFC 7518 §3.3
  if (modulus.length > MAX_MODULUS || exponent.length > 8) throw invalidKey('RSA key too large')
  if (!isOdd(modulus)) throw invalidKey('n is even')
  if (!isOdd(exponent) || (exponent.length === 1 && exponent[0] === 1)) throw invalidKey('e is even or 1')
  if (hasRocaFingerprint(modulus) && !allowWeak) throw invalidKey('made by a faulty library (ROCA)')
  if (members['d'] === undefined) return { kty: 'RSA', n, e }
  if (members['oth'] !== undefined) throw invalidKey('more than two primes')
  const d = integer(members, 'd')
  const given = factors.filter((name) => members[name] !== undefined)
  if (given.length !== factors.length) throw invalidKey('some of p, q, dp, dq, qi are missing') // RFC 7518 §6.3.2
  const [p, q, dp, dq, qi] = factors.map((name) => integer(members, name)) as [string, string, string, string, string] // one per factor
  return { kty: 'RSA', n, e, d, p, q, dp, dq, qi }
}

function readCurve(members: Readonly<Record<string, unknown>>, kty: 'EC' | 'OKP'): [Curve, number] {
  const crv = members['crv']
  if (typeof crv !== 'string' || !Object.hasOwn(curves, crv)) throw invalidKey('unknown crv')
  const { kty: expected, size } = curves[crv as Curve] // sound: an own name of the table
  if (kty !== expected) throw invalidKey('crv does not belong to kty')
  return [crv as Curve, size]
}

function readKeyOps(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw invalidKey('key_ops is no list of strings')
  if (new Set(value).size !== value.length) throw invalidKey('key_ops repeats a value') // RFC 7517 §4.3
  return value // checked above
}

function fixed(members: Readonly<Record<string, unknown>>, name: string, size: number): string {
  const text = requiredText(members, name)
  if (decodeMember(text, name).length !== size) throw invalidKey(`${name} has the wrong length`)
  return text
}

function integer(members: Readonly<Record<string, unknown>>, name: string): string {
  const text = requiredText(members, name)
  const octets = decodeMember(text, name)
  if (octets.length === 0 || octets[0] === 0) throw invalidKey(`${name} is empty or has leading zeros`) // RFC 7518 §2
  return text
}

/** The bytes of a member, strictly. Throws `invalid_key`. */
export function decodeMember(text: string, name: string): Uint8Array {
  try {
    return decodeBase64url(text)
  } catch (cause) {
    throw invalidKey(`${name} is not base64url`, cause)
  }
}

function requiredText(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name]
  if (typeof value !== 'string') throw invalidKey(`${name} is missing or not a string`)
  return value
}

function optionalText(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return members[name] === undefined ? undefined : requiredText(members, name)
}

function isOdd(octets: Uint8Array): boolean {
  return ((octets.at(-1) ?? 0) & 1) === 1
}

/** The key is no good; `reason` says which member, never its value. */
export function invalidKey(reason: string, cause?: unknown): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', { reason, cause })
}
