import {
  authorizationCodeGrant,
  backchannelAuthenticationGrant,
  codeChallenge,
  dynamicClientRegistration,
  pushedAuthorizationRequests,
  revocationEndpoint,
  staticClients,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { bareServer, Browser, ISSUER, refresh } from '../../../../oauth2/test/journey.ts'
import { ALICE, authenticationUrl, claimsOf, logIn, provider, RP, testKeys, withToken } from '../../../test/provider.ts'
import type { OpenIDProviderMetadata } from '../../metadata.ts'
import { scopeClaims } from '../../scopes.ts'
import { openId, rpInitiatedLogout, sessionManagement } from '../index.ts'

async function discover(options: Parameters<typeof provider>[0] = {}) {
  const { server } = await provider(options)
  const response = await server.fetch(new Request(`${ISSUER}/.well-known/openid-configuration`))
  return { server, response, metadata: (await response.json()) as OpenIDProviderMetadata }
}

describe('the discovery document (Discovery §3, §4)', () => {
  it('is the metadata of the server, with what OpenID Connect adds', async () => {
    const { server, response, metadata } = await discover()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(metadata).toEqual({
      ...server.metadata(),
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    })
    expect(metadata).toMatchObject({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
      jwks_uri: `${ISSUER}/jwks`,
      scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
      userinfo_signing_alg_values_supported: ['ES256', 'RS256'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      claims_supported: ['sub', 'iss', 'auth_time', 'acr', 'amr', ...Object.values(scopeClaims).flat()],
    })
  })

  it('lies behind the path of the issuer, where RFC 8414 puts its own before it (§4)', async () => {
    const issuer = `${ISSUER}/tenant/`
    const { server } = await provider({ issuer })
    const paths = server.routes.map(({ path }) => path)
    expect(paths).toContain('/tenant/.well-known/openid-configuration')
    expect(paths).toContain('/.well-known/oauth-authorization-server/tenant')
  })

  it('lists the scopes of the server and the claims that they release', async () => {
    const { metadata } = await discover({ scopes: ['openid', 'email', 'read'] })
    expect(metadata.scopes_supported).toEqual(['openid', 'email', 'read'])
    expect(metadata.claims_supported).toEqual(['sub', 'iss', 'auth_time', 'acr', 'amr', 'email', 'email_verified'])
  })

  it('lists offline_access only where there are refresh tokens (Core §11)', async () => {
    const { server } = bareServer({ keys: await testKeys() })
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).register(openId({ claims: () => ({}) }))
    expect(server.metadata().scopes_supported).toEqual(['openid', 'profile', 'email', 'address', 'phone'])
  })

  it('lets another feature say what it supports', async () => {
    const { server } = await provider()
    server.register({ kind: 'feature', name: 'request_object', metadata: { request_parameter_supported: true } })
    const response = await server.fetch(new Request(`${ISSUER}/.well-known/openid-configuration`))
    expect(await response.json()).toMatchObject({ request_parameter_supported: true })
  })
})

describe('an issuer with https', () => {
  it('publishes nothing but URLs with https (Discovery §3, Session Management §3.3, RP-Initiated Logout §2.1)', async () => {
    const { server } = bareServer({ issuer: 'https://as.example', keys: await testKeys(), interaction: 'callback' })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(openId({ claims: () => ({}) }), rpInitiatedLogout(), sessionManagement(), revocationEndpoint())
      .register(dynamicClientRegistration(), pushedAuthorizationRequests())
      .registerGrant(backchannelAuthenticationGrant({ findSubject: () => null, notify: () => undefined }))
    const urls = Object.entries(server.metadata()).filter(([name]) => /_(endpoint|uri|iframe)$/.test(name))
    expect(urls.length).toBeGreaterThan(6)
    for (const [, url] of urls) expect(url).toMatch(/^https:\/\/as\.example\//)
  })
})

it('leaves out members without elements (Discovery §4.2)', async () => {
  const { metadata } = await discover({ scopes: ['openid'] })
  expect(Object.values(metadata).filter((value) => Array.isArray(value) && value.length === 0)).toEqual([])
})

it('publishes public keys alone, each with its use (Discovery §3)', async () => {
  const { server } = await discover()
  const response = await server.fetch(new Request(`${ISSUER}/jwks`))
  const { keys } = (await response.json()) as { keys: readonly Record<string, unknown>[] }
  expect(keys.map(({ kty }) => kty).sort()).toEqual(['EC', 'RSA'])
  for (const key of keys) {
    expect(key).toMatchObject({ use: 'sig', kid: expect.any(String) as unknown })
    for (const secret of ['d', 'p', 'q', 'k']) expect(key).not.toHaveProperty(secret)
  }
})

describe('what the discovery document says works', () => {
  it('every endpoint', async () => {
    const { server, metadata } = await discover()
    const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))
    expect(endpoints).toHaveLength(6)
    const paths = server.routes.map(({ path }) => ISSUER + path)
    for (const [, url] of endpoints) expect(paths).toContain(url)
  })

  it('every scope and every claim', async () => {
    const { server, metadata } = await discover()
    const scope = metadata.scopes_supported!.join(' ')
    const { json } = await logIn(server, { scope })
    expect(json['scope']).toBe(scope)
    expect((await refresh(server, json['refresh_token'], RP)).status).toBe(200)
    const userinfo = (await (await withToken(server, '/userinfo', json['access_token'])).json()) as object
    const told = Object.keys({ ...claimsOf(json['id_token']), ...userinfo })
    expect(metadata.claims_supported!.filter((name) => !told.includes(name))).toEqual(['acr']) // a login may have none
    expect(Object.keys(ALICE).filter((name) => !metadata.claims_supported!.includes(name))).toEqual([])
  })

  it('every prompt, and no other', async () => {
    const { server, metadata } = await discover()
    const answers = async (prompt: string): Promise<string | null> => {
      const location = (await new Browser(server).open(authenticationUrl({ prompt }))).headers.get('location') ?? ''
      return new URL(location, ISSUER).searchParams.get('error')
    }
    for (const prompt of metadata.prompt_values_supported!) {
      expect(await answers(prompt)).toBe(prompt === 'none' ? 'login_required' : null)
    }
    expect(await answers('create')).toBe('invalid_request')
  })

  it('every algorithm, for ID Tokens and for userinfo', async () => {
    const { metadata } = await discover()
    for (const alg of metadata.id_token_signing_alg_values_supported) {
      const member = { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg }
      const { server } = await provider({ clients: staticClients([{ ...RP, ...member }]) })
      const { json } = await logIn(server)
      const userinfo = await (await withToken(server, '/userinfo', json['access_token'])).text()
      const header = JSON.stringify({ alg }).slice(1, -1)
      for (const token of [String(json['id_token']), userinfo]) expect(atob(token.split('.')[0]!)).toContain(header)
    }
    expect(metadata.userinfo_signing_alg_values_supported).toEqual(metadata.id_token_signing_alg_values_supported)
  })

  it('every response mode', async () => {
    const { server, metadata } = await discover()
    for (const mode of metadata.response_modes_supported!) {
      const browser = new Browser(server)
      await logIn(server, {}, { browser })
      const response = await browser.open(authenticationUrl({ response_mode: mode, prompt: 'none' }))
      const separator = mode === 'query' ? '?' : '#'
      expect(response.headers.get('location')).toContain(`/cb${separator}code=`)
    }
  })
})
