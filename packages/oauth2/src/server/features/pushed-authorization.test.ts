import { describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  bareServer,
  Browser,
  CHALLENGE,
  fullServer,
  manualClock,
  OTHER,
  post,
  PUBLIC,
  redeem,
  REDIRECT_URI,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import type { AuthorizationServer, ClientMetadata } from '../index.ts'
import { staticClients } from '../index.ts'
import { pushedAuthorizationRequests, type PushedAuthorizationOptions } from './pushed-authorization.ts'

const REQUEST = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'read',
  state: 'pushed',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

function start(options: PushedAuthorizationOptions = {}, clients?: readonly ClientMetadata[]) {
  const clock = manualClock()
  const made = fullServer({ clock, ...(clients && { clients: staticClients(clients) }) })
  made.server.register(pushedAuthorizationRequests(options))
  return { ...made, clock }
}

const push = (server: AuthorizationServer, form: Record<string, string> = {}, client: ClientMetadata = WEB) =>
  post(server, '/par', { ...REQUEST, ...form }, client)

/** The URL that carries the reference and nothing else. */
const pushedUrl = ({ json }: Answer, params: Record<string, string | undefined> = {}): string =>
  authorizeUrl({
    ...Object.fromEntries(Object.keys(REQUEST).map((name) => [name, undefined])),
    request_uri: String(json['request_uri']),
    ...params,
  })

/** The parameters of `authorizeUrl` that make it {@link pushedUrl}. */
const reference = ({ json }: Answer): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.keys(REQUEST).map((name) => [name, undefined])),
  request_uri: String(json['request_uri']),
})

describe('the endpoint', () => {
  it('answers 201 with a reference that no cache keeps (RFC 9126 §2.2)', async () => {
    const { server } = start({ lifetime: 90 })
    const answer = await push(server)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.json).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w.-]{60,}$/),
      expires_in: 90,
    })
  })

  it('authenticates the client (RFC 9126 §2)', async () => {
    const { server } = start()
    const wrong = await push(server, {}, { ...WEB, client_secret: 'wrong-secret-wrong-secret-wrong' })
    expect([wrong.status, wrong.json['error']]).toEqual([401, 'invalid_client'])
    expect((await push(server, {}, PUBLIC)).status).toBe(201)
  })

  it.each([
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example/cb' }, 'invalid_request'],
    ['a scope the client may not have', { scope: 'admin' }, 'invalid_scope'],
    ['an unknown response type', { response_type: 'magic' }, 'unsupported_response_type'],
    ['a request without PKCE', { code_challenge: '' }, 'invalid_request'],
    ['a request_uri (RFC 9126 §2.1)', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
  ])('refuses %s with JSON, at once (RFC 9126 §2.3)', async (_, form, error) => {
    const { server } = start()
    const answer = await push(server, form)
    expect([answer.status, answer.json['error']]).toEqual([400, error])
  })

  it('refuses GET, a repeated parameter and a huge body', async () => {
    const { server } = start()
    const get = await server.fetch(new Request('http://localhost:4000/par'))
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const twice = await post(server, '/par', `${new URLSearchParams(REQUEST).toString()}&scope=write`, WEB)
    expect([twice.status, twice.json['error']]).toEqual([400, 'invalid_request'])
    const huge = await push(server, { state: 'x'.repeat(2_000_000) })
    expect(huge.status).toBe(413) // §2.3
  })

  it('stores no secret of the client', async () => {
    const { server, store } = start()
    const { client_secret: secret = '', client_id: id } = WEB
    const answer = await post(server, '/par', { ...REQUEST, client_id: id, client_secret: secret }, undefined)
    expect(answer.status).toBe(401) // `web` is registered for client_secret_basic
    await push(server)
    const all = await store.list({ kind: 'pushed_request', by: 'client', value: 'web' })
    expect(JSON.stringify(all)).not.toContain(secret)
  })
})

