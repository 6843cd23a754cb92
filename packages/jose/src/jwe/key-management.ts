/** Key management of RFC 7518 §4, on the cryptography of the runtime. */

import { type Awaitable, systemRandom } from '@authlib/core'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { prepareOaepDecryption, prepareOaepEncryption, unwrapKey, wrapKey } from '#runtime'
import { joinBytes } from '../shared/join-bytes.ts'
import { standardEncryption } from './content-encryption.ts'
import { ecdhEs, privateHalf, publicHalf } from './ecdh-es.ts'
import type { KeyManagement } from './implementation.ts'
import { findJweEncryptionRow, type JweEncryptionRow, type JweRow } from './algorithms.ts'
import { aeadKeyWrap, aesKeyWrap, type KeyWrap, secretKeyWrap, secretOf } from './key-wrap.ts'
import { checkBlock } from './rsa-block.ts'
import type { OaepHash } from '../runtime/types.ts'
import { invalidHeader } from '../jws/header.ts'
import { invalidKey } from '../keys/jwk.ts'
import type { Key } from '../keys/key.ts'
import { perKey } from '../keys/per-key.ts'

/** The code behind a row of the table. */
export function standardManagement(row: JweRow): KeyManagement {
  if (row.alg === 'dir') return direct(row)
  if (row.alg.startsWith('ECDH-ES')) return ecdhEs(row)
  if (row.alg.startsWith('RSA-OAEP')) return rsaOaep(row)
  if (row.alg.startsWith('PBES2')) return pbes2(row)
  return secretKeyWrap(row, row.alg.endsWith('GCMKW') ? aesGcmKeyWrap(row) : aesKeyWrap)
}

/** §4.5. */
function direct(row: JweRow): KeyManagement {
  return {
    kind: 'key management',
    row,
    encryptKey: ({ key, encryption }) => ({ cek: sharedKey(key, encryption) }),
    decryptKey: ({ key, encryption }) => sharedKey(key, encryption),
  }
}

function sharedKey(key: Key, { keyLength }: JweEncryptionRow): Uint8Array {
  const secret = secretOf(key)
  if (secret.length !== keyLength) throw invalidKey('of another length than the content encryption')
  return secret
}

/** §4.7. */
function aesGcmKeyWrap({ alg }: JweRow): KeyWrap {
  return aeadKeyWrap(standardEncryption(findJweEncryptionRow(alg.replace('KW', ''))!)) // sound: the table has one for each
}

const encryptors = /* @__PURE__ */ perKey<ReturnType<typeof prepareOaepEncryption>>()
const decryptors = /* @__PURE__ */ perKey<ReturnType<typeof prepareOaepDecryption>>()

/** §4.3. */
function rsaOaep(row: JweRow): KeyManagement {
  const hash = (row.alg === 'RSA-OAEP' ? 'SHA-1' : row.alg.replace('RSA-OAEP', 'SHA')) as OaepHash // sound: the table has these four
  return {
    kind: 'key management',
    row,
    async encryptKey({ key, cek }) {
      const encrypt = await encryptors(key, hash, () => prepareOaepEncryption(hash, publicHalf(key)))
      return { encryptedKey: () => orTooSmall(encrypt, cek) }
    },
    async decryptKey({ key, encryptedKey }) {
      checkBlock(key, encryptedKey)
      const decrypt = await decryptors(key, hash, () => prepareOaepDecryption(hash, privateHalf(key)))
      return decrypt(encryptedKey)
    },
  }
}

/** A weak key may have less room than the hash takes. RFC 8017 §7.1.1 */
async function orTooSmall(encrypt: (key: Uint8Array) => Awaitable<Uint8Array>, cek: Uint8Array): Promise<Uint8Array> {
  try {
    return await encrypt(cek)
  } catch (cause) {
    throw invalidKey('too small for the algorithm', cause)
  }
}

const MIN_SALT = 8 // bytes: §4.8.1.1

/** §4.8. */
function pbes2(row: JweRow): KeyManagement {
  const [, hash = '', bits = ''] = /HS(\d+)\+A(\d+)KW/.exec(row.alg) ?? []
  async function derive(key: Key, p2s: Uint8Array, iterations: number): Promise<Uint8Array> {
    const password = await crypto.subtle.importKey('raw', new Uint8Array(secretOf(key)), 'PBKDF2', false, [
      'deriveBits',
    ])
    const salt = joinBytes(encodeUtf8(row.alg), Uint8Array.of(0), p2s)
    const algorithm = { name: 'PBKDF2', hash: `SHA-${hash}`, iterations, salt }
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, password, Number(bits)))
  }
  return {
    kind: 'key management',
    row,
    encryptKey({ key, cek, iterations }) {
      const salt = systemRandom(16)
      return {
        header: { p2s: encodeBase64url(salt), p2c: iterations },
        encryptedKey: async () => wrapKey(await derive(key, salt, iterations), cek),
      }
    },
    async decryptKey({ key, encryptedKey, header }) {
      const { p2s } = header
      const salt = decodeBase64url(typeof p2s === 'string' ? p2s : '')
      if (salt.length < MIN_SALT) throw invalidHeader('p2s is missing or too short')
      return unwrapKey(await derive(key, salt, Number(header['p2c'])), encryptedKey)
    },
  }
}
