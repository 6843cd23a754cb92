import { generateKey, JoseError, KeySet, signJwt, type Key, type NewJwtClaims } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { API, bareServer, ISSUER, manualClock, OTHER, post, PUBLIC, WEB, type Answer } from '../../../test/journey.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { staticClients } from '../records/clients.ts'
import { introspectionEndpoint } from './introspection.ts'
import { JWT_BEARER, jwtBearerGrant, type AssertionIssuer, type JwtBearerGrantOptions } from './jwt-bearer.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { revocationEndpoint } from './revocation.ts'

const IDP = 'https://idp.example'
const START = 1_800_000_000
const key = await generateKey('ES256')

const CLIENT = {
  ...WEB,
  grant_types: [JWT_BEARER, 'refresh_token'],
  redirect_uris: [],
  response_types: [],
}
const NAMED = { ...PUBLIC, client_id: 'named', grant_types: [JWT_BEARER] }

function start(issuer: Partial<AssertionIssuer> = {}, options: Partial<JwtBearerGrantOptions> = {}) {
  const clock = manualClock(START)
  const made = bareServer({
    clock,
    clients: staticClients([CLIENT, OTHER, NAMED, API]),
  })
  const trusted: AssertionIssuer = {
    keys: key,
    algorithms: ['ES256'],
    subjectOf: ({ claims }) => (claims.sub === 'employee-7' ? { subject: 'alice' } : null),
    ...issuer,
  }
  made.server
    .registerGrant(jwtBearerGrant({ issuers: { [IDP]: trusted }, ...options }))
    .register(refreshTokenGrant(), introspectionEndpoint(), revocationEndpoint())
  return { ...made, clock }
}

const CLAIMS = {
  iss: IDP,
  sub: 'employee-7',
  aud: ISSUER,
  exp: START + 300,
  jti: 'first',
}

const sign = (changes: NewJwtClaims = {}, by: Key = key, typ = 'JWT'): Promise<string> =>
  signJwt({ ...CLAIMS, ...changes }, by, { typ })

const present = (
  { server }: ReturnType<typeof start>,
  assertion: string,
  form: Record<string, string> = {},
  client: ClientMetadata | undefined = CLIENT,
): Promise<Answer> => post(server, '/token', { grant_type: JWT_BEARER, assertion, ...form }, client)

const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

describe('the grant', () => {
  it('gives a token of the subject that the hook names, and no refresh token (RFC 7523 §2.1)', async () => {
    const made = start()
    const { status, json } = await present(made, await sign(), {
      scope: 'read',
    })
    expect([status, json['scope']]).toEqual([200, 'read'])
    expect(json).not.toHaveProperty('refresh_token')
    const about = await post(made.server, '/introspect', { token: String(json['access_token']) }, API)
    expect(about.json).toMatchObject({
      active: true,
      sub: 'alice',
      client_id: 'web',
      scope: 'read',
    })
    expect(await made.server.authorizations.revoke({ subject: 'alice' })).toBe(1)
    const after = await post(made.server, '/introspect', { token: String(json['access_token']) }, API)
    expect(after.json).toEqual({ active: false })
  })

  it('takes an assertion of a clock ten seconds ahead (FAPI 2.0 Security Profile §5.3.2.1)', async () => {
    const ahead = await sign({ iat: START + 10, nbf: START + 10 })
    expect((await present(start(), ahead)).status).toBe(200)
  })

  it('takes the URL of the token endpoint as audience, unless told otherwise (RFC 7523 §3)', async () => {
    const assertion = await sign({ aud: `${ISSUER}/token` })
    expect((await present(start(), assertion)).status).toBe(200)
    expect(errorOf(await present(start({}, { audience: 'issuer' }), assertion))).toEqual([400, 'invalid_grant'])
  })

  it('limits the scope to what the hook and the client allow (RFC 7521 §4.1)', async () => {
    const made = start({
      subjectOf: () => ({ subject: 'alice', scope: ['read', 'admin'] }),
    })
    expect((await present(made, await sign())).json['scope']).toBe('read')
    const more = await present(made, await sign({ jti: 'second' }), {
      scope: 'write',
    })
    expect(errorOf(more)).toEqual([400, 'invalid_scope'])
    expect((await present(made, await sign({ jti: 'second' }))).status).toBe(200) // it was not used up
  })
})

