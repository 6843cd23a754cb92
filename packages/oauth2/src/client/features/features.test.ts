// Features beside the client, with a server of the test: what another implementation never answers.
import { Params } from '@authlib/core'
import { decodeUnverifiedJwt, generateKey, signJwt, verifyJwt, type Key } from '@authlib/jose'
import { startTestServer, testClock, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  clientSecretJwt,
  deleteClient,
  deviceAuthorization,
  dpop,
  exchangeToken,
  jwtBearer,
  mutualTls,
  OAuth2Client,
  privateKeyJwt,
  pushedAuthorization,
  readClient,
  registerClient,
  signedRequest,
  signedResponse,
  strongestClientAuth,
  updateClient,
  type OAuth2ClientOptions,
  apiSession,
} from '../index.ts'

const redirectUri = 'https://app.example/callback'
const good = { access_token: 'at', token_type: 'Bearer', expires_in: 60 }

let server: TestServer
let key: Key
let requests: { path: string; form: URLSearchParams; headers: Headers }[]
let answers: (Response | (() => Response))[]
const clock = testClock()
beforeAll(async () => {
  key = await generateKey('ES256', { kid: 'k' })
  server = await startTestServer(async (request) => {
    const { pathname } = new URL(request.url)
    requests.push({ path: pathname, form: new URLSearchParams(await request.clone().text()), headers: request.headers })
    const next = answers.length > 1 ? answers.shift()! : answers[0]!
    return next instanceof Response ? next.clone() : next()
  })
})
afterAll(() => server.stop())
beforeEach(() => {
  requests = []
  answers = [Response.json(good)]
})

function createClient({ metadata, ...options }: Partial<OAuth2ClientOptions> = {}): OAuth2Client {
  const endpoints = {
    issuer: server.url,
    authorization_endpoint: `${server.url}/authorize`,
    token_endpoint: `${server.url}/token`,
    device_authorization_endpoint: `${server.url}/device`,
  }
  return new OAuth2Client({
    clientId: 'client',
    clock,
    apiBaseUrl: server.url,
    ...options,
    metadata: { ...endpoints, ...metadata },
  })
}

const error = (code: string): Response => Response.json({ error: code }, { status: 400 })

