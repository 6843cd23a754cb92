import { dpop, OAuth2Client, type Token } from '@authlib/oauth2/client'
import { OpenIDClient } from '@authlib/oidc/client'
import { fakeProvider, startFakeProvider, type LocalFakeProvider } from '@authlib/testing'
import { describe, expect, it } from 'vitest'

const redirectUri = 'https://app.example/callback'

function clientOf(provider: LocalFakeProvider, options: object = {}): OAuth2Client {
  const { issuer, clientId, clientSecret, fetch } = provider
  return new OAuth2Client({
    issuer,
    clientId,
    clientSecret,
    fetch,
    apiBaseUrl: issuer,
    scope: ['read', 'write'],
    ...options,
  })
}

async function logIn(provider: LocalFakeProvider, client: OAuth2Client): Promise<Token> {
  const { url, login } = await client.createAuthorization({ redirectUri })
  return (await client.finishAuthorization(provider.approve(url), login)).token
}

const callApi = (provider: LocalFakeProvider, token: Token, scheme = token.tokenType): Promise<Response> =>
  provider.fetch(`${provider.issuer}/api`, { headers: { authorization: `${scheme} ${token.accessToken}` } })

describe('the fake provider', () => {
  it('logs a person in without a port, and says who it is', async () => {
    const provider = fakeProvider({ subject: 'bob', claims: { email: 'bob@example.com', groups: ['staff'] } })
    const { issuer, clientId, clientSecret, fetch } = provider
    const client = new OpenIDClient({ issuer, clientId, clientSecret, fetch })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { claims, token } = await client.finishAuthorization(provider.approve(url), login)
    expect(claims).toMatchObject({ iss: 'https://provider.example', sub: 'bob', groups: ['staff'] })
    const headers = { authorization: `Bearer ${token.accessToken}` }
    const userinfo = await (await provider.fetch(`${issuer}/userinfo`, { headers })).json()
    expect(userinfo).toEqual({ sub: 'bob', email: 'bob@example.com', groups: ['staff'] })
    expect(provider.requests).toContain('GET /userinfo')
  })

  it('agrees by itself, over the network too', async () => {
    const provider = await startFakeProvider({ autoApprove: true })
    const client = clientOf(provider, { fetch: undefined })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const response = await fetch(url, { redirect: 'manual' })
    const { token } = await client.finishAuthorization(response.headers.get('location') ?? '', login)
    expect((await callApi(provider, token)).status).toBe(200)
    await provider.stop()
    expect((await fakeProvider().fetch('https://provider.example/authorize')).status).toBe(404)
  })

  it('ends a family when a refresh token comes twice', async () => {
    const provider = fakeProvider()
    const client = clientOf(provider)
    const token = await logIn(provider, client)
    const next = await client.refresh(token)
    expect(next.refreshToken).not.toBe(token.refreshToken)
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_grant' })
    await expect(client.refresh(next)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('asks for a new nonce in each proof, and takes tokens with their key alone (RFC 9449 §8, §9)', async () => {
    const provider = fakeProvider({ dpop: 'nonce' })
    const client = clientOf(provider, { extensions: [dpop()] })
    const token = await logIn(provider, client)
    expect(token.tokenType).toBe('DPoP')
    expect((await client.refresh(token)).tokenType).toBe('DPoP')
    expect((await callApi(provider, token, 'Bearer')).status).toBe(401)
    expect((await callApi(provider, token)).headers.get('www-authenticate')).toContain('invalid_dpop_proof')
    const other = clientOf(provider, { extensions: [dpop()] })
    const { data } = await logIn(provider, other)
    await expect(other.refresh({ ...token, data })).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
    await expect(clientOf(provider).clientCredentials()).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
  })

  it.each(['form_answer', 'text_expires_in', 'no_expires_in', 'no_token_type', 'comma_scope'] as const)(
    'answers as some providers do: %s',
    async (quirk) => {
      const provider = fakeProvider({ quirks: [quirk] })
      const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'a b' })
      form.set('client_id', 'client')
      form.set('client_secret', 'secret')
      const response = await provider.fetch(`${provider.issuer}/token`, { method: 'POST', body: form })
      const text = await response.text()
      const seen = {
        form_answer: text.startsWith('access_token='),
        text_expires_in: text.includes('"expires_in":"3600"'),
        no_expires_in: !text.includes('expires_in'),
        no_token_type: !text.includes('token_type'),
        comma_scope: text.includes('"a,b"'),
      }
      expect(seen[quirk]).toBe(true)
    },
  )

  it('keeps a refresh token, or answers errors with 200, where it is told to', async () => {
    const provider = fakeProvider({ quirks: ['same_refresh_token', 'errors_with_200'] })
    const client = clientOf(provider)
    const token = await logIn(provider, client)
    expect((await client.refresh(token)).refreshToken).toBe(token.refreshToken)
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const response = await provider.fetch(`${provider.issuer}/token`, { method: 'POST', body })
    expect([response.status, await response.json()]).toEqual([200, { error: 'invalid_client' }])
  })

  it('fails on request, as often as it is told to', async () => {
    const provider = fakeProvider()
    const client = clientOf(provider)
    const token = await logIn(provider, client)
    provider.fail('/token', 'unreachable', 2)
    for (let n = 0; n < 2; n++) await expect(client.refresh(token)).rejects.toMatchObject({ code: 'network_error' })
    provider.fail('/token', 503)
    await expect(client.refresh(token)).rejects.toMatchObject({ name: 'OAuth2ClientError' })
    const next = await client.refresh(token)
    provider.fail('/api', 500)
    expect((await callApi(provider, next)).status).toBe(500)
    expect((await callApi(provider, next)).status).toBe(200)
  })

  it('loses an answer: without a grace period the refresh token is spent, and the person logs in again', async () => {
    const provider = fakeProvider()
    const client = clientOf(provider)
    const token = await logIn(provider, client)
    provider.fail('/token', 'lost')
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'network_error' })
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('keeps a client waiting until it gives up', async () => {
    const provider = fakeProvider()
    provider.fail('/token', 'slow')
    await expect(clientOf(provider, { timeout: 0.05 }).clientCredentials()).rejects.toMatchObject({ code: 'timeout' })
  })
})
