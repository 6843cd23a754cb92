/** RSAES-OAEP, RFC 8017 §7.1, by node:crypto. */

import { constants, createPrivateKey, createPublicKey, privateDecrypt, publicEncrypt } from 'node:crypto'
import type { Awaitable } from '@authlib/core'
import type { Jwk } from '../keys/jwk.ts'
import { importKeyObject } from './node-key.ts'
import { onLoopOrPool } from './schedule.ts'
import { prepareOaepDecryption as prepareInPool } from './subtle-oaep.ts'
import type { OaepHash } from './types.ts'

const padding = constants.RSA_PKCS1_OAEP_PADDING

/** Encrypts a key with a public key. */
export function prepareOaepEncryption(
  hash: OaepHash,
  material: Jwk,
): Awaitable<(key: Uint8Array) => Awaitable<Uint8Array>> {
  const key = importKeyObject(material, createPublicKey)
  const options = { key, padding, oaepHash: nameOf(hash) }
  return (plaintext) => publicEncrypt(options, plaintext)
}

/** Decrypts a key with a private key; in the thread pool by WebCrypto, since node:crypto decrypts at once only. */
export function prepareOaepDecryption(
  hash: OaepHash,
  material: Jwk,
): Awaitable<(encrypted: Uint8Array) => Awaitable<Uint8Array>> {
  const key = importKeyObject(material, createPrivateKey)
  const options = { key, padding, oaepHash: nameOf(hash) }
  let inPool: ReturnType<typeof prepareInPool> | undefined
  return onLoopOrPool<Uint8Array, Uint8Array>(
    (encrypted) => privateDecrypt(options, encrypted),
    (encrypted, done) => {
      inPool ??= prepareInPool(hash, material)
      inPool
        .then((decrypt) => decrypt(encrypted))
        .then(
          (plaintext) => done(null, plaintext),
          (error: unknown) => done(error as Error, encrypted),
        )
    },
  )
}

function nameOf(hash: OaepHash): string {
  return hash.toLowerCase().replace('-', '')
}
