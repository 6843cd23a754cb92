/** Content encryption of RFC 7518 §5 by WebCrypto, for what `jose` does not encrypt as a whole. */

import { constantTimeEqual } from '@authlib/core'
import { joinBytes } from './join-bytes.ts'
import type { ContentEncryption } from './jwe-implementation.ts'
import type { JweEncryptionRow } from './jwe-algorithms.ts'

/** The code behind a row of the table. */
export function standardEncryption(row: JweEncryptionRow): ContentEncryption {
  return row.enc.endsWith('GCM') ? aesGcm(row) : aesCbcHmac(row)
}

/** RFC 7518 §5.3. */
function aesGcm(row: JweEncryptionRow): ContentEncryption {
  const algorithm = (iv: Uint8Array, aad: Uint8Array) => ({ name: 'AES-GCM', iv: own(iv), additionalData: own(aad) })
  const importKey = (cek: Uint8Array, usage: KeyUsage) => importAs('AES-GCM', cek, usage)
  return {
    kind: 'content encryption',
    row,
    async encrypt({ cek, iv, plaintext, aad }) {
      const key = await importKey(cek, 'encrypt')
      const whole = new Uint8Array(await crypto.subtle.encrypt(algorithm(iv, aad), key, own(plaintext)))
      const end = whole.length - row.tagLength
      return { ciphertext: whole.subarray(0, end), tag: whole.subarray(end) }
    },
    async decrypt({ cek, iv, ciphertext, tag, aad }) {
      const key = await importKey(cek, 'decrypt')
      return new Uint8Array(await crypto.subtle.decrypt(algorithm(iv, aad), key, joinBytes(ciphertext, tag)))
    },
  }
}

/** RFC 7518 §5.2.2: the first half of the key is for the MAC, the second one for the cipher. */
function aesCbcHmac(row: JweEncryptionRow): ContentEncryption {
  const half = row.keyLength / 2
  const hash = `SHA-${half * 16}`
  async function tagOf(cek: Uint8Array, aad: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
    const bits = new Uint8Array(8)
    new DataView(bits.buffer).setBigUint64(0, BigInt(aad.length) * 8n)
    const key = await importAs({ name: 'HMAC', hash }, cek.subarray(0, half), 'sign')
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, joinBytes(aad, iv, ciphertext, bits))).subarray(0, half)
  }
  return {
    kind: 'content encryption',
    row,
    async encrypt({ cek, iv, plaintext, aad }) {
      const key = await importAs('AES-CBC', cek.subarray(half), 'encrypt')
      const encrypted = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: own(iv) }, key, own(plaintext))
      const ciphertext = new Uint8Array(encrypted)
      return { ciphertext, tag: await tagOf(cek, aad, iv, ciphertext) }
    },
    async decrypt({ cek, iv, ciphertext, tag, aad }) {
      if (!constantTimeEqual(await tagOf(cek, aad, iv, ciphertext), tag)) throw new Error('the tag is wrong')
      const key = await importAs('AES-CBC', cek.subarray(half), 'decrypt')
      return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv: own(iv) }, key, own(ciphertext)))
    },
  }
}

function importAs(algorithm: string | HmacImportParams, key: Uint8Array, usage: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', own(key), algorithm, false, [usage])
}

/** WebCrypto wants bytes on a buffer of their own kind. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
