/** What the modules of the OpenID Foundation's Basic OP and Config OP plans ask for, where no other test does, by their names. */

import type { JsonObject } from '@authlib/core'
import { staticClients, type AuthorizationServer } from '@authlib/oauth2/server'
import { bearer } from '@authlib/oauth2/resource'
import { describe, expect, it } from 'vitest'
import { Browser, ISSUER, manualClock, OTHER, redeem, REDIRECT_URI, refresh } from '../../../oauth2/test/journey.ts'
import { ALICE, authenticationUrl, claimsOf, logIn, OTHER_RP, provider, RP, withToken } from '../../test/provider.ts'
import { scopeClaims } from '../scopes.ts'

/** The parameters that the client got, without a page in between; null when a page was shown. */
async function answerOf(response: Response): Promise<URLSearchParams | null> {
  const location = response.headers.get('location') ?? ''
  await response.body?.cancel()
  return location.startsWith(REDIRECT_URI) ? new URL(location).searchParams : null
}

async function userinfo(server: AuthorizationServer, token: unknown, init?: RequestInit): Promise<JsonObject> {
  const response = await withToken(server, '/userinfo', token, init)
  expect(response.status).toBe(200)
  return (await response.json()) as JsonObject
}

/** A provider where alice has logged in and approved everything in the browser. */
async function knownBrowser(): Promise<{ server: AuthorizationServer; browser: Browser }> {
  const { server } = await provider()
  const browser = new Browser(server)
  await logIn(server, { scope: 'openid profile email address phone' }, { browser })
  return { server, browser }
}

describe('the authorization endpoint', () => {
  it('oidcc-ensure-post-request-succeeds (Core §3.1.2.1)', async () => {
    const { server, browser } = await knownBrowser()
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = new URL(authenticationUrl()).searchParams
    const request = new Request(`${ISSUER}/authorize`, { method: 'POST', body, headers: { cookie } })
    const answer = await answerOf(await server.fetch(request))
    const { json } = await redeem(server, answer?.get('code') ?? '')
    expect(claimsOf(json['id_token'])).toMatchObject({ sub: 'alice', nonce: 'n-0S6_WzA2Mj' })
  })

  it.each<[string, Record<string, string>]>([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ui-locales', { ui_locales: 'se' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-login-hint', { login_hint: 'buffy@localhost' }],
    ['oidcc-ensure-request-with-acr-values-succeeds', { acr_values: '1 2' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-max-age-10000', { max_age: '10000' }],
    ['oidcc-claims-essential, whose parameter is ignored', { claims: '{"userinfo":{"name":{"essential":true}}}' }],
  ])('%s', async (_module, params) => {
    const { server, browser } = await knownBrowser()
    const answer = await answerOf(await browser.open(authenticationUrl(params)))
    const { status, json } = await redeem(server, answer?.get('code') ?? '')
    expect([status, claimsOf(json['id_token'])['auth_time']]).toEqual([200, expect.any(Number)])
  })

  it('oidcc-max-age-1: a second later the person logs in again, and the ID Token says so', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    const browser = new Browser(server)
    const first = await logIn(server, {}, { browser })
    clock.advance(2)
    const second = await logIn(server, { max_age: '1' }, { browser })
    const [before, after] = [first, second].map(({ json }) => claimsOf(json['id_token'])['auth_time'])
    expect([before, after]).toEqual([clock() - 2, clock()])
  })

  it('oidcc-prompt-login: of one second, the person logs in twice', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    for (const params of [{ prompt: 'login' }, { max_age: '0' }]) {
      const location = (await browser.open(authenticationUrl(params))).headers.get('location')
      expect(location).toMatch(/^\/login/)
    }
  })

  it('redirects with 303, never with 307, which would send the password on (Core §16.22)', async () => {
    const { server } = await provider()
    const browser = new Browser(server)
    let response = await browser.open(authenticationUrl())
    const statuses = [response.status]
    for (let step = 0; step < 2; step++) {
      const location = response.headers.get('location') ?? ''
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      const form = location.startsWith('/login') ? { username: 'alice', password: 'alice' } : { decision: 'approve' }
      response = await browser.open(location, { ...form, interaction })
      statuses.push(response.status)
    }
    expect(response.headers.get('location')).toMatch(REDIRECT_URI)
    expect(statuses).toEqual([303, 303, 303])
  })

  it('lets scripts of no origin call it (FAPI 2.0 Security Profile §5.2.3)', async () => {
    const { server } = await provider()
    for (const method of ['OPTIONS', 'GET']) {
      const headers = { origin: 'https://spa.example', 'access-control-request-method': 'GET' }
      const response = await server.fetch(new Request(authenticationUrl(), { method, headers }))
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('oidcc-response-type-missing', async () => {
    const { browser } = await knownBrowser()
    const answer = await answerOf(await browser.open(authenticationUrl({ response_type: undefined })))
    expect(answer?.get('error')).toBe('invalid_request')
  })

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported (Core §6.1)', async () => {
    const { browser } = await knownBrowser()
    const request = `${btoa('{"alg":"none"}').replace(/=+$/, '')}.${btoa('{"state":"inside"}').replace(/=+$/, '')}.`
    const answer = await answerOf(await browser.open(authenticationUrl({ request })))
    expect([answer?.get('error'), answer?.get('state'), answer?.get('code')]).toEqual([
      'request_not_supported',
      'xyz',
      null,
    ])
  })

  it.each([
    ['oidcc-redirect-uri-query-OK', '?foo=bar', true],
    ['oidcc-redirect-uri-query-mismatch', '?foo=baz', false],
    ['oidcc-redirect-uri-query-added', '?foo=bar&more=1', false],
    ['oidcc-ensure-registered-redirect-uri', '2?foo=bar', false],
  ])('%s: %s', async (_module, suffix, registered) => {
    const redirectUri = `${REDIRECT_URI}?foo=bar`
    const { server } = await provider({ clients: staticClients([{ ...RP, redirect_uris: [redirectUri] }]) })
    const url = authenticationUrl({ redirect_uri: REDIRECT_URI + suffix, prompt: 'none' })
    const response = await server.fetch(new Request(url))
    const answer = await answerOf(response)
    const expected = registered ? [303, 'bar', 'login_required'] : [400, undefined, undefined]
    expect([response.status, answer?.get('foo'), answer?.get('error')]).toEqual(expected)
  })
})

