/** JSON Web Signature in its compact form, RFC 7515 §7.1. */

import { type Awaitable, decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core'
import { encodeText } from '#runtime'
import { JoseError } from './errors.ts'
import { cachedHeader, decodeError, invalidHeader, type JwsHeader, parseHeader, rememberHeader } from './header.ts'
import { Key } from './key.ts'
import type { KeySetLike } from './key-set.ts'
import type { SigningInput } from './runtime/types.ts'

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
  return signInput(`${encodeHeader(name, key, null, header)}.${encodeBase64url(bytes)}`, key, name)
}

/** Verifies a compact token. Throws a `JoseError`; a missing or empty argument is a `TypeError`. */
export async function verifyJws(
  token: string,
  keys: VerificationKeys,
  { algorithms, maxSize = 262_144 }: VerifyJwsOptions = {},
): Promise<VerifiedJws> {
  const { header, payload, key } = await verifyCompact(token, keys, algorithms, maxSize)
  return { header, payload: decodeSegment(payload), key }
}

/** The parts of a compact token whose signature holds. The payload is still encoded: verify first, read later. */
export interface VerifiedParts {
  readonly header: JwsHeader
  readonly payload: string
  readonly key: Key
}

/** Synchronous where the runtime can be: a promise costs more than the rest of this function. */
export function verifyCompact(
  token: string,
  keys: VerificationKeys,
  algorithms: readonly string[] | undefined,
  maxSize: number,
): VerifiedParts | Promise<VerifiedParts> {
  checkArguments(keys, algorithms)
  if (typeof token !== 'string') throw decodeError('no text')
  if (token.length > maxSize) throw new JoseError('exceeded_size', 'The token is too large')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) throw decodeError('not three parts')
  const encoded = token.slice(0, first)
  const cached = cachedHeader(encoded)
  const header = cached ?? parseHeader(encoded)
  const key = verifySignature(header, keys, algorithms, token.slice(0, second), token.slice(second + 1))
  const finish = (verified: Key): VerifiedParts => {
    if (cached === null) rememberHeader(encoded, header)
    return { header, payload: token.slice(first + 1, second), key: verified }
  }
  return key instanceof Promise ? key.then(finish) : finish(key)
}

/** The key under which the signature holds, or throws. */
export function verifySignature(
  header: JwsHeader,
  keys: VerificationKeys,
  algorithms: readonly string[] | undefined,
  input: SigningInput,
  signature: string,
): Key | Promise<Key> {
  const { alg, kid } = header
  if (algorithms !== undefined && !algorithms.includes(alg)) throw unsupportedAlgorithm()
  if (typeof keys === 'function') {
    return Promise.resolve(keys(header)).then((found) => verifySignature(header, found, algorithms, input, signature))
  }
  const verifyWith = (candidates: readonly Key[]): Key | Promise<Key> => {
    if (candidates.length === 0) throw new JoseError('key_not_found', 'No key fits the token')
    const fixed = algorithms !== undefined ? candidates : candidates.filter((key) => key.alg !== undefined)
    if (fixed.length === 0) throw unsupportedAlgorithm()
    return firstThatVerifies(fixed, alg, input, signature)
  }
  if (keys instanceof Key) return verifyWith([keys])
  const found = keys.find({ kid, alg })
  return Array.isArray(found) ? verifyWith(found as readonly Key[]) : Promise.resolve(found).then(verifyWith) // an array is no promise
}

function firstThatVerifies(
  keys: readonly Key[],
  alg: string,
  input: SigningInput,
  signature: string,
): Key | Promise<Key> {
  const [key, ...others] = keys
  if (key === undefined) throw new JoseError('bad_signature', 'The signature is wrong')
  const verdict = key.verify(alg, input, signature)
  if (verdict === true) return key
  if (verdict === false) return firstThatVerifies(others, alg, input, signature)
  return verdict.then((holds) => (holds ? key : firstThatVerifies(others, alg, input, signature)))
}

/** Signs what is left and right of the first dot. */
export function signInput(input: string, key: Key, alg: string): Awaitable<string> {
  const signature = key.sign(alg, input)
  return typeof signature === 'string' ? `${input}.${signature}` : signature.then((text) => `${input}.${text}`)
}

/** The algorithm a key signs with. */
export function signingAlgorithm(key: Key, alg: string | undefined): string {
  if (!(key instanceof Key)) throw new TypeError('A key is required')
  const name = alg ?? key.alg
  if (name === undefined) throw new TypeError('Pass alg: the key does not say its algorithm')
  return name
}

/** Of each key, the encoded headers that consist of names alone. */
const encodedHeaders = new WeakMap<Key, Map<string, string>>()

/** The protected header in base64url, with the `kid` of the key. */
export function encodeHeader(alg: string, key: Key, typ: string | null, header?: Partial<JwsHeader>): string {
  const { kid } = key
  const plain = { ...(typ !== null && { typ }), ...(kid !== undefined && { kid }) }
  if (header !== undefined) {
    if (header.crit !== undefined) throw invalidHeader('crit is not supported here')
    return encodeText(JSON.stringify({ ...plain, ...header, alg }))
  }
  let known = encodedHeaders.get(key)
  if (known === undefined) encodedHeaders.set(key, (known = new Map()))
  const name = `${alg} ${typ}`
  let encoded = known.get(name)
  if (encoded === undefined) known.set(name, (encoded = encodeText(JSON.stringify({ alg, ...plain }))))
  return encoded
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

function unsupportedAlgorithm(): JoseError {
  return new JoseError('unsupported_algorithm', 'The algorithm is not allowed')
}
