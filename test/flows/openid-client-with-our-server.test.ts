import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, type Store } from '@authlib/core'
import { storedKeys } from '@authlib/jose'
import { mount, type Middleware } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientFromMetadata,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  refreshTokenGrant,
  revocationEndpoint,
  storedClients,
  type ClientMetadata,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { startNodeServer, startTestServer, type TestServer } from '@authlib/testing'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const SECRET = 'a secret of the server, 32 characters'
const SCOPE = 'openid email offline_access'
const PERSON = { email: 'alice@mail.example', email_verified: true }

const folder = mkdtempSync(join(tmpdir(), 'openid-client-'))
afterAll(() => rmSync(folder, { recursive: true }))

const stores: readonly [name: string, open: () => Store & { close?(): void }][] = [
  ['memory', () => memoryStore()],
  ['SQLite', () => sqliteStore(join(folder, 'auth.db'))],
]

const clients: readonly (Pick<ClientMetadata, 'client_id'> & Partial<ClientMetadata>)[] = [
  { client_id: 'basic', client_secret: 'a+secret/with:odd characters, form-encoded' },
  { client_id: 'public', token_endpoint_auth_method: 'none' },
]

describe.each(stores)('our provider on the %s store', (_name, open) => {
  let store: ReturnType<typeof open>
  let provider: TestServer
  let application: TestServer
  let redirectUri: string

  beforeAll(async () => {
    store = open()
    let listener: Middleware = (_incoming, outgoing) => outgoing.writeHead(503).end()
    provider = await startNodeServer((incoming, outgoing) => listener(incoming, outgoing)) // the issuer has its port
    application = await startTestServer(() => new Response('back at the application'))
    redirectUri = `${application.url}/callback`
    const server = new AuthorizationServer({
      issuer: provider.url,
      store,
      secrets: [SECRET],
      keys: storedKeys({ store, secrets: [SECRET] }),
    })
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
    server.registerGrant(refreshTokenGrant())
    server.registerEndpoint(revocationEndpoint())
    server.registerEndpoint(introspectionEndpoint())
    server.register(openId({ claims: () => PERSON }))
    server.register(developmentPages({ users: [{ username: 'alice' }] }))
    listener = mount(server)
    for (const metadata of clients) {
      const grants = {
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [redirectUri],
        scope: SCOPE,
      }
      await storedClients(store).save(await clientFromMetadata({ ...metadata, ...grants }))
    }
  })

  afterAll(async () => {
    await Promise.all([provider.stop(), application.stop()])
    store.close?.()
  })

  /** Logs in and agrees, with a fresh browser, and returns where the browser ends up. */
  async function visit(url: URL): Promise<URL> {
    const browser = new FormBrowser()
    await browser.open(url.href)
    await browser.submit({ username: 'alice', password: 'alice' })
    if (!browser.url.startsWith(redirectUri)) await browser.submit({ decision: 'approve' })
    expect(browser.text).toBe('back at the application')
    return new URL(browser.url)
  }

  describe.each(clients)('with the client $client_id', ({ client_id: clientId, client_secret: secret }) => {
    it('takes openid-client through its whole life: code, userinfo, refresh, introspection, revocation', async () => {
      const auth = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret)
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out: here is no TLS
      const insecure = { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] }
      const config = await openid.discovery(new URL(provider.url), clientId, undefined, auth, insecure)
      expect(config.serverMetadata().supportsPKCE()).toBe(true)

      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const expectedState = openid.randomState()
      const expectedNonce = openid.randomNonce()
      const authorizationUrl = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: SCOPE,
        state: expectedState,
        nonce: expectedNonce,
        max_age: '600',
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      const callback = await visit(authorizationUrl)
      const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 600, idTokenExpected: true }
      const first = await openid.authorizationCodeGrant(config, callback, checks)
      expect(first.claims()).toMatchObject({ iss: provider.url, sub: 'alice', aud: clientId, amr: ['pwd'] })
      expect(await openid.fetchUserInfo(config, first.access_token, 'alice')).toEqual({ sub: 'alice', ...PERSON })

      const second = await openid.refreshTokenGrant(config, first.refresh_token!)
      expect(second.claims()).toMatchObject({ sub: 'alice', auth_time: first.claims()!.auth_time })
      expect(second.refresh_token).not.toBe(first.refresh_token)
      const introspected = openid.tokenIntrospection(config, second.access_token)
      if (secret === undefined)
        await expect(introspected).rejects.toThrow() // RFC 7662 §2.1: not for public clients
      else expect(await introspected).toMatchObject({ active: true, sub: 'alice', client_id: clientId, scope: SCOPE })

      await openid.tokenRevocation(config, second.refresh_token!)
      await expect(openid.refreshTokenGrant(config, second.refresh_token!)).rejects.toMatchObject({
        error: 'invalid_grant',
      })
      for (const { access_token: token } of [first, second]) {
        await expect(openid.fetchUserInfo(config, token, 'alice')).rejects.toMatchObject({ status: 401 })
      }
    })

    it('takes oauth4webapi through the same, strict as it is', async () => {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out: here is no TLS
      const insecure = { [oauth.allowInsecureRequests]: true }
      const client: oauth.Client = { client_id: clientId, require_auth_time: true }
      const auth = secret === undefined ? oauth.None() : oauth.ClientSecretBasic(secret)
      const issuer = new URL(provider.url)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))

      const verifier = oauth.generateRandomCodeVerifier()
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
      const authorizationUrl = new URL(as.authorization_endpoint!)
      authorizationUrl.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const params = oauth.validateAuthResponse(as, client, await visit(authorizationUrl), state) // checks `iss` too
      const answer = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        auth,
        params,
        redirectUri,
        verifier,
        insecure,
      )
      const idTokenChecks = { expectedNonce: nonce, requireIdToken: true }
      const first = await oauth.processAuthorizationCodeResponse(as, client, answer, idTokenChecks)
      await oauth.validateApplicationLevelSignature(as, answer, insecure)
      const { sub, exp, iat } = oauth.getValidatedIdTokenClaims(first)!
      expect([sub, exp - iat]).toEqual(['alice', 3600])

      const userinfo = await oauth.userInfoRequest(as, client, first.access_token, insecure)
      expect(await oauth.processUserInfoResponse(as, client, sub, userinfo)).toEqual({ sub, ...PERSON })

      const refreshed = await oauth.refreshTokenGrantRequest(as, client, auth, first.refresh_token!, insecure)
      const second = await oauth.processRefreshTokenResponse(as, client, refreshed)
      await oauth.validateApplicationLevelSignature(as, refreshed, insecure)
      expect(oauth.getValidatedIdTokenClaims(second)).toMatchObject({ sub })

      const revoked = await oauth.revocationRequest(as, client, auth, second.access_token, insecure)
      await oauth.processRevocationResponse(revoked)
      const refused = await oauth.userInfoRequest(as, client, second.access_token, insecure)
      expect(refused.status).toBe(401)
      if (secret === undefined) return
      const asked = await oauth.introspectionRequest(as, client, auth, second.access_token, insecure)
      expect(await oauth.processIntrospectionResponse(as, client, asked)).toEqual({ active: false })
    })
  })
})
