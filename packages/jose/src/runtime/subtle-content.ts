/** Content encryption of RFC 7518 §5 by WebCrypto. */

import { constantTimeEqual } from '@authlib/core'
import { joinBytes } from '../shared/join-bytes.ts'
import type { JweEncryptionRow } from '../jwe/algorithms.ts'
import type { PlainContent, SealedContent } from './types.ts'

/** Encrypts, and authenticates the additional data too. */
export function sealContent(
  row: JweEncryptionRow,
  content: PlainContent,
): Promise<{ ciphertext: Uint8Array; tag: Uint8Array }> {
  return row.enc.endsWith('GCM') ? sealGcm(row, content) : sealCbc(row, content)
}

/** The other way round. Rejects when the tag is wrong. */
export function openContent(row: JweEncryptionRow, content: SealedContent): Promise<Uint8Array> {
  return row.enc.endsWith('GCM') ? openGcm(content) : openCbc(row, content)
}

/** §5.3. */
async function sealGcm({ tagLength }: JweEncryptionRow, { cek, iv, plaintext, aad }: PlainContent) {
  const key = await importAs('AES-GCM', cek, 'encrypt')
  const algorithm = { name: 'AES-GCM', iv: own(iv), additionalData: own(aad) }
  const whole = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, own(plaintext)))
  const end = whole.length - tagLength
  return { ciphertext: whole.subarray(0, end), tag: whole.subarray(end) }
}

async function openGcm({ cek, iv, ciphertext, tag, aad }: SealedContent): Promise<Uint8Array> {
  const key = await importAs('AES-GCM', cek, 'decrypt')
  const algorithm = { name: 'AES-GCM', iv: own(iv), additionalData: own(aad) }
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, joinBytes(ciphertext, tag)))
}

/** §5.2.2: the first half of the key is for the MAC, the second one for the cipher. */
async function sealCbc({ keyLength }: JweEncryptionRow, { cek, iv, plaintext, aad }: PlainContent) {
  const key = await importAs('AES-CBC', cek.subarray(keyLength / 2), 'encrypt')
  const encrypted = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: own(iv) }, key, own(plaintext))
  const ciphertext = new Uint8Array(encrypted)
  return { ciphertext, tag: await tagOf(cek, aad, iv, ciphertext) }
}

async function openCbc({ keyLength }: JweEncryptionRow, { cek, iv, ciphertext, tag, aad }: SealedContent) {
  if (!constantTimeEqual(await tagOf(cek, aad, iv, ciphertext), tag)) throw new Error('the tag is wrong')
  const key = await importAs('AES-CBC', cek.subarray(keyLength / 2), 'decrypt')
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv: own(iv) }, key, own(ciphertext)))
}

async function tagOf(cek: Uint8Array, aad: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
  const half = cek.length / 2
  const key = await importAs({ name: 'HMAC', hash: `SHA-${half * 16}` }, cek.subarray(0, half), 'sign')
  const input = joinBytes(aad, iv, ciphertext, bitLength(aad))
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, input)).subarray(0, half)
}

/** The length of the additional data in bits, as eight bytes. §5.2.2.1 step 4. */
export function bitLength({ length }: Uint8Array): Uint8Array {
  const bits = new Uint8Array(8)
  new DataView(bits.buffer).setBigUint64(0, BigInt(length) * 8n)
  return bits
}

function importAs(algorithm: string | HmacImportParams, key: Uint8Array, usage: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', own(key), algorithm, false, [usage])
}

/** WebCrypto wants bytes on a buffer of their own kind. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
