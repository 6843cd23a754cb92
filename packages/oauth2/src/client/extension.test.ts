// Providers that do things their own way, each as one value, and the moments of extensions one by one.
import { AuthlibError, memoryTokens, OAuth, Params, type Adapter } from '@authlib/core'
import { startTestServer, testClock, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  clientSecretBasic,
  clientSecretPost,
  none,
  OAuth2Client,
  oauth2,
  pushedAuthorization,
  withParams,
  type ClientAuth,
  type ClientExtension,
  type OAuth2Login,
  type OAuth2ClientOptions,
  type ServerAnswer,
  apiSession,
} from './index.ts'

const redirectUri = 'https://app.example/callback'

let server: TestServer
let requests: { method: string; url: URL; body: string; headers: Headers }[]
let answer: (request: Request) => Response | Promise<Response>
beforeAll(async () => {
  server = await startTestServer(async (request) => {
    const { method, url, headers } = request
    const copy = request.clone()
    requests.push({ method, url: new URL(url), body: await copy.text(), headers })
    return answer(request)
  })
})
afterAll(() => server.stop())
beforeEach(() => {
  requests = []
  answer = () => Response.json({ access_token: 'at', token_type: 'Bearer', expires_in: 60 })
})

function createClient(options: Partial<OAuth2ClientOptions> = {}): OAuth2Client {
  const metadata = {
    authorization_endpoint: `${server.url}/authorize`,
    token_endpoint: `${server.url}/token`,
    ...options.metadata,
  }
  return new OAuth2Client({ clientId: 'client', clientSecret: 'secret', ...options, metadata })
}

/** Kept in a login by an extension. */
const shopOf = (login: OAuth2Login | undefined): string => login?.data?.['shop'] as string

async function logIn(client: OAuth2Client, callback: Record<string, string> = {}) {
  const { url, login } = await client.createAuthorization({ redirectUri })
  const result = await client.finishAuthorization(Params.of({ state: login.state, code: 'c', ...callback }), login)
  return { url: new URL(url), ...result }
}

