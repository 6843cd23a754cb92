import { tenantStore } from '@authlib/core'
import { decodeUnverifiedJwt, generateKey, idTokenPolicy, KeySet, staticKeys, verifyJwt } from '@authlib/jose'
import {
  authorizationCodeGrant,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  jwtAccessToken,
  newAuthorization,
  refreshTokenGrant,
  staticClients,
  type Authorization,
  type AuthorizationServer,
  type TokenPlan,
  type TokenRequest,
} from '@authlib/oauth2/server'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  bareServer,
  Browser,
  ISSUER,
  manualClock,
  post,
  redeem,
  REDIRECT_URI,
  refresh,
} from '../../../../oauth2/test/journey.ts'
import {
  ALICE,
  authenticationUrl,
  claimsOf,
  logIn,
  provider,
  PUBLIC_RP,
  RP,
  testKeys,
  withToken,
} from '../../../test/provider.ts'
import { halfHash } from '../../hashes.ts'
import { scopeClaims } from '../../scopes.ts'
import { createIdToken, openId, openIdCode } from '../index.ts'

const OFFLINE = 'openid offline_access'

async function publishedKeys(server: AuthorizationServer): Promise<JSONWebKeySet> {
  return (await (await server.fetch(new Request(String(server.metadata().jwks_uri)))).json()) as JSONWebKeySet
}

