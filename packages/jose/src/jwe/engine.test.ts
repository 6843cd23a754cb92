import { encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  decryptJwe,
  decryptJweJson,
  encryptFlattenedJwe,
  encryptGeneralJwe,
  encryptJwe,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  jweAlgorithms,
  jweEncryptions,
  type Key,
  KeySet,
} from '../index.ts'
import { findJweEncryptionRow, findJweRow } from './algorithms.ts'
import { decryptByEngine, encryptByEngine } from './engine.ts'
import { checkRecipient, splitCompact } from './parts.ts'
import * as node from '../runtime/node.ts'
import * as web from '../runtime/web.ts'

const text = 'Only those who risk going too far can possibly find out how far they can go.'
const plain = encodeUtf8(text)
const limits = { maxSize: 10_000, maxInflated: 1000, maxIterations: 10_000 }

async function keyFor(alg: string, enc: string): Promise<Key> {
  return alg.startsWith('PBES2')
    ? importSecret('a password', { alg })
    : generateKey(alg === 'dir' ? enc : alg, { kid: 'k' })
}

async function engineToken(key: Key, alg: string, enc: string, zip?: string): Promise<string> {
  const { recipients, ...jwe } = await encryptByEngine({
    plaintext: plain,
    encryption: findJweEncryptionRow(enc)!,
    protectedHeader: { alg, enc, ...(zip && { zip }) },
    recipients: [{ key, row: findJweRow(alg)!, iterations: 2000, parties: { apu: 'QQ', apv: 'Qg' } }],
    implementations: [],
  })
  return [jwe.protected, recipients[0]?.encrypted_key, jwe.iv, jwe.ciphertext, jwe.tag].join('.')
}

describe('our engine and that of jose', () => {
  it.each(jweAlgorithms)('decrypt what the other encrypted with %s', async (alg) => {
    for (const enc of jweEncryptions) {
      const key = await keyFor(alg, enc)
      const ours = await engineToken(key, alg, enc)
      expect((await decryptJwe(ours, key)).plaintext).toEqual(plain)
      const theirs = await encryptJwe(text, key, { enc, apu: encodeUtf8('Alice'), iterations: 2000 })
      const recipient = checkRecipient(splitCompact(theirs, limits), limits, [])
      expect(await decryptByEngine(recipient, key, limits, [])).toEqual(plain)
      for (const part of [0, 1, 2, 3, 4]) {
        const parts = theirs.split('.')
        if (parts[part] === '') continue
        const bytes = Buffer.from(parts[part]!, 'base64url')
        const changed =
          part === 0 ? Buffer.concat([Buffer.from(' '), bytes]) : bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
        parts[part] = Buffer.from(changed).toString('base64url')
        const tampered = checkRecipient(splitCompact(parts.join('.'), limits), limits, [])
        await expect(decryptByEngine(tampered, key, limits, [])).rejects.toThrow()
      }
    }
  })

  it('compress alike, and inflate up to a limit only (RFC 8725 §3.6)', async () => {
    const key = await generateKey('A128KW')
    expect(
      (await decryptJwe(await engineToken(key, 'A128KW', 'A128GCM', 'DEF'), key, { maxInflated: 1000 })).plaintext,
    ).toEqual(plain)
    const token = await encryptJwe('x'.repeat(1000), key, { compress: true })
    const recipient = checkRecipient(splitCompact(token, limits), limits, [])
    expect(await decryptByEngine(recipient, key, limits, [])).toHaveLength(1000)
    await expect(decryptByEngine(recipient, key, { ...limits, maxInflated: 999 }, [])).rejects.toThrow(RangeError)
  })
})

