import { inspect } from 'node:util'
import { memoryTokens } from '@authlib/core'
import { startFakeProvider, startTestServer, testClock, type FakeProvider, type TestServer } from '@authlib/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { api } from '../ky/index.ts'
import { OAuth2Client, type OAuth2ClientOptions, type Session, type Token, apiSession } from './index.ts'

const redirectUri = 'https://app.example/callback'

let provider: FakeProvider
let other: TestServer
let arrived: Request[]

beforeAll(async () => {
  provider = await startFakeProvider()
  other = await startTestServer((request) => {
    arrived.push(request)
    return new Response('elsewhere')
  })
})
afterAll(() => Promise.all([provider.stop(), other.stop()]))
beforeEach(() => void (arrived = []))
afterEach(() => {
  for (const path of ['/api', '/moved', '/token']) provider.answer(path, null)
})

function createClient(options: Partial<OAuth2ClientOptions> = {}): OAuth2Client {
  const { issuer, clientId, clientSecret } = provider
  return new OAuth2Client({ issuer, clientId, clientSecret, apiBaseUrl: issuer, ...options })
}

async function logIn(client: OAuth2Client): Promise<Token> {
  const { url, login } = await client.createAuthorization({ redirectUri })
  return (await client.finishAuthorization(provider.approve(url), login)).token
}

async function openSession(options: Partial<OAuth2ClientOptions> = {}): Promise<{ session: Session; token: Token }> {
  const client = createClient(options)
  const token = await logIn(client)
  return { session: apiSession(client, { token }), token }
}

const tokenRequests = (): number => provider.requests.filter((request) => request === 'POST /token').length

describe('a session', () => {
  it('is a fetch that carries the token in the header (RFC 6750 §2.1)', async () => {
    const { session } = await openSession()
    const response = await session.fetch(`${provider.issuer}/api`, { method: 'PUT', body: 'text' })
    expect(await response.json()).toEqual({ method: 'PUT', body: 'text' })
    expect((await session.fetch(new Request(`${provider.issuer}/api`))).status).toBe(200)
    expect((await session.fetch('api')).status).toBe(200)
  })

  it('is a ky instance, too', async () => {
    const { session } = await openSession({ apiBaseUrl: `${provider.issuer}/` })
    expect(
      await api(session)
        .post('api', { json: { a: 1 } })
        .json(),
    ).toEqual({ method: 'POST', body: '{"a":1}' })
  })

  it('signs each attempt of ky afresh', async () => {
    const { session } = await openSession()
    let attempts = 0
    provider.answer('/api', (_, usual) => (++attempts === 1 ? new Response(null, { status: 503 }) : usual()))
    provider.expireAccessTokens()
    expect((await api(session).get('api', { retry: { delay: () => 1 } })).status).toBe(200)
  })

  it('cannot be opened by a key when there is no store to find it in', () => {
    expect(() => apiSession(createClient(), 'alice')).toThrow(expect.objectContaining({ code: 'missing_token_store' }))
  })

  it('has a key or a token: with both it could not tell which one counts', async () => {
    const token = await createClient().clientCredentials()
    expect(() => apiSession(createClient({ tokens: memoryTokens() }), { key: 'alice', token })).toThrow(TypeError)
  })

  it('keeps, finds and forgets the token of an account', async () => {
    const client = createClient({ tokens: memoryTokens() })
    const token = await logIn(client)
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'login_required', status: 401 })
    await apiSession(client, 'alice').save(token)
    expect(await apiSession(client, 'alice').token()).toEqual(token)
    await expect(apiSession(client, 'bob').token()).rejects.toMatchObject({ code: 'login_required' })
    await apiSession(client, 'alice').forget()
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'login_required' })
  })

  it('does not use a token of another client or issuer', async () => {
    const tokens = memoryTokens()
    const token = await logIn(createClient())
    await tokens.save('alice', { ...token, clientId: 'other' })
    await tokens.save('bob', { ...token, issuer: 'https://other.example' })
    const client = createClient({ tokens })
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'foreign_token' })
    await expect(apiSession(client, 'bob').token()).rejects.toMatchObject({ code: 'foreign_token' })
  })

  it('obtains a token for the client itself, and keeps it', async () => {
    const clock = testClock()
    const client = createClient({ clock })
    const session = (): Session =>
      apiSession(client, { key: 'jobs', obtain: () => client.clientCredentials({ scope: ['jobs'] }) })
    const before = tokenRequests()
    await Promise.all([session().fetch('api'), session().fetch('api'), session().fetch('api')])
    expect(tokenRequests() - before).toBe(1)
    clock.advance(3600)
    expect((await session().fetch('api')).status).toBe(200)
    expect(tokenRequests() - before).toBe(2)
  })
})