describe('the ID Token', () => {
  it.each(['ES256', 'RS256', 'PS384', 'ES512', 'EdDSA', 'Ed25519'])(
    'signed with %s is accepted by a foreign library and by ours (Core §3.1.3.7)',
    async (alg) => {
      const { server } = await provider({ keys: staticKeys([await generateKey(alg)]) })
      const { json } = await logIn(server)
      const idToken = String(json['id_token'])
      const jwks = await publishedKeys(server)
      const expected = {
        issuer: ISSUER,
        audience: 'web',
        typ: 'JWT',
        algorithms: [alg],
        requiredClaims: ['exp', 'iat'],
      }
      const { payload } = await jwtVerify(idToken, createLocalJWKSet(jwks), expected)
      const policy = idTokenPolicy({
        issuer: ISSUER,
        clientId: 'web',
        nonce: 'n-0S6_WzA2Mj',
        maxAge: 60,
        algorithms: [alg],
      })
      const { claims, key } = await verifyJwt(idToken, KeySet.from(jwks as { keys: [] }), policy)
      expect(claims).toEqual(payload)
      expect(payload['at_hash']).toBe(await halfHash(String(json['access_token']), alg, key.crv))
    },
  )

  it('has the claims of the login and no others (Core §2, §5.4)', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    const { json, headers } = await logIn(server, { scope: 'openid profile email address phone', nonce: 'a "nonce" é' })
    expect(claimsOf(json['id_token'])).toEqual({
      iss: ISSUER,
      sub: 'alice',
      aud: 'web',
      exp: clock() + 3600,
      iat: clock(),
      auth_time: clock(),
      nonce: 'a "nonce" é',
      amr: ['pwd'],
      at_hash: expect.any(String),
    })
    expect(headers.get('cache-control')).toBe('no-store') // §3.1.3.3
    expect(decodeProtectedHeader(String(json['id_token']))).toEqual({
      alg: 'ES256',
      typ: 'JWT',
      kid: expect.any(String),
    })
  })

  it('repeats a nonce of 64 characters and more (Core §2, FAPI 2.0 Security Profile §5.3.2.2)', async () => {
    const { server } = await provider()
    for (const nonce of ['n'.repeat(64), 'é"\\ %20+n'.repeat(20)]) {
      const { json } = await logIn(server, { nonce })
      expect(claimsOf(json['id_token'])['nonce']).toBe(nonce)
    }
  })

  it('names its key by kid, of the several that are published (Core §10.1)', async () => {
    const { server } = await provider()
    const { json } = await logIn(server)
    const { keys } = (await (await server.fetch(new Request(`${ISSUER}/jwks`))).json()) as { keys: { kid: string }[] }
    expect(keys.map(({ kid }) => kid)).toContain(decodeUnverifiedJwt(String(json['id_token'])).header.kid)
  })

  it('comes with a bearer token, and no cache keeps either (Core §3.1.3.3)', async () => {
    const { server } = await provider()
    const { json, headers } = await logIn(server)
    expect(json).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) as unknown })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('has no nonce when the request had none (Core §2)', async () => {
    const { server } = await provider()
    const { json } = await logIn(server, { nonce: undefined })
    expect(claimsOf(json['id_token'])).not.toHaveProperty('nonce')
  })

  it('tells when the login was, not when the code was redeemed (Core §2)', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    clock.advance(500)
    const { json } = await logIn(server, {}, { browser })
    expect(claimsOf(json['id_token'])).toMatchObject({ iat: clock(), auth_time: clock() - 500 })
  })

  it('carries acr and amr of the login (Core §2)', async () => {
    const { server } = bareServer({ keys: await testKeys() })
    const client = (await staticClients([RP]).find('web'))!
    const login = { authTime: 5, acr: 'urn:mace:incommon:iap:silver', amr: ['pwd', 'otp'] }
    const authorization: Authorization = {
      ...{ id: 'a', revision: 1, status: 'active', clientId: 'web', scope: ['openid'] },
      ...{ createdAt: 5, expiresAt: 100, data: {}, ...login },
    }
    const draft = { client, subject: 'alice', authorization, issuedAt: 10, lifetime: 60, code: 'the code' }
    const claims = claimsOf(await createIdToken(server, draft))
    expect(claims).toMatchObject({ acr: login.acr, amr: login.amr, auth_time: 5, exp: 70 })
    expect(claims['c_hash']).toBe(await halfHash('the code', 'ES256')) // §3.3.2.11
    expect(claims).not.toHaveProperty('at_hash')
  })

  it('cannot be changed by what the application says about a person (D-12)', async () => {
    const evil = {
      sub: 'bob',
      iss: 'https://evil.example',
      aud: 'other',
      exp: 1,
      nonce: 'x',
      acr: 'gold',
      azp: 'other',
    }
    const scopes = { ...scopeClaims, openid: Object.keys(evil) }
    const { server } = await provider({ openid: { claims: () => evil, scopes, claimsInIdToken: true } })
    const { json } = await logIn(server, { nonce: undefined })
    const claims = claimsOf(json['id_token'])
    expect(claims).toMatchObject({ sub: 'alice', iss: ISSUER, aud: 'web' })
    expect(claims.exp).toBeGreaterThan(1)
    for (const name of ['nonce', 'acr', 'azp']) expect(claims).not.toHaveProperty(name)
    expect(await (await withToken(server, '/userinfo', json['access_token'])).json()).toEqual({ sub: 'alice' })
  })

  it('has the claims of the scope when that is wanted (Core §5.4)', async () => {
    const scopes = { ...scopeClaims, openid: ['tenant'] }
    const claims = () => ({ ...ALICE, tenant: 7, salary: 1 })
    const { server } = await provider({ openid: { claims, scopes, claimsInIdToken: true, idTokenLifetime: 60 } })
    const { json } = await logIn(server, { scope: 'openid email' })
    const released = claimsOf(json['id_token'])
    expect(released).toMatchObject({ email: ALICE.email, email_verified: true, tenant: 7 })
    expect(released).not.toHaveProperty('name')
    expect(released).not.toHaveProperty('salary')
    expect(released.exp! - released.iat!).toBe(60)
  })

  it('is for openid, and for a person who logged in', async () => {
    const { server } = await provider()
    expect((await logIn(server, { scope: 'read' })).json).not.toHaveProperty('id_token')
    const own = await post(server, '/token', { grant_type: 'client_credentials', scope: 'openid' }, RP)
    expect(own.status).toBe(200)
    expect(own.json).not.toHaveProperty('id_token')
  })

  it('is not for a grant by which no one logged in', async () => {
    const grantType = 'urn:example:on-behalf'
    const { server } = await provider({ clients: staticClients([{ ...RP, grant_types: [grantType] }]) })
    const exchange = (request: TokenRequest): TokenPlan => {
      return { authorization: newAuthorization(request, { subject: 'alice', scope: ['openid'] }), scope: ['openid'] }
    }
    server.registerGrant({ kind: 'grant', grantType, exchange })
    const answer = await post(server, '/token', { grant_type: grantType }, RP)
    expect([answer.status, answer.json['scope'], answer.json['id_token']]).toEqual([200, 'openid', undefined])
  })

  it('is never accepted as an access token (J23)', async () => {
    const { server } = await provider()
    server.register(jwtAccessToken({ audience: 'web' }))
    const { json } = await logIn(server)
    expect((await withToken(server, '/userinfo', json['access_token'])).status).toBe(200)
    expect((await withToken(server, '/userinfo', json['id_token'])).status).toBe(401)
    const seen = await post(server, '/introspect', { token: String(json['id_token']) }, RP)
    expect(seen.json).toEqual({ active: false })
  })
})

