import { memoryTokens, OAuth, Params, type HttpResponse } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { hmacSha256, parseOAuthHeader, parsePairs, plaintext } from '../index.ts'
import { api } from '../ky.ts'
import {
  oauth1,
  OAuth1Client,
  OAuth1ResponseError,
  type OAuth1ClientOptions,
  requestPasswordToken,
  apiSession,
  tokenFrom,
  signUrl,
  echoHeaders,
} from './index.ts'

const BASE = 'https://provider.example'
const CONFIRMED = 'oauth_token=temp&oauth_token_secret=temp%20s&oauth_callback_confirmed=true'
const GRANTED = 'oauth_token=access&oauth_token_secret=secret%26&user_id=7&screen_name=ann'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly text: string
  /** Protocol parameters of the header. */
  readonly oauth: Readonly<Record<string, string>>
  readonly realm: string | undefined
}

/** A provider that answers by path, and what it saw. */
function provider(answers: Readonly<Record<string, string | (() => Response)>> = {}) {
  const seen: Seen[] = []
  const all = new Map<string, string | (() => Response)>(
    Object.entries({ '/request': CONFIRMED, '/access': GRANTED, ...answers }),
  )
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const { pairs, realm } = parseOAuthHeader(request.headers.get('authorization')) ?? { pairs: [] }
    const { method, url, headers } = request
    seen.push({ method, url, headers, text: await request.text(), oauth: Object.fromEntries(pairs), realm })
    const answer = all.get(new URL(url).pathname) ?? 'ok'
    return typeof answer === 'string' ? new Response(answer) : answer()
  }
  return { seen, fetch }
}

function client(
  answers?: Readonly<Record<string, string | (() => Response)>>,
  options: Partial<OAuth1ClientOptions> = {},
) {
  const { seen, fetch } = provider(answers)
  const made = new OAuth1Client({
    clientId: 'key',
    clientSecret: 'client & ü',
    requestTokenUrl: `${BASE}/request`,
    authorizationUrl: `${BASE}/authorize`,
    accessTokenUrl: `${BASE}/access`,
    apiBaseUrl: `${BASE}/api`,
    clock: () => 1_800_000_000,
    fetch,
    ...options,
  })
  return { client: made, seen }
}

const redirectUri = 'https://app.example/cb'
const login = { token: 'temp', tokenSecret: 'temp s' }
const token = { accessToken: 'access', tokenSecret: 'secret&' }

