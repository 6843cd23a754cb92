import { describe, expect, it } from 'vitest'
import { externalKey, generateKey, importKey, importSecret, signJwt, staticKeys, verifyJwt } from '../index.ts'

describe('keys that never change', () => {
  it('sign by their algorithm, the first one in general, and verify all alike', async () => {
    const keys = await Promise.all(['ES256', 'RS256', 'ES256'].map((alg) => generateKey(alg)))
    const signing = staticKeys(keys)
    expect(signing.algorithms).toEqual(['ES256', 'RS256'])
    expect(await signing.signingKey()).toBe(keys[0])
    expect(await signing.signingKey('RS256')).toBe(keys[1])
    expect(await signing.jwks()).toEqual({ keys: keys.map((key) => key.publicJwk()) })
    for (const key of keys) {
      const token = await signJwt({}, key, { lifetime: 60 })
      await verifyJwt(token, await signing.keySet(), { algorithms: ['ES256', 'RS256'] })
    }
  })

  it('keep a retired public half to verify with', async () => {
    const retired = await generateKey('ES256')
    const current = await generateKey('ES256')
    const signing = staticKeys([await importKey(retired.publicJwk()), current])
    expect(await signing.signingKey('ES256')).toBe(current)
    const token = await signJwt({}, retired, { lifetime: 60 })
    await verifyJwt(token, await signing.keySet(), { algorithms: ['ES256'] })
  })

  it('have an algorithm, a name unless they are secret, and a private half', async () => {
    const { kid: _, ...nameless } = (await generateKey('ES256')).privateJwk()
    const { alg: __, ...unbound } = (await generateKey('ES256')).privateJwk()
    for (const jwk of [nameless, unbound, (await generateKey('ES256')).publicJwk()]) {
      const key = await importKey(jwk)
      expect(() => staticKeys([key])).toThrow(TypeError)
    }
    expect(() => staticKeys([])).toThrow(TypeError)
    const secret = await importSecret(new Uint8Array(32).fill(1), { alg: 'HS256' })
    expect(await staticKeys([secret]).signingKey()).toBe(secret)
  })

  it('are a mistake of ours when one is missing: status 500', async () => {
    const signing = staticKeys([await generateKey('ES256')])
    expect(() => signing.signingKey('RS256')).toThrow(expect.objectContaining({ code: 'key_not_found', status: 500 }))
  })
})

it('a key in a service is known by its public half, and by that alone', async () => {
  const key = await generateKey('ES256')
  const { alg: _, ...unbound } = key.publicJwk()
  const signer = { sign: () => Promise.resolve(new Uint8Array(64)) }
  expect(() => externalKey(key.privateJwk(), signer)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
  expect(() => externalKey(unbound, signer)).toThrow(TypeError)
})
