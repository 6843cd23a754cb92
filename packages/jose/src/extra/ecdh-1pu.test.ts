import { createCipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  decryptJwe,
  decryptJweJson,
  encryptGeneralJwe,
  encryptJwe,
  type GeneralJwe,
  generateKey,
  importKey,
  type Jwk,
  jweEncryptions,
  type Key,
  KeySet,
} from '../index.ts'
import { standardEncryption } from '../jwe/content-encryption.ts'
import { findJweEncryptionRow } from '../jwe/algorithms.ts'
import { ecdh1Pu, x448 } from './index.ts'

const draft = JSON.parse(readFileSync(new URL('../../vectors/ecdh-1pu.json', import.meta.url), 'utf8')) as {
  A: { alice: Jwk; bob: Jwk; header: object; derived: string }
  B: Record<'alice' | 'bob' | 'charlie', Jwk> & { plaintext: string; jwe: GeneralJwe }
}
const algs = ['ECDH-1PU', 'ECDH-1PU+A128KW', 'ECDH-1PU+A192KW', 'ECDH-1PU+A256KW']
const committing = jweEncryptions.filter((enc) => enc.includes('CBC'))

async function newKey(crv: 'P-256' | 'P-384' | 'P-521' | 'X25519' | 'X448', kid: string): Promise<Key> {
  return importKey({ ...(await generateKey('ECDH-ES', { crv })).privateJwk(), alg: undefined } as unknown as Jwk, {
    kid,
    use: 'enc',
  })
}

const publicOf = (key: Key): Promise<Key> => importKey(key.publicJwk())

describe('AJ-29, JJ-19: the examples of draft-madden-jose-ecdh-1pu-04', () => {
  it('derive the key of Appendix A', async () => {
    const { alice, bob, header, derived } = draft.A
    const protectedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(derived, 'base64url'), Buffer.alloc(12))
    cipher.setAAD(Buffer.from(protectedHeader))
    const body = [Buffer.alloc(12), Buffer.concat([cipher.update('hello'), cipher.final()]), cipher.getAuthTag()]
    const token = [protectedHeader, '', ...body.map((part) => part.toString('base64url'))].join('.')
    const { d: _, ...open } = alice
    const implementations = ecdh1Pu({ sender: await importKey(open) })
    const { plaintext } = await decryptJwe(token, await importKey(bob), { algorithms: ['ECDH-1PU'], implementations })
    expect(plaintext).toEqual(encodeUtf8('hello'))
  })

  it.each(['bob', 'charlie'] as const)('decrypt the JWE of Appendix B for %s', async (name) => {
    const { d: _, ...open } = draft.B.alice
    const implementations = ecdh1Pu({ sender: await importKey(open) })
    const options = { algorithms: ['ECDH-1PU+A128KW'], implementations }
    const { plaintext } = await decryptJweJson(draft.B.jwe, KeySet.from({ keys: [draft.B[name]] }), options)
    expect(plaintext).toEqual(encodeUtf8(draft.B.plaintext))
    await expect(
      decryptJweJson(
        { ...draft.B.jwe, tag: Buffer.alloc(32).toString('base64url') },
        KeySet.from({ keys: [draft.B[name]] }),
        options,
      ),
    ).rejects.toMatchObject({ code: 'decryption_failed' })
  })
})

