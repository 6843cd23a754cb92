/** The private side of a key set: what an issuer signs with and what it publishes. */

import type { Awaitable } from '@authlib/core'
import { JoseError } from '../errors.ts'
import type { JwkSet } from './jwk.ts'
import type { Key } from './key.ts'
import { KeySet, type KeySetLike } from './key-set.ts'

/** Keys that may rotate while running; a key management service fits too. */
export interface SigningKeys {
  /** The algorithms there is a key for, the preferred one first. */
  readonly algorithms: readonly string[]
  /** The key to sign with now. Without `alg`, that of the first algorithm. Rejects with `key_not_found`. */
  signingKey(alg?: string): Awaitable<Key>
  /** What to publish: public halves only, those of the coming and the retiring keys too. */
  jwks(): Awaitable<JwkSet>
  /** The same keys, for verifying what was signed with them. One that may rotate looks again for a `kid` that it does not know. */
  keySet(): Awaitable<KeySetLike>
}

/**
 * Keys that never change. Each has an `alg` and, unless it is a secret, a `kid`, and one is private: otherwise a `TypeError`.
 * The first of an algorithm signs, the others only verify.
 */
export function staticKeys(keys: readonly Key[]): SigningKeys {
  const byAlg = new Map<string, Key>()
  for (const key of keys) {
    if (key.alg === undefined) throw new TypeError('A signing key must name its algorithm (`alg`)')
    if (key.kty !== 'oct' && key.kid === undefined) throw new TypeError('A signing key must have a `kid`')
    if (key.isPrivate && !byAlg.has(key.alg)) byAlg.set(key.alg, key)
  }
  const algorithms = [...byAlg.keys()]
  const [preferred] = algorithms
  if (preferred === undefined) throw new TypeError('At least one private key is required')
  const keySet = KeySet.of(...keys)
  const jwks = keySet.toJSON()
  return {
    algorithms,
    signingKey(alg = preferred) {
      const key = byAlg.get(alg)
      if (key === undefined) throw noSigningKey()
      return key
    },
    jwks: () => jwks,
    keySet: () => keySet,
  }
}

/** There is no key for the algorithm. Status 500: what is asked for was announced, or is a mistake in configuration. */
export function noSigningKey(): JoseError {
  return new JoseError('key_not_found', 'There is no signing key for the algorithm', { status: 500 })
}
