/**
 * Encryption on the cryptography of the runtime, where that is faster than `jose` or has what `jose` lacks: RFC 7516 §5.1
 * and §5.2, step by step.
 */

import { systemRandom } from '@authlib/core'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { encryptsFast } from '#runtime'
import { standardEncryption } from './content-encryption.ts'
import { deflate, inflate } from './deflate.ts'
import type { ContentEncryption, JweImplementation, KeyManagement } from './implementation.ts'
import type { JweEncryptionRow, JweRow } from './algorithms.ts'
import type { GeneralJwe, JweLimits, JweRecipient } from './parts.ts'
import type { Key } from '../keys/key.ts'
import { standardManagement } from './key-management.ts'
import { isUnsupported } from '../shared/with-fallback.ts'

type Header = Readonly<Record<string, unknown>>

/** Whether it is for this engine: where it is the faster one, its algorithms were passed in, or `jose` refuses the key. */
export function isForEngine(
  row: JweRow | null,
  encryption: JweEncryptionRow,
  { kty, crv, allowWeak }: Key,
  implementations: readonly JweImplementation[],
): boolean {
  return (
    encryptsFast ||
    crv === 'X448' ||
    (kty === 'RSA' && allowWeak) ||
    implementations.some((item) => 'row' in item && (item.row === row || item.row === encryption))
  )
}

/** What is to be encrypted, and for whom. */
export interface JweDraft {
  readonly plaintext: Uint8Array
  readonly encryption: JweEncryptionRow
  readonly protectedHeader: Header
  readonly unprotected?: Header | undefined
  readonly aad?: Uint8Array | undefined
  readonly recipients: readonly {
    readonly key: Key
    readonly row: JweRow
    readonly iterations: number
    /** What the header says about the parties of an agreement. */
    readonly parties: Header
    /** Of its own, if there may be several. Absent: whatever belongs to the recipient is protected. */
    readonly header?: Header
  }[]
  readonly implementations: readonly JweImplementation[]
}

/** RFC 7516 §5.1. The members of a general JWE, whose one recipient may have nothing of its own. */
export async function encryptByEngine(draft: JweDraft): Promise<GeneralJwe> {
  const { encryption, implementations, unprotected, aad } = draft
  const proposed = systemRandom(encryption.keyLength)
  const delivered = await Promise.all(
    draft.recipients.map(async ({ key, row, iterations, parties, header: own }) => {
      const joined = { ...draft.protectedHeader, ...unprotected, ...own, ...parties }
      const request = { key, cek: proposed, encryption, header: joined, iterations, implementations }
      const made = await managementOf(row, implementations).encryptKey?.(request)
      if (made === undefined) throw new TypeError('The algorithm is for decryption only')
      return { own, header: { ...parties, ...made.header }, made }
    }),
  )
  const shared = delivered.flatMap(({ own, header }) => (own === undefined ? [header] : []))
  const protectedHeader = Object.assign({}, draft.protectedHeader, ...shared) as Header
  const encoded = encodeBase64url(encodeUtf8(JSON.stringify(protectedHeader)))
  const authenticated = aad === undefined ? {} : { aad: encodeBase64url(aad) }
  const iv = systemRandom(encryption.ivLength)
  const { ciphertext, tag } = await contentEncryptionOf(encryption, implementations).encrypt({
    cek: delivered[0]?.made.cek ?? proposed,
    iv,
    plaintext: protectedHeader['zip'] === undefined ? draft.plaintext : await deflate(draft.plaintext),
    aad: additionalData(encoded, authenticated.aad),
  })
  const recipients = delivered.map(async ({ own, header, made }) => {
    const encryptedKey = await made.encryptedKey?.(tag)
    return {
      ...(own !== undefined && { header: { ...own, ...header } }),
      ...(encryptedKey !== undefined && { encrypted_key: encodeBase64url(encryptedKey) }),
    }
  })
  return {
    protected: encoded,
    ...(unprotected !== undefined && { unprotected }),
    ...authenticated,
    iv: encodeBase64url(iv),
    ciphertext: encodeBase64url(ciphertext),
    tag: encodeBase64url(tag),
    recipients: await Promise.all(recipients),
  }
}

/** RFC 7516 §5.2. Throws for whatever is wrong; only a runtime that lacks the algorithm is told apart. */
export async function decryptByEngine(
  { jwe, header, row, encryption }: JweRecipient,
  key: Key,
  { maxInflated }: JweLimits,
  implementations: readonly JweImplementation[],
): Promise<Uint8Array> {
  const tag = decodeBase64url(jwe.tag ?? '')
  const encryptedKey = decodeBase64url(jwe.encrypted_key ?? '')
  const management = managementOf(row, implementations)
  const cek = await keyOrRandom(encryption, () =>
    management.decryptKey({ key, encryptedKey, tag, encryption, header, implementations }),
  )
  const plaintext = await contentEncryptionOf(encryption, implementations).decrypt({
    cek,
    iv: decodeBase64url(jwe.iv ?? ''),
    ciphertext: decodeBase64url(jwe.ciphertext),
    tag,
    aad: additionalData(jwe.protected ?? '', jwe.aad),
  })
  return header.zip === undefined ? plaintext : inflate(plaintext, maxInflated)
}

/** RFC 7516 §11.5: with no key, or one of the wrong length, it goes on with a random one, so that no one sees which failed. */
async function keyOrRandom(
  { keyLength }: JweEncryptionRow,
  decryptKey: () => Uint8Array | PromiseLike<Uint8Array>,
): Promise<Uint8Array> {
  const random = systemRandom(keyLength)
  try {
    const cek = await decryptKey()
    return cek.length === keyLength ? cek : random
  } catch (error) {
    if (isUnsupported(error)) throw error
    return random
  }
}

/** RFC 7516 §5.1 step 14. */
function additionalData(protectedHeader: string, aad: string | undefined): Uint8Array {
  return encodeUtf8(aad === undefined ? protectedHeader : `${protectedHeader}.${aad}`)
}

function managementOf(row: JweRow, implementations: readonly JweImplementation[]): KeyManagement {
  const given = implementations.find((item) => item.kind === 'key management' && item.row === row)
  return given?.kind === 'key management' ? given : standardManagement(row)
}

function contentEncryptionOf(row: JweEncryptionRow, implementations: readonly JweImplementation[]): ContentEncryption {
  const given = implementations.find((item) => item.kind === 'content encryption' && item.row === row)
  return given?.kind === 'content encryption' ? given : standardEncryption(row)
}