describe('the algorithm', () => {
  it('is the registered one, then that of the options, then the first of the keys (AO-08)', async () => {
    const algOf = async (metadata: object, openid: object): Promise<unknown> => {
      const { server } = await provider({ clients: staticClients([{ ...RP, ...metadata }]), openid })
      return decodeProtectedHeader(String((await logIn(server)).json['id_token'])).alg
    }
    expect(await algOf({}, {})).toBe('ES256')
    expect(await algOf({}, { algorithm: 'RS256' })).toBe('RS256')
    expect(await algOf({ id_token_signed_response_alg: 'RS256' }, {})).toBe('RS256')
    expect(await algOf({ id_token_signed_response_alg: 'ES256' }, { algorithm: 'RS256' })).toBe('ES256')
  })

  it('is never HMAC, for which the client would have to know a key of the server (Core §10.1)', async () => {
    const keys = staticKeys([await generateKey('HS256'), await generateKey('ES256')])
    const { server } = await provider({ keys })
    expect(server.metadata()['id_token_signing_alg_values_supported']).toEqual(['ES256'])
    expect(decodeProtectedHeader(String((await logIn(server)).json['id_token'])).alg).toBe('ES256')
  })
})

describe('a server without a key for RS256', () => {
  it('is warned, once: no conforming provider can do without (Core §15.1)', async () => {
    const { server, events } = await provider({ keys: staticKeys([await generateKey('ES256')]) })
    await logIn(server)
    expect(events.filter(({ type }) => type === 'configuration.warning')).toMatchObject([
      { reason: expect.stringContaining('RS256') as string },
    ])
  })

  it('is the only one that is warned', async () => {
    const { server, events } = await provider()
    await logIn(server)
    expect(events.map(({ type }) => type)).not.toContain('configuration.warning')
  })
})

describe('a refresh (Core §12.2, T18)', () => {
  it('brings an ID Token of the same login: new iat, no nonce (T18, Core §12.2)', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    const first = await logIn(server, { scope: OFFLINE })
    clock.advance(1000)
    const second = await refresh(server, first.json['refresh_token'], RP)
    const [before, after] = [first, second].map(({ json }) => claimsOf(json['id_token']))
    const { nonce, ...same } = before!
    expect(nonce).toBe('n-0S6_WzA2Mj')
    expect(after).toEqual({ ...same, iat: clock(), exp: clock() + 3600, at_hash: expect.any(String) })
    expect(after!['at_hash']).toBe(await halfHash(String(second.json['access_token']), 'ES256'))
  })

  it('without openid brings none', async () => {
    const { server } = await provider()
    const first = await logIn(server, { scope: OFFLINE })
    const second = await refresh(server, first.json['refresh_token'], RP, { scope: 'offline_access' })
    expect([second.status, second.json['id_token']]).toEqual([200, undefined])
  })

  it.each([true, false])('is refused once the person is gone (D-06; claimsInIdToken: %s)', async (claimsInIdToken) => {
    let gone = false
    const { server } = await provider({ openid: { claims: () => (gone ? null : ALICE), claimsInIdToken } })
    const { json } = await logIn(server, { scope: OFFLINE })
    gone = true
    expect((await refresh(server, json['refresh_token'], RP)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'there is no such subject any more',
    })
  })
})

describe('a person whose account was deleted', () => {
  it('gets no code with the session that is left, and an older code is refused', async () => {
    let gone = false
    const { server } = await provider({ openid: { claims: () => (gone ? null : ALICE) } })
    const browser = new Browser(server)
    const code = (await browser.authorize({ scope: 'openid' })).get('code') ?? ''
    gone = true
    expect((await redeem(server, code, { client: RP })).json['error']).toBe('invalid_grant')
    const later = new URL((await browser.open(authenticationUrl({ prompt: 'none' }))).headers.get('location') ?? '')
    expect(later.searchParams.get('error')).toBe('login_required')
  })

  it('asks for no ID Token claims without the scope openid', async () => {
    const { server } = await provider({ openid: { claims: () => null } })
    const code = (await new Browser(server).authorize({ scope: 'read' })).get('code') ?? ''
    expect((await redeem(server, code, { client: RP })).status).toBe(200)
  })
})

describe('offline_access (Core §11)', () => {
  it.each([RP, PUBLIC_RP])('is what a refresh token takes, by consent, for $client_id', async (client) => {
    const { server } = await provider()
    expect((await logIn(server, {}, { client })).json).not.toHaveProperty('refresh_token')
    const browser = new Browser(server)
    expect((await logIn(server, { scope: OFFLINE }, { client, browser })).json).toHaveProperty('refresh_token')
  })

  it('is asked for in words on the consent page', async () => {
    const { server } = await provider()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const page = (await browser.open(authenticationUrl({ scope: OFFLINE }))).headers.get('location') ?? ''
    const html = await (await browser.open(page)).text()
    expect(html).toContain('value="offline_access" checked')
    expect(html).not.toContain('value="openid"')
  })
})

