/** JSON Web Signature in its compact form, RFC 7515 §7.1. */

import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core'
import { JoseError } from './errors.ts'
import { cachedHeader, decodeError, invalidHeader, type JwsHeader, parseHeader, rememberHeader } from './header.ts'
import { Key } from './key.ts'
import type { KeySetLike } from './key-set.ts'

/** Chooses by the header, which nobody has verified yet: the one way to trust a key that a token brings along. */
export type KeyResolver = (header: JwsHeader) => Key | KeySetLike | PromiseLike<Key | KeySetLike>

/** Where the keys come from. */
export type VerificationKeys = Key | KeySetLike | KeyResolver

export interface SignJwsOptions {
  /** Header parameters beside `alg`, and `kid` of the key. */
  readonly header?: Partial<JwsHeader>
  /** Default: the algorithm the key is for. */
  readonly alg?: string
}

export interface VerifyJwsOptions {
  /** The algorithms that are accepted. Required, unless every key says its own (RFC 8725 §3.1). */
  readonly algorithms?: readonly string[]
  /** Longest token in characters, refused before decoding. Default 262,144. */
  readonly maxSize?: number
}

/** A signature that holds. */
export interface VerifiedJws {
  readonly header: JwsHeader
  readonly payload: Uint8Array
  /** The key it holds for. */
  readonly key: Key
}

/** Signs bytes, or the UTF-8 of a text. */
export async function signJws(
  payload: Uint8Array | string,
  key: Key,
  { header, alg }: SignJwsOptions = {},
): Promise<string> {
  const name = signingAlgorithm(key, alg)
  const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload
  return signInput(`${encodeHeader(name, key, header)}.${encodeBase64url(bytes)}`, key, name)
}

/** Verifies a compact token. Throws a `JoseError`; a missing or empty argument is a `TypeError`. */
export async function verifyJws(
  token: string,
  keys: VerificationKeys,
  options: VerifyJwsOptions = {},
): Promise<VerifiedJws> {
  const { header, payload, key } = await verifyCompact(token, keys, options)
  return { header, payload: decodeSegment(payload), key }
}

/** The payload is left encoded: verify first, read later. */
export async function verifyCompact(
  token: string,
  keys: VerificationKeys,
  { algorithms, maxSize = 262_144 }: VerifyJwsOptions,
): Promise<{ header: JwsHeader; payload: string; key: Key }> {
  checkArguments(keys, algorithms)
  if (typeof token !== 'string') throw decodeError('no text')
  if (token.length > maxSize) throw new JoseError('exceeded_size', 'The token is too large')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) throw decodeError('not three parts')
  const encoded = token.slice(0, first)
  const cached = cachedHeader(encoded)
  const header = cached ?? parseHeader(encoded)
  const signature = decodeSegment(token.slice(second + 1))
  const key = await verifySignature(header, keys, algorithms, token.slice(0, second), signature)
  if (cached === null) rememberHeader(encoded, header)
  return { header, payload: token.slice(first + 1, second), key }
}

/** The key under which the signature holds, or throws. */
export async function verifySignature(
  header: JwsHeader,
  keys: VerificationKeys,
  algorithms: readonly string[] | undefined,
  input: string | Uint8Array,
  signature: Uint8Array,
): Promise<Key> {
  const { alg, kid } = header
  if (algorithms !== undefined && !algorithms.includes(alg)) throw unsupportedAlgorithm()
  const source = typeof keys === 'function' ? await keys(header) : keys
  if (source instanceof Key) {
    if (algorithms === undefined && source.alg === undefined) throw unsupportedAlgorithm()
    const verifier = source.verifier(alg)
    const run = typeof verifier === 'function' ? verifier : await verifier
    const verdict = run(input, signature)
    if (verdict !== true && (verdict === false || !(await verdict))) throw badSignature()
    return source
  }
  const found = source.find({ kid, alg })
  const candidates = isPromiseLike(found) ? await found : found
  const fixed = algorithms === undefined ? candidates.filter((key) => key.alg === alg) : candidates
  if (fixed.length === 0) throw new JoseError('key_not_found', 'No key fits the token')
  for (const key of fixed) {
    const verifier = key.verifier(alg)
    const run = typeof verifier === 'function' ? verifier : await verifier
    const verdict = run(input, signature)
    if (verdict === true || (verdict !== false && (await verdict))) return key
  }
  throw badSignature()
}

/** Signs what is left and right of the first dot. */
export async function signInput(input: string, key: Key, alg: string): Promise<string> {
  const signer = key.signer(alg)
  const sign = typeof signer === 'function' ? signer : await signer
  const signature = sign(input)
  return `${input}.${encodeBase64url(signature instanceof Uint8Array ? signature : await signature)}`
}

/** The algorithm a key signs with. */
export function signingAlgorithm(key: Key, alg: string | undefined): string {
  if (!(key instanceof Key)) throw new TypeError('A key is required')
  const name = alg ?? key.alg
  if (name === undefined) throw new TypeError('Pass alg: the key does not say its algorithm')
  return name
}

/** The protected header in base64url. `alg` cannot be overridden. */
export function encodeHeader(alg: string, key: Key, header: Partial<JwsHeader> = {}): string {
  if (header.crit !== undefined) throw invalidHeader('crit is not supported here')
  const { kid } = key
  return encodeBase64url(encodeUtf8(JSON.stringify({ ...(kid !== undefined && { kid }), ...header, alg })))
}

function checkArguments(keys: unknown, algorithms: readonly string[] | undefined): void {
  if (algorithms !== undefined && algorithms.length === 0) throw new TypeError('algorithms is empty')
  if (keys instanceof Key || typeof keys === 'function') return
  if (typeof keys === 'object' && keys !== null && 'find' in keys && !Array.isArray(keys)) return
  throw new TypeError('A key, a key set or a resolver is required')
}

export function decodeSegment(text: string): Uint8Array {
  try {
    return decodeBase64url(text)
  } catch (cause) {
    throw decodeError('not base64url', cause)
  }
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown }).then === 'function' // a look at one property
}

function badSignature(): JoseError {
  return new JoseError('bad_signature', 'The signature is wrong')
}

function unsupportedAlgorithm(): JoseError {
  return new JoseError('unsupported_algorithm', 'The algorithm is not allowed')
}
