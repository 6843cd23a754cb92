/** Decrypting a JWE, RFC 7516 §5.2. Every cryptographic failure is the same `decryption_failed` (§11.5). */

import * as jose from 'jose'
import type { JweAlgorithmName, JweEncryptionName } from '../shared/algorithm-name.ts'
import { JoseError } from '../errors.ts'
import { invalidHeader } from '../jws/header.ts'
import { keyNotFound } from '../jws/signature.ts'
import { cryptoKeyFor } from './key.ts'
import {
  checkRecipient,
  type FlattenedJwe,
  type GeneralJwe,
  type JweHeader,
  type JweLimits,
  type JweRecipient,
  readJwe,
  splitCompact,
} from './parts.ts'
import { decryptByEngine, isForEngine } from './engine.ts'
import { checkImplementations, type JweImplementation } from './implementation.ts'
import { encryptionRefusal } from './rules.ts'
import { base64urlLength } from '../shared/base64url-length.ts'
import { checkBlock } from './rsa-block.ts'
import { Key } from '../keys/key.ts'
import type { KeySetLike } from '../keys/key-set.ts'
import { isObject } from '../shared/is-object.ts'
import { isUnsupported } from '../shared/with-fallback.ts'

export interface DecryptJweOptions {
  /** Key management algorithms that are accepted. Required, unless every key says its own (RFC 8725 §3.1). */
  readonly algorithms?: readonly JweAlgorithmName[] | undefined
  /** Content encryptions that are accepted. Default: all of RFC 7518 §5, and those passed in. */
  readonly encryptions?: readonly JweEncryptionName[] | undefined
  /** Longest token in characters, refused before decoding. Default 262,144. */
  readonly maxSize?: number | undefined
  /** Accepts a compressed plaintext of at most this many bytes. Default 0: compression is refused. */
  readonly maxInflated?: number | undefined
  /** Most iterations of PBES2 (`p2c`). Default 10,000. */
  readonly maxIterations?: number | undefined
  /** Algorithms and curves beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly JweImplementation[] | undefined
}

/** A JWE that could be decrypted. */
export interface DecryptedJwe {
  readonly header: JweHeader
  readonly plaintext: Uint8Array
  readonly key: Key
}

/** Decrypts a compact JWE. Throws a `JoseError`; a missing or empty argument is a `TypeError`. */
export async function decryptJwe(
  token: string,
  keys: Key | KeySetLike,
  options: DecryptJweOptions = {},
): Promise<DecryptedJwe> {
  checkArguments(keys, options)
  return decryptAny([splitCompact(token, limitsOf(options))], keys, options)
}

/** Decrypts a flattened or general JWE for the first recipient whose key is among ours. */
export async function decryptJweJson(
  jwe: FlattenedJwe | GeneralJwe,
  keys: Key | KeySetLike,
  options: DecryptJweOptions = {},
): Promise<DecryptedJwe> {
  checkArguments(keys, options)
  return decryptAny(readJwe(jwe, limitsOf(options)), keys, options)
}

/** Recipients that are not for us may have whatever is wrong with them: what counts is that one is right. */
async function decryptAny(
  parts: readonly FlattenedJwe[],
  keys: Key | KeySetLike,
  options: DecryptJweOptions,
): Promise<DecryptedJwe> {
  const limits = limitsOf(options)
  const failures: unknown[] = []
  for (const part of parts) {
    try {
      const recipient = checkRecipient(part, limits, options.implementations ?? [])
      if (parts.length > 1 && recipient.row.direct) throw invalidHeader('a direct algorithm has one recipient') // §5.1
      const candidates = await findKeys(keys, recipient.header, options)
      for (const key of candidates) {
        const plaintext = await decryptWith(recipient, key, limits, options.implementations ?? [])
        if (plaintext !== null) return { header: recipient.header, plaintext, key }
      }
      throw new JoseError('decryption_failed', 'The token could not be decrypted')
    } catch (error) {
      if (!(error instanceof JoseError)) throw error
      failures.push(error)
    }
  }
  throw failures.find((error) => error instanceof JoseError && error.code === 'decryption_failed') ?? failures[0]
}

async function findKeys(
  keys: Key | KeySetLike,
  { alg, enc, kid }: JweHeader,
  { algorithms, encryptions, implementations = [] }: DecryptJweOptions,
): Promise<readonly Key[]> {
  if (encryptions?.includes(enc) === false || (algorithms !== undefined && !algorithms.includes(alg))) {
    throw new JoseError('unsupported_algorithm', 'The algorithm is not allowed')
  }
  const refusal = keys instanceof Key ? encryptionRefusal(keys, alg, 'decrypt', implementations) : null
  if (refusal !== null) throw refusal
  const query = { alg, kid, fits: (key: Key) => encryptionRefusal(key, alg, 'decrypt', implementations) === null }
  const found = keys instanceof Key ? [keys] : await keys.find(query)
  const fit = found.filter(
    (key) => key.alg === alg || (key.alg === undefined ? algorithms !== undefined : alg === 'dir' && key.alg === enc),
  )
  if (fit.length === 0) throw keyNotFound(keys instanceof Key ? `the key is not for ${alg}` : keys.explain?.(query))
  return fit
}

/** Null for whatever went wrong. */
async function decryptWith(
  recipient: JweRecipient,
  key: Key,
  limits: JweLimits,
  implementations: readonly JweImplementation[],
): Promise<Uint8Array | null> {
  const { row, encryption } = recipient
  const decrypt = isForEngine(row, encryption, key, implementations) ? decryptByEngine : decryptByJose
  try {
    return await decrypt(recipient, key, limits, implementations)
  } catch (error) {
    if (isUnsupported(error)) throw error // by this runtime
    return null
  }
}

/** As `decryptByEngine`, elsewhere. */
export async function decryptByJose(
  { jwe, header }: JweRecipient,
  key: Key,
  { maxInflated, maxIterations }: JweLimits,
): Promise<Uint8Array> {
  if (key.kty === 'RSA') checkBlock(key, { length: base64urlLength(jwe.encrypted_key ?? '') })
  const { plaintext } = await jose.flattenedDecrypt(jwe, await cryptoKeyFor(key, header.alg, 'decrypt', header.enc), {
    // checked members
    keyManagementAlgorithms: [header.alg],
    contentEncryptionAlgorithms: [header.enc],
    maxPBES2Count: maxIterations,
    maxDecompressedLength: maxInflated,
  })
  return plaintext
}

function limitsOf({ maxSize = 262_144, maxInflated = 0, maxIterations = 10_000 }: DecryptJweOptions): JweLimits {
  return { maxSize, maxInflated, maxIterations }
}

function checkArguments(keys: unknown, { algorithms, encryptions, implementations = [] }: DecryptJweOptions): void {
  checkImplementations(implementations)
  for (const names of [algorithms, encryptions]) {
    if (names !== undefined && !(Array.isArray(names) && names.length > 0))
      throw new TypeError('algorithms and encryptions are lists that are not empty')
  }
  if (keys instanceof Key) {
    if (algorithms === undefined && keys.alg === undefined)
      throw new TypeError('Pass algorithms: the key does not say its own')
    return
  }
  if (!isObject(keys) || !('find' in keys)) throw new TypeError('A key or a key set is required')
}
