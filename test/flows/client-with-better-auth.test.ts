// Our client with the OAuth provider of another library for TypeScript: better-auth.
import { memoryTokens } from '@authlib/core'
import {
  apiSession,
  dpop,
  introspectToken,
  none,
  OAuth2Client,
  registerClient,
  revokeToken,
} from '@authlib/oauth2/client'
import {
  fetchUserinfo,
  logoutUrl,
  OpenIDClient,
  type OpenIDClientOptions,
  type OpenIDLoginResult,
} from '@authlib/oidc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BetterAuthPerson, startBetterAuth, type BetterAuth } from '../support/better-auth-process.ts'

const redirectUri = 'https://app.example/callback'

let provider: BetterAuth
let issuer: string

beforeAll(async () => {
  provider = await startBetterAuth(redirectUri)
  issuer = `${provider.origin}/api/auth`
}, 30_000)
afterAll(() => provider.stop())

function newClient(options: Partial<OpenIDClientOptions> = {}): OpenIDClient {
  const { clientId, clientSecret } = provider
  const scope = ['profile', 'email', 'offline_access']
  return new OpenIDClient({ issuer, clientId, clientSecret, scope, userinfo: fetchUserinfo, ...options })
}

async function logIn(client: OpenIDClient, person = new BetterAuthPerson(provider.origin)): Promise<OpenIDLoginResult> {
  const { url, login } = await client.createAuthorization({ redirectUri })
  return client.finishAuthorization(await person.authorize(url), login)
}

describe('our client with better-auth', () => {
  it('finds its endpoints and keys, and logs a person in by code and PKCE (OpenID Connect Core §3.1)', async () => {
    const requests: string[] = []
    const noting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      requests.push(`${new URL(response.url).pathname} ${response.status}`)
      return response
    }
    const client = newClient({ fetch: noting })
    const { url, login } = await client.createAuthorization({ redirectUri, maxAge: 600 })
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256')
    const callback = await new BetterAuthPerson(provider.origin).authorize(url)
    expect(new URL(callback).searchParams.get('iss')).toBe(issuer)
    const { token, claims, profile } = await client.finishAuthorization(callback, login)
    expect(claims).toMatchObject({ iss: issuer, aud: provider.clientId, sub: expect.any(String) })
    expect(profile).toMatchObject({ sub: claims.sub, name: 'Alice', email: 'alice@example.com', email_verified: false })
    expect(token).toMatchObject({
      tokenType: 'Bearer',
      scope: ['openid', 'profile', 'email', 'offline_access'],
      refreshToken: expect.any(String),
    })
    const header = JSON.parse(Buffer.from(token.idToken!.split('.')[0]!, 'base64url').toString()) as object
    expect(header).toMatchObject({ alg: 'EdDSA' })
    expect(requests).toEqual([
      '/api/auth/.well-known/openid-configuration 200',
      '/api/auth/oauth2/token 200',
      '/api/auth/jwks 200',
      '/api/auth/oauth2/userinfo 200',
    ])
  })

  it('logs a person in again without a page, and learns that nobody is signed in (OpenID Connect Core §3.1.2.6)', async () => {
    const client = newClient()
    const person = new BetterAuthPerson(provider.origin)
    const { claims } = await logIn(client, person)
    const again = await client.createAuthorization({ redirectUri, prompt: ['none'] })
    const callback = (await person.open(again.url)).href
    expect((await client.finishAuthorization(callback, again.login)).claims.sub).toBe(claims.sub)
    const stranger = await client.createAuthorization({ redirectUri, prompt: ['none'] })
    const refused = (await new BetterAuthPerson(provider.origin).open(stranger.url)).href
    await expect(client.finishAuthorization(refused, stranger.login)).rejects.toMatchObject({ code: 'login_required' })
  })

  it('learns that the person declined', async () => {
    const client = newClient()
    const { url, login } = await client.createAuthorization({ redirectUri, prompt: ['consent'] })
    const callback = await new BetterAuthPerson(provider.origin).authorize(url, { accept: false })
    await expect(client.finishAuthorization(callback, login)).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('refreshes a rotating token once for ten requests, and a used one is refused (RFC 9700 §4.14.2)', async () => {
    let refreshes = 0
    const counting: typeof fetch = async (input, init) => {
      if (new Request(input, init).url.endsWith('/oauth2/token')) refreshes++
      return fetch(input, init)
    }
    const tokens = memoryTokens()
    const client = newClient({ tokens, apiBaseUrl: issuer, fetch: counting })
    const { token } = await logIn(client)
    await apiSession(client, 'alice').save({ ...token, expiresAt: 1 })
    refreshes = 0
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => apiSession(client, 'alice').fetch('oauth2/userinfo')),
    )
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(refreshes).toBe(1)
    const fresh = await apiSession(client, 'alice').token()
    expect(fresh.refreshToken).not.toBe(token.refreshToken)
    expect(fresh.accessToken).not.toBe(token.accessToken)
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('asks about tokens and ends them (RFC 7662, RFC 7009)', async () => {
    const client = newClient()
    const { token, claims } = await logIn(client)
    expect(await introspectToken(client, token)).toMatchObject({ active: true, sub: claims.sub })
    await revokeToken(client, token)
    expect(await introspectToken(client, token)).toEqual({ active: false })
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_grant' })
    await expect(fetchUserinfo(client, token)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('proves its key, and its token does not work without (RFC 9449)', async () => {
    const client = newClient({ extensions: [dpop()] })
    const { token, claims } = await logIn(client)
    expect(token.tokenType).toBe('DPoP')
    const fresh = await client.refresh(token)
    expect(fresh.tokenType).toBe('DPoP')
    expect(await fetchUserinfo(client, fresh)).toMatchObject({ sub: claims.sub })
    const headers = { authorization: `Bearer ${fresh.accessToken}` }
    expect((await fetch(`${issuer}/oauth2/userinfo`, { headers })).status).toBe(401)
  })

  it('registers a public client that logs in (RFC 7591)', async () => {
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    const { clientId, clientSecret } = await registerClient(metadata, { issuer })
    expect(clientSecret).toBeUndefined()
    const client = newClient({ clientId, clientSecret: undefined, clientAuth: none() })
    const { claims } = await logIn(client)
    expect(claims.aud).toBe(clientId)
  })

  it('is refused with a wrong secret', async () => {
    const { token } = await logIn(newClient())
    const stranger = new OAuth2Client({ issuer, clientId: token.clientId, clientSecret: 'wrong' })
    await expect(stranger.refresh(token)).rejects.toMatchObject({ code: 'invalid_client' })
  })

  it('logs out at the provider, and the person comes back (OpenID Connect RP-Initiated Logout §3)', async () => {
    const client = newClient()
    const person = new BetterAuthPerson(provider.origin)
    const { token } = await logIn(client, person)
    const url = await logoutUrl(client, { token, postLogoutRedirectUri: redirectUri, state: 'a state' })
    expect((await person.open(url!)).href).toBe(`${redirectUri}?state=a+state`)
    const next = await client.createAuthorization({ redirectUri })
    expect((await person.open(next.url)).pathname).toBe('/sign-in')
  })
})
