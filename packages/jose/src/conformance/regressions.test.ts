import { createECDH, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  accessTokenPolicy,
  encryptGeneralJwe,
  exportPrivatePem,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  type JwtClaims,
  KeySet,
  signJwt,
  verifyJwt,
} from '../index.ts'

/** Mistakes that other libraries have shipped once, by the numbers of our list. */
describe('regressions of others', () => {
  const now = 1_700_000_000
  const clock = () => now

  it('X-15: kid null is a malformed header, and no kid finds the only key (AJ-38)', async () => {
    const secret = Buffer.alloc(32, 1)
    const key = await importSecret(secret, { alg: 'HS256' })
    const forge = (header: object) => {
      const input = [header, { exp: now + 9 }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    }
    await verifyJwt(forge({ alg: 'HS256' }), KeySet.of(key), { clock })
    await expect(verifyJwt(forge({ alg: 'HS256', kid: null }), KeySet.of(key), { clock })).rejects.toMatchObject({
      code: 'invalid_header',
    })
  })

  it('X-20: iat is checked with the leeway', async () => {
    const key = await generateKey('ES256')
    const token = await signJwt({ iat: now + 3, exp: now + 9 }, key)
    await verifyJwt(token, key, { clock, leeway: 3 })
    await expect(verifyJwt(token, key, { clock, leeway: 2 })).rejects.toMatchObject({ code: 'immature_token' })
  })

  it('X-21: a subject, issuer or id that is no string is not signed (PJ-14)', async () => {
    const key = await generateKey('ES256')
    for (const claims of [{ sub: 42 }, { iss: null }, { jti: 1 }, { aud: [1] }, { aud: {} }]) {
      await expect(
        signJwt({ exp: now + 9, ...claims } as unknown as JwtClaims, key, { lifetime: null }),
      ).rejects.toBeInstanceOf(TypeError)
    }
  })

  it('X-34: coordinates and private values keep their zeros (RFC 7518 §6.2.1, JJ-24)', async () => {
    for (const [name, crv, size] of [
      ['prime256v1', 'P-256', 32],
      ['secp384r1', 'P-384', 48],
      ['secp521r1', 'P-521', 66],
    ] as const) {
      const pair = createECDH(name)
      pair.setPrivateKey(Buffer.concat([Buffer.alloc(size - 1), Buffer.of(7)]))
      const d = Buffer.concat([Buffer.alloc(size - 1), Buffer.of(7)]).toString('base64url')
      const point = pair.getPublicKey().subarray(1)
      const jwk: Jwk = {
        kty: 'EC',
        crv,
        x: point.subarray(0, size).toString('base64url'),
        y: point.subarray(size).toString('base64url'),
        d,
      }
      const key = await importKey(await exportPrivatePem(await importKey(jwk)))
      expect(key.privateJwk()).toEqual(jwk)
    }
  })

  it('X-35: a policy may be used again, at another time (PJ-11)', async () => {
    const key = await generateKey('ES256')
    const time = { now }
    const policy = accessTokenPolicy({ issuer: 'a', audience: 'b', clock: () => time.now, leeway: 0 })
    const claims = { iss: 'a', aud: 'b', sub: 's', client_id: 'c', jti: 'j', iat: now, exp: now + 9 }
    const token = await signJwt(claims, key, { typ: 'at+jwt' })
    await verifyJwt(token, key, policy)
    time.now += 9
    await expect(verifyJwt(token, key, policy)).rejects.toMatchObject({ code: 'expired_token' })
    time.now -= 1
    await verifyJwt(token, key, policy)
  })

  it('X-36: of several keys that match, the one that verifies is found and named', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => generateKey('ES256', { kid: 'same' })))
    const token = await signJwt({ exp: now + 9 }, keys[2]!)
    expect((await verifyJwt(token, KeySet.of(...keys), { clock })).key).toBe(keys[2])
  })

  it('X-37: each recipient of a JWE is named by the kid of its key', async () => {
    const keys = await Promise.all(['a', 'b'].map((kid) => generateKey('A128KW', { kid })))
    const { recipients } = await encryptGeneralJwe(
      'x',
      keys.map((key) => ({ key })),
    )
    expect(recipients.map(({ header }) => header)).toEqual(keys.map(({ kid }) => ({ alg: 'A128KW', kid })))
  })
})
