/** Agreement upon a secret by node:crypto: X448 too, which WebCrypto often lacks. */

import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import type { Awaitable } from '@authlib/core'
import { invalidKey, type Jwk } from '../jwk.ts'
import { importKeyObject } from './node-key.ts'

/** The secret that one's private key and the other's public key have in common. At once; elsewhere it takes a promise. */
export function agree(own: Jwk, other: Jwk): Awaitable<Uint8Array> {
  const privateKey = importKeyObject(own, createPrivateKey)
  const publicKey = importKeyObject(other, createPublicKey)
  try {
    return diffieHellman({ privateKey, publicKey })
  } catch (cause) {
    throw invalidKey('no agreement', cause) // a point of small order
  }
}