describe('a provider of its own dialect is one extension', () => {
  it('that renames parameters, takes the token request as a GET and wants a fragment, as WeChat does', async () => {
    const names: Record<string, string> = { client_id: 'appid', client_secret: 'secret' }
    const rename = <T>(params: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(params).map(([name, value]) => [names[name] ?? name, value]))
    const wechat: ClientExtension = {
      name: 'wechat',
      authorizing: (draft) => ({ ...draft, params: rename(draft.params), fragment: '#wechat_redirect' }),
      encode: (request) => ({
        ...request,
        method: 'GET',
        encoding: 'query',
        headers: {},
        params: rename(request.params),
      }),
      decode: (given) =>
        given.members?.['errcode'] === undefined
          ? { ...given, members: { ...given.members, token_type: 'Bearer' } }
          : { ...given, status: 400, members: { error: 'invalid_grant', error_description: given.members['errmsg'] } },
    }
    answer = () => Response.json({ access_token: 'at', openid: 'o' })
    const clientAuth = clientSecretPost('secret')
    const client = createClient({ extensions: [wechat], keep: ['openid'], clientAuth })
    const { url, token } = await logIn(client)
    expect(url.searchParams.get('appid')).toBe('client')
    expect(url.hash).toBe('#wechat_redirect')
    expect(requests[0]).toMatchObject({ method: 'GET', body: '' })
    expect(requests[0]!.url.searchParams.get('appid')).toBe('client')
    expect(token.extra).toEqual({ openid: 'o' })
    answer = () => Response.json({ errcode: 40029, errmsg: 'invalid code' })
    await expect(logIn(client)).rejects.toMatchObject({ code: 'invalid_grant', reason: 'invalid_grant: invalid code' })
  })

  it('that takes JSON and has a header of its own in API requests, as Notion does', async () => {
    const notion: ClientExtension = {
      name: 'notion',
      encode: (request) => ({ ...request, encoding: 'json' }),
      call(request, _token, next) {
        const headers = new Headers(request.headers)
        headers.set('notion-version', '2022-06-28')
        return next({ ...request, headers })
      },
    }
    const client = createClient({ extensions: [notion], apiBaseUrl: server.url })
    const { token } = await logIn(client)
    expect(requests[0]!.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(requests[0]!.body)).toMatchObject({ grant_type: 'authorization_code', code: 'c' })
    await apiSession(client, { token }).fetch('users/me')
    expect(requests[1]!.headers.get('notion-version')).toBe('2022-06-28')
    expect(requests[1]!.headers.get('authorization')).toBe('Bearer at')
  })

  it('that nests its answer and says 200 to errors, as Slack and Withings do', async () => {
    const nested: ClientExtension = {
      name: 'nested',
      decode(given: ServerAnswer) {
        const { ok, error, authed_user: user } = given.members ?? {}
        if (ok === false)
          return { ...given, status: 400, members: { error: error === 'invalid_code' ? 'invalid_grant' : error } }
        return { ...given, members: { ...given.members, ...(user as object), token_type: 'Bearer' } }
      },
    }
    const client = createClient({ extensions: [nested] })
    answer = () => Response.json({ ok: true, authed_user: { access_token: 'xoxp', scope: 'a' } })
    expect((await logIn(client)).token).toMatchObject({ accessToken: 'xoxp', scope: ['a'] })
    answer = () => Response.json({ ok: false, error: 'invalid_code' })
    await expect(logIn(client)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('that signs its callback and lives on a host of the login, as Shopify does', async () => {
    const shopify: ClientExtension = {
      name: 'shopify',
      authorizationOptions: ['shop'],
      authorizing(draft, options) {
        const { shop } = options as typeof options & { shop: string }
        const url = `${server.url}/${shop}/authorize`
        return { ...draft, url, login: { ...draft.login, data: { ...draft.login.data, shop } } }
      },
      callback(params, login) {
        if (params.get('hmac') !== `of ${shopOf(login)}`)
          throw new AuthlibError('invalid_callback', 'The callback is not of this shop', { status: 400 })
        return params
      },
      encode: (request) => ({ ...request, url: `${server.url}/${shopOf(request.login)}/token` }),
      token: (token, _answer, { login }) => ({ ...token, extra: { shop: shopOf(login) } }),
    }
    const base = (token: { extra?: unknown }): string => `${server.url}/${(token.extra as { shop: string }).shop}/api`
    const client = new OAuth2Client({
      clientId: 'client',
      metadata: {},
      extensions: [shopify],
      apiBaseUrl: base,
    })
    const options = { redirectUri, shop: 'ann' }
    const { url, login } = await client.createAuthorization(options)
    expect(new URL(url).pathname).toBe('/ann/authorize')
    const callback = { state: login.state, code: 'c' }
    await expect(client.finishAuthorization(Params.of({ ...callback, hmac: 'x' }), login)).rejects.toMatchObject({
      code: 'invalid_callback',
    })
    const { token } = await client.finishAuthorization(Params.of({ ...callback, hmac: 'of ann' }), login)
    await apiSession(client, { token }).fetch('shop.json')
    expect(requests.map(({ url }) => url.pathname)).toEqual(['/ann/token', '/ann/api/shop.json'])
    await expect(apiSession(client, { token }).fetch('https://other.example/')).rejects.toMatchObject({
      code: 'foreign_origin',
    })
  })

  it('that gives what no specification knows in the callback, as Intuit does: `callback` of the result has it', async () => {
    const finish: OAuth2ClientOptions<{ realm: string | undefined; profile: unknown }>['finish'] = async (
      { token, callback },
      { client },
    ) => ({
      realm: callback.get('realmId'),
      profile: await (await apiSession(client, { token }).fetch('me')).json(),
    })
    const metadata = { authorization_endpoint: `${server.url}/authorize`, token_endpoint: `${server.url}/token` }
    const options = { clientId: 'client', metadata, apiBaseUrl: server.url, finish }
    const registry = new OAuth({ adapter: {} as Adapter<Request, Response>, secrets: ['s'.repeat(32)] }).register(
      'intuit',
      oauth2(options),
    )
    const { login } = await registry.intuit.createAuthorization({ redirectUri })
    const callback = Params.of({ state: login.state, code: 'c', realmId: '42' })
    const result = await registry.intuit.finishAuthorization(callback, login)
    result.realm satisfies string | undefined
    expect(result).toMatchObject({ realm: '42', profile: { access_token: 'at' } })
  })
})

describe('extensions', () => {
  it('of a login may find it without a state, and change what the callback says', async () => {
    const hidden: ClientExtension = {
      name: 'hidden',
      loginId: (params) => params.get('response')?.split('.')[0],
      callback: (params) =>
        Params.of({ state: params.get('response')?.split('.')[0], code: params.get('response')?.split('.')[1] }),
    }
    const client = createClient({ extensions: [hidden] })
    const { login } = await client.createAuthorization({ redirectUri })
    const params = Params.of({ response: `${login.state}.code` })
    expect(await client.loginId(params)).toBe(login.state)
    expect(await client.loginId(Params.of({ state: 's' }))).toBe('s')
    await client.finishAuthorization(params, login)
    expect(new URLSearchParams(requests[0]!.body).get('code')).toBe('code')
  })

  it('surround a request that is authenticated afresh for each attempt', async () => {
    let assertions = 0
    const retry: ClientExtension = {
      name: 'retry',
      async send(request, next) {
        const first = await next(request)
        return first.members?.['error'] === 'use_dpop_nonce' ? next(request) : first
      },
    }
    const clientAuth = () => ({ params: { client_assertion: `a${++assertions}` } })
    answer = async (request) =>
      (await request.text()).includes('a1')
        ? Response.json({ error: 'use_dpop_nonce' }, { status: 400 })
        : Response.json({ access_token: 'at', token_type: 'Bearer' })
    await createClient({ extensions: [retry], clientAuth }).clientCredentials()
    expect(requests.map(({ body }) => new URLSearchParams(body).get('client_assertion'))).toEqual(['a1', 'a2'])
  })

  it('run in the order given, around each other', async () => {
    const order: string[] = []
    const named = (name: string): ClientExtension => ({
      name,
      authorizing: (draft) => (order.push(`authorizing ${name}`), draft),
      send: (request, next) => (order.push(`send ${name}`), next(request)),
      encode: (request) => (order.push(`encode ${name}`), request),
      decode: (given) => (order.push(`decode ${name}`), given),
      token: (token) => (order.push(`token ${name}`), token),
    })
    await logIn(createClient({ extensions: [named('a'), named('b')] }))
    const moments = ['authorizing', 'send', 'encode', 'decode', 'token']
    expect(order).toEqual(moments.flatMap((moment) => [`${moment} a`, `${moment} b`]))
  })

  it('add token types and data to a token, which a refresh keeps', async () => {
    const clock = testClock()
    const mac: ClientExtension = {
      name: 'mac',
      tokenTypes: ['MAC'],
      token: (token, _answer, { token: before }) => ({ ...token, data: { key: before?.data?.['key'] ?? 'k' } }),
    }
    answer = () => Response.json({ access_token: 'at', token_type: 'mac', refresh_token: 'rt', expires_in: 60, id: 7 })
    const client = createClient({ extensions: [mac], clock, keep: ['id'] })
    const { token } = await logIn(client)
    expect(token).toMatchObject({ tokenType: 'MAC', data: { key: 'k' }, extra: { id: 7 } })
    answer = () => Response.json({ access_token: 'at2', token_type: 'MAC' })
    expect(await client.refresh(token)).toMatchObject({ data: { key: 'k' }, extra: { id: 7 }, refreshToken: 'rt' })
    await expect(createClient().refresh(token)).rejects.toMatchObject({ code: 'invalid_response' })
  })

  it('see the body of an API request sent again, and never read it', async () => {
    const twice: ClientExtension = {
      name: 'twice',
      async call(request, _token, next) {
        expect(request.repeatable).toBe(true)
        await next(request)
        return next(request)
      },
    }
    const client = createClient({ extensions: [twice], apiBaseUrl: server.url })
    const { token } = await logIn(client)
    const form = new FormData()
    form.set('a', 'b')
    for (const body of ['text', new Uint8Array([1]), form])
      await apiSession(client, { token }).fetch('x', { method: 'POST', body })
    const bodies = requests.slice(1).map(({ body }) => body.length)
    expect(bodies).toEqual([4, 4, 1, 1, bodies[4], bodies[4]])
    expect(bodies[4]).toBeGreaterThan(50)
  })
})

describe('an authorization request', () => {
  const pushing: ClientExtension = { name: 'late', authorizing: (draft) => withParams(draft, { late: '1' }) }

  function pushesTo(): { client: OAuth2Client; pushed: () => URLSearchParams } {
    answer = () => Response.json({ request_uri: 'urn:x:1', expires_in: 60 }, { status: 201 })
    const metadata = { pushed_authorization_request_endpoint: `${server.url}/par` }
    return {
      client: createClient({ metadata, extensions: [pushedAuthorization(), pushing] }),
      pushed: () => new URLSearchParams(requests[0]!.body),
    }
  }

  it('is pushed after all that changes it, whatever the order (RFC 9126 §2)', async () => {
    const { client, pushed } = pushesTo()
    const { url, login } = await client.createAuthorization({ redirectUri })
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ client_id: 'client', request_uri: 'urn:x:1' })
    expect(pushed().get('late')).toBe('1')
    expect(pushed().get('state')).toBe(login.state)
    expect(requests[0]!.body).not.toContain(login.codeVerifier)
    expect(requests[0]!.headers.get('authorization')).toMatch(/^Basic /)
  })

  it('is pushed by itself where the server requires it, and only there (RFC 9126 §5)', async () => {
    answer = () => Response.json({ request_uri: 'urn:x:1' }, { status: 201 })
    const metadata = { pushed_authorization_request_endpoint: `${server.url}/par` }
    const required = { ...metadata, require_pushed_authorization_requests: true }
    const { url } = await createClient({ metadata: required }).createAuthorization({ redirectUri })
    expect(new URL(url).searchParams.get('request_uri')).toBe('urn:x:1')
    await createClient({ metadata }).createAuthorization({ redirectUri })
    expect(requests).toHaveLength(1)
  })

  it('that the server refuses to push says why', async () => {
    const { client } = pushesTo()
    answer = () => Response.json({ error: 'invalid_request', error_description: 'no' }, { status: 400 })
    await expect(client.createAuthorization({ redirectUri })).rejects.toMatchObject({
      code: 'invalid_request',
      reason: 'invalid_request: no',
      response: { status: 400, members: { error: 'invalid_request' } },
    })
    answer = () => Response.json({}, { status: 201 })
    await expect(client.createAuthorization({ redirectUri })).rejects.toMatchObject({ code: 'invalid_response' })
  })

  it('has the parameters of the client in each, and those of the call over them', async () => {
    const client = createClient({ params: { access_type: 'offline', prompt: 'consent' } })
    const { url } = await client.createAuthorization({ redirectUri, params: { prompt: 'login' } })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ access_type: 'offline', prompt: 'login' })
    const reserved = createClient({ params: { state: 'x' } }).createAuthorization({ redirectUri })
    await expect(reserved).rejects.toMatchObject({ code: 'reserved_parameter' })
  })

  it.each(['grant_type', 'scope', 'resource', 'client_id', 'client_secret', 'client_assertion', 'refresh_token'])(
    'for a token takes no parameter %s: it is refused, not dropped',
    async (name) => {
      const exchange = createClient().exchange('urn:x', { params: { [name]: 'x' } })
      await expect(exchange).rejects.toMatchObject({ code: 'reserved_parameter' })
      expect(requests).toHaveLength(0)
    },
  )
})