describe('the reference', () => {
  it('carries the whole request through the login to the code', async () => {
    const { server } = start()
    const response = await new Browser(server).authorize(reference(await push(server)))
    expect(response.get('state')).toBe('pushed')
    const token = await redeem(server, response.get('code') ?? '')
    expect(token.json).toMatchObject({ token_type: 'Bearer', scope: 'read' })
  })

  it('ignores parameters beside it (RFC 9126 §4, D7)', async () => {
    const { server } = start()
    const pushed = await push(server)
    const response = await new Browser(server).authorize({
      ...reference(pushed),
      scope: 'write',
      state: 'evil',
      code_challenge: 'x'.repeat(43),
    })
    expect(response.get('state')).toBe('pushed')
    const token = await redeem(server, response.get('code') ?? '')
    expect(token.json['scope']).toBe('read')
  })

  it.each([
    ['unknown', () => 'urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAA.x'],
    ['malformed', () => 'urn:ietf:params:oauth:request_uri:'],
  ])('is refused on a page when it is %s', async (_, uri) => {
    const { server } = start()
    const answer = await server.fetch(new Request(authorizeUrl({ client_id: 'web', request_uri: uri() })))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('invalid_request_uri')
  })

  it('is refused for another client (RFC 9126 §2.2, D6)', async () => {
    const { server } = start()
    const answer = await server.fetch(new Request(pushedUrl(await push(server), { client_id: OTHER.client_id })))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('invalid_request_uri')
  })

  it('expires, though a login that it began goes on (D6)', async () => {
    const { server, clock } = start({ lifetime: 60 })
    const pushed = await push(server)
    const browser = new Browser(server)
    const login = await browser.open(pushedUrl(pushed))
    clock.advance(61)
    const late = await server.fetch(new Request(pushedUrl(pushed)))
    expect([late.status, (await late.text()).includes('invalid_request_uri')]).toEqual([400, true])
    const location = login.headers.get('location') ?? ''
    const interaction = new URL(location, 'http://localhost').searchParams.get('interaction') ?? ''
    const next = await browser.open(location, { username: 'alice', password: 'alice', interaction })
    expect(next.status).toBe(303)
    expect(next.headers.get('location')).toContain('/consent')
  })

  it('survives a reload of the page, and is used up by the answer (RFC 9126 §7.3, D6)', async () => {
    const { server } = start()
    const pushed = await push(server)
    const browser = new Browser(server)
    expect((await browser.open(pushedUrl(pushed))).status).toBe(303)
    expect((await browser.authorize(reference(pushed))).has('code')).toBe(true)
    const again = await browser.open(pushedUrl(pushed))
    expect(again.status).toBe(400)
    expect(await again.text()).toContain('invalid_request_uri')
  })

  it('gives one code to fifty browsers at once', async () => {
    const { server } = start()
    const pushed = await push(server)
    const ways = await Promise.all(
      Array.from({ length: 50 }, () =>
        new Browser(server).authorize(reference(pushed)).then(
          (answer) => answer.get('code'),
          () => null,
        ),
      ),
    )
    expect(new Set(ways.filter((code) => code !== null)).size).toBe(1)
  })
})

describe('a request that was not pushed', () => {
  it('is refused at the client when pushing is required (RFC 9126 §5)', async () => {
    const { server } = start({ required: true })
    expect(server.metadata()['require_pushed_authorization_requests']).toBe(true)
    const response = await server.fetch(new Request(authorizeUrl()))
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.searchParams.get('error')).toBe('invalid_request')
    expect((await new Browser(server).authorize(reference(await push(server)))).has('code')).toBe(true)
  })

  it('is refused for a client that is registered so (RFC 9126 §6)', async () => {
    const strict = { ...WEB, require_pushed_authorization_requests: true }
    const { server } = start({}, [strict, OTHER, API])
    const response = await server.fetch(new Request(authorizeUrl()))
    expect(new URL(response.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request')
    const other = await server.fetch(new Request(authorizeUrl({ client_id: 'other' })))
    expect(other.headers.get('location')).toContain('/login')
  })
})

it('is advertised (RFC 9126 §5)', () => {
  const { server } = start()
  expect(server.metadata()['pushed_authorization_request_endpoint']).toBe('http://localhost:4000/par')
  expect(server.metadata()['require_pushed_authorization_requests']).toBeUndefined()
  expect(bareServer().server.metadata()['pushed_authorization_request_endpoint']).toBeUndefined()
})

describe('requireRedirectUri (FAPI 2.0 Security Profile §5.3.2.2)', () => {
  it.each([
    [true, 400, 'invalid_request'],
    [false, 201, undefined],
  ])('%s: a request without redirect_uri is answered %s', async (requireRedirectUri, status, error) => {
    const { server } = start({ requireRedirectUri }, [{ ...WEB, redirect_uris: [REDIRECT_URI] }])
    const { redirect_uri: _uri, ...request } = REQUEST
    const answer = await post(server, '/par', request, WEB)
    expect([answer.status, answer.json['error']]).toEqual([status, error])
  })

  it('lets a request with redirect_uri pass', async () => {
    expect((await push(start({ requireRedirectUri: true }).server)).status).toBe(201)
  })
})
