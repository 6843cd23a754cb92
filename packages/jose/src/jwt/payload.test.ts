import { describe, expect, it } from 'vitest'
import {
  checkClaims,
  decodeUnverifiedJwt,
  decryptJwt,
  encryptJwt,
  generateKey,
  type JoseError,
  type JwtPolicy,
  type NewJwtClaims,
  signJwt,
  verifyJwt,
} from '../index.ts'
import { issueSdJwt } from '../sd-jwt/index.ts'

const now = 1_700_000_000
const clock = () => now
const key = await generateKey('ES256')
const wrapping = await generateKey('A256KW')

describe('claims that are signed', () => {
  it('AJ-40, PJ-01: have their dates in whole seconds (RFC 7519 §2)', async () => {
    const date = new Date(now * 1000 + 999)
    const claims = { exp: date, nbf: date, iat: date, updated: date }
    const expected = { exp: now, nbf: now, iat: now, updated: date.toISOString() }
    expect(decodeUnverifiedJwt(await signJwt(claims, key)).claims).toEqual(expected)
    const token = await encryptJwt(claims, wrapping)
    const { claims: decrypted } = await decryptJwt(token, wrapping, { clock: () => now - 1, leeway: 1 })
    expect(decrypted).toEqual(expected)
    const [issued = ''] = (await issueSdJwt({ exp: date, name: 'Ada' }, key, { disclosable: [['name']] })).split('~')
    expect(decodeUnverifiedJwt(issued).claims.exp).toBe(now)
  })

  it('have a lifetime from now on', async () => {
    const token = await signJwt({ sub: 'alice' }, key, { lifetime: 300, clock })
    expect(decodeUnverifiedJwt(token).claims).toEqual({ sub: 'alice', iat: now, exp: now + 300 })
    const { claims } = await decryptJwt(await encryptJwt({}, wrapping, { lifetime: 9, clock }), wrapping, { clock })
    expect(claims).toEqual({ iat: now, exp: now + 9 })
    const { claims: dated } = decodeUnverifiedJwt(
      await signJwt({ iat: undefined as never }, key, { lifetime: 9, clock }),
    )
    expect(dated.iat).toBe(now)
    expect(decodeUnverifiedJwt(await signJwt({ iat: now - 5 }, key, { lifetime: 9, clock })).claims.iat).toBe(now - 5)
  })

  it.each([
    [{ exp: '1' }, {}],
    [{ nbf: Number.NaN }, {}],
    [{ iat: new Date('never') }, {}],
    [{ iss: 1 }, {}],
    [{ sub: 42 }, {}],
    [{ jti: null }, {}],
    [{ aud: ['a', 1] }, {}],
    [[], {}],
    [null, {}],
    [{ exp: now }, { lifetime: 60 }],
    [{}, { lifetime: 0 }],
    [{}, { lifetime: Number.NaN }],
  ])('PJ-01: are refused when no verifier would accept them: %j %j', async (claims, options) => {
    await expect(signJwt(claims as NewJwtClaims, key, { lifetime: null, ...options })).rejects.toThrow(TypeError)
    await expect(encryptJwt(claims as NewJwtClaims, wrapping, options)).rejects.toThrow(TypeError)
  })

  it('PJ-02: have a typ, another one or none (RFC 7519 §5.1)', async () => {
    const typOf = async (typ?: string | null) =>
      decodeUnverifiedJwt(await signJwt({ exp: now }, key, typ === undefined ? {} : { typ })).header
    expect(await typOf()).toMatchObject({ typ: 'JWT' })
    expect(await typOf('at+jwt')).toMatchObject({ typ: 'at+jwt' })
    expect(await typOf(null)).not.toHaveProperty('typ')
  })
})

describe('policies', () => {
  const verdict = async (claims: NewJwtClaims, policy: JwtPolicy) =>
    verifyJwt(await signJwt({ exp: now + 9, ...claims }, key), key, { clock, ...policy }).then(
      () => 'accepted',
      (error: unknown) => {
        const { code, claim } = error as JoseError // whatever else it is has no code
        return `${code} ${claim ?? ''}`
      },
    )

  it('PJ-12: may want an audience of one, and no list (RFC 7519 §4.1.3)', async () => {
    const policy = { audience: 'api', soleAudience: true }
    expect(await verdict({ aud: 'api' }, policy)).toBe('accepted')
    expect(await verdict({ aud: ['api'] }, policy)).toBe('invalid_claim aud')
    expect(await verdict({ aud: ['api'] }, { audience: 'api' })).toBe('accepted')
    expect(await verdict({ aud: 'b' }, policy)).toBe('invalid_claim aud')
  })

  it('JJ-33: may let a claim be empty that must be there', async () => {
    const rule = (allowEmpty: boolean) => ({ claims: { nickname: { essential: true, allowEmpty } } })
    expect(await verdict({ nickname: '' }, rule(true))).toBe('accepted')
    expect(await verdict({ nickname: '' }, rule(false))).toBe('missing_claim nickname')
    expect(await verdict({}, rule(true))).toBe('missing_claim nickname')
  })

  it('AJ-43, PJ-06: check claims that came another way, such as from an introspection', () => {
    const policy = { clock, issuer: 'https://as.example', audience: 'api' }
    checkClaims({ iss: 'https://as.example', aud: 'api', exp: now + 1 }, policy)
    const expired = () => checkClaims({ iss: 'https://as.example', aud: 'api', exp: now }, policy)
    expect(expired).toThrow(expect.objectContaining({ code: 'expired_token', claim: 'exp' }))
  })

  it('say what could be done where a newcomer stumbles', async () => {
    const error = await verifyJwt(await signJwt({}, key, { lifetime: null }), key, {}).catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      code: 'missing_claim',
      claim: 'exp',
      hint: expect.stringContaining('lifetime') as unknown,
    })
  })
})
