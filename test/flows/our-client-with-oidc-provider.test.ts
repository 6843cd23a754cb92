import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AuthlibError,
  fromRequest,
  memoryTokens,
  OAuth,
  serializeCookie,
  toResponse,
  type Adapter,
  type Cookie,
  type HttpResponse,
} from '@authlib/core'
import { generateKey } from '@authlib/jose'
import { OAuth2Client, apiSession, introspectToken, revokeToken } from '@authlib/oauth2/client'
import { api } from '@authlib/oauth2/ky'
import { oidc, type OpenIDClient, type OpenIDLoginResult, fetchUserinfo, logoutUrl } from '@authlib/oidc/client'
import { startTestServer, type TestServer } from '@authlib/testing'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

interface Context {
  request: Request
  cookies: string[]
}

const adapter: Adapter<Context, Response> = {
  request: ({ request }) => fromRequest(request),
  setCookies: ({ cookies }, set: readonly Cookie[]) => void cookies.push(...set.map(serializeCookie)),
  respond: ({ cookies }, response: HttpResponse) => withCookies(toResponse(response), cookies),
}

const clientSecret = 'a+secret/with:odd characters, form-encoded'

let provider: Provider
let providerServer: Server
let issuer: string
let application: TestServer
let client: OpenIDClient
let logins: OpenIDLoginResult[]

beforeAll(async () => {
  const tokens = memoryTokens()
  logins = []
  providerServer = createServer()
  await new Promise<void>((resolve) => providerServer.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(providerServer.address() as AddressInfo).port}`

  // The application: three routes of a web framework.
  application = await startTestServer(async (request) => {
    const context: Context = { request, cookies: [] }
    const { pathname } = new URL(request.url)
    const redirectUri = `${application.url}/callback`
    const options = { redirectUri, prompt: ['consent'] as const, data: { returnTo: '/notes' } }
    if (pathname === '/login') return registry.provider.authorizeRedirect(context, options)
    if (pathname === '/login-by-form') {
      return registry.provider.authorizeRedirect(context, { ...options, responseMode: 'form_post' })
    }
    try {
      const login = await registry.provider.authorizeAccessToken(context)
      await apiSession(registry.provider, login.claims.sub).save(login.token)
      logins.push(login)
      return withCookies(Response.json({ hello: login.profile.email, ...login.data }), context.cookies)
    } catch (error) {
      return withCookies(Response.json({ error: (error as AuthlibError).code }, { status: 400 }), context.cookies)
    }
  })

  provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'https://client.example/id',
        client_secret: clientSecret,
        redirect_uris: [`${application.url}/callback`],
        post_logout_redirect_uris: [application.url],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    jwks: {
      keys: [(await generateKey('RS256')).privateJwk(), (await generateKey('ES256')).privateJwk()],
    },
    cookies: { keys: ['a key for the cookies of the provider'] },
    scopes: ['openid', 'email', 'offline_access'],
    claims: { email: ['email', 'email_verified'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
    }),
    features: {
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
  })
  providerServer.on('request', provider.callback())

  const registry = new OAuth({ adapter, secrets: ['a secret of the application, 32 characters'], tokens }).register(
    'provider',
    oidc({
      issuer,
      clientId: 'https://client.example/id',
      clientSecret,
      scope: ['email', 'offline_access'],
      userinfo: fetchUserinfo,
      apiBaseUrl: issuer,
    }),
  )
  client = registry.provider
})

afterAll(async () => {
  await application.stop()
  providerServer.closeAllConnections()
  await new Promise((resolve) => providerServer.close(resolve))
})

async function logIn(path = '/login', browser = new FormBrowser()): Promise<FormBrowser> {
  await browser.open(application.url + path)
  await browser.submit({ login: 'alice', password: 'any' })
  await browser.submit()
  return browser
}

describe('our client with oidc-provider', () => {
  it('logs a person in by code and PKCE, from the first click to the claims', async () => {
    const browser = await logIn()
    expect(JSON.parse(browser.text)).toEqual({ hello: 'alice@example.com', returnTo: '/notes' })
    const { token, claims, profile } = logins.at(-1)!
    expect(claims).toMatchObject({ iss: issuer, sub: 'alice', aud: 'https://client.example/id' })
    expect(profile).toMatchObject({ sub: 'alice', email_verified: true })
    expect(token).toMatchObject({ scope: ['openid', 'email', 'offline_access'], refreshToken: expect.any(String) })
    await browser.open(browser.url)
    expect(JSON.parse(browser.text)).toEqual({ error: 'login_used' })
  })

  it('logs a person in by form_post', async () => {
    const browser = await logIn('/login-by-form')
    await browser.submit() // the page that posts itself
    expect(JSON.parse(browser.text)).toEqual({ hello: 'alice@example.com', returnTo: '/notes' })
  })

  it('logs in from two tabs of one browser', async () => {
    const browser = new FormBrowser()
    await browser.open(`${application.url}/login`)
    const first = { url: browser.url, text: browser.text }
    await logIn('/login', browser)
    expect(JSON.parse(browser.text)).toHaveProperty('hello')
    Object.assign(browser, first)
    await browser.submit({ login: 'alice', password: 'any' })
    await browser.submit()
    expect(JSON.parse(browser.text)).toHaveProperty('hello')
  })

  it('learns that the person declined', async () => {
    const browser = new FormBrowser()
    await browser.open(`${application.url}/login`)
    await browser.follow('Cancel')
    expect(JSON.parse(browser.text)).toEqual({ error: 'access_denied' })
  })

  it('refreshes a token', async () => {
    await logIn()
    const { token } = logins.at(-1)!
    const fresh = await client.refresh(token)
    expect(fresh.accessToken).not.toBe(token.accessToken)
    expect(await fetchUserinfo(client, fresh)).toMatchObject({ sub: 'alice', email: 'alice@example.com' })
  })

  it('calls an API with a token that the session keeps fresh, also when it ends early', async () => {
    await logIn()
    const session = apiSession(client, 'alice')
    expect(await api(session).get('me').json()).toMatchObject({ sub: 'alice' })
    const before = await session.token()
    await (await provider.AccessToken.find(before.accessToken))!.destroy()
    const responses = await Promise.all(Array.from({ length: 10 }, () => session.fetch('me')))
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    const after = await session.token()
    expect(after.accessToken).not.toBe(before.accessToken)
  })

  it('asks about tokens and ends them', async () => {
    await logIn()
    const { token } = logins.at(-1)!
    expect(await introspectToken(client, token)).toMatchObject({
      active: true,
      sub: 'alice',
      scope: token.scope.join(' '),
    })
    await revokeToken(client, token)
    expect(await introspectToken(client, token)).toEqual({ active: false })
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_grant' })
    await expect(fetchUserinfo(client, token)).rejects.toMatchObject({ code: 'invalid_token' })
    await expect(apiSession(client, 'alice').fetch('me')).rejects.toMatchObject({ code: 'login_required' })
  })

  it('is refused with a wrong secret', async () => {
    await logIn()
    const { token } = logins.at(-1)!
    const stranger = new OAuth2Client({ issuer, clientId: token.clientId, clientSecret: 'wrong' })
    await expect(stranger.refresh(token)).rejects.toMatchObject({ code: 'invalid_client' })
  })

  it('logs out at the provider', async () => {
    const browser = await logIn()
    const { token } = logins.at(-1)!
    const url = await logoutUrl(client, { token, postLogoutRedirectUri: application.url })
    await browser.open(url!)
    expect(browser.status).toBe(200)
    expect(browser.text).toContain('<form')
  })
})

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
