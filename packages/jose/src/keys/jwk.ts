/** JSON Web Keys, RFC 7517, decoded strictly before any library sees them. */

import { decodeBase64urlOrNull } from '@authlib/core/kit'
import { type Curve, curves, findJwsRow, type KeyType } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { pick } from '../shared/pick.ts'
import { isNameList, isObject } from '../shared/is-object.ts'

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

/** The members that make a key: those of the public half, and what only its owner has. */
interface KeyMembers {
  readonly open: readonly string[]
  readonly secret: readonly string[]
}

/** RFC 7518 §6, RFC 8037 §2, RFC 9964 §3; in the order of the specifications. */
export const keyMembers: Readonly<Record<KeyType, KeyMembers>> = {
  oct: { open: [], secret: ['k'] },
  RSA: { open: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  EC: { open: ['crv', 'x', 'y'], secret: ['d'] },
  OKP: { open: ['crv', 'x'], secret: ['d'] },
  AKP: { open: ['alg', 'pub'], secret: ['priv'] },
}

const attributes = ['kid', 'use', 'alg']

/** What only the owner of a key has, whatever its type. */
export const privateMembers: readonly string[] = /* @__PURE__ */ secretNames()

/** A key set as JSON, RFC 7517 §5. */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

export interface ParseJwkOptions {
  readonly allowWeak?: boolean | undefined
  /** Finds the row of an algorithm, which says how long an AKP key is. Default: that of the table. */
  readonly findRow?: typeof findJwsRow
}

/**
 * The JWK with nothing in it but what we know, or throws `invalid_key`. Coordinates have their full length, integers no
 * leading zeros, RSA keys at least 2,048 bits (RFC 7518 §3.3), so that one key has one form and every runtime gives one
 * verdict.
 */
export function parseJwk(value: unknown, options: ParseJwkOptions = {}): Jwk {
  if (!isObject(value)) throw invalidKey('not a JSON object')
  const kty = value['kty']
  if (typeof kty !== 'string' || !Object.hasOwn(keyMembers, kty)) throw invalidKey('unknown kty')
  const { open, secret } = keyMembers[kty as KeyType] // sound: an own name of the table
  const names = isPrivateJwk(value as Jwk) ? [...open, ...secretsOf(value, secret)] : open
  checkMaterial(value as Jwk, names, options) // kty is a string, the rest is looked at there
  for (const name of attributes) if (value[name] !== undefined) requiredText(value, name)
  return { ...pickMembers(value, [...names, ...attributes]), ...keyOpsOf(value) }
}

/** RFC 7518 §6.3.2: of an RSA key the factors, all or none. They are recovered when it signs or decrypts. */
function secretsOf(jwk: Readonly<Record<string, unknown>>, secret: readonly string[]): readonly string[] {
  return jwk['kty'] === 'RSA' && secret.every((name) => name === 'd' || jwk[name] === undefined) ? ['d'] : secret
}

/** Whether a parsed JWK has what only the owner of the key has. */
export function isPrivateJwk(jwk: Jwk): boolean {
  return keyMembers[jwk.kty as KeyType].secret.some((name) => jwk[name] !== undefined)
}

/** Of a parsed JWK the members that make the key. */
export function materialOf(jwk: Jwk): Jwk {
  const { open, secret } = keyMembers[jwk.kty as KeyType]
  return pickMembers(jwk, [...open, ...secret])
}

/** Of a parsed JWK the members that verify: of a secret, the secret itself. */
export function publicMaterialOf(jwk: Jwk): Jwk {
  const { open, secret } = keyMembers[jwk.kty as KeyType]
  return pickMembers(jwk, jwk.kty === 'oct' ? secret : open)
}

/** Of a parsed JWK what may be shown. */
export function publicHalfOf(jwk: Jwk): Jwk {
  return pickMembers(jwk, [...keyMembers[jwk.kty as KeyType].open, ...attributes, 'key_ops'])
}

function pickMembers(jwk: Readonly<Record<string, unknown>>, names: readonly string[]): Jwk {
  return pick(jwk, ['kty', ...names]) as Jwk // sound: it has one, or was never parsed
}

function checkMaterial(material: Jwk, names: readonly string[], options: ParseJwkOptions): void {
  switch (material.kty) {
    case 'oct':
      if (octets(material, 'k').length === 0 || KEY_TEXT.test(material.k!))
        // RFC 8725 §2.1
        throw invalidKey('k is empty, or a key of another kind')
      break
    case 'RSA':
      if (material['oth'] !== undefined) throw invalidKey('more than two primes')
      checkRsa(names.map((name) => integer(material, name)) as [Uint8Array, Uint8Array], options) // n and e come first
      break
    default: {
      const lengths = material.kty === 'AKP' ? akpLengths(material, options) : curveLengths(material)
      for (const name of names.slice(1)) {
        if (octets(material, name).length !== lengths[name]) throw invalidKey(`${name} has the wrong length`)
      }
    }
  }
}

/** How PEM, its base64, and keys of OpenSSH (`ssh-`, `ecds`) begin, in base64url. `importKey` looks closer. */
const KEY_TEXT = /^(LS0tLS1C|TFMwdExT|c3NoL|ZWNkc2)/

/** How many bytes each member has. */
type Lengths = Readonly<Record<string, number | undefined>>

/** RFC 7518 §6.2.1.2: the full size of a coordinate. RFC 8037 §2: there is one. */
function curveLengths(material: Jwk): Lengths {
  const crv = requiredText(material, 'crv')
  const { size, kty } = Object.hasOwn(curves, crv) ? curves[crv as Curve] : {} // sound: an own name of the table
  if (kty !== material.kty) throw invalidKey('crv is not for this kty')
  return { x: size, y: size, d: size }
}

/** The algorithm says what the octets are; the seed has 32. RFC 9964 §3, §4 */
function akpLengths({ alg = '' }: Jwk, { findRow = findJwsRow }: ParseJwkOptions): Lengths {
  const row = findRow(alg)
  if (row?.publicLength === undefined) throw invalidKey('alg is not for this kty')
  return { pub: row.publicLength, priv: row.privateLength ?? 32 }
}

function checkRsa([modulus, exponent]: readonly [Uint8Array, Uint8Array], { allowWeak }: ParseJwkOptions): void {
  const bits = modulus.length * 8 - Math.clz32(modulus[0]!) + 24 // not empty
  if (bits < 2048 && !allowWeak) throw invalidKey('RSA key under 2048 bits') // RFC 7518 §3.3
  if (modulus.length > 2048 || exponent.length > 8) throw invalidKey('RSA key too large') // 16,384 bits: the limit of OpenSSL
  if (isEven(modulus)) throw invalidKey('n is even')
  if (isEven(exponent) || (exponent.length === 1 && exponent[0] === 1)) throw invalidKey('e is even or 1')
}

/** With the further primes, which are not for us: RFC 7518 §6.3.2.7. */
function secretNames(): readonly string[] {
  return [...new Set(Object.values(keyMembers).flatMap(({ secret }) => secret)), 'oth']
}

/** No one else's list: a key stays what it is. */
function keyOpsOf({ key_ops: value }: Readonly<Record<string, unknown>>): Pick<Jwk, 'key_ops'> {
  if (value === undefined) return {}
  if (!isNameList(value)) throw invalidKey('key_ops is no list of different names') // RFC 7517 §4.3
  return { key_ops: Object.freeze([...value]) }
}

function integer(material: Jwk, name: string): Uint8Array {
  const value = octets(material, name)
  if (!value[0]) throw invalidKey(`${name} is empty or has leading zeros`) // RFC 7518 §2
  return value
}

function octets(material: Jwk, name: string): Uint8Array {
  return decodeMember(requiredText(material, name), name)
}

/** The bytes of a member, strictly. Throws `invalid_key`. */
export function decodeMember(text: string, name: string): Uint8Array {
  const bytes = decodeBase64urlOrNull(text)
  if (bytes === null) throw invalidKey(`${name} is not base64url${text.endsWith('=') ? ', which has no padding' : ''}`)
  return bytes
}

function requiredText(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name]
  if (typeof value !== 'string') throw invalidKey(`${name} is missing or not a string`)
  return value
}

function isEven(octets: Uint8Array): boolean {
  return (octets.at(-1)! & 1) === 0 // an integer has one
}

/** The key is no good; `reason` says which member, never its value. */
export function invalidKey(reason: string, cause?: unknown): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', { reason, cause })
}
