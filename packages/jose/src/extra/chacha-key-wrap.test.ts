import { createCipheriv, createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  decryptJwe,
  decryptJweJson,
  encryptGeneralJwe,
  encryptJwe,
  findEncryptionKey,
  type GeneralJwe,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  jweEncryptions,
  KeySet,
} from '../index.ts'
import { c20p, c20pKw, ecdhEsC20pKw, ecdhEsXc20pKw, x448, xc20p, xc20pKw } from './index.ts'

const vectors = JSON.parse(readFileSync(new URL('../../vectors/chacha-key-wrap.json', import.meta.url), 'utf8')) as {
  draft: { key: string; token: string; wrapped: string }
  didJwt: { plaintext: string; keys: Jwk[]; tokens: GeneralJwe[] }
}
const wraps = [c20pKw, xc20pKw, ecdhEsC20pKw, ecdhEsXc20pKw]
const algorithms = wraps.map(({ row }) => row.alg)
const implementations = [...wraps, c20p, xc20p, x448]
const encs = [...jweEncryptions, 'C20P', 'XC20P']
const failed = { code: 'decryption_failed', reason: undefined }

const bytes = (text = ''): Buffer => Buffer.from(text, 'base64url')
const headerOf = (token: string): Record<string, string> =>
  JSON.parse(bytes(token.slice(0, token.indexOf('.'))).toString()) as Record<string, string>

/** One whose `iv` and `tag` nothing protects but the wrapping itself. */
async function unprotectedJwe(alg: string) {
  const key = await generateKey(alg, { implementations })
  const jwe = await encryptGeneralJwe('text', [{ key }], { implementations })
  const [recipient] = jwe.recipients
  const read = async (header: object, encryptedKey = recipient?.encrypted_key) => {
    const changed = { header: { ...recipient?.header, ...header }, encrypted_key: encryptedKey! }
    return (await decryptJweJson({ ...jwe, recipients: [changed] }, key, { implementations })).plaintext
  }
  const { iv, tag } = recipient?.header as Record<'iv' | 'tag', string>
  return { read, iv: bytes(iv), tag: bytes(tag), wrapped: bytes(recipient?.encrypted_key) }
}