describe('ECDH-1PU', () => {
  it.each(['P-256', 'P-384', 'P-521', 'X25519', 'X448'] as const)('goes there and back on %s', async (crv) => {
    const [alice, bob, eve] = await Promise.all(['a', 'b', 'e'].map((kid) => newKey(crv, kid)))
    for (const alg of algs) {
      for (const enc of alg === 'ECDH-1PU' ? jweEncryptions : committing) {
        const implementations = [...ecdh1Pu({ sender: alice! }), x448]
        const parties = { apu: encodeUtf8('Alice'), apv: encodeUtf8('Bob') }
        const token = await encryptJwe('text', await publicOf(bob!), { alg, enc, implementations, ...parties })
        const read = async (sender: Key | KeySet) =>
          decryptJwe(token, bob!, { algorithms: algs, implementations: ecdh1Pu({ sender }) })
        const { plaintext, header } = await read(await publicOf(alice!))
        expect(plaintext).toEqual(encodeUtf8('text'))
        expect(header).toMatchObject({ alg, enc, kid: 'b', skid: 'a', apu: 'QWxpY2U', apv: 'Qm9i' })
        expect((await read(KeySet.from({ keys: [eve!.publicJwk(), alice!.publicJwk()] }))).plaintext).toEqual(plaintext)
        await expect(read(eve!)).rejects.toMatchObject({ code: 'decryption_failed' })
        await expect(read(KeySet.of(eve!))).rejects.toMatchObject({ code: 'decryption_failed' })
      }
    }
  })

  it('reaches several recipients, and none of them can change the text for another (§2.1)', async () => {
    const [alice, bob, carol] = await Promise.all(['a', 'b', 'c'].map((kid) => newKey('X25519', kid)))
    const implementations = ecdh1Pu({ sender: alice! })
    const jwe = await encryptGeneralJwe(
      'text',
      [bob!, carol!].map((key) => ({ key, alg: 'ECDH-1PU+A256KW' })),
      { enc: 'A128CBC-HS256', implementations },
    )
    const options = { algorithms: algs, implementations }
    for (const key of [bob!, carol!])
      expect((await decryptJweJson(jwe, KeySet.of(key), options)).plaintext).toEqual(encodeUtf8('text'))

    const encryption = findJweEncryptionRow('A128CBC-HS256')!
    const bytes = (text = ''): Uint8Array => Buffer.from(text, 'base64url')
    const [forBob] = jwe.recipients
    const header = { ...JSON.parse(Buffer.from(jwe.protected!, 'base64url').toString()), ...forBob?.header } as object
    const cek = await implementations
      .find(({ row }) => row.alg === 'ECDH-1PU+A256KW')!
      .decryptKey({
        key: bob!,
        encryptedKey: bytes(forBob?.encrypted_key),
        tag: bytes(jwe.tag),
        encryption,
        header: header as Record<string, unknown>,
        implementations,
      })
    const content = { cek, iv: bytes(jwe.iv), plaintext: encodeUtf8('lies'), aad: encodeUtf8(jwe.protected!) }
    const { ciphertext, tag } = await standardEncryption(encryption).encrypt(content)
    const forged = { ...jwe, ciphertext: encodeBase64url(ciphertext), tag: encodeBase64url(tag) }
    await expect(decryptJweJson(forged, KeySet.of(carol!), options)).rejects.toMatchObject({
      code: 'decryption_failed',
    })
  })

  it('refuses what cannot be, before it encrypts', async () => {
    const [alice, bob] = await Promise.all(['a', 'b'].map((kid) => newKey('P-256', kid)))
    const elsewhere = await newKey('P-384', 'p')
    const options = { alg: 'ECDH-1PU+A128KW', enc: 'A128CBC-HS256' }
    const encrypt = (sender: Key | KeySet, other: object = {}) =>
      encryptJwe('text', bob!, { ...options, implementations: ecdh1Pu({ sender }), ...other })
    await expect(encrypt(KeySet.of(alice!))).rejects.toBeInstanceOf(TypeError)
    await expect(encrypt(alice!, { enc: 'A128GCM' })).rejects.toBeInstanceOf(TypeError)
    await expect(encrypt(await publicOf(alice!))).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(encrypt(elsewhere)).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(encrypt(await generateKey('ES256'))).rejects.toMatchObject({ code: 'invalid_key' })
    const same = encodeUtf8('both')
    await expect(encrypt(alice!, { apu: same, apv: same })).rejects.toMatchObject({ code: 'invalid_header' })
    await expect(encryptJwe('text', bob!, options)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })

  it('refuses what cannot be, with one error when it decrypts', async () => {
    const [alice, bob] = await Promise.all(['a', 'b'].map((kid) => newKey('P-256', kid)))
    const implementations = ecdh1Pu({ sender: alice! })
    const token = await encryptJwe('text', bob!, { alg: 'ECDH-1PU', enc: 'A128GCM', implementations })
    const decrypt = (changed: string, sender: Key | KeySet = alice!, own = bob!) =>
      decryptJwe(changed, own, { algorithms: algs, implementations: ecdh1Pu({ sender }) })
    const [encoded = '', ...rest] = token.split('.')
    const header = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Record<string, unknown>
    const withHeader = (change: object): string =>
      [Buffer.from(JSON.stringify({ ...header, ...change })).toString('base64url'), ...rest].join('.')
    const failed = { code: 'decryption_failed', reason: undefined }
    for (const change of [{ skid: 'x' }, { skid: 5 }, { epk: undefined }])
      await expect(decrypt(withHeader(change))).rejects.toMatchObject(failed)
    for (const change of [{ apu: 'QQ', apv: 'QQ' }, { apu: 5 }])
      await expect(decrypt(withHeader(change))).rejects.toMatchObject({ code: 'invalid_header' })
    await expect(decrypt(token, await newKey('P-384', 'p'))).rejects.toMatchObject(failed)
    await expect(decrypt(token, KeySet.of(alice!, await importKey(alice!.privateJwk())))).rejects.toMatchObject(failed)
    await expect(decrypt(token, alice, await publicOf(bob!))).rejects.toMatchObject({ code: 'invalid_key' })
    const wrapped = await encryptJwe('text', bob!, { alg: 'ECDH-1PU+A128KW', enc: 'A128CBC-HS256', implementations })
    const claims = Buffer.from(JSON.stringify({ ...header, alg: 'ECDH-1PU+A128KW' })).toString('base64url')
    const mixed = [claims, wrapped.split('.')[1], ...rest.slice(1)].join('.') // A128GCM
    await expect(decrypt(mixed)).rejects.toMatchObject(failed)
  })
})
