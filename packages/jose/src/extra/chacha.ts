/**
 * Content encryption by ChaCha20-Poly1305 and its variant with longer nonces.
 *
 * @spec draft-amringer-jose-chacha-02 §4
 */

import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { joinBytes } from '../shared/join-bytes.ts'
import type { ContentEncryption } from '../jwe/implementation.ts'

const TAG = 16 // bytes

/** ChaCha20-Poly1305, RFC 8439: nonces of 96 bits, at random, so at most 2³² contents under one key of `dir`. */
export const c20p: ContentEncryption = chacha('C20P', 12, chacha20poly1305)
/** XChaCha20-Poly1305: nonces of 192 bits, as many as one likes. */
export const xc20p: ContentEncryption = chacha('XC20P', 24, xchacha20poly1305)

function chacha(enc: string, ivLength: number, cipher: typeof chacha20poly1305): ContentEncryption {
  return {
    kind: 'content encryption',
    row: { enc, keyLength: 32, ivLength, tagLength: TAG },
    encrypt({ cek, iv, plaintext, aad }) {
      const whole = cipher(cek, iv, aad).encrypt(plaintext)
      return { ciphertext: whole.subarray(0, -TAG), tag: whole.subarray(-TAG) }
    },
    decrypt: ({ cek, iv, ciphertext, tag, aad }) => cipher(cek, iv, aad).decrypt(joinBytes(ciphertext, tag)),
  }
}