describe('a login', () => {
  it('is finished by the client that began it, at its issuer (RFC 9700 §4.4.2)', async () => {
    const one = createClient()
    const { login } = await one.createAuthorization({ redirectUri })
    const callback = Params.of({ state: login.state, code: 'c' })
    const other = createClient({ clientId: 'other' })
    await expect(other.finishAuthorization(callback, login)).rejects.toMatchObject({ code: 'mismatching_state' })
    const elsewhere = createClient({ metadata: { issuer: 'https://other.example' } })
    await expect(elsewhere.finishAuthorization(callback, login)).rejects.toMatchObject({ code: 'mismatching_state' })
    expect(requests).toHaveLength(0)
  })

  it.each([
    ['https://login.example/{tid}/v2.0', 'https://login.example/11-22/v2.0', true],
    ['https://login.example/{tid}/v2.0', 'https://login.example/a/b/v2.0', false],
    ['https://login.example/{tid}/v2.0', 'https://login.example//v2.0', false],
    ['https://login.example/{tid}/v2.0', 'https://loginxexample/a/v2.0', false],
    [['https://accounts.example', 'accounts.example'], 'accounts.example', true],
    [['https://accounts.example', 'accounts.example'], 'https://accounts.example/', false],
  ])('with issuers %j and iss %s: %j', async (issuers, iss, accepted) => {
    const finished = logIn(createClient({ issuers }), { iss })
    if (accepted) await expect(finished).resolves.toBeDefined()
    else await expect(finished).rejects.toMatchObject({ code: 'issuer_mismatch' })
  })
})

