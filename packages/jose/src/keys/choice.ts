/** Which key for an algorithm, which algorithm for a key, and a set of keys to begin with. */

import type { AlgorithmName, JwsAlgorithmName } from '../shared/algorithm-name.ts'
import { type JwsAlgorithm, jwsAlgorithms } from '../algorithms.ts'
import { type JweAlgorithm, jweAlgorithms } from '../jwe/algorithms.ts'
import { encryptionRefusal } from '../jwe/rules.ts'
import type { Key } from './key.ts'
import { generateKey, type GenerateKeyOptions } from './generate.ts'
import { KeySet, type KeySetLike } from './key-set.ts'

/**
 * The signature algorithms a key is good for, what we would choose first: PSS before PKCS #1 v1.5 (RFC 8017 §8), the names
 * of RFC 9864 before `EdDSA`, which it deprecates. Empty: it is for no signature.
 */
export function signatureAlgorithmsFor(key: Key): readonly JwsAlgorithm[] {
  const operation = key.isPrivate ? 'sign' : 'verify'
  const fit = jwsAlgorithms.filter((alg) => key.supports(alg, operation))
  return fit.toSorted((a, b) => rank(a) - rank(b)) // the order of the table where there is nothing to say
}

function rank(alg: string): number {
  return alg === 'EdDSA' || alg.startsWith('RS') ? 1 : 0
}

/**
 * The key management algorithms a key is good for, what we would choose first: SHA-256 before SHA-1, wrapping before
 * direct agreement, which has one recipient only, passwords last. Empty: it is not for encryption.
 */
export function encryptionAlgorithmsFor(key: Key): readonly JweAlgorithm[] {
  const operation = key.isPrivate ? 'decrypt' : 'encrypt'
  const fit = jweAlgorithms.filter((alg) => encryptionRefusal(key, alg, operation, []) === null)
  return fit.toSorted((a, b) => encryptionRank(a) - encryptionRank(b))
}

function encryptionRank(alg: string): number {
  if (alg.startsWith('PBES2') || alg === 'RSA1_5') return 2
  return alg === 'RSA-OAEP' || alg === 'ECDH-ES' || alg === 'dir' ? 1 : 0
}

/** The first key of a set that signs with this algorithm, or null. */
export async function findSigningKey(keys: KeySetLike, alg: JwsAlgorithmName, kid?: string): Promise<Key | null> {
  const found = await keys.find({ alg, kid, operation: 'sign', fits: (key) => key.supports(alg, 'sign') })
  return found[0] ?? null
}

/** A fresh private or secret key for each algorithm. Name one twice to have two. An empty list is a `TypeError`. */
export async function generateKeySet(
  algorithms: readonly AlgorithmName[],
  options: Omit<GenerateKeyOptions, 'kid'> = {},
): Promise<KeySet> {
  if (algorithms.length === 0) throw new TypeError('An algorithm is required')
  return KeySet.of(...(await Promise.all(algorithms.map((alg) => generateKey(alg, options)))))
}
