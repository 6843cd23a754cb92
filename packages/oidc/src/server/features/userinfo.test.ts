import { createHash } from 'node:crypto'
import { decodeUnverifiedJwt, generateKey, KeySet, signJwt, verifyJwt } from '@authlib/jose'
import { bearer } from '@authlib/oauth2/resource'
import { dpop, jwtAccessToken, staticClients, type AuthorizationServer } from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import {
  basic,
  Browser,
  ISSUER,
  manualClock,
  post,
  REDIRECT_URI,
  refresh,
  VERIFIER,
} from '../../../../oauth2/test/journey.ts'
import { ALICE, logIn, provider, RP, withToken } from '../../../test/provider.ts'
import { scopeClaims } from '../../scopes.ts'
import type { ClaimsContext } from '../index.ts'

async function userinfo(server: AuthorizationServer, token: unknown): Promise<unknown> {
  return (await withToken(server, '/userinfo', token)).json()
}

async function tokenFor(server: AuthorizationServer, scope: string): Promise<string> {
  return String((await logIn(server, { scope })).json['access_token'])
}

describe('userinfo (Core §5.3)', () => {
  it.each(['GET', 'POST'])('answers %s with what the scope stands for, and always sub (§5.3.2)', async (method) => {
    const { server } = await provider()
    const response = await withToken(server, '/userinfo', await tokenFor(server, 'openid email'), { method })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ sub: 'alice', email: ALICE.email, email_verified: true })
  })

  it('tells a client with openid alone nothing but sub', async () => {
    const { server } = await provider()
    expect(await userinfo(server, await tokenFor(server, 'openid'))).toEqual({ sub: 'alice' })
  })

  it('gives everything that the standard scopes stand for', async () => {
    const { server } = await provider()
    const token = await tokenFor(server, 'openid profile email address phone')
    expect(await userinfo(server, token)).toEqual({ sub: 'alice', ...ALICE })
    expect(Object.keys(ALICE).sort()).toEqual(Object.values(scopeClaims).flat().sort())
  })

  it('passes on claims of other providers, as far as the scope stands for them (§5.6.2)', async () => {
    const sources = {
      bank: { JWT: 'e30.e30.e30' },
      city: { endpoint: 'https://city.example/claims', access_token: 'at' },
    }
    const claims = () => ({
      _claim_names: { address: 'city', phone_number: 'bank', roles: 'bank' },
      _claim_sources: sources,
    })
    const { server } = await provider({ openid: { claims, claimTypes: ['aggregated', 'distributed'] } })
    expect(server.metadata()['claim_types_supported']).toEqual(['normal', 'aggregated', 'distributed'])
    expect(await userinfo(server, await tokenFor(server, 'openid address'))).toEqual({
      sub: 'alice',
      _claim_names: { address: 'city' },
      _claim_sources: { city: sources.city },
    })
    expect(await userinfo(server, await tokenFor(server, 'openid'))).toEqual({ sub: 'alice' })
  })

  it.each<[what: string, sources: unknown]>([
    ['that is not there', {}],
    ['without a JWT and an endpoint', { bank: { access_token: 'at' } }],
    ['whose JWT is none', { bank: { JWT: { iss: 'bank' } } }],
    ['whose JWT is text', { bank: { JWT: 'text' } }],
    ['whose endpoint is no URL', { bank: { endpoint: '/claims' } }],
  ])('passes on no claim of a source %s (§5.6.2)', async (_what, sources) => {
    const claims = () => ({ email: 'a@a.example', _claim_names: { address: 'bank' }, _claim_sources: sources as never })
    const { server } = await provider({ openid: { claims } })
    const told = await userinfo(server, await tokenFor(server, 'openid address email'))
    expect(told).toEqual({ sub: 'alice', email: 'a@a.example' })
  })

  it('asks for the claims of that scope, for that client', async () => {
    const asked: ClaimsContext[] = []
    const claims = (_subject: string, context: ClaimsContext) => {
      if (context.use !== 'existence') asked.push(context)
      return { roles: ['admin'], secret: 'x', name: null }
    }
    const { server } = await provider({ openid: { claims, scopes: { ...scopeClaims, read: ['roles'] } } })
    const token = await tokenFor(server, 'openid profile read')
    expect(asked).toEqual([]) // the ID Token carries no claims of the scope
    expect(await userinfo(server, token)).toEqual({ sub: 'alice', roles: ['admin'] })
    expect(asked.map(({ use, scope, client }) => [use, scope, client.clientId])).toEqual([
      ['userinfo', ['openid', 'profile', 'read'], 'web'],
    ])
  })

  it('asks for the claims in the languages that the request prefers (§5.2)', async () => {
    const asked: unknown[] = []
    const claims = (_subject: string, { use, locales }: ClaimsContext) => {
      asked.push([use, locales])
      return { name: locales[0] === 'fr-CA' ? 'Alice au Canada' : 'Alice' }
    }
    const { server } = await provider({ openid: { claims } })
    const { json } = await logIn(server, { scope: 'openid profile', claims_locales: 'fr-CA fr' })
    expect(await userinfo(server, json['access_token'])).toMatchObject({ name: 'Alice au Canada' })
    expect(asked.at(-1)).toEqual(['userinfo', ['fr-CA', 'fr']])
    const { json: plain } = await logIn(server, { scope: 'openid profile' })
    expect(await userinfo(server, plain['access_token'])).toMatchObject({ name: 'Alice' })
  })

  it('goes by the scope of the token, which may be less than was granted', async () => {
    const { server } = await provider()
    const { json } = await logIn(server, { scope: 'openid email offline_access' })
    const less = await refresh(server, json['refresh_token'], RP, { scope: 'openid' })
    expect(await userinfo(server, less.json['access_token'])).toEqual({ sub: 'alice' })
  })

  it('works with JWT access tokens: with the scope openid they are for userinfo too', async () => {
    const { server } = await provider()
    server.register(jwtAccessToken({ audience: 'https://api.example' }))
    const token = await tokenFor(server, 'openid email')
    expect(decodeUnverifiedJwt(token).claims.aud).toEqual(['https://api.example', `${ISSUER}/userinfo`])
    expect(await userinfo(server, token)).toMatchObject({ email: ALICE.email })
  })

  it.each([false, true])('refuses a token whose audience is another API (JWT: %s)', async (jwt) => {
    const { server } = await provider()
    if (jwt) server.register(jwtAccessToken({ audience: 'https://api.example' }))
    server.registerExtension({
      kind: 'extension',
      name: 'resource',
      issuing: () => ({ audience: ['https://other.example'] }),
    })
    const response = await withToken(server, '/userinfo', await tokenFor(server, 'openid email'))
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'invalid_token' })
  })

  it('accepts a JWT of a node whose clock is a second ahead, and none after its end', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    server.register(jwtAccessToken({ audience: 'https://api.example' }))
    const token = await tokenFor(server, 'openid')
    clock.advance(-1)
    expect(await userinfo(server, token)).toEqual({ sub: 'alice' })
    clock.advance(3600)
    expect(await userinfo(server, token)).toEqual({ sub: 'alice' })
    clock.advance(1)
    expect((await withToken(server, '/userinfo', token)).status).toBe(401)
  })

  it('may be called by scripts of any origin (§5.3)', async () => {
    const { server } = await provider()
    const preflight = await server.fetch(new Request(`${ISSUER}/userinfo`, { method: 'OPTIONS' }))
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    const response = await withToken(server, '/userinfo', await tokenFor(server, 'openid'))
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('userinfo with bound tokens', () => {
  it('takes a DPoP token with a proof, once, and never as Bearer (RFC 9449 §7)', async () => {
    const { server } = await provider({ clock: () => Math.floor(Date.now() / 1000) })
    server.register(dpop())
    const key = await generateKey('ES256')
    const { kty, crv = '', x = '', y = '' } = key.publicJwk()
    const proof = (htm: string, path: string, more: object = {}): Promise<string> =>
      signJwt({ htm, htu: ISSUER + path, jti: `${htm} ${path} ${Math.random()}`, iat: server.clock(), ...more }, key, {
        typ: 'dpop+jwt',
        header: { jwk: { kty, crv, x, y } },
        lifetime: null,
      })
    const code = (await new Browser(server).authorize({ scope: 'openid email' })).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
    const response = await server.fetch(
      new Request(`${ISSUER}/token`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { authorization: basic(RP), dpop: await proof('POST', '/token') },
      }),
    )
    const { access_token: token, token_type: type } = (await response.json()) as Record<string, string>
    expect(type).toBe('DPoP')
    const call = async (headers: Record<string, string>): Promise<number> =>
      (await server.fetch(new Request(`${ISSUER}/userinfo`, { headers }))).status
    const used = await proof('GET', '/userinfo', { ath: createHash('sha256').update(token!).digest('base64url') })
    expect(await call({ authorization: `DPoP ${token}`, dpop: used })).toBe(200)
    expect(await call({ authorization: `DPoP ${token}`, dpop: used })).toBe(401)
    expect(await call({ authorization: `Bearer ${token}` })).toBe(401)
  })
})

describe('userinfo refuses (Core §5.3.3, RFC 6750 §3)', () => {
  const challengeOf = ({ status, headers }: Response): unknown[] => [status, headers.get('www-authenticate')]

  it('a request without a token, saying no more than how to send one (§3.1)', async () => {
    const { server } = await provider()
    const response = await server.fetch(new Request(`${ISSUER}/userinfo`))
    expect(challengeOf(response)).toEqual([401, `Bearer realm="${ISSUER}", scope="openid"`])
    expect(await response.text()).toBe('')
  })

  it.each(['unknown', 'expired', 'revoked', 'refresh token', 'removed client', 'removed subject', 'acting for itself'])(
    'a token that is not good: %s',
    async (which) => {
      const clock = manualClock()
      const clients = [RP]
      const source = { find: (id: string) => staticClients(clients).find(id) }
      let claims: object | null = ALICE
      const { server } = await provider({ clock, clients: source, openid: { claims: () => claims } })
      const { json } = await logIn(server, { scope: 'openid offline_access' })
      let token = json['access_token']
      expect((await withToken(server, '/userinfo', token)).status).toBe(200)
      if (which === 'unknown') token = 'nonsense'
      if (which === 'expired') clock.advance(3600)
      if (which === 'revoked') await post(server, '/revoke', { token: String(token) }, RP)
      if (which === 'refresh token') token = json['refresh_token']
      if (which === 'removed client') clients.pop()
      if (which === 'removed subject') claims = null
      if (which === 'acting for itself') {
        const form = { grant_type: 'client_credentials', scope: 'openid' }
        token = (await post(server, '/token', form, RP)).json['access_token']
      }
      const response = await withToken(server, '/userinfo', token)
      expect(challengeOf(response)).toEqual([401, expect.stringContaining('error="invalid_token"')])
      expect(await response.json()).toMatchObject({ error: 'invalid_token' })
    },
  )

  it('a token without openid', async () => {
    const { server } = await provider()
    const response = await withToken(server, '/userinfo', await tokenFor(server, 'read'))
    expect(challengeOf(response)).toEqual([403, expect.stringContaining('error="insufficient_scope"')])
    expect(challengeOf(response)).toEqual([403, expect.stringContaining('scope="openid"')])
  })

  it.each([false, true])('a token in the body, unless that is allowed: %s (RFC 6750 §2.2)', async (allowed) => {
    const { server } = await provider({ openid: allowed ? { schemes: [bearer({ insecureFormBody: true })] } : {} })
    const body = new URLSearchParams({ access_token: await tokenFor(server, 'openid') })
    const response = await server.fetch(new Request(`${ISSUER}/userinfo`, { method: 'POST', body }))
    expect(response.status).toBe(allowed ? 200 : 401)
  })

  it('a token in the query, always (OAuth 2.1 §5.1)', async () => {
    const { server } = await provider()
    const token = await tokenFor(server, 'openid')
    expect((await server.fetch(new Request(`${ISSUER}/userinfo?access_token=${token}`))).status).toBe(401)
  })

  it('with 500 when `claims` throws, and the event says why', async () => {
    const failure = new Error('the database is gone')
    const claims = (_subject: string, { use }: ClaimsContext) => {
      if (use === 'userinfo') throw failure
      return {}
    }
    const { server, events } = await provider({ openid: { claims } })
    const response = await withToken(server, '/userinfo', await tokenFor(server, 'openid'))
    expect([response.status, await response.json()]).toEqual([500, { error: 'server_error' }])
    expect(events).toContainEqual(expect.objectContaining({ type: 'server.error', error: failure }))
  })
})

describe('a signed response (Core §5.3.2, AO-13)', () => {
  it('is what a registered client gets, with issuer and audience', async () => {
    const clients = staticClients([{ ...RP, userinfo_signed_response_alg: 'RS256' }])
    const { server } = await provider({ clients })
    const response = await withToken(server, '/userinfo', await tokenFor(server, 'openid email'))
    expect(response.headers.get('content-type')).toBe('application/jwt')
    const keys = KeySet.from(await server.requireKeys().jwks())
    const policy = { algorithms: ['RS256'], issuer: ISSUER, audience: 'web', expiryOptional: true }
    const { claims } = await verifyJwt(await response.text(), keys, policy)
    expect(claims).toEqual({ iss: ISSUER, aud: 'web', sub: 'alice', email: ALICE.email, email_verified: true })
  })
})
