/** Key management of RFC 7518 §4 by WebCrypto, for contents that `jose` does not encrypt. */

import { decodeBase64url, encodeBase64url, encodeUtf8, systemRandom } from '@authlib/core'
import { joinBytes } from './join-bytes.ts'
import { ecdhEs } from './ecdh-es.ts'
import type { KeyManagement } from './jwe-implementation.ts'
import type { JweRow } from './jwe-algorithms.ts'
import { cryptoKeyFor } from './jwe-key.ts'
import { invalidHeader } from './header.ts'
import { invalidKey } from './jwk.ts'
import type { Key } from './key.ts'
import { unwrapKey, wrapKey } from './key-wrap.ts'

/** The code behind a row of the table. */
export function standardManagement(row: JweRow): KeyManagement {
  if (row.alg === 'dir') return direct(row)
  if (row.alg.startsWith('ECDH-ES')) return ecdhEs(row)
  if (row.alg.startsWith('RSA-OAEP')) return rsaOaep(row)
  if (row.alg.startsWith('PBES2')) return pbes2(row)
  return row.alg.endsWith('GCMKW') ? aesGcmKeyWrap(row) : aesKeyWrap(row)
}

/** §4.5. */
function direct(row: JweRow): KeyManagement {
  return {
    kind: 'key management',
    row,
    encryptKey: ({ key, encryption }) => ({ cek: secretOf(key, encryption.keyLength) }),
    decryptKey: ({ key, encryption }) => secretOf(key, encryption.keyLength),
  }
}

/** §4.4. */
function aesKeyWrap(row: JweRow): KeyManagement {
  return {
    kind: 'key management',
    row,
    encryptKey: ({ key, cek }) => ({ encryptedKey: () => wrapKey(secretOf(key), cek) }),
    decryptKey: ({ key, encryptedKey }) => unwrapKey(secretOf(key), encryptedKey),
  }
}

/** §4.3. */
function rsaOaep(row: JweRow): KeyManagement {
  const algorithm = 'RSA-OAEP'
  return {
    kind: 'key management',
    row,
    encryptKey: ({ key, cek, encryption }) => ({
      async encryptedKey() {
        const publicKey = await cryptoKeyFor(key, row.alg, 'encrypt', encryption.enc)
        return new Uint8Array(await crypto.subtle.encrypt(algorithm, publicKey as CryptoKey, new Uint8Array(cek))) // sound: of RSA
      },
    }),
    async decryptKey({ key, encryptedKey, encryption }) {
      const privateKey = await cryptoKeyFor(key, row.alg, 'decrypt', encryption.enc)
      return new Uint8Array(
        await crypto.subtle.decrypt(algorithm, privateKey as CryptoKey, new Uint8Array(encryptedKey)), // sound: of RSA
      )
    },
  }
}

const IV = 12 // bytes
const TAG = 16

/** §4.7. */
function aesGcmKeyWrap(row: JweRow): KeyManagement {
  const importKey = (key: Key, usage: KeyUsage): Promise<CryptoKey> =>
    crypto.subtle.importKey('raw', new Uint8Array(secretOf(key)), 'AES-GCM', false, [usage])
  return {
    kind: 'key management',
    row,
    async encryptKey({ key, cek }) {
      const iv = new Uint8Array(systemRandom(IV))
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv },
        await importKey(key, 'encrypt'),
        new Uint8Array(cek),
      )
      const encryptedKey = new Uint8Array(sealed, 0, cek.length)
      const tag = encodeBase64url(new Uint8Array(sealed, cek.length))
      return { header: { iv: encodeBase64url(iv), tag }, encryptedKey: () => encryptedKey }
    },
    async decryptKey({ key, encryptedKey, header }) {
      const iv = new Uint8Array(octets(header, 'iv'))
      const tag = octets(header, 'tag')
      if (iv.length !== IV || tag.length !== TAG) throw invalidHeader('iv or tag has the wrong length')
      const opened = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv },
        await importKey(key, 'decrypt'),
        joinBytes(encryptedKey, tag),
      )
      return new Uint8Array(opened)
    },
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
      const salt = octets(header, 'p2s')
      if (salt.length < MIN_SALT) throw invalidHeader('p2s is too short')
      return unwrapKey(await derive(key, salt, Number(header['p2c'])), encryptedKey)
    },
  }
}

function secretOf(key: Key, length?: number): Uint8Array {
  const secret = decodeBase64url(key.privateJwk().k ?? '')
  if (length !== undefined && secret.length !== length)
    throw invalidKey('of another length than the content encryption')
  return secret
}

function octets(header: Readonly<Record<string, unknown>>, name: string): Uint8Array {
  const value = header[name]
  if (typeof value !== 'string') throw invalidHeader(`${name} is missing`)
  return decodeBase64url(value)
}
