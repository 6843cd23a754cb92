// What other implementations of clients can do, each against a server that has all of it registered, over TLS.
import { importJwk, signJwt } from '@authlib/jose'
import { CIBA, findBackchannelRequest, JWT_BEARER, TOKEN_EXCHANGE } from '@authlib/oauth2/server'
import { startTestServer, type TestServer } from '@authlib/testing'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API, SECRET, SIGNER, startEverything, type Everything } from '../support/everything.ts'
import { FormBrowser } from '../support/form-browser.ts'
import { tlsFetch } from '../support/tls.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const PAYMENT = [{ type: 'payment', amount: '12.00' }]

let everything: Everything
let application: TestServer
let redirectUri: string
let clientKey: CryptoKey
let posted: Request | undefined

beforeAll(async () => {
  application = await startTestServer((request) => {
    if (request.method === 'POST') posted = request.clone()
    return new Response('back at the application')
  })
  redirectUri = `${application.url}/callback`
  everything = await startEverything(redirectUri)
  const jwk = everything.clientKey.privateJwk() as unknown as JsonWebKey // sound: the same members
  clientKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
})
afterAll(() => Promise.all([everything.stop(), application.stop()]))

/** Logs in and agrees, with a fresh browser, and returns where it ends up. */
async function visit(url: string | URL, start: Record<string, string> = {}): Promise<URL> {
  const reach = tlsFetch()
  const browser = new FormBrowser((input, init) => {
    const target = new URL(input instanceof Request ? input.url : input)
    return target.protocol === 'https:' ? reach(target, init) : fetch(target, init)
  })
  await browser.open(String(url))
  if (Object.keys(start).length > 0) await browser.submit(start)
  await browser.submit({ username: 'alice', password: 'alice' })
  if (!browser.url.startsWith(application.url)) await browser.submit({ decision: 'approve' })
  if (/<form[^>]*callback/.test(browser.text)) await browser.submit({}) // form_post without scripts
  return new URL(browser.url)
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>

describe('openid-client', () => {
  async function configure(
    method: string,
    metadata: Partial<openid.ClientMetadata> = {},
    execute: ((config: openid.Configuration) => void)[] = [],
  ) {
    const auth = {
      client_secret_basic: () => openid.ClientSecretBasic(SECRET),
      client_secret_post: () => openid.ClientSecretPost(SECRET),
      client_secret_jwt: () => openid.ClientSecretJwt(SECRET),
      private_key_jwt: () => openid.PrivateKeyJwt({ key: clientKey, kid: 'c' }),
      self_signed_tls_client_auth: () => openid.TlsClientAuth(),
      none: () => openid.None(),
    }[method]!()
    const reach = tlsFetch({ withCertificate: method.includes('tls') })
    const config = await openid.discovery(new URL(everything.issuer), method, metadata, auth, {
      execute,
      [openid.customFetch]: (url, options) => reach(url, options as RequestInit),
    })
    config[openid.customFetch] = (url, options) => reach(url, options as RequestInit)
    return config
  }

  async function begin(): Promise<{ parameters: Record<string, string>; checks: openid.AuthorizationCodeGrantChecks }> {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    return {
      checks: { pkceCodeVerifier, expectedState },
      parameters: {
        redirect_uri: redirectUri,
        scope: 'openid email offline_access',
        state: expectedState,
        prompt: 'consent',
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      },
    }
  }

  it.each([
    ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
    'self_signed_tls_client_auth',
  ])('authenticates by %s', async (method) => {
    const config = await configure(method)
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'read' })
    expect(claimsOf(tokens.access_token)).toMatchObject({ client_id: method, aud: API })
    const cnf = claimsOf(tokens.access_token)['cnf']
    expect(cnf === undefined).toBe(method !== 'self_signed_tls_client_auth') // RFC 8705 §3.1
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true })
    await openid.tokenRevocation(config, tokens.access_token)
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  })

  it('pushes a signed request, gets a signed response and bound tokens (RFC 9126, RFC 9101, JARM, RFC 9449)', async () => {
    const metadata = { authorization_signed_response_alg: 'RS256' }
    const config = await configure('private_key_jwt', metadata, [openid.useJwtResponseMode])
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    const { parameters, checks } = await begin()
    const signed = await openid.buildAuthorizationUrlWithJAR(config, parameters, { key: clientKey, kid: 'c' })
    const url = await openid.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    const callback = await visit(url)
    expect([...callback.searchParams.keys()]).toEqual(['response'])
    const first = await openid.authorizationCodeGrant(config, callback, checks, undefined, { DPoP })
    expect([first.token_type, first.claims()?.sub]).toEqual(['dpop', 'alice'])
    expect(await openid.fetchUserInfo(config, first.access_token, 'alice', { DPoP })).toMatchObject({
      email: 'alice@mail.example',
    })
    const second = await openid.refreshTokenGrant(config, first.refresh_token!, undefined, { DPoP })
    expect(second.token_type).toBe('dpop')
    const other = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    await expect(openid.fetchUserInfo(config, second.access_token, 'alice', { DPoP: other })).rejects.toMatchObject({
      status: 401,
    })
  })

  it('asks for a payment at one API and takes the answer as a posted form (RFC 9396, RFC 8707)', async () => {
    const config = await configure('client_secret_basic')
    const { parameters, checks } = await begin()
    const asked = { scope: 'read', resource: API, authorization_details: JSON.stringify(PAYMENT) }
    const url = openid.buildAuthorizationUrl(config, { ...parameters, ...asked, response_mode: 'form_post' })
    await visit(url)
    const tokens = await openid.authorizationCodeGrant(config, posted!, checks, { resource: API })
    expect(tokens.authorization_details).toEqual(PAYMENT)
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: API, authorization_details: PAYMENT, scope: 'read' })
  })

  it('connects a device, with a bound token (RFC 8628, RFC 9449)', async () => {
    const config = await configure('none')
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    const started = await openid.initiateDeviceAuthorization(config, { scope: 'read' })
    const done = openid.pollDeviceAuthorizationGrant(config, started, undefined, { DPoP })
    await visit(started.verification_uri, { user_code: started.user_code })
    const tokens = await done
    expect(tokens.token_type).toBe('dpop')
    expect(claimsOf(tokens.access_token)).toMatchObject({ sub: 'alice', client_id: 'none' })
  })

  it('exchanges a token (RFC 8693) and presents an assertion (RFC 7523)', async () => {
    const config = await configure('client_secret_post')
    const { access_token: subject_token } = await openid.clientCredentialsGrant(config, { scope: 'read' })
    const asked = { subject_token, subject_token_type: ACCESS_TOKEN, audience: API, scope: 'read' }
    const exchanged = await openid.genericGrantRequest(config, TOKEN_EXCHANGE, asked)
    expect(exchanged['issued_token_type']).toBe(ACCESS_TOKEN)
    const assertion = await signJwt(
      { iss: SIGNER, sub: 'alice', aud: everything.issuer, jti: 'openid-client' },
      everything.clientKey,
      { lifetime: 60 },
    )
    const granted = await openid.genericGrantRequest(config, JWT_BEARER, { assertion, scope: 'read' })
    expect(claimsOf(granted.access_token)).toMatchObject({ sub: 'alice' })
  })

  it('asks on another channel (CIBA Core §10.1)', async () => {
    const config = await configure('client_secret_basic')
    const started = await openid.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: 'alice' })
    const done = openid.pollBackchannelAuthenticationGrant(config, started)
    for (let wait = 0; everything.asked.length === 0 && wait < 100; wait++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const request = await findBackchannelRequest(everything.server, everything.asked.at(-1)!.id)
    const decision = { subject: 'alice', authTime: Math.floor(Date.now() / 1000) }
    await everything.server.requests.answer(request!, decision)
    expect((await done).claims()?.sub).toBe('alice')
    expect(config.serverMetadata().grant_types_supported).toContain(CIBA)
  })

  it('registers itself (RFC 7591)', async () => {
    const reach = tlsFetch()
    const metadata = {
      redirect_uris: ['https://app.example/cb'],
      grant_types: ['client_credentials'],
      response_types: [],
      scope: 'read',
    }
    const config = await openid.dynamicClientRegistration(
      new URL(everything.issuer),
      metadata,
      openid.ClientSecretBasic(),
      {
        [openid.customFetch]: (url, options) => reach(url, options as RequestInit),
      },
    )
    config[openid.customFetch] = (url, options) => reach(url, options as RequestInit)
    expect((await openid.clientCredentialsGrant(config)).access_token).toBeDefined()
  })
})

