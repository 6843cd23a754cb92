/** What all serializations of a JWS share: one signature, made or checked. RFC 7515 §5 */

import type { Awaitable } from '@authlib/core'
import { encodeText } from '#runtime'
import { JoseError } from '../errors.ts'
import { checkCriticalToSign, type JwsHeader } from './header.ts'
import { Key } from '../keys/key.ts'
import type { KeySetLike } from '../keys/key-set.ts'
import { perKey } from '../keys/per-key.ts'
import { sign } from '../keys/sign.ts'
import type { SigningInput } from '../runtime/types.ts'
import { isObject } from '../shared/is-object.ts'

/**
 * Chooses by the header, which no one has verified yet: the one way to trust a key that a token brings along. Null when
 * there is no key.
 */
export type KeyResolver = (header: JwsHeader) => Awaitable<Key | KeySetLike | null>

/** Where the keys come from. */
export type VerificationKeys = Key | KeySetLike | KeyResolver

/** A wrong argument is the caller's mistake, whatever the token is. */
export function checkArguments(keys: unknown, algorithms: readonly string[] | undefined): void {
  if (algorithms !== undefined && !(Array.isArray(algorithms) && algorithms.length > 0))
    throw new TypeError('algorithms must be an array that is not empty')
  if (typeof keys !== 'function') checkKeys(keys)
}

function checkKeys(keys: unknown): asserts keys is Key | KeySetLike {
  if (keys instanceof Key || (isObject(keys) && typeof keys['find'] === 'function')) return
  throw new TypeError('A key, a key set or a resolver is required: see importKey')
}

/** The key under which the signature holds, or throws. */
export function verifySignature(
  header: JwsHeader,
  keys: VerificationKeys,
  algorithms: readonly string[] | undefined,
  input: SigningInput,
  signature: string,
): Key | Promise<Key> {
  const { kid, alg } = header
  if (algorithms !== undefined && !algorithms.includes(alg)) throw unsupportedAlgorithm()
  if (typeof keys === 'function')
    return Promise.resolve(keys(header)).then((found: Key | KeySetLike | null | undefined) => {
      if (found === null || found === undefined) throw keyNotFound('the resolver found none')
      checkKeys(found) // a JWK, or another resolver
      return verifySignature(header, found, algorithms, input, signature)
    })
  const set: KeySetLike = keys instanceof Key ? { find: () => [keys] } : keys
  const query = { kid, alg } // and nothing else of what a stranger wrote
  const verify = (candidates: readonly Key[]): Key | Promise<Key> => {
    if (candidates.length === 0) throw keyNotFound(set.explain?.(query))
    const fixed = candidates.filter((key) => (algorithms ?? key.alg) !== undefined)
    if (fixed.length === 0) throw unsupportedAlgorithm('Pass `algorithms`, or import the key with its `alg`')
    return firstThatVerifies(fixed, alg, input, signature)
  }
  const found = set.find(query)
  return Array.isArray(found) ? verify(found) : Promise.resolve(found).then(verify) // an array is no promise
}

/** No key of a set is for the token. */
export function keyNotFound(reason?: string): JoseError {
  return new JoseError('key_not_found', 'No key matches the token', { reason })
}

/** Signs what is left and right of the first dot. */
export function signInput(input: string, key: Key, alg: string): Awaitable<string> {
  const signature = sign(key, alg, input)
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
const encodedHeaders = /* @__PURE__ */ perKey<string>()

/** The protected header in base64url, with the `kid` of the key. */
export function encodeHeader(alg: string, key: Key, typ: string | null, header?: Partial<JwsHeader>): string {
  const { kid } = key
  const plain = { ...(typ !== null && { typ }), ...(kid !== undefined && { kid }) }
  if (header !== undefined) {
    const whole = { ...plain, ...header, alg }
    checkCriticalToSign(whole)
    return encodeText(JSON.stringify(whole))
  }
  const name = typ === null ? alg : `${alg} ${typ}`
  return encodedHeaders(key, name, () => encodeText(JSON.stringify({ alg, ...plain })))
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

function unsupportedAlgorithm(hint?: string): JoseError {
  return new JoseError('unsupported_algorithm', 'The algorithm is not allowed', { hint })
}