describe('an assertion is refused', () => {
  it.each<[string, NewJwtClaims]>([
    ['of an unknown issuer', { iss: 'https://evil.example' }],
    ['of an issuer with another case', { iss: 'https://IDP.example' }],
    ['named as a member of every object', { iss: 'constructor' }],
    ['for another server', { aud: 'https://other.example' }],
    ['for two servers', { aud: [ISSUER, 'https://other.example'] }],
    ['that has expired', { exp: START - 11 }],
    ['that is not valid yet', { nbf: START + 11 }],
    ['issued in the future', { iat: START + 11 }],
    ['that is valid for too long', { exp: START + 3611 }],
    ['of a subject that the hook refuses', { sub: 'stranger' }],
    ['with an empty subject', { sub: '' }],
  ])('%s (RFC 7523 §3, T22)', async (_, claims) => {
    expect(errorOf(await present(start(), await sign(claims)))).toEqual([400, 'invalid_grant'])
  })

  it.each(['iss', 'sub', 'aud', 'exp'])('without %s (RFC 7523 §3)', async (name) => {
    const { [name as 'iss']: _removed, ...claims } = CLAIMS
    const assertion = await signJwt(claims, key, { typ: 'JWT', lifetime: null })
    expect(errorOf(await present(start(), assertion))).toEqual([400, 'invalid_grant'])
  })

  it('with another key, another algorithm, another type or none of these', async () => {
    const made = start()
    const other = await sign({}, await generateKey('ES256'))
    const rsa = await sign({}, await generateKey('RS256'))
    const accessToken = await sign({}, key, 'at+jwt')
    for (const assertion of [other, rsa, accessToken, 'a.b.c', 'x', `${await sign()}x`]) {
      expect(errorOf(await present(made, assertion))).toEqual([400, 'invalid_grant'])
    }
    const missing = await post(made.server, '/token', { grant_type: JWT_BEARER }, CLIENT)
    expect(errorOf(missing)).toEqual([400, 'invalid_request'])
  })

  it('when it is used again, with jti and without (RFC 7523 §3)', async () => {
    const made = start()
    const { jti: _jti, ...claims } = CLAIMS
    const unnamed = await signJwt(claims, key, { typ: 'JWT' })
    for (const assertion of [await sign(), unnamed]) {
      expect((await present(made, assertion)).status).toBe(200)
      expect(errorOf(await present(made, assertion))).toEqual([400, 'invalid_grant'])
    }
    expect(errorOf(await present(made, await sign()))).toEqual([400, 'invalid_grant']) // another signature, the same jti
  })

  it('when it is used again with its signature written in another way (RFC 7515 §5.2)', async () => {
    const made = start()
    const { jti: _jti, ...claims } = CLAIMS
    const assertion = await signJwt(claims, key, { typ: 'JWT' })
    expect((await present(made, assertion)).status).toBe(200)
    const [head, payload, signature = ''] = assertion.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n // of P-256: s and n − s both verify
    const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    const other = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
    expect(errorOf(await present(made, `${head}.${payload}.${other.toString('base64url')}`))).toEqual([
      400,
      'invalid_grant',
    ])
    const reasons = made.events.flatMap((event) => (event.type === 'token.refused' ? [event.reason] : []))
    expect(reasons).toEqual(['the assertion: used before'])
  })

  it('with an algorithm that is not accepted of the issuer, whatever keys it has', async () => {
    const rsa = await generateKey('RS256')
    const made = start({ keys: KeySet.of(key, rsa) })
    expect(errorOf(await present(made, await sign({}, rsa)))).toEqual([400, 'invalid_grant'])
    expect((await present(made, await sign())).status).toBe(200)
  })

  it.each(['iss', 'sub', 'aud'] as const)('without %s (RFC 7523 §3)', async (name) => {
    const { [name]: _left, ...claims } = CLAIMS
    const made = start({ subjectOf: () => ({ subject: 'alice' }) })
    const assertion = await signJwt(claims, key, { typ: 'JWT' })
    expect(errorOf(await present(made, assertion))).toEqual([400, 'invalid_grant'])
  })

  it('when it is valid for longer than it may be, by a second', async () => {
    expect((await present(start(), await sign({ exp: START + 3610 }))).status).toBe(200)
    expect(errorOf(await present(start(), await sign({ exp: START + 3611 })))).toEqual([400, 'invalid_grant'])
  })

  it('and says so when the keys of the issuer cannot be had, which is no fault of the assertion', async () => {
    const keys = { find: () => Promise.reject(new JoseError('key_set_unavailable', 'down', { status: 503 })) }
    expect(errorOf(await present(start({ keys }), await sign()))).toEqual([503, 'temporarily_unavailable'])
  })

  it('when it is used several times at once: one gets a token', async () => {
    const made = start()
    const assertion = await sign()
    const answers = await Promise.all(Array.from({ length: 8 }, () => present(made, assertion)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 400)])
  })

  it('from a client that may not use the grant, or does not authenticate', async () => {
    const made = start()
    expect(errorOf(await present(made, await sign(), {}, OTHER))).toEqual([400, 'unauthorized_client'])
    const anonymous = await post(made.server, '/token', {
      grant_type: JWT_BEARER,
      assertion: await sign(),
    })
    expect(errorOf(anonymous)).toEqual([401, 'invalid_client'])
  })
})

it('the same jti of two issuers is two assertions (RFC 7523 §3 item 7)', async () => {
  const trusted = (): AssertionIssuer => ({ keys: key, algorithms: ['ES256'], subjectOf: () => ({ subject: 'alice' }) })
  const made = start({}, { issuers: { [IDP]: trusted(), 'https://other.example': trusted() } })
  expect((await present(made, await sign())).status).toBe(200)
  expect((await present(made, await sign({ iss: 'https://other.example' }))).status).toBe(200)
})

describe('an assertion that names the client (RFC 7521 §4.1)', () => {
  const named = { clientIdOf: () => 'named' }

  it('needs no client authentication, once its signature is verified', async () => {
    const made = start(named)
    const anonymous = (assertion: string): Promise<Answer> =>
      post(made.server, '/token', { grant_type: JWT_BEARER, assertion })
    expect(errorOf(await anonymous(await sign({}, await generateKey('ES256'))))).toEqual([400, 'invalid_grant'])
    expect((await anonymous(await sign())).status).toBe(200)
  })

  it('is of no use to another client', async () => {
    expect(errorOf(await present(start(named), await sign()))).toEqual([400, 'invalid_grant'])
  })
})