describe('oauth4webapi', () => {
  const reach = tlsFetch()
  const options = { [oauth.customFetch]: (url: string, init: unknown) => reach(url, init as RequestInit) }
  const client: oauth.Client = { client_id: 'private_key_jwt' }
  let as: oauth.AuthorizationServer
  let auth: oauth.ClientAuth

  beforeAll(async () => {
    const issuer = new URL(everything.issuer)
    as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' }),
    )
    auth = oauth.PrivateKeyJwt({ key: clientKey, kid: 'c' })
  })

  it('pushes a request, proves a key with the nonce of the server, and validates what it gets (RFC 9126, RFC 9449, RFC 9068)', async () => {
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const parameters = {
      ...{ response_type: 'code', redirect_uri: redirectUri, scope: 'read', state, resource: API, prompt: 'consent' },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      authorization_details: JSON.stringify(PAYMENT),
    }
    const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work()
      } catch (error) {
        if (!oauth.isDPoPNonceError(error)) throw error
        return work()
      }
    }
    const pushed = await retrying(async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { ...options, DPoP }),
      ),
    )
    const url = new URL(as.authorization_endpoint!)
    url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri }).toString()
    const params = oauth.validateAuthResponse(as, client, await visit(url), state)
    const tokens = await retrying(async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirectUri, verifier, {
          ...options,
          DPoP,
        }),
      ),
    )
    expect([tokens.token_type, tokens.authorization_details]).toEqual(['dpop', PAYMENT])

    let call: Request | undefined
    const noting = {
      [oauth.customFetch]: (target: string, init: unknown) => (
        (call = new Request(target, init as RequestInit)),
        Promise.resolve(new Response('{}'))
      ),
    }
    await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(`${API}/notes`), undefined, null, {
      ...noting,
      DPoP,
    })
    const validated = await oauth.validateJwtAccessToken(as, call!, API, { ...options, requireDPoP: true })
    expect(validated).toMatchObject({ sub: 'alice', client_id: client.client_id, scope: 'read' })
  })

  it('authenticates by a secret it never sends, and reads signed introspection answers (RFC 9701)', async () => {
    const known: oauth.Client = { client_id: 'client_secret_jwt' }
    const asked = await oauth.clientCredentialsGrantRequest(
      as,
      known,
      oauth.ClientSecretJwt(SECRET),
      { scope: 'read' },
      options,
    )
    const { access_token: token } = await oauth.processClientCredentialsResponse(as, known, asked)
    const api: oauth.Client = { client_id: 'api', introspection_signed_response_alg: 'RS256' }
    const answer = await oauth.introspectionRequest(as, api, oauth.ClientSecretBasic(SECRET), token, {
      ...options,
      requestJwtResponse: true,
    })
    expect(answer.headers.get('content-type')).toBe('application/token-introspection+jwt')
    const read = await oauth.processIntrospectionResponse(as, api, answer)
    await oauth.validateApplicationLevelSignature(as, answer, options)
    expect(read).toMatchObject({ active: true, client_id: 'client_secret_jwt', scope: 'read' })
  })

  it('shows a certificate, and the API knows it (RFC 8705)', async () => {
    const known: oauth.Client = { client_id: 'self_signed_tls_client_auth', use_mtls_endpoint_aliases: true }
    const shown = tlsFetch({ withCertificate: true })
    const withCertificate = { [oauth.customFetch]: (url: string, init: unknown) => shown(url, init as RequestInit) }
    const asked = await oauth.clientCredentialsGrantRequest(
      as,
      known,
      oauth.TlsClientAuth(),
      { scope: 'read' },
      withCertificate,
    )
    const tokens = await oauth.processClientCredentialsResponse(as, known, asked)
    expect(claimsOf(tokens.access_token)['cnf']).toEqual({ 'x5t#S256': expect.any(String) as string })
    const withoutOne = await oauth.clientCredentialsGrantRequest(as, known, oauth.TlsClientAuth(), {}, options)
    expect(withoutOne.status).toBe(401)
  })

  it('connects a device (RFC 8628)', async () => {
    const started = await oauth.processDeviceAuthorizationResponse(
      as,
      client,
      await oauth.deviceAuthorizationRequest(as, client, auth, { scope: 'read' }, options),
    )
    const early = await oauth.deviceCodeGrantRequest(as, client, auth, started.device_code, options)
    await expect(oauth.processDeviceCodeResponse(as, client, early)).rejects.toMatchObject({
      error: 'authorization_pending',
    })
    await visit(started.verification_uri_complete!, { user_code: started.user_code })
    const late = await oauth.deviceCodeGrantRequest(as, client, auth, started.device_code, options)
    expect((await oauth.processDeviceCodeResponse(as, client, late)).access_token).toBeDefined()
  })

  it('signs a request (RFC 9101) and reads a signed response (JARM)', async () => {
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const request = await oauth.issueRequestObject(
      as,
      client,
      {
        ...{ response_type: 'code', redirect_uri: redirectUri, scope: 'read', state, response_mode: 'query.jwt' },
        ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      },
      { key: clientKey, kid: 'c' },
    )
    const url = new URL(as.authorization_endpoint!)
    url.search = new URLSearchParams({ client_id: client.client_id, request }).toString()
    const params = await oauth.validateJwtAuthResponse(as, client, await visit(url), state, options)
    const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirectUri, verifier, options)
    expect((await oauth.processAuthorizationCodeResponse(as, client, answer)).access_token).toBeDefined()
  })
})

it('hands out keys that others can read', async () => {
  const jwks = (await (await tlsFetch()(everything.server.metadata().jwks_uri!)).json()) as { keys: never[] }
  expect(jwks.keys.map((jwk) => importJwk(jwk).alg)).toEqual(['RS256', 'ES256'])
})
