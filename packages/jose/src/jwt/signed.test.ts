import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import {
  generateKey,
  importSecret,
  type JwsAlgorithm,
  jwsAlgorithms,
  type JwtPolicy,
  KeySet,
  signJws,
  signJwt,
  verifyJws,
  verifyJwt,
} from '../index.ts'

const now = 1_700_000_000
const policy: JwtPolicy = { clock: () => now, issuer: 'https://as.example', audience: 'api' }
const claims = { iss: 'https://as.example', aud: 'api', sub: 'u1', exp: now + 60 }

describe('signing and verifying', () => {
  it('never takes one type for the lack of another', async () => {
    const key = await generateKey('ES256')
    await signJws('x', key)
    const { header } = await verifyJwt(await signJwt(claims, key, { typ: 'null' }), key, policy)
    expect(header.typ).toBe('null')
  })

  for (const alg of jwsAlgorithms.filter((name) => !missingAlgorithms.includes(name))) {
    it(`makes a ${alg} token that verifies, and none that was changed does (RFC 7515 §5, AJ-13, AJ-14, AJ-15, AJ-16, JJ-10, PJ-10)`, async () => {
      const key = await generateKey(alg)
      const token = await signJwt(claims, key)
      const { header, claims: verified, key: used } = await verifyJwt(token, key, policy)
      expect(header).toEqual({ typ: 'JWT', alg, ...(key.kid !== undefined && { kid: key.kid }) })
      expect(verified).toEqual(claims)
      expect(used).toBe(key)
      const [head, body = '', signature = ''] = token.split('.')
      const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
      await expect(verifyJwt(`${head}.${body}.${flipped}`, key, policy)).rejects.toMatchObject({
        code: 'bad_signature',
      })
      const other = Buffer.from(JSON.stringify({ ...claims, sub: 'u2' })).toString('base64url')
      await expect(verifyJwt(`${head}.${other}.${signature}`, key, policy)).rejects.toMatchObject({
        code: 'bad_signature',
      })
    })
  }

  it('verifies with the public half alone', async () => {
    const key = await generateKey('ES256')
    const set = KeySet.from({ keys: [key.publicJwk()] })
    expect((await verifyJwt(await signJwt(claims, key), set, policy)).claims.sub).toBe('u1')
  })

  it('signs bytes as they are (RFC 7515 §7.1)', async () => {
    const key = await generateKey('Ed25519')
    const payload = Uint8Array.of(0, 255, 128)
    expect((await verifyJws(await signJws(payload, key), key)).payload).toEqual(payload)
  })

  it('verifies many at once as well as one after the other', async () => {
    const key = await generateKey('ES256')
    const good = await signJwt(claims, key)
    const bad = await signJwt(claims, await generateKey('ES256', { kid: key.kid ?? '' }))
    const tokens = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? bad : good))
    const verdicts = await Promise.all(
      tokens.map((token) =>
        verifyJwt(token, key, policy).then(
          () => good,
          () => bad,
        ),
      ),
    )
    expect(verdicts).toEqual(tokens)
  })
})

describe('the algorithm', () => {
  it('must be allowed, or fixed by the key (RFC 8725 §3.1, AJ-10, AJ-46, JJ-07, PJ-03)', async () => {
    const secret = new Uint8Array(64).fill(7)
    const open = await importSecret(secret)
    const token = await signJwt(claims, open, { alg: 'HS512' })
    await expect(verifyJwt(token, open, policy)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    await expect(verifyJwt(token, open, { ...policy, algorithms: ['HS256'] })).rejects.toMatchObject({
      code: 'unsupported_algorithm',
    })
    await expect(verifyJwt(token, open, { ...policy, algorithms: [] })).rejects.toBeInstanceOf(TypeError)
    expect((await verifyJwt(token, open, { ...policy, algorithms: ['HS256', 'HS512'] })).claims.sub).toBe('u1')
    const fixed = await importSecret(secret, { alg: 'HS256' })
    await expect(verifyJwt(token, fixed, { ...policy, algorithms: ['HS512'] })).rejects.toMatchObject({
      code: 'invalid_key',
    })
  })

  it('of another name with the same key does not pass', async () => {
    const key = await generateKey('RS256')
    const pss = await generateKey('PS256' satisfies JwsAlgorithm)
    await expect(verifyJwt(await signJwt(claims, pss), key, policy)).rejects.toMatchObject({ code: 'invalid_key' })
  })
})