describe('an error of the server', () => {
  it.each<[what: string, answer: () => Response, expected: Record<string, unknown>]>([
    [
      'an object, as Facebook writes it',
      () => Response.json({ error: { message: 'Expired', type: 'OAuthException', code: 190 } }, { status: 400 }),
      { code: 'request_refused', reason: 'OAuthException: Expired' },
    ],
    [
      'HTML',
      () => new Response('<h1>Unauthorized</h1>', { status: 401, headers: { 'content-type': 'text/html' } }),
      { code: 'invalid_response', reason: 'status 401 without an error code (content type text/html)' },
    ],
    [
      '500 with an error',
      () => Response.json({ error: 'boom' }, { status: 500 }),
      { code: 'server_error', reason: 'it answered 500: boom' },
    ],
    ['a code of RFC 8628', () => Response.json({ error: 'slow_down' }, { status: 400 }), { code: 'slow_down' }],
  ])('that is %s keeps its text and the raw answer', async (_, given, expected) => {
    answer = given
    const error = await createClient()
      .clientCredentials()
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ ...expected, response: { status: given().status, headers: expect.anything() } })
  })

  it.each<[what: string, clientAuth: ClientAuth, hint: RegExp | undefined]>([
    ['a secret that is form-encoded', clientSecretBasic('a+secret='), /raw: true/],
    ['a secret that is the same encoded', clientSecretBasic('secret'), undefined],
    ['a secret that is sent raw', clientSecretBasic('a=secret', { raw: true }), undefined],
    ['no secret', none(), /`clientSecret` undefined/],
  ])('that is invalid_client has a hint about %s (RFC 6749 §2.3.1)', async (_, clientAuth, hint) => {
    answer = () => Response.json({ error: 'invalid_client' }, { status: 401 })
    const error = await createClient({ clientAuth })
      .clientCredentials()
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'invalid_client' })
    expect((error as AuthlibError).hint ?? '').toMatch(hint ?? /^$/)
  })

  it('names the host whose metadata cannot be loaded', async () => {
    const fetch = () => Promise.reject(new TypeError('failed'))
    const client = new OAuth2Client({ issuer: 'https://as.example', clientId: 'client', fetch })
    await expect(client.metadata()).rejects.toMatchObject({
      code: 'network_error',
      reason: 'metadata at as.example: TypeError',
    })
  })

  it('names the endpoint that does not answer', async () => {
    const fetch = () => Promise.reject(Object.assign(new TypeError('failed'), { cause: { code: 'ECONNREFUSED' } }))
    await expect(createClient({ fetch }).clientCredentials()).rejects.toMatchObject({
      code: 'network_error',
      reason: expect.stringMatching(/^token_endpoint at 127\.0\.0\.1:\d+: TypeError/),
    })
  })
})

describe('a refresh', () => {
  it.each<[what: string, members: Record<string, unknown>]>([
    ['a lifetime in words', { expires_in: 'soon' }],
    ['another token type', { token_type: 'mac' }],
    ['no access token', { access_token: undefined }],
  ])('that answers %s loses no refresh token: the session goes on with the new one', async (_, members) => {
    const clock = testClock()
    const tokens = memoryTokens()
    answer = () => Response.json({ access_token: 'a1', token_type: 'Bearer', refresh_token: 'r1', expires_in: 60 })
    const client = createClient({ clock, tokens })
    await apiSession(client, 'alice').save((await logIn(client)).token)
    clock.advance(60)
    answer = () => Response.json({ access_token: 'a2', token_type: 'Bearer', refresh_token: 'r2', ...members })
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(await tokens.get('alice')).toMatchObject({ refreshToken: 'r2' })
    answer = () => Response.json({ access_token: 'a3', token_type: 'Bearer' })
    expect(await apiSession(client, 'alice').token()).toMatchObject({ accessToken: 'a3', refreshToken: 'r2' })
    expect(new URLSearchParams(requests.at(-1)!.body).get('refresh_token')).toBe('r2')
  })
})