describe('keys under ChaCha20-Poly1305', () => {
  it('hold what those of the example in draft-amringer-jose-chacha-02 hold', async () => {
    const { key: k, token, wrapped } = vectors.draft
    const key = await importKey({ kty: 'oct', k }, { alg: 'XC20PKW', implementations })
    const delivery = { encryptedKey: bytes(token.split('.')[1]), header: headerOf(token), tag: new Uint8Array() }
    const encryption = xc20p.row
    expect(await xc20pKw.decryptKey({ ...delivery, key, encryption, implementations })).toEqual(encodeUtf8(wrapped))
    await expect(decryptJwe(token, key, { implementations })).rejects.toMatchObject(failed) // which is no key
  })

  it('are those of did-jwt', async () => {
    const { plaintext, keys, tokens } = vectors.didJwt
    const [bob, carol] = await Promise.all(
      keys.map((jwk) => importKey(jwk, { alg: 'ECDH-ES+XC20PKW', implementations })),
    )
    const [single, both] = tokens
    for (const [jwe, key] of [
      [single, bob],
      [both, bob],
      [both, carol],
    ] as const)
      expect((await decryptJweJson(jwe!, key!, { implementations })).plaintext).toEqual(encodeUtf8(plaintext))
    await expect(decryptJweJson(single!, carol!, { implementations })).rejects.toMatchObject(failed)
  })

  it('are those of node:crypto', async () => {
    const secret = Buffer.alloc(32, 7)
    const key = await importSecret(secret, { alg: 'C20PKW', implementations })
    const token = await encryptJwe('ours', key, { enc: 'C20P', implementations })
    const [encoded = '', wrapped, iv, ciphertext, tag] = token.split('.')
    const open = (own: Uint8Array, nonce = '', mac = '', data = '', aad = ''): Buffer => {
      const decipher = createDecipheriv('chacha20-poly1305', own, bytes(nonce), { authTagLength: 16 })
      decipher.setAuthTag(bytes(mac)).setAAD(Buffer.from(aad), { plaintextLength: bytes(data).length })
      return Buffer.concat([decipher.update(bytes(data)), decipher.final()])
    }
    const header = headerOf(token)
    expect(open(open(secret, header['iv'], header['tag'], wrapped), iv, tag, ciphertext, encoded).toString()).toBe(
      'ours',
    )

    const cek = Buffer.alloc(32, 8)
    const seal = (own: Uint8Array, data: Uint8Array, aad = ''): [string, string] => {
      const cipher = createCipheriv('chacha20-poly1305', own, Buffer.alloc(12, 9), { authTagLength: 16 })
      cipher.setAAD(Buffer.from(aad), { plaintextLength: data.length })
      const sealed = Buffer.concat([cipher.update(data), cipher.final()])
      return [sealed.toString('base64url'), cipher.getAuthTag().toString('base64url')]
    }
    const nonce = Buffer.alloc(12, 9).toString('base64url')
    const [theirKey, keyTag] = seal(secret, cek)
    const theirHeader = Buffer.from(JSON.stringify({ ...header, iv: nonce, tag: keyTag })).toString('base64url')
    const [text, textTag] = seal(cek, encodeUtf8('theirs'), theirHeader)
    const theirs = [theirHeader, theirKey, nonce, text, textTag].join('.')
    expect((await decryptJwe(theirs, key, { implementations })).plaintext).toEqual(encodeUtf8('theirs'))
  })

  it.each(algorithms)('%s go there and back with every content encryption', async (alg) => {
    const curves = alg.startsWith('ECDH') ? (['P-256', 'P-384', 'P-521', 'X25519', 'X448'] as const) : [undefined]
    for (const crv of curves) {
      const key = await generateKey(alg, { implementations, ...(crv && { crv }) })
      expect(key).toMatchObject({ alg, use: 'enc', isPrivate: true })
      const other = await generateKey(alg, { implementations, ...(crv && { crv }) })
      for (const enc of encs) {
        const token = await encryptJwe('text', key, { enc, implementations })
        const { iv, tag, ...header } = headerOf(token)
        expect(header).toMatchObject({ alg, enc })
        expect([bytes(iv).length, bytes(tag).length]).toEqual([alg.includes('XC20P') ? 24 : 12, 16])
        expect((await decryptJwe(token, key, { implementations })).plaintext).toEqual(encodeUtf8('text'))
        await expect(decryptJwe(token, other, { implementations })).rejects.toMatchObject(failed)
      }
    }
  })

  it('reach several recipients, each in its own way', async () => {
    const all = ['A256KW', 'A256GCMKW', 'ECDH-ES+A128KW', ...algorithms]
    const recipients = await Promise.all(
      all.map(async (alg) => ({ key: await generateKey(alg, { implementations, kid: alg }) })),
    )
    const jwe = await encryptGeneralJwe('text', recipients, { enc: 'XC20P', implementations })
    for (const { key } of recipients) {
      const { plaintext, header } = await decryptJweJson(jwe, KeySet.of(key), { implementations })
      expect([plaintext, header.alg]).toEqual([encodeUtf8('text'), key.alg])
    }
  })

  it.each(algorithms)('%s fail in one way, whatever was changed', async (alg) => {
    const { read, iv, tag, wrapped } = await unprotectedJwe(alg)
    const text = (part: Uint8Array): string => Buffer.from(part).toString('base64url')
    const flip = (part: Buffer): string => text(part.map((byte, at) => (at === 0 ? byte ^ 1 : byte)))
    expect(await read({})).toEqual(encodeUtf8('text'))
    const headers = [
      { iv: flip(iv) },
      { tag: flip(tag) },
      { iv: undefined },
      { tag: undefined },
      { iv: '' },
      { tag: '' },
      { iv: text(iv.subarray(1)) },
      { iv: text(Buffer.concat([iv, Buffer.alloc(1)])) },
      { iv: text(Buffer.alloc(alg.includes('XC20P') ? 12 : 24)) },
      { iv: text(Buffer.alloc(1_000_000)) },
      { tag: text(tag.subarray(0, 12)) },
      { tag: text(Buffer.concat([tag, Buffer.alloc(1)])) },
    ]
    for (const header of headers) await expect(read(header), JSON.stringify(header)).rejects.toMatchObject(failed)
    await expect(read({}, flip(wrapped))).rejects.toMatchObject(failed)
    await expect(read({}, text(wrapped.subarray(1)))).rejects.toMatchObject(failed)
    for (const at of [4, -4]) {
      const whole = Buffer.concat([wrapped, tag]) // the same bytes, cut elsewhere
      const moved = { tag: text(whole.subarray(wrapped.length + at)) }
      await expect(read(moved, text(whole.subarray(0, wrapped.length + at)))).rejects.toMatchObject(failed)
    }
    for (const wrong of [{ iv: 'A===' }, { iv: 5 }, { tag: 'AB' }, { tag: [] }])
      await expect(read(wrong)).rejects.toMatchObject({ code: 'invalid_header' }) // said before any key is used
  })

  it('are for keys of one kind and length', async () => {
    for (const alg of ['C20PKW', 'XC20PKW']) {
      const token = await encryptJwe('text', await generateKey(alg, { implementations }), { implementations })
      for (const length of [16, 31, 33, 64]) {
        const wrong = await importSecret(new Uint8Array(length).fill(1), { alg, implementations })
        await expect(encryptJwe('x', wrong, { implementations })).rejects.toMatchObject({ code: 'invalid_key' })
        await expect(decryptJwe(token, wrong, { implementations })).rejects.toMatchObject({ code: 'invalid_key' })
        await expect(decryptJwe(token, KeySet.of(wrong), { implementations })).rejects.toMatchObject({
          code: 'key_not_found',
        })
      }
    }
    const wrong: [string, string][] = [
      ['C20PKW', 'ECDH-ES'],
      ['XC20PKW', 'RSA-OAEP'],
      ['ECDH-ES+C20PKW', 'A256KW'],
      ['ECDH-ES+XC20PKW', 'Ed25519'],
    ]
    for (const [alg, other] of wrong) {
      const { alg: _, use: __, ...jwk } = (await generateKey(other)).privateJwk()
      const refused = encryptJwe('x', await importKey(jwk), { alg, implementations })
      await expect(refused).rejects.toMatchObject({ code: 'invalid_key' })
    }
    const open = await importKey((await generateKey('ECDH-ES+C20PKW', { implementations })).publicJwk(), {
      implementations,
    })
    const sealed = await encryptJwe('text', open, { implementations })
    await expect(decryptJwe(sealed, open, { implementations })).rejects.toMatchObject({ code: 'invalid_key' })
  })

  it.each(wraps.map((wrap) => [wrap.row.alg, wrap] as const))('%s are for who asks for them', async (alg, wrap) => {
    const key = await generateKey(alg, { implementations: [wrap] })
    const token = await encryptJwe('text', key, { implementations: [wrap] })
    const options = { implementations: [wrap] }
    expect((await decryptJwe(token, key, options)).header).toMatchObject({ alg, enc: 'A256GCM' })
    const unsupported = { code: 'unsupported_algorithm' }
    await expect(decryptJwe(token, key)).rejects.toMatchObject(unsupported)
    await expect(decryptJwe(token, key, { ...options, algorithms: ['A256KW'] })).rejects.toMatchObject(unsupported)
    await expect(encryptJwe('text', key)).rejects.toMatchObject(unsupported)
    await expect(generateKey(alg)).rejects.toMatchObject(unsupported)
    await expect(decryptJwe(token, key, { ...options, maxSize: token.length - 1 })).rejects.toMatchObject({
      code: 'exceeded_size',
    })
    expect(await findEncryptionKey(KeySet.of(key), alg, undefined, options.implementations)).toBe(key)
    expect(await findEncryptionKey(KeySet.of(key), alg)).toBeNull()
  })
})
