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
  jweAlgorithms,
  jweEncryptions,
  type Key,
  KeySet,
} from '../index.ts'

const text = 'The true sign of intelligence is not knowledge but imagination.'
const plain = encodeUtf8(text)

async function keyFor(alg: string, enc = 'A256GCM', crv?: 'X25519'): Promise<Key> {
  if (alg.startsWith('PBES2')) return importSecret('a password', { alg, kid: 'p' })
  return generateKey(alg === 'dir' ? enc : alg, { kid: alg, ...(crv && { crv }) })
}

describe('compact serialization (RFC 7516 §7.1)', () => {
  it.each(jweAlgorithms)(
    'goes there and back with %s and every content encryption (AJ-18, AJ-22, AJ-27, JJ-12, JJ-15, JJ-17)',
    async (alg) => {
      for (const enc of jweEncryptions) {
        const key = await keyFor(alg, enc)
        const token = await encryptJwe(text, key, { enc })
        expect(token.split('.')).toHaveLength(5)
        const { header, plaintext, key: used } = await decryptJwe(token, key)
        expect(plaintext).toEqual(plain)
        expect(header).toMatchObject({ alg, enc })
        expect(used).toBe(key)
      }
    },
  )

  it('agrees upon a key on every curve (RFC 7518 §4.6, RFC 8037 §3.2)', async () => {
    for (const crv of ['P-256', 'P-384', 'P-521', 'X25519'] as const) {
      for (const alg of ['ECDH-ES', 'ECDH-ES+A128KW']) {
        const key = await generateKey(alg, { crv })
        const publicKey = await importKey(key.publicJwk())
        const options = { apu: encodeUtf8('Alice'), apv: encodeUtf8('Bob') }
        const { header, plaintext } = await decryptJwe(await encryptJwe(plain, publicKey, options), key)
        expect(plaintext).toEqual(plain)
        expect(header['apu']).toBe('QWxpY2U')
      }
    }
  })

  it('compresses on request, and inflates up to a limit only (RFC 8725 §3.6)', async () => {
    const key = await generateKey('A128KW')
    const token = await encryptJwe('x'.repeat(100_000), key, { compress: true })
    expect(token.length).toBeLessThan(1000)
    await expect(decryptJwe(token, key)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    await expect(decryptJwe(token, key, { maxInflated: 99_999 })).rejects.toMatchObject({ code: 'decryption_failed' })
    expect((await decryptJwe(token, key, { maxInflated: 100_000 })).plaintext).toHaveLength(100_000)
  })

  it('finds the key in a set by its kid', async () => {
    const keys = await Promise.all(['a', 'b'].map((kid) => generateKey('RSA-OAEP-256', { kid })))
    const token = await encryptJwe(text, keys[1]!)
    expect((await decryptJwe(token, KeySet.of(...keys))).key).toBe(keys[1])
    await expect(decryptJwe(token, KeySet.of(keys[0]!))).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('needs the algorithms named when the key does not name its own (RFC 8725 §3.1, JJ-21)', async () => {
    const key = await importKey((await generateKey('A256KW')).privateJwk())
    const open = await importSecret(new Uint8Array(32).fill(1))
    const token = await encryptJwe(text, open, { alg: 'A256KW' })
    await expect(decryptJwe(token, open)).rejects.toBeInstanceOf(TypeError)
    await expect(decryptJwe(token, open, { algorithms: [] })).rejects.toBeInstanceOf(TypeError)
    await expect(decryptJwe(token, open, { algorithms: ['dir'] })).rejects.toMatchObject({
      code: 'unsupported_algorithm',
    })
    await expect(decryptJwe(token, open, { algorithms: ['A256KW'], encryptions: ['A128GCM'] })).rejects.toMatchObject({
      code: 'unsupported_algorithm',
    })
    await expect(decryptJwe(token, key)).rejects.toMatchObject({ code: 'decryption_failed' })
    expect((await decryptJwe(token, open, { algorithms: ['A256KW'] })).plaintext).toEqual(plain)
  })
})

describe('JSON serializations (RFC 7516 §7.2)', () => {
  it('reach several recipients, each with its own key', async () => {
    const keys = await Promise.all(['RSA-OAEP', 'ECDH-ES+A256KW', 'A256GCMKW'].map((alg) => keyFor(alg)))
    const jwe = await encryptGeneralJwe(
      text,
      keys.map((key) => ({ key })),
      { aad: 'context', unprotected: { jku: 'x' } },
    )
    expect(jwe.recipients.map(({ header }) => header?.['kid'])).toEqual(keys.map(({ kid }) => kid))
    for (const key of keys) expect((await decryptJweJson(jwe, KeySet.of(key))).plaintext).toEqual(plain)
    const stranger = await generateKey('A256KW', { kid: 'x' })
    await expect(decryptJweJson(jwe, KeySet.of(stranger))).rejects.toMatchObject({ code: 'key_not_found' })
    await expect(decryptJweJson({ ...jwe, aad: 'b3RoZXI' }, KeySet.of(keys[0]!))).rejects.toMatchObject({
      code: 'decryption_failed',
    })
  })

  it('do not mind what is wrong for another recipient', async () => {
    const [first, second] = await Promise.all([keyFor('A128KW'), keyFor('A256KW')])
    const jwe = await encryptGeneralJwe(text, [{ key: first }, { key: second }])
    for (const broken of [
      { encrypted_key: 'AAAA' },
      { header: { alg: 'RSA1_5' } },
      { header: { alg: 'A128KW', kid: 5 } },
    ]) {
      const recipients = [{ ...jwe.recipients[0], ...broken }, jwe.recipients[1] ?? {}]
      expect((await decryptJweJson({ ...jwe, recipients }, KeySet.of(first, second))).plaintext).toEqual(plain)
    }
  })

  it('have one recipient for a direct algorithm (RFC 7516 §5.1, AJ-21)', async () => {
    const [direct, other] = await Promise.all([keyFor('ECDH-ES'), keyFor('A128KW')])
    await expect(encryptGeneralJwe(text, [{ key: direct }, { key: other }])).rejects.toBeInstanceOf(TypeError)
    const jwe = await encryptGeneralJwe(text, [{ key: direct }])
    expect((await decryptJweJson(jwe, direct)).plaintext).toEqual(plain)
  })

  it('may be flattened, with everything in its place', async () => {
    const key = await keyFor('A128GCMKW')
    const jwe = await encryptFlattenedJwe(plain, { key }, { enc: 'A128CBC-HS256', aad: 'a', unprotected: { note: 1 } })
    const { header, plaintext } = await decryptJweJson(jwe, key)
    expect(plaintext).toEqual(plain)
    expect(header).toMatchObject({ alg: 'A128GCMKW', enc: 'A128CBC-HS256', note: 1 })
    await expect(decryptJweJson({ ...jwe, unprotected: { enc: 'A128GCM' } }, key)).rejects.toMatchObject({
      code: 'invalid_header',
    })
  })
})