describe('a device authorization', () => {
  const device = { device_code: 'dc', user_code: 'AB-CD', verification_uri: 'https://as.example/go', expires_in: 60 }

  async function run(options: { signal?: AbortSignal; advance?: number } = {}) {
    const waits: number[] = []
    const seen: unknown[] = []
    const wait = async (seconds: number): Promise<void> => {
      waits.push(seconds)
      clock.advance(options.advance ?? 1)
    }
    const steps = deviceAuthorization(createClient(), { scope: ['read'], wait, ...options })
    for await (const step of steps) seen.push(step.status === 'pending' ? step.userCode : step.token.accessToken)
    return { waits, seen }
  }

  it('waits as the server asks, and longer when it is told so (RFC 8628 §3.5)', async () => {
    answers = [
      Response.json(device),
      error('authorization_pending'),
      error('slow_down'),
      new Response('', { status: 503 }),
      Response.json(good),
    ]
    expect(await run()).toEqual({ waits: [5, 5, 10, 15], seen: ['AB-CD', 'AB-CD', 'AB-CD', 'AB-CD', 'at'] })
    expect(requests[0]!.form.get('scope')).toBe('read')
    expect(requests.at(-1)!.form.get('device_code')).toBe('dc')
  })

  it.each(['access_denied', 'expired_token', 'invalid_client'])('ends with %s', async (code) => {
    answers = [Response.json(device), error(code)]
    await expect(run()).rejects.toMatchObject({ code })
  })

  it('ends when its code has expired, without asking again', async () => {
    answers = [Response.json({ ...device, interval: 30 })]
    await expect(run({ advance: 60 })).rejects.toMatchObject({ code: 'expired_token' })
    expect(requests).toHaveLength(1)
  })

  it('ends when the caller gives up', async () => {
    answers = [Response.json(device)]
    await expect(run({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    const controller = new AbortController()
    const steps = deviceAuthorization(createClient(), { signal: controller.signal })
    await steps.next()
    const waiting = expect(steps.next()).rejects.toThrow('later')
    setTimeout(() => controller.abort(new Error('later')), 10)
    await waiting
  })

  it.each([{ device_code: undefined }, { user_code: 1 }, { verification_uri: '' }, { expires_in: 'soon' }])(
    'with %j is refused',
    async (changes) => {
      answers = [Response.json({ ...device, ...changes })]
      await expect(run()).rejects.toMatchObject({ code: 'invalid_response' })
    },
  )
})

describe('an exchange of tokens', () => {
  it('names types by their URIs, repeats audiences, and may give what is no access token (RFC 8693 §2.1, §2.2.1)', async () => {
    answers = [Response.json({ access_token: 'new', token_type: 'N_A', issued_token_type: 'x' })]
    const token = await exchangeToken(createClient({ keep: ['issued_token_type'] }), {
      subjectToken: 's',
      actorToken: 'a',
      actorTokenType: 'jwt',
      requestedTokenType: 'urn:x:y',
      audience: ['one', 'two'],
      resource: ['https://api.example'],
      scope: ['read'],
    })
    expect(token).toMatchObject({ accessToken: 'new', tokenType: 'N_A', extra: { issued_token_type: 'x' } })
    const { form } = requests[0]!
    expect(form.getAll('audience')).toEqual(['one', 'two'])
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 's',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      requested_token_type: 'urn:x:y',
    })
    await expect(createClient().exchange('urn:other')).rejects.toMatchObject({
      code: 'invalid_response',
      hint: expect.stringContaining('dpop()'),
    })
    const bound = createClient({ extensions: [dpop()] })
    expect(await exchangeToken(bound, { subjectToken: 's' })).toMatchObject({ tokenType: 'N_A' })
  })
})

describe('a JWT bearer grant', () => {
  it('signs an assertion for a service account, or takes one (RFC 7523 §2.1, §3)', async () => {
    await jwtBearer(createClient(), { key, subject: 'robot', claims: { scope: 'read' } })
    const { claims } = decodeUnverifiedJwt(requests[0]!.form.get('assertion')!)
    expect(claims).toMatchObject({ iss: 'client', sub: 'robot', aud: server.url, scope: 'read', exp: clock() + 60 })
    await jwtBearer(createClient(), { assertion: 'given' })
    expect(requests[1]!.form.get('assertion')).toBe('given')
    await expect(jwtBearer(createClient(), {})).rejects.toThrow(TypeError)
  })
})

describe('client authentication by an assertion', () => {
  it('is signed for the issuer, afresh for each request (RFC 7523 §3)', async () => {
    const client = createClient({ clientAuth: privateKeyJwt(key) })
    await client.clientCredentials()
    await client.clientCredentials()
    const sent = requests.map(({ form }) => form.get('client_assertion')!)
    const policy = { algorithms: ['ES256'], issuer: 'client', subject: 'client', audience: server.url, clock }
    const [one, two] = await Promise.all(sent.map((jwt) => verifyJwt(jwt, key, policy)))
    expect(one!.claims.jti).not.toBe(two!.claims.jti)
    expect(one!.claims).toMatchObject({ aud: server.url, iat: clock(), exp: clock() + 60 }) // aud is no array: FAPI 2.0 §5.3.3.1
    expect(requests[0]!.form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    )
    expect(requests[0]!.headers.get('authorization')).toBeNull()
  })

  it('by the secret never sends it', async () => {
    const secret = 'a secret of at least 32 characters'
    await createClient({ clientAuth: clientSecretJwt(secret) }).clientCredentials()
    const { header, claims } = decodeUnverifiedJwt(requests[0]!.form.get('client_assertion')!)
    expect(header.alg).toBe('HS256')
    expect(claims).toMatchObject({ iss: 'client', sub: 'client', aud: server.url, exp: clock() + 60 })
    expect(claims.jti).toMatch(/^[\w-]{43}$/)
    expect(requests[0]!.form.toString()).not.toContain('secret of')
  })

  it.each<[methods: string[] | undefined, expected: string]>([
    [['client_secret_basic', 'private_key_jwt'], 'client_assertion'],
    [['client_secret_basic', 'client_secret_post'], 'authorization'],
    [['client_secret_post'], 'client_secret'],
    [undefined, 'authorization'],
  ])('is chosen from what the server takes: %j', async (methods, expected) => {
    const clientAuth = strongestClientAuth({ key, clientSecret: 'secret' })
    await createClient({ clientAuth, metadata: { token_endpoint_auth_methods_supported: methods } }).clientCredentials()
    const { form, headers } = requests[0]!
    expect([...form.keys(), ...headers.keys()]).toContain(expected)
  })

  it('is refused where the server does not take it', async () => {
    const metadata = { token_endpoint_auth_methods_supported: ['tls_client_auth'] }
    for (const clientAuth of [privateKeyJwt(key), strongestClientAuth({ key })])
      await expect(createClient({ clientAuth, metadata }).clientCredentials()).rejects.toMatchObject({
        code: 'unsupported_client_auth',
      })
    expect(() => strongestClientAuth({})).toThrow(TypeError)
  })
})

describe('client certificates', () => {
  it('are shown at the aliases of the endpoints, and to the API (RFC 8705 §5)', async () => {
    const shown: string[] = []
    const withCertificate: typeof fetch = (input, init) => {
      shown.push(new URL(new Request(input, init).url).pathname)
      return fetch(input, init)
    }
    const metadata = { mtls_endpoint_aliases: { token_endpoint: `${server.url}/mtls/token` } }
    const client = createClient({ metadata, extensions: [mutualTls({ fetch: withCertificate })] })
    await apiSession(client, { token: await client.clientCredentials() }).fetch('api')
    expect(shown).toEqual(['/mtls/token', '/api'])
    const insecure = { mtls_endpoint_aliases: { token_endpoint: 'http://as.example/token' } }
    expect(() => createClient({ metadata: insecure })).toThrow(expect.objectContaining({ code: 'invalid_metadata' }))
  })
})

describe('a registration', () => {
  const metadata = { redirect_uris: [redirectUri] }
  const register = () => registerClient(metadata, { endpoint: `${server.url}/register`, initialAccessToken: 'initial' })

  it('is managed at the address of the answer, with its token (OpenID Connect Registration §4, §4.1)', async () => {
    const registered = {
      client_id: 'new',
      registration_client_uri: `${server.url}/elsewhere?client=7`,
      registration_access_token: 'management',
    }
    answers = [Response.json(registered, { status: 201 })]
    const made = await register()
    await readClient(made)
    await updateClient(made, metadata)
    await deleteClient(made)
    expect(requests.map(({ path, headers }) => [path, headers.get('authorization')])).toEqual([
      ['/register', 'Bearer initial'],
      ...Array.from({ length: 3 }, () => ['/elsewhere', 'Bearer management']),
    ])
  })

  it('without client_id is refused (OpenID Connect Registration §3.2)', async () => {
    answers = [Response.json({ client_name: 'Shop' }, { status: 201 })]
    await expect(register()).rejects.toMatchObject({ code: 'invalid_response' })
  })

  it('without an address is not managed (OpenID Connect Registration §3.2)', async () => {
    answers = [Response.json({ client_id: 'new' }, { status: 201 })]
    const made = await register()
    await expect(readClient(made)).rejects.toMatchObject({ code: 'missing_endpoint' })
    expect(requests).toHaveLength(1)
  })
})

describe('DPoP', () => {
  const bound = { ...good, token_type: 'DPoP', refresh_token: 'rt' }

  it('refuses a token that the server did not bind (RFC 9449 §5)', async () => {
    await expect(createClient({ extensions: [dpop()] }).clientCredentials()).rejects.toMatchObject({
      code: 'invalid_response',
      reason: 'the token is not bound to the key',
    })
  })

  it('proves method, URL without query, token and nonce with the key of the token (RFC 9449 §4.2)', async () => {
    const client = createClient({ extensions: [dpop()] })
    const { url, login } = await client.createAuthorization({ redirectUri })
    answers = [Response.json(bound, { headers: { 'dpop-nonce': 'n1' } })]
    const callback = Params.of({ state: login.state, code: 'c' })
    const { token } = await client.finishAuthorization(callback, login)
    await apiSession(client, { token }).fetch('api?secret=1', { method: 'PUT', body: 'x' })
    const proof = decodeUnverifiedJwt(requests[1]!.headers.get('dpop')!)
    expect(proof.header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC' } })
    expect(Object.keys(proof.header).sort()).toEqual(['alg', 'jwk', 'typ']) // a kid would name no key: servers look for it
    expect(proof.header.jwk).not.toHaveProperty('d')
    expect(proof.claims).toMatchObject({ htm: 'PUT', htu: `${server.url}/api`, nonce: 'n1', ath: expect.any(String) })
    expect(requests[1]!.headers.get('authorization')).toBe('DPoP at')
    expect(new URL(url).searchParams.get('dpop_jkt')).toMatch(/^[\w-]{43}$/)
  })

  it('asks an API again with its nonce, the body included, and once only (RFC 9449 §9)', async () => {
    const client = createClient({ extensions: [dpop()] })
    answers = [Response.json(bound)]
    const session = apiSession(client, { token: await client.clientCredentials() })
    const headers = { 'dpop-nonce': 'n2', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
    answers = [new Response(null, { status: 401, headers }), new Response('fine')]
    requests.length = 0
    expect(await (await session.fetch('api', { method: 'POST', body: 'a=b' })).text()).toBe('fine')
    expect(requests.map(({ form }) => form.get('a'))).toEqual(['b', 'b'])
    answers = [
      () => new Response(null, { status: 401, headers: { ...headers, 'dpop-nonce': `n${requests.length}` } }),
      () => new Response(null, { status: 401, headers: { ...headers, 'dpop-nonce': `m${requests.length}` } }),
      Response.json({ ...bound, access_token: 'at2' }),
      () => new Response(null, { status: 401 }),
    ]
    requests.length = 0
    expect((await session.fetch('api')).status).toBe(401)
    expect(requests.map(({ path }) => path)).toEqual(['/api', '/api', '/token', '/api'])
  })

  it('keeps the key of a token through refreshes, and has another for each token', async () => {
    const client = createClient({ extensions: [dpop()] })
    answers = [Response.json(bound)]
    const [one, two] = [await client.clientCredentials(), await client.clientCredentials()]
    expect(one.data).not.toEqual(two.data)
    expect((await client.refresh(one)).data).toEqual(one.data)
  })
})

describe('a request in detail', () => {
  it('carries authorization_details, in a signed request as JSON (RFC 9396 §3, RFC 9101 §4)', async () => {
    const authorizationDetails = [{ type: 'payment', amount: '6' }]
    const plain = await createClient().createAuthorization({ redirectUri, authorizationDetails })
    expect(JSON.parse(new URL(plain.url).searchParams.get('authorization_details')!)).toEqual(authorizationDetails)
    const client = createClient({ extensions: [signedRequest(key)] })
    const resource = ['https://a.example', 'https://b.example']
    const params = { max_age: '0' }
    const { url, login } = await client.createAuthorization({ redirectUri, authorizationDetails, resource, params })
    const query = new URL(url).searchParams
    expect([...query.keys()]).toEqual(['client_id', 'request'])
    const { claims, header } = decodeUnverifiedJwt(query.get('request')!)
    expect(header).toMatchObject({ typ: 'oauth-authz-req+jwt', kid: 'k' })
    expect(claims).toMatchObject({
      iss: 'client',
      aud: server.url,
      client_id: 'client',
      state: login.state,
      resource,
      max_age: 0,
      authorization_details: authorizationDetails,
      nbf: clock(),
      exp: clock() + 300,
    })
  })

  it('says beside a signed request for openid what it is, and pushes it alone (OpenID Connect Core §6.1, RFC 9126 §3)', async () => {
    const scope = ['openid', 'email']
    const client = createClient({ extensions: [signedRequest(key)] })
    const query = new URL((await client.createAuthorization({ redirectUri, scope })).url).searchParams
    const { request, ...beside } = Object.fromEntries(query)
    expect(beside).toEqual({ client_id: 'client', response_type: 'code', scope: 'openid email' })
    expect(decodeUnverifiedJwt(request!).claims).toMatchObject(beside)
    answers = [Response.json({ request_uri: 'urn:x', expires_in: 60 })]
    const metadata = { pushed_authorization_request_endpoint: `${server.url}/par` }
    const pushing = createClient({ metadata, extensions: [pushedAuthorization(), signedRequest(key)] })
    await pushing.createAuthorization({ redirectUri, scope })
    expect([...requests[0]!.form.keys()].sort()).toEqual(['client_id', 'request'])
  })

  it('asks for a signed response, by form too', async () => {
    const client = createClient({ extensions: [signedResponse()] })
    const query = await client.createAuthorization({ redirectUri })
    expect([new URL(query.url).searchParams.get('response_mode'), query.formPost]).toEqual(['jwt', false])
    const form = await client.createAuthorization({ redirectUri, responseMode: 'form_post' })
    expect([new URL(form.url).searchParams.get('response_mode'), form.formPost]).toEqual(['form_post.jwt', true])
  })
})

describe('a signed response', () => {
  const state = { iss: '', aud: 'client', exp: 0, code: 'c', state: '' }

  /** Finishes a login whose response has these claims, signed with this key. */
  async function finish(changes: object = {}, signer: Key | null = key) {
    const metadata = { jwks_uri: `${server.url}/jwks` }
    const client = createClient({ metadata, extensions: [signedResponse({ alg: 'ES256' })] })
    const { login } = await client.createAuthorization({ redirectUri })
    const claims = { ...state, iss: server.url, exp: clock() + 60, state: login.state, ...changes }
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const response =
      signer === null
        ? `${encode({ alg: 'none' })}.${encode(claims)}.`
        : await signJwt(claims, signer, { lifetime: null })
    answers = [Response.json({ keys: [key.publicJwk()] }), Response.json(good)]
    return client.finishAuthorization(Params.of({ response }), login)
  }

  it('is verified with the keys of the server, and then its code is used (JARM §2.4)', async () => {
    expect((await finish()).token.accessToken).toBe('at')
    expect(requests.map(({ path }) => path)).toEqual(['/jwks', '/token'])
  })

  it.each<[fault: string, changes: object, own?: boolean]>([
    ['of another issuer', { iss: 'https://other.example' }],
    ['without an issuer', { iss: undefined }],
    ['for another client', { aud: 'other' }],
    ['without an audience', { aud: undefined }],
    ['that has expired', { exp: 1 }],
    ['that never expires', { exp: undefined }],
    ['of another key', {}, false],
  ])('is refused, and its code not used, when it is one %s (JARM §2.4, §5.1)', async (_fault, changes, own = true) => {
    const signer = own ? key : await generateKey('ES256', { kid: 'k' })
    await expect(finish(changes, signer)).rejects.toMatchObject({ code: 'invalid_callback' })
    expect(requests.filter(({ path }) => path !== '/jwks')).toEqual([])
  })

  it('is refused without a signature (JARM §2.4)', async () => {
    await expect(finish({}, null)).rejects.toMatchObject({ code: 'invalid_callback' })
    expect(requests.filter(({ path }) => path !== '/jwks')).toEqual([])
  })
})
