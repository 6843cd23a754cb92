// What the provider sends to clients, encrypts for them or binds to their certificates, by another implementation: oidc-provider.
import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { fromRequest, memoryTokens, Params, toResponse, type Mountable } from '@authlib/core'
import { decryption, encryptJwt, generateKey, signJwt, type Key } from '@authlib/jose'
import {
  apiSession,
  backchannelAuthentication,
  backchannelPings,
  mutualTls,
  none,
  OAuth2Client,
  privateKeyJwt,
  signedRequest,
  signedResponse,
  type BackchannelStep,
} from '@authlib/oauth2/client'
import {
  backchannelLogout,
  fetchUserinfo,
  logoutUrl,
  OpenIDClient,
  type OpenIDClientOptions,
  type ProviderLogout,
} from '@authlib/oidc/client'
import { errors, Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'
import { CERTIFICATE, startTlsServer, tlsFetch } from '../support/tls.ts'

const redirectUri = 'http://127.0.0.1:9/callback'
/** Where the provider reaches the application. Its `fetch` brings it there. */
const APP = 'https://app.example'

let server: Server
let tls: Awaited<ReturnType<typeof startTlsServer>>
let issuer: string
let provider: Provider
let key: Key
let ownKey: Key
let encrypt: (request: string) => Promise<string>
let asked: (person: string) => Promise<void>
const told: string[] = []
const mounted = new Map<string, Mountable>()

/** What we use of the grants of the provider. */
interface GrantOfProvider {
  addOIDCScope(scope: string): void
  save(): Promise<string>
}
type WithGrants = Provider & {
  readonly Grant: new (about: { clientId: string; accountId: string }) => GrantOfProvider
  backchannelResult(request: object, grant: GrantOfProvider | Error): Promise<void>
}

beforeAll(async () => {
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let listen: ReturnType<Provider['callback']> = () => undefined
  tls = await startTlsServer((incoming, outgoing) => listen(incoming, outgoing))
  key = await generateKey('ES256', { kid: 'client-key' })
  ownKey = await generateKey('ECDH-ES', { kid: 'own' })
  const serverKey = await generateKey('ECDH-ES', { kid: 'of-the-server' })
  encrypt = (request) => encryptJwt(request, serverKey, { enc: 'A128CBC-HS256' })
  const signing = { ...key.publicJwk(), alg: 'ES256', use: 'sig', kid: 'client-key' }
  const jwks = { keys: [signing, { ...ownKey.publicJwk(), alg: 'ECDH-ES', use: 'enc', kid: 'own' }] }
  const ciba = 'urn:openid:params:grant-type:ciba'
  const registered = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks,
  }
  const backchannel = { ...registered, redirect_uris: [], response_types: [], grant_types: [ciba, 'refresh_token'] }
  const encryption = { alg: 'ECDH-ES', enc: 'A128CBC-HS256' }
  const publicKey = new X509Certificate(CERTIFICATE).publicKey.export({ format: 'jwk' })
  const certificate = CERTIFICATE.replace(/-----[^-]+-----|\s/g, '')
  provider = new Provider(issuer, {
    clients: [
      { client_id: 'poll', ...backchannel, backchannel_token_delivery_mode: 'poll' },
      {
        client_id: 'signed-poll',
        ...backchannel,
        backchannel_token_delivery_mode: 'poll',
        backchannel_authentication_request_signing_alg: 'ES256',
      },
      {
        client_id: 'ping',
        ...backchannel,
        backchannel_token_delivery_mode: 'ping',
        backchannel_client_notification_endpoint: `${APP}/pings`,
      },
      {
        client_id: 'encrypted',
        ...registered,
        id_token_signed_response_alg: 'ES256',
        id_token_encrypted_response_alg: encryption.alg,
        id_token_encrypted_response_enc: encryption.enc,
        userinfo_signed_response_alg: 'ES256',
        userinfo_encrypted_response_alg: encryption.alg,
        userinfo_encrypted_response_enc: encryption.enc,
      },
      {
        client_id: 'sealed',
        ...registered,
        require_signed_request_object: true,
        request_object_signing_alg: 'ES256',
        request_object_encryption_alg: encryption.alg,
        request_object_encryption_enc: encryption.enc,
        authorization_signed_response_alg: 'ES256',
        authorization_encrypted_response_alg: encryption.alg,
        authorization_encrypted_response_enc: encryption.enc,
      },
      { client_id: 'signed', ...registered, userinfo_signed_response_alg: 'RS256' },
      {
        client_id: 'certificate',
        ...registered,
        token_endpoint_auth_method: 'self_signed_tls_client_auth',
        tls_client_certificate_bound_access_tokens: true,
        jwks: { keys: [{ ...publicKey, x5c: [certificate], kid: 'certificate' }] },
      },
      {
        client_id: 'told',
        ...registered,
        backchannel_logout_uri: `${APP}/ended`,
        backchannel_logout_session_required: true,
        post_logout_redirect_uris: [redirectUri],
      },
    ],
    jwks: {
      keys: [
        (await generateKey('RS256')).privateJwk(),
        (await generateKey('ES256')).privateJwk(),
        { ...serverKey.privateJwk(), use: 'enc' },
      ],
    },
    cookies: { keys: ['a key of the cookies'] },
    scopes: ['openid', 'offline_access', 'email'],
    claims: { email: ['email'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com` }),
    }),
    discovery: { mtls_endpoint_aliases: { token_endpoint: `${tls.url}/token`, userinfo_endpoint: `${tls.url}/me` } },
    features: {
      ciba: {
        enabled: true,
        deliveryModes: ['poll', 'ping'],
        processLoginHint: (_context: unknown, hint: string) => hint,
        validateRequestContext: () => undefined,
        verifyUserCode: () => undefined,
        triggerAuthenticationDevice: (_context: unknown, request: object, account: { accountId: string }) => {
          asked = (person) => answer(request, account.accountId, person)
        },
      },
      encryption: { enabled: true },
      jwtUserinfo: { enabled: true },
      requestObjects: { enabled: true },
      jwtResponseModes: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        getCertificate: ({ socket }: { socket: Partial<TLSSocket> }) => socket.getPeerX509Certificate?.(),
      },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    clientAuthMethods: ['private_key_jwt', 'self_signed_tls_client_auth'],
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    fetch: reachApplication,
  })
  listen = provider.callback()
  server.on('request', listen)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await tls.stop()
})

/** The person answers on the device of authentication. */
async function answer(request: object, accountId: string, person: string): Promise<void> {
  const { Grant } = provider as WithGrants
  const grant = new Grant({ clientId: (request as { clientId: string }).clientId, accountId })
  grant.addOIDCScope('openid offline_access')
  await grant.save()
  await (provider as WithGrants).backchannelResult(request, person === 'allows' ? grant : new errors.AccessDenied())
}

async function reachApplication(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, { ...init, signal: null })
  const { pathname } = new URL(request.url)
  const mountable = mounted.get(pathname)
  if (mountable === undefined) return new Response(null, { status: 404 })
  const response = toResponse(await mountable.handle(fromRequest(request)))
  told.push(`${request.method} ${pathname} ${response.status}`)
  return response
}

/** A person who agrees: the parameters of the callback. */
async function approve(url: string, browser: FormBrowser = newBrowser()): Promise<string> {
  await browser.open(url)
  for (let i = 0; i < 4 && !browser.url.startsWith(redirectUri); i++) {
    await browser.submit({ login: 'alice', password: 'x' })
  }
  expect(browser.url, browser.text.slice(0, 300)).toMatch(/^http:..127.0.0.1:9.callback/)
  return browser.url
}

/** One in which the pages of the application are empty. */
function newBrowser(): FormBrowser {
  return new FormBrowser(async (input, init) => {
    return new Request(input).url.startsWith(redirectUri) ? new Response('done') : fetch(input, init)
  })
}

function clientOf(clientId: string, options: Partial<OpenIDClientOptions> = {}): OpenIDClient {
  return new OpenIDClient({ issuer, clientId, clientAuth: privateKeyJwt(key), ...options })
}

describe('a login of a person who is elsewhere (CIBA)', () => {
  async function statuses(steps: AsyncIterable<BackchannelStep>, person: string): Promise<string[]> {
    const seen: string[] = []
    for await (const step of steps) {
      seen.push(step.status)
      if (seen.length === 2) await asked(person)
      if (step.status === 'done') expect(step.token.idToken).toBeTypeOf('string')
    }
    return seen
  }
  const wait = async (): Promise<void> => undefined

  it('is asked about until the person has answered (CIBA Core §10.1)', async () => {
    const options = { loginHint: 'alice', bindingMessage: 'W4SCT', wait }
    const seen = await statuses(backchannelAuthentication(clientOf('poll'), options), 'allows')
    expect(seen).toEqual(['pending', 'pending', 'done'])
  })

  it('is begun by a signed request (§7.1.1)', async () => {
    const plain = backchannelAuthentication(clientOf('signed-poll'), { loginHint: 'alice', wait })
    await expect(plain.next()).rejects.toMatchObject({ code: 'invalid_request' })
    const client = clientOf('signed-poll', { extensions: [signedRequest(key)] })
    const seen = await statuses(backchannelAuthentication(client, { loginHint: 'alice', wait }), 'allows')
    expect(seen.at(-1)).toBe('done')
  })

  it('ends with what the person refused (§11)', async () => {
    const refused = statuses(backchannelAuthentication(clientOf('poll'), { loginHint: 'alice', wait }), 'denies')
    await expect(refused).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('is over as soon as the provider pings (§10.2)', async () => {
    const pings = backchannelPings({ path: '/pings' })
    mounted.set('/pings', pings)
    told.length = 0
    const never = (_seconds: number, signal?: AbortSignal): Promise<void> => {
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))
    }
    const seen: string[] = []
    for await (const step of backchannelAuthentication(clientOf('ping'), { loginHint: 'alice', pings, wait: never })) {
      seen.push(step.status)
      if (step.status === 'pending') await asked('allows')
    }
    expect(seen).toEqual(['pending', 'done'])
    expect(told).toEqual(['POST /pings 204'])
  })
})

describe('answers that are encrypted for the client', () => {
  const options = (): Partial<OpenIDClientOptions> => ({
    scope: ['email'],
    idTokenAlg: 'ES256',
    idTokenDecryption: decryption(ownKey),
    userinfoAlg: 'ES256',
    userinfoDecryption: decryption(ownKey),
    userinfo: fetchUserinfo,
  })

  it('are an ID Token and userinfo, signed inside (OpenID Connect Core §10.2)', async () => {
    const received: string[] = []
    const noting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      received.push(await response.clone().text())
      return response
    }
    const client = clientOf('encrypted', { ...options(), fetch: noting })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { claims, profile } = await client.finishAuthorization(await approve(url), login)
    expect(claims.sub).toBe('alice')
    expect(profile.email).toBe('alice@example.com')
    const { id_token } = JSON.parse(received[1]!) as { id_token: string }
    for (const encrypted of [id_token, received.at(-1)!]) {
      expect(encrypted.split('.')).toHaveLength(5)
      const header = JSON.parse(Buffer.from(encrypted.split('.')[0]!, 'base64url').toString()) as object
      expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A128CBC-HS256', cty: 'JWT', kid: 'own' })
    }
  })

  it('are refused by a client that expects plain ones, and plain ones by a client that expects them', async () => {
    const plain = clientOf('encrypted', { idTokenAlg: 'ES256' })
    const first = await plain.createAuthorization({ redirectUri })
    const ended = plain.finishAuthorization(await approve(first.url), first.login)
    await expect(ended).rejects.toMatchObject({ code: 'invalid_id_token' })
    const strict = clientOf('told', { ...options(), idTokenAlg: 'RS256' })
    const second = await strict.createAuthorization({ redirectUri })
    const refused = strict.finishAuthorization(await approve(second.url), second.login)
    await expect(refused).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('may be signed alone', async () => {
    const client = clientOf('signed', { scope: ['email'], userinfoAlg: 'RS256', userinfo: fetchUserinfo })
    const { url, login } = await client.createAuthorization({ redirectUri })
    expect((await client.finishAuthorization(await approve(url), login)).profile.email).toBe('alice@example.com')
  })
})

describe('requests and responses that no one on the way can read', () => {
  const sealed = (): OpenIDClient => {
    const extensions = [
      signedRequest(key, { encrypt }),
      signedResponse({ alg: 'ES256', decryption: decryption(ownKey) }),
    ]
    return clientOf('sealed', { extensions })
  }

  it('are signed inside and encrypted, both ways (RFC 9101 §6.1, JARM §2.2)', async () => {
    const client = sealed()
    const { url, id, login } = await client.createAuthorization({ redirectUri })
    const { searchParams } = new URL(url)
    expect([...searchParams.keys()]).toEqual(['client_id', 'response_type', 'scope', 'request'])
    expect(searchParams.get('request')!.split('.')).toHaveLength(5)
    const callback = new URL(await approve(url))
    expect([...callback.searchParams.keys()]).toEqual(['response'])
    expect(callback.searchParams.get('response')!.split('.')).toHaveLength(5)
    expect(await client.loginId(Params.parse(callback.search.slice(1)))).toBe(id)
    expect((await client.finishAuthorization(callback.href, login)).claims.sub).toBe('alice')
  })

  it('are refused when the response was encrypted for somebody else, is signed alone, or is no JWT', async () => {
    const client = sealed()
    const { login } = await client.createAuthorization({ redirectUri })
    const claims = { iss: issuer, aud: 'sealed', state: login.state, code: 'c' }
    const signed = await signJwt(claims, key, { lifetime: 60 })
    const stranger = await generateKey('ECDH-ES', { kid: 'own' })
    for (const response of [signed, await encryptJwt(signed, stranger), await encryptJwt(signed, ownKey), 'x']) {
      const refused = client.finishAuthorization(Params.of({ response }), login)
      await expect(refused).rejects.toMatchObject({ code: 'invalid_callback' })
    }
    expect(await client.loginId(Params.of({ response: signed }))).toBeUndefined()
  })
})

describe('a client with a certificate', () => {
  it('shows it at the aliases of the endpoints, and its tokens work with it alone (RFC 8705 §2.2, §3, §5)', async () => {
    const client = clientOf('certificate', {
      clientAuth: none(),
      extensions: [mutualTls({ fetch: tlsFetch({ withCertificate: true }) })],
      scope: ['offline_access'],
      tokens: memoryTokens(),
      apiBaseUrl: tls.url,
    })
    const { url, login } = await client.createAuthorization({ redirectUri, prompt: ['consent'] })
    const { token } = await client.finishAuthorization(await approve(url), login)
    await apiSession(client, 'alice').save(token)
    expect((await apiSession(client, 'alice').fetch('me')).status).toBe(200)
    const headers = { authorization: `Bearer ${token.accessToken}` }
    expect((await tlsFetch()(`${tls.url}/me`, { headers })).status).toBe(401)
    expect((await client.refresh(token)).accessToken).not.toBe(token.accessToken)
  })

  it('gets no token without it', async () => {
    const client = new OAuth2Client({ issuer, clientId: 'certificate' })
    const { url, login } = await client.createAuthorization({ redirectUri, scope: ['openid'] })
    const refused = client.finishAuthorization(await approve(url), login)
    await expect(refused).rejects.toMatchObject({ code: 'invalid_client' })
  })
})

describe('a logout at the provider', () => {
  it('is told to the client by a logout token that it takes (Back-Channel Logout §2.5)', async () => {
    const client = clientOf('told')
    const ended: ProviderLogout[] = []
    const onLogout = (logout: ProviderLogout): void => void ended.push(logout)
    mounted.set('/ended', backchannelLogout({ client, path: '/ended', onLogout }))
    told.length = 0
    const browser = newBrowser()
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { token, claims } = await client.finishAuthorization(await approve(url, browser), login)
    await browser.open((await logoutUrl(client, { token, postLogoutRedirectUri: redirectUri, state: 'bye' }))!)
    await browser.submit({ logout: 'yes' })
    expect(browser.url).toBe(`${redirectUri}?state=bye`)
    await expect.poll(() => told).toEqual(['POST /ended 200'])
    expect(ended).toMatchObject([{ issuer, subject: 'alice', sid: claims.sid }])
  })
})
