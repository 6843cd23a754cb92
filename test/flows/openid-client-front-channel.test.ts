import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys, type Jwk } from '@authlib/jose'
import { mount, type Middleware } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  formPostMode,
  jwtResponseModes,
  pushedAuthorizationRequests,
  requestObject,
  staticClients,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { startNodeServer, startTestServer, type TestServer } from '@authlib/testing'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const CLIENT_SECRET = 'a secret of the client, made by chance'

describe('openid-client and our front channel', () => {
  let provider: TestServer
  let application: TestServer
  let config: openid.Configuration
  let keys: CryptoKeyPair
  let posted: Request | undefined

  beforeAll(async () => {
    keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    let listener: Middleware = (_incoming, outgoing) => outgoing.writeHead(503).end()
    provider = await startNodeServer((incoming, outgoing) => listener(incoming, outgoing))
    application = await startTestServer((request) => {
      if (request.method === 'POST') posted = request.clone()
      return new Response('back at the application')
    })
    const jwk = { kty: 'EC', ...(await crypto.subtle.exportKey('jwk', keys.publicKey)) } as unknown as Jwk // sound: it is a public EC key
    const server = new AuthorizationServer({
      issuer: provider.url,
      store: memoryStore(),
      secrets: ['a secret of the server, 32 characters'],
      keys: staticKeys([await generateKey('RS256', { kid: 'a' })]),
      onEvent: () => undefined,
      clients: staticClients([
        {
          client_id: 'app',
          client_secret: CLIENT_SECRET,
          redirect_uris: [`${application.url}/callback`],
          scope: 'openid',
          jwks: { keys: [{ ...jwk, kid: 'c', alg: 'ES256' }] },
        },
      ]),
    })
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
    server.register(
      openId({ claims: () => ({}) }),
      developmentPages({ users: [{ username: 'alice' }] }),
      pushedAuthorizationRequests(),
      requestObject({ algorithms: ['ES256'] }),
      jwtResponseModes(),
      formPostMode,
    )
    listener = mount(server)
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out: here is no TLS
    const insecure = { execute: [openid.allowInsecureRequests] }
    config = await openid.discovery(
      new URL(provider.url),
      'app',
      undefined,
      openid.ClientSecretBasic(CLIENT_SECRET),
      insecure,
    )
  })
  afterAll(async () => {
    await Promise.all([provider.stop(), application.stop()])
  })

  async function start(): Promise<{ parameters: Record<string, string>; checks: openid.AuthorizationCodeGrantChecks }> {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    return {
      checks: { pkceCodeVerifier, expectedState, idTokenExpected: true },
      parameters: {
        redirect_uri: `${application.url}/callback`,
        scope: 'openid',
        state: expectedState,
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      },
    }
  }

  /** Logs in with a fresh browser and returns where it ends up. */
  async function visit(url: URL): Promise<URL> {
    const browser = new FormBrowser()
    await browser.open(url.href)
    await browser.submit({ username: 'alice', password: 'alice' })
    if (!browser.url.startsWith(application.url)) await browser.submit({ decision: 'approve' })
    if (!browser.url.startsWith(application.url)) await browser.submit({}) // form_post without scripts
    return new URL(browser.url)
  }

  it('pushes a request (RFC 9126)', async () => {
    const { parameters, checks } = await start()
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    expect((await openid.authorizationCodeGrant(config, await visit(url), checks)).claims()?.sub).toBe('alice')
  })

  it('signs a request (RFC 9101)', async () => {
    const { parameters, checks } = await start()
    const url = await openid.buildAuthorizationUrlWithJAR(config, parameters, { key: keys.privateKey, kid: 'c' })
    expect((await openid.authorizationCodeGrant(config, await visit(url), checks)).claims()?.sub).toBe('alice')
  })

  it('signs and pushes a request', async () => {
    const { parameters, checks } = await start()
    const signed = await openid.buildAuthorizationUrlWithJAR(config, parameters, { key: keys.privateKey, kid: 'c' })
    const url = await openid.buildAuthorizationUrlWithPAR(config, signed.searchParams)
    expect((await openid.authorizationCodeGrant(config, await visit(url), checks)).claims()?.sub).toBe('alice')
  })

  it('takes the response as a posted form', async () => {
    const { parameters, checks } = await start()
    const url = openid.buildAuthorizationUrl(config, { ...parameters, response_mode: 'form_post' })
    await visit(url)
    if (posted === undefined) throw new Error('nothing was posted')
    expect((await openid.authorizationCodeGrant(config, posted, checks)).claims()?.sub).toBe('alice')
  })

  it('takes the response as a JWT (JARM)', async () => {
    const { parameters, checks } = await start()
    const secured = await openid.discovery(
      new URL(provider.url),
      'app',
      { authorization_signed_response_alg: 'RS256' },
      openid.ClientSecretBasic(CLIENT_SECRET),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out: here is no TLS
      { execute: [openid.allowInsecureRequests, openid.useJwtResponseMode] },
    )
    const callback = await visit(openid.buildAuthorizationUrl(secured, parameters))
    expect([...callback.searchParams.keys()]).toEqual(['response'])
    expect((await openid.authorizationCodeGrant(secured, callback, checks)).claims()?.sub).toBe('alice')
  })
})