describe('X448 (RFC 8037 §3.2)', () => {
  it('agrees upon the secret of RFC 7748 §6.2', async () => {
    const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
    const alice: Jwk = {
      kty: 'OKP',
      crv: 'X448',
      d: base64url(
        '9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b',
      ),
      x: base64url(
        '9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0',
      ),
    }
    const bob: Jwk = {
      kty: 'OKP',
      crv: 'X448',
      x: base64url(
        '3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609',
      ),
    }
    expect(Buffer.from(await node.agree(alice, bob)).toString('hex')).toBe(
      '07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d',
    )
    expect(() => node.agree(alice, { ...bob, x: base64url('00'.repeat(56)) })).toThrow(
      expect.objectContaining({ code: 'invalid_key' }),
    )
  })

  it.each(['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'])(
    'goes there and back with %s',
    async (alg) => {
      const key = await generateKey(alg, { crv: 'X448' })
      const publicKey = await importKey(key.publicJwk())
      for (const enc of jweEncryptions) {
        const token = await encryptJwe(text, publicKey, { enc, apu: encodeUtf8('Alice'), apv: encodeUtf8('Bob') })
        const { header, plaintext } = await decryptJwe(token, key)
        expect(plaintext).toEqual(plain)
        expect(header).toMatchObject({ alg, enc, kid: key.kid, apu: 'QWxpY2U', epk: { kty: 'OKP', crv: 'X448' } })
        expect(header['epk']).not.toHaveProperty('d')
      }
    },
  )

  it('shares a JWE with other recipients, with aad and unprotected headers (RFC 7516 §7.2.1)', async () => {
    const algs = ['ECDH-ES+A256KW', 'RSA-OAEP', 'A128GCMKW', 'ECDH-ES+A128KW']
    const keys = await Promise.all(
      algs.map((alg, i) => generateKey(alg, { kid: String(i), ...(i === 0 && { crv: 'X448' }) })),
    )
    const options = { aad: 'context', unprotected: { jku: 'x' } }
    const jwe = await encryptGeneralJwe(
      text,
      keys.map((key) => ({ key })),
      options,
    )
    for (const key of keys) expect((await decryptJweJson(jwe, KeySet.of(key))).plaintext).toEqual(plain)
    await expect(decryptJweJson({ ...jwe, aad: 'b3RoZXI' }, keys[0]!)).rejects.toMatchObject({
      code: 'decryption_failed',
    })
    const flattened = await encryptFlattenedJwe(text, { key: keys[0]! }, options)
    expect((await decryptJweJson(flattened, keys[0]!)).plaintext).toEqual(plain)
    expect(flattened.unprotected).toEqual({ jku: 'x' })
  })

  it('refuses an ephemeral key of another curve or none, with one error', async () => {
    const key = await generateKey('ECDH-ES', { crv: 'X448' })
    const [, ...rest] = (await encryptJwe(text, key)).split('.')
    const { x } = (await generateKey('ECDH-ES', { crv: 'X25519' })).publicJwk()
    for (const epk of [
      undefined,
      { kty: 'OKP', crv: 'X25519', x },
      { kty: 'OKP', crv: 'X448', x: Buffer.alloc(56).toString('base64url') },
    ]) {
      const header = Buffer.from(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256GCM', epk })).toString('base64url')
      await expect(decryptJwe([header, ...rest].join('.'), key)).rejects.toMatchObject({ code: 'decryption_failed' })
    }
  })
})

describe('both runtimes', () => {
  it.each(['P-256', 'P-384', 'P-521', 'X25519'] as const)(
    'agree upon the same secret on %s, or upon none',
    async (crv) => {
      const kty = crv === 'X25519' ? 'OKP' : 'EC'
      const [own, other] = await Promise.all(
        [node, web].map((runtime) => runtime.generateMaterial({ kty, crv, length: 0 })),
      )
      const { d: _, ...open } = other!
      const secret = Buffer.from(await node.agree(own!, open))
      expect(Buffer.from(await web.agree(own!, open))).toEqual(secret)
      const size = Buffer.from(own!.x!, 'base64url').length
      const zero = Buffer.alloc(size).toString('base64url')
      const bad = { kty, crv, x: zero, ...(kty === 'EC' && { y: zero }) }
      expect(() => node.agree(own!, bad)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
      await expect(web.agree(own!, bad)).rejects.toMatchObject({ code: 'invalid_key' })
    },
  )
})