describe('a login (RFC 5849 §2)', () => {
  it('A1-01: requests temporary credentials with the callback (§2.1)', async () => {
    const { client: one, seen } = client()
    const started = await one.createAuthorization({ redirectUri })
    expect(started).toEqual({ url: `${BASE}/authorize?oauth_token=temp`, id: 'temp', login, formPost: false })
    expect(seen[0]).toMatchObject({ method: 'POST', url: `${BASE}/request`, text: '' })
    expect(seen[0]!.oauth).toMatchObject({
      oauth_consumer_key: 'key',
      oauth_callback: redirectUri,
      oauth_signature_method: 'HMAC-SHA1',
      oauth_timestamp: '1800000000',
      oauth_version: '1.0',
    })
    expect(seen[0]!.oauth).not.toHaveProperty('oauth_token')
  })

  it('A1-01: reads an answer in JSON', async () => {
    const json = '{"oauth_token":"temp","oauth_token_secret":"temp s","oauth_callback_confirmed":true,"n":1,"x":{}}'
    const { client: one } = client({ '/request': json })
    expect(await one.requestTemporaryCredentials({ redirectUri })).toEqual({ ...login, extra: { n: '1' } })
  })

  it.each(['query', 'body'] as const)('A1-06: places the parameters in the %s', async (placement) => {
    const { client: one, seen } = client({}, { placement })
    await one.createAuthorization({ redirectUri, requestParams: { scope: 'a b' } })
    const { url, text, headers } = seen[0]!
    expect(headers.get('authorization')).toBeNull()
    const names = parsePairs(placement === 'query' ? new URL(url).search.slice(1) : text).map(([name]) => name)
    expect(names).toContain('oauth_signature')
    expect(Object.fromEntries(parsePairs(text))).toMatchObject({ scope: 'a b' })
  })

  it('RQ-02: asks for realms, and sends further parameters in the form', async () => {
    const { client: one, seen } = client({}, { realm: 'mine', requestParams: { x_auth_access_type: 'read' } })
    await one.createAuthorization({ redirectUri, realm: ['photos', 'mail'], requestParams: { scope: 's' } })
    await one.createAuthorization({ redirectUri })
    expect(seen.map(({ realm }) => realm)).toEqual(['photos mail', 'mine'])
    expect(seen[0]!.text).toBe('x_auth_access_type=read&scope=s')
    expect(seen[0]!.headers.get('content-type')).toBe('application/x-www-form-urlencoded')
  })

  it('asks by GET where a provider wants that', async () => {
    const { client: one, seen } = client({}, { requestMethod: 'GET', requestParams: { scope: 's' } })
    await one.createAuthorization({ redirectUri })
    expect(seen[0]).toMatchObject({ method: 'GET', url: `${BASE}/request?scope=s`, text: '' })
  })

  it('A1-02: adds parameters to the authorization URL, but none over its own (§2.2)', async () => {
    const { client: one } = client({}, { authorizationUrl: `${BASE}/authorize?a=1`, params: { name: 'App' } })
    const { url } = await one.createAuthorization({ redirectUri, params: { perms: 'read', oauth_token: 'planted' } })
    expect(url).toBe(`${BASE}/authorize?a=1&name=App&perms=read&oauth_token=temp`)
  })

  it('A1-03, A1-04: exchanges the verifier of the callback for a token (§2.3)', async () => {
    const { client: one, seen } = client()
    const callback = `${redirectUri}?oauth_token=temp&oauth_verifier=v%201&company=9`
    const result = await one.finishAuthorization(callback, login)
    expect(result).toEqual({
      token: {
        version: 1,
        id: expect.stringMatching(/^[\w-]{22}$/) as string,
        clientId: 'key',
        accessToken: 'access',
        tokenSecret: 'secret&',
        obtainedAt: 1_800_000_000,
        extra: { user_id: '7', screen_name: 'ann' },
      },
      callback: { oauth_token: 'temp', oauth_verifier: 'v 1', company: '9' },
    })
    expect(seen[0]).toMatchObject({ method: 'POST', url: `${BASE}/access` })
    expect(seen[0]!.oauth).toMatchObject({ oauth_token: 'temp', oauth_verifier: 'v 1' })
  })

  it.each([
    ['oauth_token=temp', 'missing_verifier'],
    ['oauth_token=other&oauth_verifier=v', 'mismatching_state'],
    ['oauth_verifier=v', 'mismatching_state'],
    ['oauth_token=temp&oauth_token=temp&oauth_verifier=v', 'invalid_callback'],
    ['oauth_token=temp&oauth_verifier=v&oauth_verifier=w', 'invalid_callback'],
    ['denied=temp', 'access_denied'],
    ['denied=other', 'mismatching_state'],
    ['oauth_token=temp&oauth_verifier=denied', 'access_denied'],
    ['oauth_token=temp&error=access_denied', 'access_denied'],
    ['oauth_token=temp&oauth_problem=user_refused', 'access_denied'],
  ])('A1-03, A1-04: answers the callback %s with %s', async (query, code) => {
    const { client: one, seen } = client()
    await expect(one.finishAuthorization(Params.parse(query), login)).rejects.toMatchObject({ code })
    expect(seen).toEqual([])
  })

  it('finds the login of a callback, also of a refusal by Twitter', () => {
    const { client: one } = client()
    expect(one.loginId(Params.parse('oauth_token=a'))).toBe('a')
    expect(one.loginId(Params.parse('denied=a'))).toBe('a')
    expect(one.loginId(Params.parse('state=a'))).toBeUndefined()
  })

  it.each([
    ['oauth_token=temp&oauth_token_secret=s', 'oauth_callback_confirmed is not true'],
    ['oauth_token=temp&oauth_token_secret=s&oauth_callback_confirmed=false', 'oauth_callback_confirmed is not true'],
    ['oauth_token=temp&oauth_callback_confirmed=true', 'oauth_token_secret is missing'],
    ['oauth_token_secret=s&oauth_callback_confirmed=true', 'oauth_token is missing'],
    ['oauth_token=a&oauth_token=b&oauth_token_secret=s', 'oauth_token came twice'],
    ['{"oauth_token":', 'it is neither a form nor a JSON object'],
    ['<html>%</html>', 'it is neither a form nor a JSON object'],
    ['', 'oauth_token is missing'],
  ])('A1-01: refuses the answer %s (§2.1)', async (text, reason) => {
    const { client: one } = client({ '/request': text })
    const error = await one.createAuthorization({ redirectUri }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OAuth1ResponseError)
    expect(error).toMatchObject({ code: 'invalid_response', reason, response: { status: 200, text } })
  })

  it.each([400, 401, 403])('RQ-02: keeps the status %i and the text of a refusal', async (status) => {
    const refuse = () => new Response('oauth_problem=consumer_key_rejected', { status })
    const { client: one } = client({ '/request': refuse, '/access': refuse })
    const expected = {
      code: 'request_refused',
      reason: `it answered ${status}: oauth_problem=consumer_key_rejected`,
      response: { status, text: 'oauth_problem=consumer_key_rejected' },
    }
    await expect(one.createAuthorization({ redirectUri })).rejects.toMatchObject(expected)
    await expect(one.requestTokenCredentials(login, 'v')).rejects.toMatchObject(expected)
  })

  it('tells a provider that failed from one that refused', async () => {
    const { client: one } = client({ '/request': () => new Response('down', { status: 503 }) })
    await expect(one.createAuthorization({ redirectUri })).rejects.toMatchObject({ code: 'server_error', status: 502 })
  })

  it('accepts what some providers lack only when told so', async () => {
    const unconfirmed = { '/request': 'oauth_token=temp&oauth_token_secret=s' }
    const { client: one } = client(unconfirmed, { allowUnconfirmedCallback: true })
    expect((await one.createAuthorization({ redirectUri })).id).toBe('temp')

    const { client: old, seen } = client(unconfirmed, { insecureWithoutVerifier: true })
    const { url } = await old.createAuthorization({ redirectUri })
    expect(url).toBe(`${BASE}/authorize?oauth_callback=https%3A%2F%2Fapp.example%2Fcb&oauth_token=temp`)
    expect(seen[0]!.oauth).not.toHaveProperty('oauth_callback')
    await old.finishAuthorization(Params.parse('oauth_token=temp'), login)
    expect(seen[1]!.oauth).not.toHaveProperty('oauth_verifier')
  })

  it('takes a PIN that was copied with blanks (§2.1: oob)', async () => {
    const { client: one, seen } = client()
    const { login: started } = await one.createAuthorization({ redirectUri: 'oob' })
    expect((await one.requestTokenCredentials(started, ' 1234567 \n')).accessToken).toBe('access')
    expect(seen[0]!.oauth['oauth_callback']).toBe('oob')
    expect(seen[1]!.oauth['oauth_verifier']).toBe('1234567')
    await expect(one.requestTokenCredentials(started, ' ')).rejects.toMatchObject({ code: 'missing_verifier' })
  })

  it('keeps the lifetime of a token', async () => {
    const { client: one } = client({ '/access': `${GRANTED}&oauth_expires_in=3600\n` })
    expect((await one.requestTokenCredentials(login, 'v')).expiresAt).toBe(1_800_003_600)
  })

  it('logs in by name and password (xAuth)', async () => {
    const { client: one, seen } = client()
    const { extra } = await requestPasswordToken(one, { username: 'ann', password: 'p&ü', params: { more: '1' } })
    expect(extra).toMatchObject({ screen_name: 'ann' })
    expect(seen[0]!.text).toBe('more=1&x_auth_mode=client_auth&x_auth_username=ann&x_auth_password=p%26%C3%BC')
  })

  it('says what is not configured', async () => {
    const bare = new OAuth1Client({ clientId: 'key' })
    await expect(bare.createAuthorization({ redirectUri })).rejects.toMatchObject({ code: 'missing_endpoint' })
    expect(() => apiSession(bare, 'ann')).toThrow(expect.objectContaining({ code: 'missing_token_store' }))
    expect(() => new OAuth1Client({ clientId: '' })).toThrow(TypeError)
    expect(() => apiSession(bare, { key: 'a', token })).toThrow(TypeError)
  })
})

