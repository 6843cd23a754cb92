// What clients can do beyond the code flow, against another implementation: oidc-provider.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryTokens, OAuth, Params, type Adapter, type JsonObject } from '@authlib/core'
import { generateKey, type Key } from '@authlib/jose'
import {
  deleteClient,
  deviceAuthorization,
  dpop,
  OAuth2Client,
  privateKeyJwt,
  pushedAuthorization,
  readClient,
  registerClient,
  signedRequest,
  signedResponse,
  strongestClientAuth,
  updateClient,
  apiSession,
  revokeToken,
} from '@authlib/oauth2/client'
import { oidc, OpenIDClient, fetchUserinfo } from '@authlib/oidc/client'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const redirectUri = 'http://127.0.0.1:9/callback'

let server: Server
let issuer: string
let key: Key
const requests: string[] = []

/** A `fetch` that notes what the client sends. */
const noting: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const response = await fetch(request)
  const proof = request.headers.has('dpop') ? ' with a proof' : ''
  requests.push(`${request.method} ${new URL(request.url).pathname} ${response.status}${proof}`)
  return response
}

beforeAll(async () => {
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  key = await generateKey('ES256', { kid: 'client-key' })
  const jwks = { keys: [{ ...key.publicJwk(), alg: 'ES256', use: 'sig', kid: 'client-key' }] }
  const registered = {
    redirect_uris: [redirectUri],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks,
  }
  const configuration = {
    clients: [
      {
        client_id: 'fapi',
        ...registered,
        require_pushed_authorization_requests: true,
        require_signed_request_object: true,
        request_object_signing_alg: 'ES256',
        dpop_bound_access_tokens: true,
      },
      { client_id: 'jarm', ...registered, authorization_signed_response_alg: 'ES256' },
      { client_id: 'device', ...registered },
    ],
    jwks: { keys: [(await generateKey('RS256')).privateJwk(), (await generateKey('ES256')).privateJwk()] },
    cookies: { keys: ['a key of the cookies'] },
    scopes: ['openid', 'offline_access', 'api'],
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      jwtResponseModes: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
    },
    clientAuthMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_jwt', 'none'],
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    rotateRefreshToken: true,
  }
  const provider = new Provider(issuer, configuration)
  server.on('request', provider.callback())
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** A person who agrees: the parameters of the callback. */
async function approve(url: string): Promise<string> {
  let end = ''
  const browser = new FormBrowser(async (input: string | URL | Request, init?: RequestInit) => {
    const target = input instanceof Request ? input.url : String(input)
    if (!target.startsWith(redirectUri)) return fetch(input, init)
    end = target
    return new Response('done')
  })
  await browser.open(url)
  for (let i = 0; i < 4 && end === ''; i++) await browser.submit({ login: 'alice', password: 'x' })
  expect(end, `no callback at ${browser.url}: ${browser.text.slice(0, 200)}`).not.toBe('')
  return end
}

describe('a client with every protection', () => {
  it('pushes a signed request, proves its key with the nonces of both servers, and refreshes (RFC 9126, 9101, 9449)', async () => {
    const tokens = memoryTokens()
    const client = new OpenIDClient({
      issuer,
      clientId: 'fapi',
      clientAuth: privateKeyJwt(key),
      scope: ['offline_access'],
      extensions: [pushedAuthorization(), signedRequest(key), dpop()],
      tokens,
      fetch: noting,
      apiBaseUrl: issuer,
      userinfo: fetchUserinfo,
    })
    requests.length = 0
    const { url, login } = await client.createAuthorization({ redirectUri, prompt: ['consent'], maxAge: 600 })
    expect([...new URL(url).searchParams.keys()]).toEqual(['client_id', 'request_uri'])
    const { token, claims } = await client.finishAuthorization(await approve(url), login)
    expect(claims.sub).toBe('alice')
    expect(token.tokenType).toBe('DPoP')
    expect(requests).toEqual([
      'GET /.well-known/openid-configuration 200',
      'POST /request 400 with a proof', // the server asks for its nonce
      'POST /request 201 with a proof',
      'POST /token 200 with a proof',
      'GET /jwks 200',
      'GET /me 200 with a proof',
    ])
    await apiSession(client, 'alice').save(JSON.parse(JSON.stringify(token)) as typeof token)
    expect(await (await apiSession(client, 'alice').fetch('me')).json()).toEqual({ sub: 'alice' })
    const form = new URLSearchParams({ a: 'b' })
    expect((await apiSession(client, 'alice').fetch('me', { method: 'POST', body: form })).status).toBe(200)
    await tokens.save('alice', { ...token, expiresAt: 1 })
    const fresh = await apiSession(client, 'alice').token()
    expect(fresh.accessToken).not.toBe(token.accessToken)
    expect(fresh.data).toEqual(token.data) // the same key
    expect((await apiSession(client, 'alice').fetch('me')).status).toBe(200)
    await revokeToken(client, fresh)
    await expect(client.refresh(fresh)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('gets tokens for itself with a key of their own, once for all sessions', async () => {
    const options = { issuer, clientId: 'fapi', clientAuth: privateKeyJwt(key), scope: ['api'], extensions: [dpop()] }
    const client = new OAuth2Client({ ...options, apiBaseUrl: issuer })
    const session = () => apiSession(client, { key: 'machine', obtain: () => client.clientCredentials() })
    const [one, two] = await Promise.all([session().token(), session().token()])
    expect(one).toEqual(two)
    expect(one).toMatchObject({ tokenType: 'DPoP', data: { dpop: { kty: 'EC' } } })
  })
})

describe('a signed response', () => {
  interface Context {
    readonly url: string
    cookies: string[]
  }
  const adapter: Adapter<Context, string> = {
    request: ({ url, cookies }) => ({
      method: 'GET',
      url,
      headers: new Headers({ cookie: cookies.join('; ') }),
      text: async () => '',
    }),
    respond: (_context, { headers }) => headers.find(([name]) => name === 'location')![1],
    setCookies: (context, set) => void (context.cookies = set.map(({ name, value }) => `${name}=${value}`)),
  }

  it('finds its login through the registry, and is verified (JARM §2.4)', async () => {
    const registry = new OAuth({ adapter, secrets: ['a secret of at least 32 characters'] }).register(
      'op',
      oidc({
        issuer,
        clientId: 'jarm',
        clientAuth: privateKeyJwt(key),
        extensions: [signedResponse({ alg: 'ES256' })],
      }),
    )
    const context: Context = { url: '/login', cookies: [] }
    const data: JsonObject = { returnTo: '/notes' }
    const callback = await approve(
      await registry.op.authorizeRedirect(context, { redirectUri, prompt: ['consent'], data }),
    )
    expect([...new URL(callback).searchParams.keys()]).toEqual(['response'])
    const { claims, data: back } = await registry.op.authorizeAccessToken({ url: callback, cookies: context.cookies })
    expect(claims.sub).toBe('alice')
    expect(back).toEqual(data)
  })

  it('is refused when it is changed, of another key, or plain', async () => {
    const extensions = [signedResponse({ alg: 'ES256' })]
    const client = new OAuth2Client({
      issuer,
      clientId: 'jarm',
      clientAuth: privateKeyJwt(key),
      scope: ['openid'],
      extensions,
    })
    const { url, login } = await client.createAuthorization({ redirectUri, params: { prompt: 'consent' } })
    const response = new URL(await approve(url)).searchParams.get('response')!
    const [header, payload] = response.split('.') as [string, string]
    const signature = Buffer.alloc(64, 1).toString('base64url')
    const plain = Params.of({ state: login.state, code: 'c', iss: issuer })
    for (const callback of [
      Params.of({ response: `${header}.${payload}.${signature}` }),
      Params.of({ response: 'x' }),
      plain,
    ]) {
      await expect(client.finishAuthorization(callback, login)).rejects.toMatchObject({ code: 'invalid_callback' })
    }
    expect((await client.finishAuthorization(Params.of({ response }), login)).token.accessToken).toBeTypeOf('string')
  })
})

describe('a device', () => {
  it('logs a person in who confirms in a browser (RFC 8628)', async () => {
    const client = new OpenIDClient({ issuer, clientId: 'device', clientAuth: privateKeyJwt(key) })
    const seen: string[] = []
    for await (const step of deviceAuthorization(client, { scope: ['openid'], wait: async () => undefined })) {
      seen.push(step.status)
      if (step.status === 'done') expect(step.token.idToken).toBeTypeOf('string')
      else if (seen.length === 2) {
        const browser = new FormBrowser(fetch)
        await browser.open(step.verificationUriComplete ?? step.verificationUri)
        for (let i = 0; i < 5 && !/success/i.test(browser.text); i++)
          await browser.submit({ login: 'alice', password: 'x' })
      }
    }
    expect(seen.slice(0, 2)).toEqual(['pending', 'pending'])
    expect(seen.at(-1)).toBe('done')
  })
})

describe('a registration', () => {
  it('makes a client that logs in, is read, changed and deleted (RFC 7591, RFC 7592)', async () => {
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_basic' }
    const registration = await registerClient(metadata, { issuer })
    const { clientId, clientSecret } = registration
    const clientAuth = strongestClientAuth({ clientSecret })
    const client = new OpenIDClient({
      issuer,
      clientId,
      clientAuth,
      metadata: { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
    })
    const { url, login } = await client.createAuthorization({ redirectUri, prompt: ['consent'] })
    expect((await client.finishAuthorization(await approve(url), login)).claims.sub).toBe('alice')
    expect((await readClient(registration)).clientId).toBe(clientId)
    const updated = await updateClient(registration, { ...metadata, client_name: 'Renamed' })
    expect(updated.metadata['client_name']).toBe('Renamed')
    await deleteClient(updated)
    await expect(readClient(updated)).rejects.toMatchObject({ status: 502 })
  })

  it('that is refused says why', async () => {
    const refused = registerClient({ redirect_uris: ['not a url'] }, { issuer })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_redirect_uri', response: { status: 400 } })
  })
})
