import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  type ContentEncryption,
  decryptJwe,
  decryptJweJson,
  encryptGeneralJwe,
  encryptJwe,
  findEncryptionKey,
  generateKey,
  importSecret,
  inspectUnverified,
  jweAlgorithms,
  type JweImplementation,
  type KeyManagement,
  KeySet,
} from '../index.ts'

const given: Buffer[] = []

/** ARIA-128-GCM, as an example. */
const aria: ContentEncryption = {
  kind: 'content encryption',
  row: { enc: 'X-ARIA', keyLength: 16, ivLength: 12, tagLength: 16 },
  encrypt({ cek, iv, plaintext, aad }) {
    const cipher = createCipheriv('aria-128-gcm' as 'aes-128-gcm', cek, iv).setAAD(aad)
    return { ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final()]), tag: cipher.getAuthTag() }
  },
  decrypt({ cek, iv, ciphertext, tag, aad }) {
    given.push(Buffer.from(cek))
    const decipher = createDecipheriv('aria-128-gcm' as 'aes-128-gcm', cek, iv)
      .setAAD(aad)
      .setAuthTag(tag)
    return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
  },
}

/** A mask that depends on the tag, as an example. */
const mask: KeyManagement = {
  kind: 'key management',
  row: {
    alg: 'X-MASK',
    kty: ['oct'],
    direct: false,
    secretLength: 32,
    operations: { encrypt: ['wrapKey'], decrypt: ['unwrapKey'] },
  },
  encryptKey: ({ key, cek }) => ({
    header: { 'x-note': 'masked' },
    encryptedKey: (tag) => masked(key.privateJwk().k!, tag, cek),
  }),
  decryptKey: ({ key, encryptedKey, tag }) => masked(key.privateJwk().k!, tag, encryptedKey),
}

function masked(k: string, tag: Uint8Array, bytes: Uint8Array): Uint8Array {
  const pad = createHmac('sha512', Buffer.from(k, 'base64url')).update(tag).digest()
  return bytes.map((byte, at) => byte ^ pad[at]!)
}

const implementations = [aria, mask]

describe('algorithms of one’s own', () => {
  it.each(jweAlgorithms.filter((alg) => !alg.startsWith('PBES2')))(
    'encrypt contents whose key comes by %s (AJ-11, JJ-31)',
    async (alg) => {
      const key = await generateKey(alg === 'dir' ? 'X-ARIA' : alg, { implementations })
      const token = await encryptJwe('text', key, { enc: 'X-ARIA', implementations })
      const { plaintext, header } = await decryptJwe(token, key, { implementations })
      expect(plaintext).toEqual(encodeUtf8('text'))
      expect(header).toMatchObject({ alg, enc: 'X-ARIA' })
      await expect(decryptJwe(token, key)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
      const encryptions = ['A128GCM']
      await expect(decryptJwe(token, key, { implementations, encryptions })).rejects.toMatchObject({
        code: 'unsupported_algorithm',
      })
    },
  )

  it('bring the key of known contents, and protect what they say in the header', async () => {
    const key = await generateKey('X-MASK', { implementations, kid: 'm' })
    expect(key.secretLength).toBe(32)
    const token = await encryptJwe('text', key, { implementations })
    const { plaintext, header } = await decryptJwe(token, KeySet.of(key), { implementations })
    expect(plaintext).toEqual(encodeUtf8('text'))
    expect(header).toEqual({ alg: 'X-MASK', enc: 'A256GCM', kid: 'm', 'x-note': 'masked' })
    expect(await findEncryptionKey(KeySet.of(key), 'X-MASK', 'm', implementations)).toBe(key)
    expect(await findEncryptionKey(KeySet.of(key), 'X-MASK', 'm')).toBeNull()
    await expect(decryptJwe(token, key)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    await expect(encryptJwe('text', key)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })

  it('are seen by anyone who looks at a token, and known by name when a key is imported', async () => {
    const secret = Buffer.alloc(32, 1)
    const key = await importSecret(secret, { alg: 'X-MASK', implementations })
    const token = await encryptJwe('text', key, { enc: 'X-ARIA', implementations })
    expect(inspectUnverified(token, { implementations }).headers).toMatchObject([{ alg: 'X-MASK', enc: 'X-ARIA' }])
    const general = await encryptGeneralJwe('text', [{ key }], { implementations })
    expect(inspectUnverified(general, { implementations }).headers).toMatchObject([{ alg: 'X-MASK' }])
    for (const item of [token, general])
      expect(() => inspectUnverified(item)).toThrow(expect.objectContaining({ code: 'unsupported_algorithm' }))
    expect((await importSecret(secret.subarray(16), { alg: 'X-ARIA', implementations })).alg).toBe('X-ARIA')
    for (const alg of ['X-MASK', 'X-ARIA']) await expect(importSecret(secret, { alg })).rejects.toThrow(TypeError)
  })

  it('share a general JWE with those of the table', async () => {
    const keys = [await generateKey('X-MASK', { implementations, kid: 'm' }), await generateKey('RSA-OAEP')]
    const jwe = await encryptGeneralJwe(
      'text',
      keys.map((key) => ({ key })),
      { implementations },
    )
    for (const key of keys)
      expect((await decryptJweJson(jwe, KeySet.of(key), { implementations })).plaintext).toEqual(encodeUtf8('text'))
    expect(jwe.recipients[0]?.header).toEqual({ alg: 'X-MASK', kid: 'm', 'x-note': 'masked' })
  })

  it('go on with a random key when there is none or one of another length (RFC 7516 §11.5)', async () => {
    const key = await generateKey('X-MASK', { implementations })
    const token = await encryptJwe('text', key, { enc: 'X-ARIA', implementations })
    const fail = (decryptKey: KeyManagement['decryptKey']) =>
      decryptJwe(token, key, { implementations: [aria, { ...mask, decryptKey }] })
    given.length = 0
    for (const decryptKey of [
      () => Promise.reject(new Error('a padding')),
      () => Buffer.alloc(15),
      () => Buffer.alloc(17),
      () => Buffer.alloc(0),
    ])
      await expect(fail(decryptKey)).rejects.toMatchObject({ code: 'decryption_failed', reason: undefined })
    expect(given.map((cek) => cek.length)).toEqual([16, 16, 16, 16])
    expect(new Set(given.map(String)).size).toBe(4)
  })

  it('are passed in once, under names that are free (AJ-11, JJ-31)', async () => {
    const key = await generateKey('A128KW')
    const clashes: (readonly JweImplementation[])[] = [
      [aria, aria],
      [{ ...mask, row: { ...mask.row, alg: 'A128KW' } }],
      [{ ...aria, row: { ...aria.row, enc: 'A128GCM' } }],
    ]
    const token = await encryptJwe('text', key)
    for (const clash of clashes) {
      await expect(encryptJwe('text', key, { implementations: clash })).rejects.toBeInstanceOf(TypeError)
      await expect(decryptJwe(token, key, { implementations: clash })).rejects.toBeInstanceOf(TypeError)
      await expect(generateKey('A128KW', { implementations: clash })).rejects.toBeInstanceOf(TypeError)
    }
  })
})
