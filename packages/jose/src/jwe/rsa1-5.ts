/** RSA1_5, RFC 7518 §4.2, for what a legacy peer has encrypted. */

import * as runtime from '#runtime'
import { privateHalf } from './ecdh-es.ts'
import type { KeyManagement } from './implementation.ts'
import { checkBlock } from './rsa-block.ts'

/**
 * Decrypts RSAES-PKCS1-v1_5, which RFC 8725 §3.2 advises against: an answer that depends on the padding decrypts what
 * anyone sends (RFC 3218). It works on Node.js 24 and later alone, whose library hides a wrong padding, and a key that
 * is wrong in any way fails as a wrong tag does. Nothing is encrypted with it. Ask the peer for RSA-OAEP-256 instead.
 */
export const weakRsa1_5: KeyManagement = {
  kind: 'key management',
  row: {
    alg: 'RSA1_5',
    kty: ['RSA'],
    direct: false,
    operations: { encrypt: [], decrypt: ['decrypt', 'unwrapKey'] },
  },
  decryptKey({ key, encryptedKey }) {
    const plaintext = runtime.decryptPkcs1(privateHalf(key), encryptedKey)
    checkBlock(key, encryptedKey) // after what the runtime lacks, which is said whatever comes
    return plaintext
  },
}