describe('a token', () => {
  it.each(['/', '/api?access_token=x'])('does not go to an origin that nobody named (R12, D-24): %s', async (path) => {
    const { session } = await openSession()
    await expect(session.fetch(other.url + path)).rejects.toMatchObject({ code: 'foreign_origin' })
    await expect(api(session).get(other.url + path)).rejects.toMatchObject({ code: 'foreign_origin' })
    expect(arrived).toHaveLength(0)
  })

  it('goes to the further origins that were named', async () => {
    const { session, token } = await openSession({ resources: [`${other.url}/any/path`] })
    await session.fetch(`${other.url}/notes`)
    expect(arrived[0]!.headers.get('authorization')).toBe(`Bearer ${token.accessToken}`)
    expect(arrived[0]!.url).not.toContain(token.accessToken)
  })

  it.each(['http://api.example', 'ftp://api.example', 'api.example'])('does not go to %s (R12)', async (origin) => {
    expect(() =>
      apiSession(createClient({ resources: [origin] }), { obtain: () => Promise.reject(new Error()) }),
    ).toThrow(expect.objectContaining({ code: 'insecure_transport' }))
  })

  it.each([301, 302, 303, 307, 308])('does not follow a redirect %i to another origin (R12)', async (status) => {
    const named = await openSession({ resources: [other.url] })
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status, headers: { location: `${other.url}/landing` } }))
    expect(await (await session.fetch('moved')).text()).toBe('elsewhere')
    expect(await api(session).get('moved').text()).toBe('elsewhere')
    expect(await (await named.session.fetch('moved')).text()).toBe('elsewhere')
    expect(arrived.map(({ headers }) => headers.get('authorization'))).toEqual([null, null, null])
  })

  it('and other credentials do not follow to another origin', async () => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status: 302, headers: { location: `${other.url}/landing` } }))
    const headers = { cookie: 'a=b', 'proxy-authorization': 'Basic x', 'x-api': 'kept' }
    await session.fetch('moved', { headers })
    const got = arrived[0]!.headers
    expect([got.get('cookie'), got.get('proxy-authorization'), got.get('x-api')]).toEqual([null, null, 'kept'])
  })

  it('with a line break shows in no error', async () => {
    const { token } = await openSession()
    const session = apiSession(createClient(), { token: { ...token, accessToken: 'secret\nvalue' } })
    const error = await session.fetch('api').catch((error: unknown) => error as Error)
    expect(error).toMatchObject({ code: 'invalid_token' })
    expect(inspect(error, { depth: 9 })).not.toContain('secret')
  })

  it('that is stored is used without the metadata of its issuer', async () => {
    const { token } = await openSession()
    const tokens = memoryTokens()
    const client = createClient({ tokens, fetch: (input, init) => fetch(input, init) })
    await apiSession(client, 'alice').save(token)
    const before = provider.requests.length
    expect((await apiSession(client, 'alice').fetch('api')).status).toBe(200)
    expect(provider.requests.slice(before)).toEqual(['GET /api'])
  })

  it('that is good is not held up for long by a server that hangs', async () => {
    const clock = testClock()
    const { session, token } = await openSession({ clock })
    clock.advance(3599)
    provider.answer('/token', () => new Promise(() => undefined))
    expect(await session.token()).toEqual(token)
    expect(await session.token()).toEqual(token)
  })

  it('stays with a redirect on its own origin', async () => {
    const { session } = await openSession()
    let type: string | null = ''
    provider.answer('/moved', () => new Response(null, { status: 303, headers: { location: '/api' } }))
    provider.answer('/api', (request, usual) => {
      type = request.headers.get('content-type')
      return usual()
    })
    const response = await session.fetch('moved', { method: 'POST', body: 'text' })
    expect(await response.json()).toEqual({ method: 'GET', body: '' })
    expect(type).toBeNull()
  })

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'DELETE', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'DELETE', 'DELETE'],
    [302, 'DELETE', 'DELETE'],
    [307, 'DELETE', 'DELETE'],
    [308, 'OPTIONS', 'OPTIONS'],
  ])('follows a %i of a %s with a %s, as fetch does', async (status, method, next) => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status, headers: { location: '/api' } }))
    const before = provider.requests.length
    await session.fetch('moved', { method })
    expect(provider.requests.slice(before)).toEqual([`${method} /moved`, `${next} /api`])
  })

  it.each([201, 300, 304])('takes a location for no redirect in a %i', async (status) => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status, headers: { location: '/api' } }))
    expect((await session.fetch('moved')).status).toBe(status)
  })

  it('is not followed blindly where a browser hides the redirect', async () => {
    const { token } = await openSession()
    const hidden = Object.defineProperty(new Response(), 'type', { value: 'opaqueredirect' })
    const session = apiSession(createClient({ fetch: () => Promise.resolve(hidden) }), { token })
    await expect(session.fetch('api')).rejects.toMatchObject({ code: 'unexpected_redirect' })
  })

  it.each([
    [301, 'PUT'],
    [302, 'PATCH'],
    [307, 'POST'],
    [308, 'DELETE'],
  ])('and the body follow a %i of a %s on the same origin, as fetch does', async (status, method) => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status, headers: { location: '/api' } }))
    const request = (): Request => new Request(`${provider.issuer}/moved`, { method, body: 'text' })
    expect(await (await session.fetch('moved', { method, body: 'text' })).json()).toEqual({ method, body: 'text' })
    expect(await (await session.fetch(request())).json()).toEqual({ method, body: 'text' })
  })

  it('and a body do not follow a redirect to another origin', async () => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status: 307, headers: { location: `${other.url}/landing` } }))
    await expect(session.fetch('moved', { method: 'POST', body: 'text' })).rejects.toMatchObject({
      code: 'unexpected_redirect',
    })
    expect(arrived).toHaveLength(0)
  })

  it('and a body that is a stream follow no redirect', async () => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status: 307, headers: { location: '/api' } }))
    const body = new Blob(['text']).stream()
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    await expect(session.fetch('moved', init)).rejects.toMatchObject({ code: 'unexpected_redirect' })
  })

  it('does not run in circles', async () => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status: 302, headers: { location: '/moved' } }))
    await expect(session.fetch('moved')).rejects.toMatchObject({ code: 'unexpected_redirect' })
  })

  it('is not followed where the caller wants no redirects', async () => {
    const { session } = await openSession()
    provider.answer('/moved', () => new Response(null, { status: 302, headers: { location: '/api' } }))
    expect((await session.fetch('moved', { redirect: 'manual' })).status).toBe(302)
    await expect(session.fetch('moved', { redirect: 'error' })).rejects.toThrow()
  })
})