describe('a person who does not agree to offline_access', () => {
  it('leaves the client without a refresh token (Core §11)', async () => {
    const { server } = await provider()
    const browser = new Browser(server)
    await logIn(server, { scope: 'read' }, { browser })
    const page = (await browser.open(authenticationUrl({ scope: OFFLINE, prompt: 'consent' }))).headers.get('location')
    const interaction = new URL(page ?? '', ISSUER).searchParams.get('interaction') ?? ''
    const form = { interaction, decision: 'approve', choose: 'scope', scope: 'openid' }
    const answer = new URL((await browser.open(page ?? '', form)).headers.get('location') ?? '').searchParams
    const { status, json } = await redeem(server, answer.get('code') ?? '')
    expect([status, json['scope'], json['refresh_token']]).toEqual([200, 'openid', undefined])
  })
})

describe('redirect_uri at the token endpoint', () => {
  it.each([
    [1, undefined, 200],
    [2, undefined, 400],
    [2, REDIRECT_URI, 200],
    [2, 'https://app.example/other', 400],
  ])('with %i registered, %s sent: %i (Core §3.1.3.2)', async (count, redirect_uri, status) => {
    const redirect_uris = [REDIRECT_URI, 'https://app.example/other'].slice(0, count)
    const { server } = await provider({ clients: staticClients([{ ...RP, redirect_uris }]) })
    const code = (await new Browser(server).authorize({ scope: 'openid' })).get('code') ?? ''
    const answer = await redeem(server, code, { redirect_uri })
    expect([answer.status, answer.json['error']]).toEqual([status, status === 200 ? undefined : 'invalid_grant'])
  })
})

describe('a person who agrees to the rest, but not to openid', () => {
  it('has denied the request: it asked who is there (Core §3.1.2.4)', async () => {
    const { server } = await provider()
    const browser = new Browser(server)
    await logIn(server, { scope: 'read' }, { browser })
    const page = (await browser.open(authenticationUrl({ scope: 'openid email' }))).headers.get('location') ?? ''
    const interaction = new URL(page, ISSUER).searchParams.get('interaction') ?? ''
    const form = { interaction, decision: 'approve', choose: 'scope', scope: 'email' }
    const answer = new URL((await browser.open(page, form)).headers.get('location') ?? '').searchParams
    expect([answer.get('error'), answer.has('code')]).toEqual(['access_denied', false])
  })
})

describe('registration', () => {
  it('for one grant is enough for a provider: keys and discovery come along', async () => {
    const { server } = bareServer({ keys: await testKeys(), clients: staticClients([RP]) })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge(), openIdCode({ claims: () => ALICE })])
      .registerGrant(refreshTokenGrant())
      .register(developmentPages({ users: [{ username: 'alice' }] }))
    const { json } = await logIn(server, { scope: OFFLINE })
    await jwtVerify(String(json['id_token']), createLocalJWKSet(await publishedKeys(server)), { audience: 'web' })
    expect((await server.fetch(new Request(`${ISSUER}/.well-known/openid-configuration`))).status).toBe(200)
    expect((await refresh(server, json['refresh_token'], RP)).json).not.toHaveProperty('id_token')
    expect(server.metadata()).not.toHaveProperty('userinfo_endpoint')
  })

  it.each<[string, object, object, string]>([
    ['keys', { keys: undefined }, {}, 'missing_keys'],
    ['a key for the algorithm', {}, { algorithm: 'ES512' }, 'missing_keys'],
    ['openid among its scopes', { scopes: ['read'] }, {}, 'missing_scope'],
  ])('without %s is refused before the first request', async (_what, options, openid, code) => {
    const { server } = await provider({ ...options, openid })
    expect(() => server.routes).toThrow(expect.objectContaining({ code }) as Error)
  })

  it('with symmetric keys alone is refused', async () => {
    const { server } = await provider({ keys: staticKeys([await generateKey('HS256')]) })
    expect(() => server.routes).toThrow(expect.objectContaining({ code: 'missing_keys' }) as Error)
  })

  it('twice is refused, as everything would run twice', async () => {
    const { server } = bareServer({ keys: await testKeys() })
    const claims = () => ({})
    server.registerGrant(authorizationCodeGrant(), [codeChallenge(), openIdCode({ claims })])
    server.register(openId({ claims })).registerEndpoint(introspectionEndpoint())
    expect(() => server.routes).toThrow(expect.objectContaining({ code: 'duplicate_registration' }) as Error)
  })

  it('is shared by tenants, each with its own issuer and keys', async () => {
    const { server, store } = await provider()
    const issuer = 'http://localhost:4000/tenant'
    const keys = staticKeys([await generateKey('EdDSA')])
    const tenant = server.at({ issuer, store: tenantStore(store, 'tenant'), clients: server.clients, keys })
    const found = await tenant.fetch(new Request(`${issuer}/.well-known/openid-configuration`)) // Discovery §4
    expect(await found.json()).toMatchObject({ issuer, id_token_signing_alg_values_supported: ['EdDSA'] })
    expect(server.metadata()['id_token_signing_alg_values_supported']).toEqual(['ES256', 'RS256'])
  })
})