describe('tokens from elsewhere', () => {
  it('A1-09: reads a form or an object', () => {
    const { client: one } = client()
    for (const values of ['oauth_token=a&oauth_token_secret=b', { oauth_token: 'a', oauth_token_secret: 'b' }]) {
      expect(tokenFrom(one, values)).toMatchObject({ accessToken: 'a', tokenSecret: 'b', clientId: 'key' })
    }
  })

  it.each([{}, { oauth_token: 'a' }, { oauth_token_secret: 'b' }, ''])('A1-09: refuses %j', (values) => {
    expect(() => tokenFrom(client().client, values)).toThrow(expect.objectContaining({ code: 'missing_token' }))
  })
})

describe('a session (RFC 5849 §3)', () => {
  it('signs each request with the token, in the form of the platform', async () => {
    const { client: one, seen } = client()
    const { fetch } = apiSession(one, { token })
    await fetch('items?a=1')
    await fetch(new Request(`${BASE}/x`, { method: 'POST', body: new URLSearchParams({ q: 'ü' }) }))
    expect(seen[0]).toMatchObject({ method: 'GET', url: `${BASE}/api/items?a=1` })
    expect(seen[0]!.oauth).toMatchObject({ oauth_token: 'access' })
    expect(seen[1]).toMatchObject({ method: 'POST', text: 'q=%C3%BC' })
    expect(seen[1]!.oauth['oauth_nonce']).not.toBe(seen[0]!.oauth['oauth_nonce'])
  })

  it('A1-06, RQ-01: leaves a body that is no form as it is, and does not sign it', async () => {
    const { client: one, seen } = client({}, { placement: 'body', clock: () => 1, random: (n) => new Uint8Array(n) })
    const { fetch } = apiSession(one, { token })
    const bytes = new Uint8Array([0, 255, 1])
    await fetch('upload', { method: 'POST', body: bytes, headers: { 'content-type': 'application/octet-stream' } })
    await fetch('upload', { method: 'POST', body: 'other' })
    expect(seen[0]!.oauth['oauth_signature']).toBe(seen[1]!.oauth['oauth_signature'])
    expect(seen[1]!.text).toBe('other')
    await fetch('form', { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    expect(seen[2]!.text).toMatch(/^a=1&.*oauth_signature=/)
    expect(seen[2]!.headers.get('authorization')).toBeNull()
  })

  it('A1-06: signs in the query', async () => {
    const { client: one, seen } = client({}, { placement: 'query' })
    await apiSession(one, { token }).fetch('items', { method: 'POST', body: 'text' })
    expect(seen[0]!.url).toMatch(/\/items\?.*oauth_signature=/)
    expect(seen[0]!.text).toBe('text')
  })

  it('A1-07: covers a body that is no form by its hash, when told so', async () => {
    const { client: one, seen } = client({}, { bodyHash: true, signatureMethod: hmacSha256 })
    await apiSession(one, { token }).fetch('items', { method: 'POST', body: 'Hello World!' })
    await apiSession(one, { token }).fetch('items', { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    await apiSession(one, { token }).fetch('items')
    expect(seen[0]!.oauth['oauth_body_hash']).toBe('f4OxZX/x/FO5LcGBSKHWXfwtSx+j1ncoSt3SABJtkGk=')
    expect(seen[0]!.text).toBe('Hello World!')
    expect(seen[1]!.oauth).not.toHaveProperty('oauth_body_hash')
    expect(seen[2]!.oauth).not.toHaveProperty('oauth_body_hash')
  })

  it('A1-08, X-03: puts the realm into the header', async () => {
    const { client: one, seen } = client({}, { realm: 'photos' })
    await apiSession(one, { token }).fetch('items')
    expect(seen[0]!.realm).toBe('photos')
    expect(seen[0]!.headers.get('authorization')).toMatch(/^OAuth realm="photos", /)
  })

  it('A1-10: signs again for a redirect on the same origin, and not for another one', async () => {
    const move = (to: string, status: number) => () => new Response(null, { status, headers: { location: to } })
    const { client: one, seen } = client({
      '/a': move('/b', 301),
      '/b': move('https://other.example/c', 302),
      '/loop': move('/loop', 302),
      '/put': move('/b', 307),
    })
    const { fetch } = apiSession(one, { token })
    await fetch(`${BASE}/a`)
    expect(seen.map(({ url }) => url)).toEqual([`${BASE}/a`, `${BASE}/b`, 'https://other.example/c'])
    expect(seen[1]!.oauth['oauth_signature']).not.toBe(seen[0]!.oauth['oauth_signature'])
    expect(seen[2]!.headers.get('authorization')).toBeNull()
    await expect(fetch(`${BASE}/loop`)).rejects.toMatchObject({ code: 'unexpected_redirect' })
    await expect(fetch(`${BASE}/put`, { method: 'PUT', body: 'x' })).rejects.toMatchObject({
      code: 'unexpected_redirect',
    })
  })

  it('never signs for an origin that was not named', async () => {
    const { client: one, seen } = client({}, { resources: ['https://upload.example'] })
    const { fetch } = apiSession(one, { token })
    for (const url of ['https://evil.example/', 'http://provider.example/', 'https://provider.example:444/']) {
      await expect(fetch(url)).rejects.toMatchObject({ code: 'foreign_origin' })
      await expect(signUrl(one, url, { token })).rejects.toMatchObject({ code: 'foreign_origin' })
    }
    expect(seen).toEqual([])
    await fetch('https://upload.example/')
    expect(seen).toHaveLength(1)
    expect(() => apiSession(client({}, { apiBaseUrl: 'http://api.example' }).client, { token })).toThrow(
      expect.objectContaining({ code: 'insecure_transport' }),
    )
  })

  it('is a ky instance, too, and each attempt has a nonce of its own', async () => {
    let calls = 0
    const { client: one, seen } = client({
      '/api/flaky': () => (++calls < 3 ? new Response(null, { status: 503 }) : Response.json({ ok: true })),
    })
    const session = apiSession(one, { token })
    const answer = await api(session, { retry: { limit: 3, delay: () => 1 } })
      .get('flaky')
      .json()
    expect(answer).toEqual({ ok: true })
    expect(new Set(seen.map(({ oauth }) => oauth['oauth_nonce'])).size).toBe(3)
  })

  it('signs for the client itself without a token', async () => {
    const { client: one, seen } = client()
    await apiSession(one).fetch('items')
    expect(seen[0]!.oauth).not.toHaveProperty('oauth_token')
    await expect(apiSession(one).token()).rejects.toMatchObject({ code: 'login_required' })
  })

  it('RQ-02: finds and keeps the token of an account', async () => {
    const tokens = memoryTokens()
    const { client: one, seen } = client({}, { tokens })
    const session = apiSession(one, 'ann')
    await expect(session.fetch('items')).rejects.toMatchObject({ code: 'login_required', status: 401 })
    await session.save(tokenFrom(one, 'oauth_token=a&oauth_token_secret=b'))
    await session.fetch('items')
    expect(seen[0]!.oauth['oauth_token']).toBe('a')
    await expect(apiSession(client({}, { tokens, clientId: 'other' }).client, 'ann').token()).rejects.toMatchObject({
      code: 'foreign_token',
    })
    await session.forget()
    await expect(session.token()).rejects.toMatchObject({ code: 'login_required' })
    await tokens.save('bob', { id: 'x', version: 1, accessToken: 'of OAuth 2', clientId: 'key' })
    await expect(apiSession(one, 'bob').token()).rejects.toMatchObject({ code: 'login_required' })
  })

  it('signs a URL, and headers for OAuth Echo', async () => {
    const { client: one } = client()
    expect(await signUrl(one, 'image?a=1', { token })).toMatch(
      /^https:\/\/provider\.example\/image\?a=1&oauth_consumer_key=key&oauth_token=access&.*oauth_signature=/,
    )
    const headers = await echoHeaders(one, `${BASE}/verify.json`, token)
    expect(headers['x-auth-service-provider']).toBe(`${BASE}/verify.json`)
    const pairs = parseOAuthHeader(headers['x-verify-credentials-authorization'])?.pairs
    expect(Object.fromEntries(pairs ?? [])).toMatchObject({ oauth_token: 'access', oauth_consumer_key: 'key' })
  })

  it('sends both secrets with PLAINTEXT, encoded', async () => {
    const { client: one, seen } = client({}, { signatureMethod: plaintext })
    await apiSession(one, { token }).fetch('items')
    expect(seen[0]!.oauth['oauth_signature']).toBe('client%20%26%20%C3%BC&secret%26')
  })
})

describe('in the registry', () => {
  it('AF-04: has the same two calls as OAuth 2, and a refusal finds its login', async () => {
    let count = 0
    const { fetch } = provider({ '/request': () => new Response(CONFIRMED.replace('temp', `temp${++count}`)) })
    const cookies = new Map<string, string>()
    const oauth = new OAuth<string, HttpResponse>({
      adapter: {
        request: (url) => ({
          method: 'GET',
          url,
          headers: new Headers({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
          text: async () => '',
        }),
        respond: (_, response) => response,
        setCookies: (_, set) => {
          for (const { name, value } of set) cookies.set(name, value)
        },
      },
      secrets: ['a secret of the tests, long enough to pass'],
      tokens: memoryTokens(),
      fetch,
    }).register(
      'example',
      oauth1({
        clientId: 'key',
        clientSecret: 'secret',
        requestTokenUrl: `${BASE}/request`,
        authorizationUrl: `${BASE}/authorize`,
        accessTokenUrl: `${BASE}/access`,
      }),
    )
    const begin = () => oauth.example.authorizeRedirect('/login', { redirectUri, data: { to: '/home' } })
    const response = await begin()
    expect(response.headers).toContainEqual(['location', `${BASE}/authorize?oauth_token=temp1`])
    const { token: granted, data } = await oauth.example.authorizeAccessToken('/cb?oauth_token=temp1&oauth_verifier=v')
    expect(data).toEqual({ to: '/home' })
    await apiSession(oauth.example, 'ann').save(granted)
    expect(await apiSession(oauth.example, 'ann').token()).toEqual(granted)

    cookies.clear()
    await begin()
    await expect(oauth.example.authorizeAccessToken('/cb?denied=temp2')).rejects.toMatchObject({
      code: 'access_denied',
    })
  })
})