describe('a 401', () => {
  it.each<[what: string, init: RequestInit, body: string]>([
    ['no body', { method: 'GET' }, ''],
    ['text', { method: 'POST', body: 'text' }, 'text'],
    ['a form', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }, 'a=b'],
    ['bytes', { method: 'PUT', body: new Uint8Array([97, 98]) }, 'ab'],
  ])('is answered with a fresh token and the request once more, with %s', async (_, init, body) => {
    const { session, token } = await openSession()
    provider.expireAccessTokens()
    const response = await session.fetch('api', init)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ method: init.method, body })
    expect((await session.token()).accessToken).not.toBe(token.accessToken)
  })

  it('is answered the same for a Request and for ky', async () => {
    const { session } = await openSession()
    provider.expireAccessTokens()
    const request = new Request(`${provider.issuer}/api`, { method: 'POST', body: 'text' })
    expect(await (await session.fetch(request)).json()).toEqual({ method: 'POST', body: 'text' })
    provider.expireAccessTokens()
    expect(await api(session).post('api', { body: 'text' }).json()).toEqual({ method: 'POST', body: 'text' })
  })

  it('is handed on when the body was a stream', async () => {
    const { session, token } = await openSession()
    provider.expireAccessTokens()
    const body = new Blob(['text']).stream()
    const response = await session.fetch('api', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(401)
    expect((await session.token()).accessToken).toBe(token.accessToken)
  })

  it('of an API that refuses everything costs one refresh, and more only after longer and longer times', async () => {
    const clock = testClock()
    const { session } = await openSession({ clock })
    const before = tokenRequests()
    provider.answer('/api', () => new Response(null, { status: 401 }))
    for (let i = 0; i < 20; i++) expect((await session.fetch('api')).status).toBe(401)
    expect(tokenRequests() - before).toBe(1)
    clock.advance(61)
    for (let i = 0; i < 20; i++) await session.fetch('api')
    expect(tokenRequests() - before).toBe(2)
    clock.advance(61)
    await session.fetch('api')
    expect(tokenRequests() - before).toBe(2)
  })

  it('of another origin, where a redirect led, is no reason to refresh', async () => {
    const { session } = await openSession()
    const before = tokenRequests()
    const elsewhere = await startTestServer(() => new Response(null, { status: 401 }))
    provider.answer('/moved', () => new Response(null, { status: 302, headers: { location: elsewhere.url } }))
    expect((await session.fetch('moved')).status).toBe(401)
    expect(tokenRequests()).toBe(before)
    await elsewhere.stop()
  })

  it('is handed on when it comes again', async () => {
    const { session } = await openSession()
    const before = tokenRequests()
    let calls = 0
    provider.answer('/api', () => new Response(String(++calls), { status: 401 }))
    const response = await session.fetch('api')
    expect([response.status, await response.text()]).toEqual([401, '2'])
    expect(tokenRequests() - before).toBe(1)
  })

  it('is handed on when there is nothing to refresh with', async () => {
    const client = createClient()
    const session = apiSession(client, { token: await client.clientCredentials() })
    provider.expireAccessTokens()
    expect((await session.fetch('api')).status).toBe(401)
  })

  it('of fifty parallel requests leads to one refresh (R11)', async () => {
    const { session } = await openSession()
    const before = tokenRequests()
    provider.expireAccessTokens()
    const responses = await Promise.all(Array.from({ length: 50 }, () => session.fetch('api')))
    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(tokenRequests() - before).toBe(1)
  })
})
