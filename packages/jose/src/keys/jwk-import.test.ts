import { describe, expect, it } from 'vitest'
import { generateKey, importJwk, JoseError, signJwt, verifyJwt } from '../index.ts'

describe('importJwk', () => {
  it('makes at once the key that importKey makes, and takes names where the JWK has none (PJ-21)', async () => {
    const made = await generateKey('ES256')
    const { alg: _alg, kid: _kid, use: _use, ...bare } = made.privateJwk()
    const key = importJwk(bare, { alg: 'ES256', kid: 'a', use: 'sig' })
    expect(key.privateJwk()).toEqual({ ...bare, alg: 'ES256', kid: 'a', use: 'sig' })
    const token = await signJwt({ sub: 'u' }, key, { lifetime: 60 })
    expect((await verifyJwt(token, importJwk(made.publicJwk()), {})).claims.sub).toBe('u')
    for (const options of [{ alg: 'ES384' }, { use: 'enc' }] as const)
      expect(() => importJwk(made.publicJwk(), options)).toThrow(JoseError)
    expect(() => importJwk({ ...bare, x: 'AA' })).toThrow(expect.objectContaining({ code: 'invalid_key' }))
  })

  it('makes a key that no later change of a list reaches', async () => {
    for (const made of [await generateKey('ES256'), await generateKey('HS256')]) {
      const keyOps = ['sign']
      const key = importJwk({ ...made.privateJwk(), key_ops: keyOps })
      for (const list of [keyOps, key.keyOps, key.privateJwk().key_ops, key.toJSON().key_ops] as string[][])
        Reflect.set(list, 0, 'verify')
      expect(key.keyOps).toEqual(['sign'])
      expect(key.privateJwk().key_ops).toEqual(['sign'])
      expect(key.supports(made.alg!, 'verify')).toBe(false)
    }
  })
})
