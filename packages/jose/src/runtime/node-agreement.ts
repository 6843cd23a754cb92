/** Agreement upon a secret by node:crypto: X448 too, which WebCrypto often lacks. */

import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import type { Awaitable } from '@authlib/core'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { assertKnown, importKeyObject } from './node-key.ts'

/** Imported once for each object: callers keep that of a key, since an import takes as long as an agreement. */
const privateKeys = new WeakMap<Jwk, KeyObject>()
const publicKeys = new WeakMap<Jwk, KeyObject>()

/** The secret that one's private key and the other's public key have in common. At once; elsewhere it takes a promise. */
export function agree(own: Jwk, other: Jwk): Awaitable<Uint8Array> {
  assertKnown(own)
  const privateKey = importOnce(privateKeys, own, createPrivateKey)
  const publicKey = importOnce(publicKeys, other, createPublicKey)
  try {
    return diffieHellman({ privateKey, publicKey })
  } catch (cause) {
    throw invalidKey('no agreement', cause) // a point of small order
  }
}

/** A key that has just been made need not be imported. */
export function rememberPrivateKey(material: Jwk, key: KeyObject): void {
  privateKeys.set(material, key)
}

function importOnce(
  known: WeakMap<Jwk, KeyObject>,
  material: Jwk,
  create: typeof createPublicKey | typeof createPrivateKey,
): KeyObject {
  let key = known.get(material)
  if (key === undefined) known.set(material, (key = importKeyObject(material, create)))
  return key
}
