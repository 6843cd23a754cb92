/** A key in the form that `jose` takes, imported once per algorithm. */

import * as jose from 'jose'
import { decodeBase64url } from '@authlib/core'
import { encryptionRefusal } from './jwe-rules.ts'
import type { Jwk } from './jwk.ts'
import type { Key } from './key.ts'
import type { KeySetLike } from './key-set.ts'

const imported = new WeakMap<Key, Map<string, CryptoKey | Uint8Array>>()

/** Throws `invalid_key` when the key is not for it. */
export async function cryptoKeyFor(
  key: Key,
  alg: string,
  operation: 'encrypt' | 'decrypt',
): Promise<CryptoKey | Uint8Array> {
  const refusal = encryptionRefusal(key, alg, operation)
  if (refusal !== null) throw refusal
  let known = imported.get(key)
  if (known === undefined) imported.set(key, (known = new Map<string, CryptoKey | Uint8Array>()))
  const name = `${operation} ${alg}`
  let made = known.get(name)
  if (made === undefined) known.set(name, (made = await importFor(key, alg, operation)))
  return made
}

async function importFor(key: Key, alg: string, operation: 'encrypt' | 'decrypt'): Promise<CryptoKey | Uint8Array> {
  if (key.kty === 'oct') return decodeBase64url(key.privateJwk().k ?? '')
  const {
    use: _,
    key_ops: __,
    alg: ___,
    kid: ____,
    ...material
  } = operation === 'encrypt' ? key.publicJwk() : key.privateJwk()
  return jose.importJWK(material as Jwk as jose.JWK, alg) // the same members
}

/** The first key of a set, such as a client's, to which one can encrypt with this algorithm, or null. */
export async function findEncryptionKey(keys: KeySetLike, alg: string, kid?: string): Promise<Key | null> {
  const found = await keys.find({ alg, kid, fits: (key) => encryptionRefusal(key, alg, 'encrypt') === null })
  return found[0] ?? null
}
