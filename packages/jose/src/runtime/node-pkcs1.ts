/** RSAES-PKCS1-v1_5, RFC 8017 §7.2: decryption only, and only where it does not tell a wrong padding from a right one. */

import { constants, createPrivateKey, type KeyObject, privateDecrypt } from 'node:crypto'
import type { Jwk } from '../keys/jwk.ts'
import { importKeyObject, unsupported } from './node-key.ts'

/** What was encrypted, or bytes that look as if they had been. Throws `unsupported_algorithm` elsewhere. */
export function decryptPkcs1(own: Jwk, encrypted: Uint8Array): Uint8Array {
  const key = importKeyObject(own, createPrivateKey)
  if (!rejectsImplicitly(key)) throw unsupported('a wrong padding would show')
  return decrypt(key, encrypted)
}

/** The number 1 is the same decrypted, and has no padding. Bun and Deno never do, whatever comes of it there. */
function rejectsImplicitly(key: KeyObject): boolean {
  if ('bun' in process.versions || 'deno' in process.versions) return false
  const one = Buffer.alloc((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
  one[one.length - 1] = 1
  try {
    decrypt(key, one)
    return true
  } catch {
    return false
  }
}

function decrypt(key: KeyObject, encrypted: Uint8Array): Uint8Array {
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encrypted)
}
