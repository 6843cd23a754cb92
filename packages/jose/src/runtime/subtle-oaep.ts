/** RSAES-OAEP, RFC 8017 §7.1, by WebCrypto. */

import type { Jwk } from '../keys/jwk.ts'
import { refused } from './subtle.ts'
import type { OaepHash } from './types.ts'

/** Encrypts a key with a public key. */
export async function prepareOaepEncryption(
  hash: OaepHash,
  material: Jwk,
): Promise<(key: Uint8Array) => Promise<Uint8Array>> {
  const key = await importKey(hash, material, 'encrypt')
  return async (plaintext) => new Uint8Array(await crypto.subtle.encrypt(name, key, new Uint8Array(plaintext)))
}

/** Decrypts a key with a private key. */
export async function prepareOaepDecryption(
  hash: OaepHash,
  material: Jwk,
): Promise<(encrypted: Uint8Array) => Promise<Uint8Array>> {
  const key = await importKey(hash, material, 'decrypt')
  return async (encrypted) => new Uint8Array(await crypto.subtle.decrypt(name, key, new Uint8Array(encrypted)))
}

const name = 'RSA-OAEP'

async function importKey(hash: OaepHash, material: Jwk, usage: KeyUsage): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('jwk', material as unknown as JsonWebKey, { name, hash }, false, [usage]) // parseJwk has checked it
  } catch (cause) {
    throw refused(cause)
  }
}
