import { inspect } from 'node:util'
import { createHash } from 'node:crypto'
import { OAuth, Params, type AuthlibError } from '@authlib/core'
import { startFakeProvider, testClock, type FakeProvider } from '@authlib/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  clientSecretBasic,
  oauth2,
  OAuth2Client,
  type OAuth2ClientOptions,
  introspectToken,
  revokeToken,
  apiSession,
} from './index.ts'

const redirectUri = 'https://app.example/callback'
const clock = testClock()

let provider: FakeProvider
beforeAll(async () => void (provider = await startFakeProvider({ clock })))
afterAll(() => provider.stop())
afterEach(() => {
  for (const path of ['/token', '/revoke', '/introspect', '/.well-known/openid-configuration'])
    provider.answer(path, null)
})

function createClient(options: Partial<OAuth2ClientOptions> = {}): OAuth2Client {
  const { issuer, clientId, clientSecret } = provider
  return new OAuth2Client({ issuer, clientId, clientSecret, scope: ['read'], clock, ...options })
}

describe('the authorization request', () => {
  it('carries a state and an S256 code challenge, always (RFC 7636 §4.3)', async () => {
    const { url, id, login } = await createClient().createAuthorization({ redirectUri })
    expect(url.startsWith(`${provider.issuer}/authorize?`)).toBe(true)
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: redirectUri,
      scope: 'read',
      state: login.state,
      code_challenge: createHash('sha256').update(login.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    expect(id).toBe(login.state)
    expect(login.state).toMatch(/^[\w-]{43}$/)
  })

  it('has values of its own in each login (R8)', async () => {
    const client = createClient()
    const logins = await Promise.all(Array.from({ length: 20 }, () => client.createAuthorization({ redirectUri })))
    expect(new Set(logins.flatMap(({ login }) => [login.state, login.codeVerifier])).size).toBe(40)
  })

  it('keeps the query of the endpoint and adds what it is told', async () => {
    const { metadata } = provider
    const client = createClient({
      metadata: { ...metadata, authorization_endpoint: 'https://as.example/authorize?tenant=a%2Fb' },
    })
    const { url, formPost } = await client.createAuthorization({
      redirectUri,
      scope: ['read', 'write'],
      resource: ['https://api.example/a', 'https://api.example/b'],
      responseMode: 'form_post',
      params: { prompt: 'login', max_age: '0' },
    })
    expect(url.startsWith('https://as.example/authorize?tenant=a%2Fb&')).toBe(true)
    const { searchParams } = new URL(url)
    expect(searchParams.get('scope')).toBe('read write')
    expect(searchParams.getAll('resource')).toEqual(['https://api.example/a', 'https://api.example/b']) // RFC 8707 §2
    expect(searchParams.get('response_mode')).toBe('form_post')
    expect(searchParams.get('max_age')).toBe('0')
    expect(formPost).toBe(true)
  })

  it.each(['state', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'client_id', 'nonce', 'request'])(
    'refuses %s as a further parameter',
    async (name) => {
      await expect(createClient().createAuthorization({ redirectUri, params: { [name]: 'x' } })).rejects.toMatchObject({
        code: 'reserved_parameter',
      })
    },
  )
})

describe('options of the wrong type', () => {
  const settings = { clientId: 'client', metadata: { authorization_endpoint: 'https://as.example/authorize' } }

  it.each([
    ['an empty clientId', { clientId: '' }, /clientId/],
    ['no clientId', { clientId: undefined }, /clientId/],
    ['a scope that is a string', { scope: 'openid email' }, /scope/],
  ])('are refused when the client is made: %s', (_, change, message) => {
    expect(() => new OAuth2Client({ ...settings, ...(change as object) })).toThrow(message)
  })

  it.each([
    ['no redirectUri', { redirectUri: undefined }, /redirectUri/],
    ['a relative redirectUri', { redirectUri: '/callback' }, /redirectUri/],
    ['a scope that is a string', { redirectUri: 'https://app.example/cb', scope: 'openid email' }, /scope/],
    ['an option of OpenID Connect', { redirectUri: 'https://app.example/cb', prompt: ['login'] }, /no option "prompt"/],
    ['a misspelt option', { redirectUri: 'https://app.example/cb', respondeMode: 'query' }, /"respondeMode": it takes/],
  ])('are refused when a login begins: %s', async (_, options, message) => {
    const client = new OAuth2Client(settings)
    await expect(client.createAuthorization(options as never)).rejects.toThrow(message)
  })

  it('are refused when a token is requested', async () => {
    const client = new OAuth2Client(settings)
    const token = { refreshToken: 'rt', scope: [] } as never
    for (const [wrong, message] of [
      [{ scope: 'a b' }, /`scope` must be an array/],
      [{ scopes: ['a'] }, /has no option "scopes"/],
    ] as const) {
      await expect(client.clientCredentials(wrong as never)).rejects.toThrow(message)
      await expect(client.exchange('urn:x', wrong as never)).rejects.toThrow(message)
      await expect(client.refresh(token, wrong as never)).rejects.toThrow(message)
    }
  })
})

describe('the callback', () => {
  async function finish(client: OAuth2Client, changes: Record<string, string | undefined>, addition = '') {
    const { url, login } = await client.createAuthorization({ redirectUri })
    return client.finishAuthorization(
      provider.approve(url, changes) + addition.replace('{issuer}', provider.issuer),
      login,
    )
  }

  it('is exchanged for a token with the code verifier and the same redirect URI (RFC 6749 §4.1.3)', async () => {
    const { token } = await finish(createClient(), {})
    expect(token).toMatchObject({
      version: 1,
      issuer: provider.issuer,
      clientId: 'client',
      tokenType: 'Bearer',
      scope: ['read'],
      obtainedAt: clock(),
      expiresAt: clock() + 3600,
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
    })
  })

  it('is taken as parameters, too', async () => {
    const client = createClient()
    const { url, login } = await client.createAuthorization({ redirectUri })
    const params = Params.parse(new URL(provider.approve(url)).search.slice(1))
    expect(await client.finishAuthorization(params, login)).toHaveProperty('token')
  })

  it('is taken as a path with its query, which is what servers see of a URL', async () => {
    const client = createClient()
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { pathname, search } = new URL(provider.approve(url))
    expect(await client.finishAuthorization(`${pathname}${search}#`, login)).toHaveProperty('token')
  })

  it.each<[fault: string, code: string, changes: Record<string, string | undefined>, addition?: string]>([
    ['a wrong state', 'mismatching_state', { state: 'other' }],
    ['no state', 'mismatching_state', { state: undefined }],
    ['an empty state', 'mismatching_state', { state: '' }],
    ['a state twice', 'invalid_callback', {}, '&state=other'],
    ['a wrong iss', 'issuer_mismatch', { iss: 'https://other.example' }],
    ['an iss with a trailing slash', 'issuer_mismatch', { iss: undefined }, '&iss={issuer}/'],
    ['no iss, although the server promises one', 'missing_issuer', { iss: undefined }],
    ['an iss twice', 'invalid_callback', {}, '&iss=https://other.example'],
    ['a code twice', 'invalid_callback', {}, '&code=other'],
    ['a code and an error', 'invalid_callback', { error: 'access_denied' }],
    ['no code', 'invalid_callback', { code: undefined }],
    ['an empty code', 'invalid_callback', { code: '' }],
    ['a code that the server does not know', 'invalid_grant', { code: 'unknown' }],
    ['everything in the fragment', 'mismatching_state', { state: undefined, code: undefined }, '#state=a&code=b'],
    [
      'an error of a wrong iss',
      'issuer_mismatch',
      { code: undefined, error: 'access_denied', iss: 'https://other.example' },
    ],
  ])('with %s is refused (R3, D-19, RFC 9207 §2.4)', async (_, code, changes, addition) => {
    await expect(finish(createClient(), changes, addition)).rejects.toMatchObject({ code })
  })

  it('may carry unknown parameters, which are ignored (R3)', async () => {
    await expect(
      finish(createClient(), {}, '&session_state=1&__proto__=2&constructor=3&a=1&a=2'),
    ).resolves.toBeDefined()
  })

  it('with an error and without the promised iss tells of both', async () => {
    const refused = finish(createClient(), { code: undefined, iss: undefined, error: 'access_denied' })
    await expect(refused).rejects.toMatchObject({ code: 'missing_issuer', reason: 'its error is access_denied' })
  })

  it.each(['user_cancelled_login', 'user_cancelled_authorize', 'user_denied', 'consent_denied'])(
    'with %s, as some providers say it, is access_denied',
    async (error) => {
      const refused = finish(createClient(), { code: undefined, error })
      await expect(refused).rejects.toMatchObject({
        code: 'access_denied',
        status: 403,
        reason: `access_denied: ${error}`,
      })
    },
  )

  it('with an error says which, and keeps the text of the server out of the message', async () => {
    const description = '<script>alert(1)</script>'
    const denied = finish(createClient(), { code: undefined, error: 'access_denied', error_description: description })
    const error = await denied.catch((error: unknown) => error as AuthlibError)
    expect(error).toMatchObject({ code: 'access_denied', status: 403, reason: `access_denied: ${description}` })
    expect((error as Error).message).not.toContain('script')
    const odd = finish(createClient(), { code: undefined, error: 'made_up' })
    await expect(odd).rejects.toMatchObject({ code: 'authorization_failed', reason: 'made_up' })
  })

  it('of one server does not reach the token endpoint of another: mix-up (R4, RFC 9700 §4.4)', async () => {
    const attacker = await startFakeProvider({ clock })
    const atAttacker = createClient({ issuer: attacker.issuer })
    const { login } = await atAttacker.createAuthorization({ redirectUri })
    const { url } = await createClient().createAuthorization({ redirectUri })
    const stolen = provider.approve(url, { state: login.state })
    await expect(atAttacker.finishAuthorization(stolen, login)).rejects.toMatchObject({ code: 'issuer_mismatch' })
    expect(attacker.requests).not.toContain('POST /token')
    await attacker.stop()
  })

  it('without iss is fine when the server does not promise one (RFC 9207 §2.4)', async () => {
    const metadata = { authorization_response_iss_parameter_supported: undefined }
    await expect(finish(createClient({ metadata }), { iss: undefined })).resolves.toHaveProperty('token')
    await expect(finish(createClient({ metadata }), { iss: 'https://other.example' })).rejects.toMatchObject({
      code: 'issuer_mismatch',
    })
  })

  it('with an iss is fine when the client was told no issuer: unknown is not different', async () => {
    const metadata = { ...provider.metadata, issuer: undefined }
    const client = createClient({ issuer: undefined, metadata })
    const { token } = await finish(client, { iss: 'https://who.example' })
    expect(token.issuer).toBeUndefined()
  })
})

describe('other grants and endpoints', () => {
  it('gets a token for the client itself (RFC 6749 §4.4)', async () => {
    const token = await createClient().clientCredentials({ scope: ['jobs'] })
    expect(token).toMatchObject({ scope: ['jobs'] })
    expect(token.refreshToken).toBeUndefined()
  })

  it('gets a token by any grant', async () => {
    let form = ''
    provider.answer('/token', async (request) => {
      form = await request.text()
      return Response.json({ access_token: 'at', token_type: 'bearer' })
    })
    const grant = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const token = await createClient().exchange(grant, {
      resource: ['https://api.example'],
      params: { subject_token: 'st' },
    })
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      grant_type: grant,
      subject_token: 'st',
      resource: 'https://api.example',
    })
    expect(token).toMatchObject({ accessToken: 'at', scope: [], resource: ['https://api.example'] })
    expect(token.expiresAt).toBeUndefined()
  })

  it('keeps a refresh token, scope and resource that a refresh response leaves out (RFC 6749 §6)', async () => {
    const client = createClient()
    const { url, login } = await client.createAuthorization({ redirectUri, resource: ['https://api.example'] })
    const { token } = await client.finishAuthorization(provider.approve(url), login)
    let form = new URLSearchParams()
    provider.answer('/token', async (request) => {
      form = new URLSearchParams(await request.text())
      return Response.json({ access_token: 'new', token_type: 'Bearer' })
    })
    const fresh = await client.refresh({ ...token, idToken: 'the.id.token' })
    expect(fresh).toMatchObject({ accessToken: 'new', refreshToken: token.refreshToken, scope: ['read'] })
    expect(fresh.idToken).toBe('the.id.token')
    expect(form.get('resource')).toBe('https://api.example')
    expect(fresh.id).not.toBe(token.id)
  })

  it('keeps the members of a response that it was told to', async () => {
    provider.answer('/token', () =>
      Response.json({ access_token: 'at', token_type: 'Bearer', instance: { url: 'u' }, other: 1 }),
    )
    const { extra } = await createClient({ keep: ['instance', 'absent'] }).clientCredentials()
    expect(extra).toStrictEqual({ instance: { url: 'u' } })
    expect(await createClient({ keep: ['absent'] }).clientCredentials()).not.toHaveProperty('extra')
  })

  it('asks about a token and ends it (RFC 7662 §2, RFC 7009 §2)', async () => {
    const client = createClient()
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { token } = await client.finishAuthorization(provider.approve(url), login)
    expect(await introspectToken(client, token)).toMatchObject({ active: true, scope: 'read' })
    await revokeToken(client, token)
    expect(await introspectToken(client, token)).toEqual({ active: false })
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('authenticates at each endpoint as its metadata says (X-18, RFC 8414 §2)', async () => {
    const seen: (string | null)[] = []
    for (const path of ['/revoke', '/introspect']) {
      provider.answer(path, async (request, usual) => {
        seen.push(
          request.headers.get('authorization'),
          new URLSearchParams(await request.clone().text()).get('client_secret'),
        )
        return usual()
      })
    }
    const client = createClient({
      metadata: {
        ...provider.metadata,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
        revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
      },
    })
    await revokeToken(client, 'at')
    await introspectToken(client, 'at') // it says nothing: as at the token endpoint
    expect(seen).toEqual([expect.stringMatching(/^Basic /), null, null, 'secret'])
  })

  it('takes a revocation for done that is answered without content', async () => {
    provider.answer('/revoke', () => new Response(null, { status: 204 }))
    await expect(revokeToken(createClient(), 'at')).resolves.toBeUndefined()
    provider.answer('/revoke', () => Response.json({ error: 'invalid_client' }, { status: 401 }))
    await expect(revokeToken(createClient(), 'at')).rejects.toMatchObject({ code: 'invalid_client' })
  })

  it('refuses an introspection answer that is no boolean', async () => {
    provider.answer('/introspect', () => Response.json({ active: 'true' }))
    await expect(introspectToken(createClient(), 'at')).rejects.toMatchObject({ code: 'invalid_response' })
  })

  it('says which endpoint is missing', async () => {
    const metadata = { revocation_endpoint: undefined, authorization_endpoint: undefined }
    const client = createClient({ metadata })
    await expect(client.createAuthorization({ redirectUri })).rejects.toMatchObject({
      code: 'missing_endpoint',
      hint: expect.stringContaining('authorization_endpoint'),
    })
    await expect(revokeToken(client, 'at')).rejects.toMatchObject({
      code: 'missing_endpoint',
      hint: expect.stringContaining('revocation_endpoint'),
    })
  })
})

describe('secrets', () => {
  it('are in no printed client, session or error (R17, AC-12)', async () => {
    const secret = 'the-secret-of-this-client'
    const client = createClient({ clientAuth: clientSecretBasic(secret), clientSecret: secret })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const callback = provider.approve(url)
    const code = new URL(callback).searchParams.get('code')!
    const refusal = await client.finishAuthorization(callback, login).catch((error: unknown) => error as AuthlibError)
    const token = await createClient().clientCredentials()
    const session = apiSession(client, { token })
    const foreign = await session.fetch('https://other.example/').catch((error: unknown) => error)
    const registry = new OAuth({ adapter: {} as never, secrets: ['s'.repeat(32)] }).register(
      'x',
      oauth2({ issuer: provider.issuer, clientId: 'client', clientSecret: secret }),
    )
    expect(refusal).toMatchObject({ code: 'invalid_client' })
    const printed = [client, session, refusal, foreign, registry.x].map((thing) => {
      return inspect(thing, { depth: 20, showHidden: true }) + JSON.stringify(thing) + ((thing as Error).stack ?? '')
    })
    for (const kept of [
      secret,
      Buffer.from(`client:${secret}`).toString('base64'),
      code,
      login.state,
      login.codeVerifier,
      token.accessToken,
    ]) {
      expect(printed.join()).not.toContain(kept)
    }
  })
})
