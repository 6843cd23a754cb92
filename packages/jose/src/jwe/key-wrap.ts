/** Keys under other keys, RFC 7518 §4.4 and §4.7. */

import { type Awaitable, systemRandom } from '@authlib/core'
import { decodeBase64url, encodeBase64url } from '@authlib/core/kit'
import { unwrapKey, wrapKey } from '#runtime'
import { base64urlLength } from '../shared/base64url-length.ts'
import { invalidHeader } from '../jws/header.ts'
import type { JweRow } from './algorithms.ts'
import type { ContentEncryption, DeliveredKey, KeyManagement } from './implementation.ts'
import type { Key } from '../keys/key.ts'

type Header = Readonly<Record<string, unknown>>

/** A way to encrypt a key under another one. */
export interface KeyWrap {
  wrap(wrappingKey: Uint8Array, key: Uint8Array): Awaitable<DeliveredKey>
  /** Throws when it was not wrapped under this one. */
  unwrap(wrappingKey: Uint8Array, wrapped: Uint8Array, header: Header): Awaitable<Uint8Array>
}

/** §4.4. */
export const aesKeyWrap: KeyWrap = {
  wrap: (wrappingKey, key) => ({ encryptedKey: () => wrapKey(wrappingKey, key) }),
  unwrap: (wrappingKey, wrapped) => unwrapKey(wrappingKey, wrapped),
}

/** §4.7: the content encryption, of a key. */
export function aeadKeyWrap(encryption: ContentEncryption): KeyWrap {
  const { ivLength, tagLength } = encryption.row
  const aad = new Uint8Array()
  return {
    async wrap(wrappingKey, key) {
      const iv = systemRandom(ivLength)
      const { ciphertext, tag } = await encryption.encrypt({ cek: wrappingKey, iv, plaintext: key, aad })
      return { header: { iv: encodeBase64url(iv), tag: encodeBase64url(tag) }, encryptedKey: () => ciphertext }
    },
    unwrap(wrappingKey, wrapped, header) {
      const [iv, tag] = [octets(header, 'iv', ivLength), octets(header, 'tag', tagLength)]
      return encryption.decrypt({ cek: wrappingKey, iv, ciphertext: wrapped, tag, aad })
    },
  }
}

/** Under a secret that both sides hold. */
export function secretKeyWrap(row: JweRow, keyWrap: KeyWrap): KeyManagement {
  return {
    kind: 'key management',
    row,
    encryptKey: ({ key, cek }) => keyWrap.wrap(secretOf(key), cek),
    decryptKey: ({ key, encryptedKey, header }) => keyWrap.unwrap(secretOf(key), encryptedKey, header),
  }
}

/** The bytes of a symmetric key. */
export function secretOf(key: Key): Uint8Array {
  return decodeBase64url(key.privateJwk().k ?? '')
}

/** A header parameter of exactly this length: nothing else is decoded. */
function octets(header: Header, name: string, length: number): Uint8Array {
  const value = header[name]
  if (typeof value !== 'string' || base64urlLength(value) !== length)
    throw invalidHeader(`${name} is missing or has the wrong length`)
  return decodeBase64url(value)
}
