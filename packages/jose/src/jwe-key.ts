/** A key in the form that `jose` takes, imported once per algorithm. */

import * as jose from 'jose'
import { decodeBase64url } from '@authlib/core'
import type { Jwk } from './jwk.ts'
import type { Key } from './key.ts'

const imported = new WeakMap<Key, Map<string, CryptoKey | Uint8Array>>()

/** Throws `invalid_key` when the key is not for it. */
export async function cryptoKeyFor(
  key: Key,
  alg: string,
  operation: 'encrypt' | 'decrypt',
): Promise<CryptoKey | Uint8Array> {
  key.require(alg, operation)
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