describe('the token endpoint', () => {
  it('oidcc-codereuse, -30seconds: the second use is refused, a late one ends the access token (Core §3.1.3.2)', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock })
    const code = (await new Browser(server).authorize({ scope: 'openid' })).get('code') ?? ''
    const { json } = await redeem(server, code)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect((await withToken(server, '/userinfo', json['access_token'])).status).toBe(200)
    clock.advance(30)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect((await withToken(server, '/userinfo', json['access_token'])).status).toBe(401)
  })

  it('oidcc-refresh-token: works, keeps who it is about, and is of no use to another client (Core §12.2)', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock, clients: staticClients([RP, OTHER_RP]) })
    const first = await logIn(server, { scope: 'openid offline_access', prompt: 'consent' })
    clock.advance(5)
    expect((await refresh(server, first.json['refresh_token'], OTHER)).json['error']).toBe('invalid_grant')
    const second = await refresh(server, first.json['refresh_token'])
    const [before, after] = [first, second].map(({ json }) => claimsOf(json['id_token']))
    const { iss, sub, aud, auth_time: authTime } = before!
    expect(after).toMatchObject({ iss, sub, aud, auth_time: authTime, iat: before!.iat! + 5 })
    expect(await userinfo(server, second.json['access_token'])).toEqual({ sub: 'alice' })
  })
})

describe('the userinfo endpoint', () => {
  it.each(['profile', 'email', 'address', 'phone'] as const)('oidcc-scope-%s (Core §5.4)', async (scope) => {
    const { server } = await provider()
    const { json } = await logIn(server, { scope: `openid ${scope}` })
    const claims = await userinfo(server, json['access_token'])
    expect(Object.keys(claims).sort()).toEqual(['sub', ...scopeClaims[scope]].sort())
    expect(claims).toMatchObject(Object.fromEntries(scopeClaims[scope].map((name) => [name, ALICE[name as 'name']])))
  })

  it('oidcc-userinfo-get, -post-header (Core §5.3)', async () => {
    const { server } = await provider()
    const { json } = await logIn(server)
    for (const method of ['GET', 'POST'])
      expect(await userinfo(server, json['access_token'], { method })).toEqual({ sub: 'alice' })
    const body = new URLSearchParams({ something: 'else' })
    expect(await userinfo(server, json['access_token'], { method: 'POST', body })).toEqual({ sub: 'alice' })
  })

  it('oidcc-userinfo-post-body, once it is allowed; never together with the header (RFC 6750 §2)', async () => {
    const { server } = await provider({ openid: { schemes: [bearer({ insecureFormBody: true })] } })
    const { json } = await logIn(server)
    const body = new URLSearchParams({ access_token: String(json['access_token']) })
    const response = await server.fetch(new Request(`${ISSUER}/userinfo`, { method: 'POST', body }))
    expect([response.status, await response.json()]).toEqual([200, { sub: 'alice' }])
    expect((await withToken(server, '/userinfo', json['access_token'], { method: 'POST', body })).status).toBe(400)
  })
})

describe('the metadata', () => {
  it('oidcc-discovery-endpoint-verification (Discovery §3)', async () => {
    const { server } = await provider()
    const fetched = async (url: string) => (await server.fetch(new Request(url))).json() as Promise<JsonObject>
    const metadata = await fetched(`${ISSUER}/.well-known/openid-configuration`)
    expect(metadata['issuer']).toBe(ISSUER)
    const urls = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name))
    expect(urls.map(([name]) => name).sort()).toEqual(
      ['authorization', 'introspection', 'revocation', 'token', 'userinfo']
        .map((name) => `${name}_endpoint`)
        .concat('jwks_uri')
        .sort(),
    )
    for (const [, url] of urls) expect(new URL(url as string).origin).toBe(ISSUER)
    expect(metadata['id_token_signing_alg_values_supported']).toContain('RS256')
    expect(metadata['token_endpoint_auth_methods_supported']).toEqual(
      expect.arrayContaining(['client_secret_basic', 'client_secret_post']),
    )
    const { keys } = (await fetched(metadata['jwks_uri'] as string)) as { keys: JsonObject[] }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
    for (const key of keys) {
      expect(Object.keys(key)).toEqual(expect.arrayContaining(['kty', 'kid', 'use', 'alg']))
      expect(Object.keys(key).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name))).toEqual([])
    }
  })
})
