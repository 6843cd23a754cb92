import { describe, expect, it } from 'vitest'
import {
  accessTokenPolicy,
  type ClaimRule,
  clientAssertionPolicy,
  dpopProofPolicy,
  generateKey,
  idTokenPolicy,
  importKey,
  type JoseError,
  type JwtClaims,
  type JwtPolicy,
  logoutTokenPolicy,
  requestObjectPolicy,
  signJwt,
  type SignJwtOptions,
  verifyJwt,
  sign,
} from '../index.ts'

const now = 1_700_000_000
const clock = () => now
const key = await generateKey('ES256')

async function check(
  claims: Record<string, unknown>,
  policy: JwtPolicy,
  options: SignJwtOptions = {},
): Promise<string> {
  const token = await signRaw(claims, options)
  return verifyJwt(token, key, { clock, ...policy }).then(
    () => 'accepted',
    (error: unknown) => {
      const { code, claim } = error as JoseError // whatever else it is has no code
      return [code, claim].filter(Boolean).join(' ')
    },
  )
}

/** Times that `signJwt` would refuse go in too. */
async function signRaw(claims: Record<string, unknown>, { typ = 'JWT' }: SignJwtOptions): Promise<string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${encode({ alg: 'ES256', ...(typ !== null && { typ }) })}.${encode(claims)}`
  return `${input}.${await sign(key, 'ES256', input)}`
}

describe('times', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ exp: now + 1 }, 'accepted'],
    [{ exp: now }, 'expired_token exp'],
    [{ exp: now - 1 }, 'expired_token exp'],
    [{ exp: now + 0.5 }, 'accepted'],
    [{ exp: '123' }, 'invalid_claim exp'],
    [{ exp: String(now + 9) }, 'invalid_claim exp'],
    [{ exp: null }, 'invalid_claim exp'],
    [{ exp: true }, 'invalid_claim exp'],
    [{ exp: {} }, 'invalid_claim exp'],
    [{ exp: -1 }, 'expired_token exp'],
    [{ exp: 2 ** 53 }, 'accepted'],
    [{ exp: 1e300 }, 'accepted'],
    [{}, 'missing_claim exp'],
    [{ exp: now + 9, nbf: now }, 'accepted'],
    [{ exp: now + 9, nbf: now + 1 }, 'immature_token nbf'],
    [{ exp: now + 9, nbf: '1' }, 'invalid_claim nbf'],
    [{ exp: now + 9, iat: now }, 'accepted'],
    [{ exp: now + 9, iat: now + 1 }, 'immature_token iat'],
    [{ exp: now + 9, iat: null }, 'invalid_claim iat'],
  ])('J24: %j is %s (RFC 7519 §4.1.4, AJ-45)', async (claims, verdict) => {
    expect(await check(claims, {})).toBe(verdict)
  })

  it('J24: move by the leeway, to the second (AJ-45)', async () => {
    expect(await check({ exp: now - 4 }, { leeway: 5 })).toBe('accepted')
    expect(await check({ exp: now - 5 }, { leeway: 5 })).toBe('expired_token exp')
    expect(await check({ exp: now + 9, nbf: now + 5, iat: now + 5 }, { leeway: 5 })).toBe('accepted')
    expect(await check({ exp: now + 9, iat: now + 6 }, { leeway: 5 })).toBe('immature_token iat')
  })

  it('are bounded by maxAge, and exp may be optional', async () => {
    const policy = { maxAge: 60, expiryOptional: true }
    expect(await check({ iat: now - 60 }, policy)).toBe('accepted')
    expect(await check({ iat: now - 61 }, policy)).toBe('expired_token iat')
    expect(await check({}, policy)).toBe('missing_claim iat')
  })

  it('let nothing pass when the policy or the clock has no number', async () => {
    const claims = { exp: now + 9, nbf: now, iat: now }
    expect(await check(claims, { leeway: Number('x') })).toBe('expired_token exp')
    expect(await check({ ...claims, exp: undefined }, { leeway: Number('x'), expiryOptional: true })).toBe(
      'immature_token nbf',
    )
    expect(await check(claims, { maxAge: Number('x') })).toBe('expired_token iat')
    expect(await check(claims, { clock: () => Number('x') })).toBe('expired_token exp')
  })

  it('do not grow by a policy whose numbers are strings', async () => {
    const texts = { leeway: '5', maxAge: '60' } as unknown as JwtPolicy
    expect(await check({ exp: now - 4 }, texts)).toBe('missing_claim iat')
    expect(await check({ exp: now - 4, iat: now - 64 }, texts)).toBe('accepted')
    expect(await check({ exp: now - 5, iat: now }, texts)).toBe('expired_token exp')
    expect(await check({ exp: now + 9, iat: now - 66 }, texts)).toBe('expired_token iat')
    expect(await check({ exp: now + 9, iat: now + 6 }, texts)).toBe('immature_token iat')
    expect(await check({ exp: now + 9, iat: now, nbf: now + 6 }, texts)).toBe('immature_token nbf')
    expect(await check({ exp: now + 9 }, { leeway: '5s' } as unknown as JwtPolicy)).toBe('expired_token exp')
  })

  it('that are no numbers are never signed', async () => {
    for (const exp of [Number.NaN, Infinity, '1' as unknown as number, null as unknown as number]) {
      await expect(signJwt({ exp }, key)).rejects.toBeInstanceOf(TypeError)
    }
  })
})

describe('names', () => {
  const exp = now + 60
  it.each<[Record<string, unknown>, string]>([
    [{ iss: 'https://as.example', aud: 'api' }, 'accepted'],
    [{ iss: 'https://as.example', aud: ['x', 'api'] }, 'accepted'],
    [{ iss: 'https://as.example/', aud: 'api' }, 'invalid_claim iss'],
    [{ iss: 'https://as.exampl', aud: 'api' }, 'invalid_claim iss'],
    [{ iss: 'HTTPS://as.example', aud: 'api' }, 'invalid_claim iss'],
    [{ iss: ['https://as.example'], aud: 'api' }, 'invalid_claim iss'],
    [{ aud: 'api' }, 'missing_claim iss'],
    [{ iss: 'https://as.example' }, 'missing_claim aud'],
    [{ iss: 'https://as.example', aud: 'ap' }, 'invalid_claim aud'],
    [{ iss: 'https://as.example', aud: 'api2' }, 'invalid_claim aud'],
    [{ iss: 'https://as.example', aud: [] }, 'invalid_claim aud'],
    [{ iss: 'https://as.example', aud: 1 }, 'invalid_claim aud'],
    [{ iss: 'https://as.example', aud: ['api', 1] }, 'invalid_claim aud'],
    [{ iss: 'https://as.example', aud: null }, 'invalid_claim aud'],
    [{ iss: 'https://as.example', aud: 'api', sub: 1 }, 'invalid_claim sub'],
    [{ iss: 'https://as.example', aud: 'api', jti: 1 }, 'invalid_claim jti'],
  ])('J25: %j is %s (CVE-2024-53861, AJ-45, PJ-14)', async (claims, verdict) => {
    expect(await check({ exp, ...claims }, { issuer: 'https://as.example', audience: 'api' })).toBe(verdict)
  })

  it('J25: required means there and not empty (PJ-11, PJ-16)', async () => {
    for (const sub of [undefined, '', null]) {
      expect(await check({ exp, ...(sub !== undefined && { sub }) }, { required: ['sub'] })).toMatch(/claim sub$/)
    }
    expect(await check({ exp, groups: [] }, { required: ['groups'] })).toBe('missing_claim groups')
    expect(await check({ exp }, { required: ['toString'] })).toBe('missing_claim toString')
    expect(await check({ exp, active: false, count: 0 }, { required: ['active', 'count'] })).toBe('accepted')
  })

  it('an audience is for someone: a policy without one refuses it, unless it says so (RFC 7519 §4.1.3)', async () => {
    expect(await check({ exp, aud: 'api' }, {})).toBe('invalid_claim aud')
    expect(await check({ exp, aud: 'api' }, { anyAudience: true })).toBe('accepted')
    expect(await check({ exp, aud: 'b' }, { audience: ['a', 'b'] })).toBe('accepted')
    expect(await check({ exp, sub: 'a' }, { subject: 'b' })).toBe('invalid_claim sub')
  })
})

describe('rules for single claims', () => {
  it.each<[ClaimRule, unknown, string]>([
    [{ value: 'a' }, 'a', 'accepted'],
    [{ value: 'a' }, 'b', 'invalid_claim x'],
    [{ value: 'a' }, ['b', 'a'], 'accepted'],
    [{ value: 'a' }, undefined, 'accepted'],
    [{ essential: true }, undefined, 'missing_claim x'],
    [{ essential: true }, '', 'missing_claim x'],
    [{ essential: true }, 0, 'accepted'],
    [{ values: ['a', 'b'] }, 'b', 'accepted'],
    [{ values: ['a', 'b'] }, 'c', 'invalid_claim x'],
    [{ validate: (value) => value === 3 }, 3, 'accepted'],
    [{ validate: (value) => value === 3 }, 4, 'invalid_claim x'],
  ])('%j of %j: %s (AJ-44)', async (rule, x, verdict) => {
    expect(await check({ exp: now + 9, ...(x !== undefined && { x }) }, { claims: { x: rule } })).toBe(verdict)
  })

  it('pass by true alone: a promise is not awaited, so it is a no', async () => {
    for (const other of [Promise.resolve(true), undefined, 1]) {
      const validate = (() => other) as unknown as () => boolean
      expect(await check({ exp: now + 9, x: 1 }, { claims: { x: { validate } } })).toBe('invalid_claim x')
      expect(await check({ exp: now + 9 }, { validate })).toBe('invalid_claim')
    }
  })

  it('and one for the whole', async () => {
    const policy: JwtPolicy = { validate: ({ sub }, { typ }) => sub === 'a' && typ === 'JWT' }
    expect(await check({ exp: now + 9, sub: 'a' }, policy)).toBe('accepted')
    expect(await check({ exp: now + 9, sub: 'b' }, policy)).toBe('invalid_claim')
  })
})

describe('types of tokens', () => {
  const common = { iss: 'https://as.example', iat: now, exp: now + 60, jti: 'j', sub: 'u' }
  const proofKey = { jwk: key.publicJwk() }
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const client = { issuer: 'https://as.example', clientId: 'client' }
  const kinds: Record<string, { typ: string | null; claims: JwtClaims; policy: JwtPolicy; header?: object }> = {
    'access token': {
      typ: 'at+jwt',
      claims: { ...common, aud: 'client', client_id: 'c' },
      policy: accessTokenPolicy({ issuer: client.issuer, audience: 'client' }),
    },
    'ID Token': {
      typ: 'JWT',
      claims: { ...common, aud: 'client', nonce: 'n', auth_time: now },
      policy: idTokenPolicy({ ...client, nonce: 'n', maxAge: 60 }),
    },
    'logout token': {
      typ: 'logout+jwt',
      claims: { ...common, aud: 'client', events: event },
      policy: logoutTokenPolicy(client),
    },
    'client assertion': {
      typ: null,
      claims: { ...common, iss: 'client', sub: 'client', aud: 'https://as.example' },
      policy: clientAssertionPolicy({ clientId: 'client', audience: 'https://as.example' }),
    },
    'DPoP proof': {
      typ: 'dpop+jwt',
      claims: { jti: 'j', htm: 'GET', htu: 'https://api.example/', iat: now },
      policy: dpopProofPolicy(),
      header: proofKey,
    },
    'request object': {
      typ: 'oauth-authz-req+jwt',
      claims: { iss: 'client', aud: 'https://as.example', client_id: 'client' },
      policy: requestObjectPolicy({ clientId: 'client', audience: 'https://as.example' }),
    },
  }

  for (const [name, { typ, claims, header }] of Object.entries(kinds)) {
    it(`J23: a token made as ${name} passes as nothing else (RFC 8725 §3.11)`, async () => {
      const token = await signJwt(claims, key, { typ, ...(header && { header }), lifetime: null })
      const passed: string[] = []
      for (const [other, { policy }] of Object.entries(kinds)) {
        await verifyJwt(token, key, { ...policy, clock }).then(
          () => passed.push(other),
          () => undefined,
        )
      }
      expect(passed).toEqual([name])
    })
  }

  const required: Record<string, readonly string[]> = {
    'access token': ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'], // RFC 9068 §2.2
    'ID Token': ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'auth_time'], // OpenID Connect Core §2
    'logout token': ['iss', 'aud', 'iat', 'exp', 'jti', 'events'], // Back-Channel Logout §2.4
    'client assertion': ['iss', 'sub', 'aud', 'exp', 'jti'], // RFC 7523 §3
    'DPoP proof': ['jti', 'htm', 'htu', 'iat'], // RFC 9449 §4.2
    'request object': ['iss', 'aud', 'client_id'], // RFC 9101 §5.2.1, §10.8
  }
  it.each(Object.entries(required))('an %s has all of %j', async (name, names) => {
    const { typ, claims, policy, header } = kinds[name]!
    for (const missing of names) {
      const { [missing]: _, ...others } = claims
      const token = await signJwt(others, key, { typ, ...(header && { header }), lifetime: null })
      await expect(verifyJwt(token, key, { ...policy, clock })).rejects.toMatchObject({
        code: 'missing_claim',
        claim: missing,
      })
    }
  })

  it.each(['access token', 'ID Token', 'logout token', 'client assertion', 'request object'])(
    'an %s is from and for whom the policy says',
    async (name) => {
      const { typ, claims, policy } = kinds[name]!
      const names = name === 'client assertion' ? ['iss', 'sub', 'aud'] : ['iss', 'aud']
      for (const wrong of names)
        expect(await check({ ...claims, [wrong]: 'other' }, policy, { typ })).toBe(`invalid_claim ${wrong}`)
    },
  )

  it('a DPoP proof is five minutes old at most, and five seconds of difference (RFC 9449 §11.1)', async () => {
    const { claims, policy, header } = kinds['DPoP proof']!
    const verify = async (proof: JwtPolicy, iat: number) =>
      verifyJwt(await signJwt({ ...claims, iat }, key, { typ: 'dpop+jwt', header: header!, lifetime: null }), key, {
        ...proof,
        clock,
      })
    await verify(policy, now - 305)
    await expect(verify(policy, now - 306)).rejects.toMatchObject({ code: 'expired_token' })
    await verify(dpopProofPolicy({ maxAge: 10, leeway: 0 }), now - 10)
    await expect(verify(dpopProofPolicy({ maxAge: 10, leeway: 0 }), now - 11)).rejects.toMatchObject({
      code: 'expired_token',
    })
  })

  it('are none when `typOptional` says so, and still no other (RFC 8725 §3.11)', async () => {
    const claims = { exp: now + 60 }
    for (const typ of ['at+jwt', ['logout+jwt', 'at+jwt']]) {
      expect(await check(claims, { typ, typOptional: true }, { typ: null })).toBe('accepted')
      expect(await check(claims, { typ, typOptional: true }, { typ: 'application/AT+JWT' })).toBe('accepted')
      expect(await check(claims, { typ, typOptional: true }, { typ: 'JWT' })).toBe('invalid_header')
      expect(await check(claims, { typ }, { typ: null })).toBe('invalid_header')
    }
  })

  it('J23: a DPoP proof brings no private key, of whatever type (RFC 9449 §4.3 item 7)', async () => {
    const { claims, policy, header } = kinds['DPoP proof']!
    const { jwk } = header as { jwk: object }
    for (const name of ['d', 'p', 'k', 'priv']) {
      const token = await signJwt(claims, key, {
        typ: 'dpop+jwt',
        header: { jwk: { ...jwk, [name]: 'AA' } as never },
        lifetime: null,
      })
      await expect(verifyJwt(token, key, { ...policy, clock })).rejects.toMatchObject({ code: 'invalid_claim' })
    }
  })

  it('J23: a logout token of an old provider, without a type of its own, is no ID Token', async () => {
    const { claims, policy } = kinds['logout token']!
    for (const typ of ['JWT', null]) {
      expect(await check(claims, policy, { typ })).toBe('accepted')
      expect(await check(claims, idTokenPolicy(client), { typ })).toBe('invalid_claim')
    }
  })

  it('have policies that need what they compare with: a setting that was forgotten lets no one in', () => {
    const none = undefined as unknown as string // what process.env gives
    for (const make of [
      () => accessTokenPolicy({ issuer: none, audience: 'a' }),
      () => accessTokenPolicy({ issuer: 'a', audience: none }),
      () => accessTokenPolicy({ issuer: 'a', audience: [] }),
      () => idTokenPolicy({ issuer: none, clientId: 'c' }),
      () => idTokenPolicy({ issuer: 'a', clientId: '' }),
      () => logoutTokenPolicy({ issuer: none, clientId: 'c' }),
      () => clientAssertionPolicy({ clientId: none, audience: 'a' }),
      () => requestObjectPolicy({ clientId: none, audience: 'a' }),
    ]) {
      expect(make).toThrow(TypeError)
    }
  })

  it('J23: typ is compared without application/ and in any case (RFC 7515 §4.1.9)', async () => {
    const { claims, policy } = kinds['access token']!
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt'])
      expect(await check(claims, policy, { typ })).toBe('accepted')
    for (const typ of ['JWT', null, 'at+jwtx', 'x/at+jwt', ''])
      expect(await check(claims, policy, { typ })).toBe('invalid_header')
  })

  it('an ID Token for several audiences names the client as the authorized party (OpenID Connect Core §3.1.3.7)', async () => {
    const claims = { ...common, aud: ['client', 'other'] }
    const policy = idTokenPolicy(client)
    expect(await check(claims, policy)).toBe('invalid_claim')
    expect(await check({ ...claims, azp: 'client' }, policy)).toBe('accepted')
    expect(await check({ ...claims, azp: 'other' }, policy)).toBe('invalid_claim')
    expect(await check({ ...common, aud: 'client', nonce: 'x' }, idTokenPolicy({ ...client, nonce: 'n' }))).toBe(
      'invalid_claim nonce',
    )
    const aged = idTokenPolicy({ ...client, maxAge: 60, clock })
    expect(await check({ ...common, aud: 'client', auth_time: now - 65 }, aged)).toBe('accepted')
    for (const time of [now - 66, String(now), true, [now]])
      expect(await check({ ...common, aud: 'client', auth_time: time }, aged)).toBe('invalid_claim')
    expect(await check({ ...common, aud: 'client' }, aged)).toBe('missing_claim auth_time')
  })

  it('a logout token has no nonce, and says who (OpenID Connect Back-Channel Logout §2.6)', async () => {
    const { sub: _, ...claims } = kinds['logout token']!.claims
    const policy = logoutTokenPolicy(client)
    for (const [more, verdict] of [
      [{ sid: 's' }, 'accepted'],
      [{}, 'invalid_claim'],
      [{ sub: 'u', nonce: 'n' }, 'invalid_claim'],
      [{ sub: 'u', events: {} }, 'invalid_claim events'],
    ] as const) {
      expect(await check({ ...claims, ...more }, policy)).toBe(verdict)
    }
  })

  it('a key of a DPoP proof comes from its header, through a resolver that asks for it', async () => {
    const { claims, policy } = kinds['DPoP proof']!
    const proof = await signJwt(claims, key, { typ: 'dpop+jwt', header: proofKey, lifetime: null })
    const { key: used } = await verifyJwt(proof, ({ jwk }) => importKey(jwk ?? { kty: '' }), {
      ...policy,
      clock,
      algorithms: ['ES256'],
    })
    expect(used.publicJwk()).toMatchObject({ kty: 'EC' })
  })
})
