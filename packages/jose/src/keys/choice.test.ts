import { describe, expect, it } from 'vitest'
import {
  encryptionAlgorithmsFor,
  findSigningKey,
  generateKey,
  generateKeySet,
  importKey,
  importSecret,
  KeySet,
  signatureAlgorithmsFor,
  signJwt,
  verifyJwt,
} from '../index.ts'

async function unbound(alg: string) {
  const { alg: _, use: __, ...jwk } = (await generateKey(alg)).privateJwk()
  return importKey(jwk)
}

describe('JJ-11: the algorithms of a key', () => {
  it.each([
    ['RS256', ['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']],
    ['ES384', ['ES384']],
    ['Ed25519', ['Ed25519', 'EdDSA']],
    ['HS384', ['HS256', 'HS384']], // too short for HS512
  ])('for signatures, such as one made for %s (PJ-21)', async (alg, expected) => {
    expect(signatureAlgorithmsFor(await unbound(alg))).toEqual(expected)
    expect(signatureAlgorithmsFor(await generateKey(alg))).toEqual([alg]) // it says its own
  })

  it('for encryption, passwords last', async () => {
    const agreement = await unbound('ECDH-ES')
    const wrapped = ['ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW', 'ECDH-ES']
    expect(encryptionAlgorithmsFor(agreement).slice(0, 4)).toEqual(wrapped)
    expect(encryptionAlgorithmsFor(await importKey(agreement.publicJwk()))).toContain('ECDH-ES')
    const rsa = encryptionAlgorithmsFor(await unbound('RSA-OAEP'))
    expect(rsa.slice(0, 4)).toEqual(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512', 'RSA-OAEP'])
    const secret = await importSecret(new Uint8Array(16).fill(7))
    expect(encryptionAlgorithmsFor(secret).slice(0, 3)).toEqual(['A128KW', 'A128GCMKW', 'dir'])
    expect(encryptionAlgorithmsFor(await generateKey('ES256'))).toEqual([])
  })
})

describe('JJ-29, AJ-37: a set of keys', () => {
  it('is made at once, and gives the key for an algorithm', async () => {
    const keys = await generateKeySet(['ES256', 'ES256', 'Ed25519'])
    expect(keys.size).toBe(3)
    const key = await findSigningKey(keys, 'Ed25519')
    expect(key?.alg).toBe('Ed25519')
    const [, second] = [...keys]
    expect((await findSigningKey(keys, 'ES256', second?.kid))?.kid).toBe(second?.kid)
    expect(await findSigningKey(keys, 'ES256')).toBe([...keys][0])
    expect(await findSigningKey(keys, 'RS256')).toBeNull()
    const token = await signJwt({}, key!, { lifetime: 60 })
    await verifyJwt(token, KeySet.from(keys.toJSON()), { algorithms: ['Ed25519'] })
  })

  it('signs with private halves only', async () => {
    const published = KeySet.from((await generateKeySet(['ES256'])).toJSON())
    expect(await findSigningKey(published, 'ES256')).toBeNull()
  })

  it('is not made of nothing, but may be empty when it comes from elsewhere', async () => {
    await expect(generateKeySet([])).rejects.toThrow(TypeError)
    expect(KeySet.from({ keys: [] }).size).toBe(0)
  })

  it('PJ-22: with nothing usable in it finds no key', async () => {
    const keys = KeySet.from({ keys: [{ kty: 'unknown' }, { kty: 'EC', crv: 'P-192' }] })
    expect([...keys]).toEqual([])
    const token = await signJwt({}, await generateKey('ES256'), { lifetime: 60 })
    await expect(verifyJwt(token, keys, { algorithms: ['ES256'] })).rejects.toMatchObject({ code: 'key_not_found' })
  })
})
