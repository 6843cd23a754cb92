/** A key in the form that `jose` takes, imported once per algorithm. */

import * as jose from 'jose'
import { decodeBase64url } from '@authlib/core/kit'
import { findJweEncryptionRow } from './algorithms.ts'
import type { JweImplementation } from './implementation.ts'
import { encryptionRefusal } from './rules.ts'
import { invalidKey, materialOf } from '../keys/jwk.ts'
import type { Key } from '../keys/key.ts'
import type { KeySetLike } from '../keys/key-set.ts'
import { perKey } from '../keys/per-key.ts'
import { withFactors } from '../keys/rsa-factors.ts'
import { refused } from '../runtime/subtle.ts'

const imported = /* @__PURE__ */ perKey<Promise<CryptoKey | Uint8Array>>()

/** Throws `invalid_key` when the key is not for it. */
export async function cryptoKeyFor(
  key: Key,
  alg: string,
  operation: 'encrypt' | 'decrypt',
  enc: string,
): Promise<CryptoKey | Uint8Array> {
  const refusal = encryptionRefusal(key, alg, operation, [])
  if (refusal !== null) throw refusal
  if (alg === 'dir' && key.secretLength !== findJweEncryptionRow(enc)?.keyLength)
    throw invalidKey('of another length than the content encryption') // RFC 7518 §4.5
  return imported(key, `${operation} ${alg} ${enc}`, () => importFor(key, alg, operation, enc))
}

async function importFor(
  key: Key,
  alg: string,
  operation: 'encrypt' | 'decrypt',
  enc: string,
): Promise<CryptoKey | Uint8Array> {
  if (key.kty === 'oct') return importSecretFor(decodeBase64url(key.privateJwk().k ?? ''), alg, operation, enc)
  const jwk = operation === 'encrypt' ? key.publicJwk() : withFactors(key.privateJwk())
  try {
    return await jose.importJWK(materialOf(jwk) as jose.JWK, alg)
  } catch (cause) {
    throw refused(cause) // such as off its curve
  }
}

/** One import for all tokens, where it is one key of AES; bytes where it is two, or a password. */
async function importSecretFor(
  secret: Uint8Array,
  alg: string,
  operation: 'encrypt' | 'decrypt',
  enc: string,
): Promise<CryptoKey | Uint8Array> {
  const wraps = /^A\d+KW$/.test(alg)
  if (!wraps && !alg.endsWith('GCMKW') && !(alg === 'dir' && enc.endsWith('GCM'))) return secret
  const usage = wraps ? (operation === 'encrypt' ? 'wrapKey' : 'unwrapKey') : operation
  return crypto.subtle.importKey('raw', new Uint8Array(secret), wraps ? 'AES-KW' : 'AES-GCM', false, [usage])
}

/** The first key of a set, such as a client's, to which one can encrypt with this algorithm, or null. */
export async function findEncryptionKey(
  keys: KeySetLike,
  alg: string,
  kid?: string,
  implementations: readonly JweImplementation[] = [],
): Promise<Key | null> {
  const found = await keys.find({
    alg,
    kid,
    fits: (key) => encryptionRefusal(key, alg, 'encrypt', implementations) === null,
  })
  return found[0] ?? null
}
