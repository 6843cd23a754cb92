/** Attacks on the authorization endpoint that no other test of it covers, by their ids. */

import { AuthlibError, memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  Browser,
  fullServer,
  ISSUER,
  manualClock,
  obtainCode,
  post,
  redeem,
  REDIRECT_URI,
  WEB,
} from '../../test/journey.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { storedClients, staticClients } from './records/clients.ts'
import { codeChallenge } from './features/code-challenge.ts'
import { jwtAccessToken } from './features/jwt-access-token.ts'
import { authorizationCodeGrant } from './features/authorization-code.ts'
import { clientCredentialsGrant } from './features/client-credentials.ts'
import { developmentPages } from './interaction/development.ts'
import { redirectInteraction } from './interaction/redirect.ts'

async function visit(server: AuthorizationServer, url: string): Promise<{ status: number; location: string | null }> {
  const { status, headers } = await server.fetch(new Request(url))
  return { status, location: headers.get('location') }
}

/** The error at the client, or what else came. */
async function errorOf(server: AuthorizationServer, url: string): Promise<string | number | null> {
  const { status, location } = await visit(server, url)
  if (location?.startsWith(REDIRECT_URI) !== true)
    return location === null ? status : new URL(location, ISSUER).pathname
  return new URL(location).searchParams.get('error')
}

describe('A1: a redirect URI that only looks like the registered one', () => {
  it.each([
    'https://app。example/cb',
    'https://app.example:443/cb',
    'https://app.example/./cb',
    'https://app.example/%63b',
    'https://app.example/cb/',
    'https://app.example/cb?',
    'https://app.example/cb#',
    ' https://app.example/cb',
    'https:app.example/cb',
    'https:///app.example/cb',
    'https://app.example/cb;jsessionid=1',
    'https://app.example/cb\u200b',
  ])('%j gets a page', async (redirectUri) => {
    const { server } = fullServer()
    expect(await visit(server, authorizeUrl({ redirect_uri: redirectUri }))).toEqual({ status: 400, location: null })
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['response_type', { response_type: 'magic' }],
    ['response_mode', { response_mode: 'fragment' }],
    ['scope', { scope: 'admin' }],
    ['code_challenge', { code_challenge: undefined }],
    ['state', { state: undefined }],
  ])('is no place for an error about the %s either (CVE-2026-41479, CVE-2026-44681)', async (_fault, params) => {
    const { server } = fullServer()
    const url = authorizeUrl({ ...params, redirect_uri: 'https://evil.example/cb' })
    expect(await visit(server, url)).toEqual({ status: 400, location: null })
  })

  it.each(['http://localhost:7/cb', 'http://2130706433:7/cb', 'http://127.1:7/cb', 'http://0x7f.0.0.1/cb'])(
    '%j is not the loopback literal of a native client (RFC 8252 §7.3)',
    async (redirectUri) => {
      const native = { ...WEB, application_type: 'native' as const, redirect_uris: ['http://127.0.0.1/cb'] }
      const { server } = fullServer({ clients: staticClients([native]) })
      expect((await visit(server, authorizeUrl({ redirect_uri: redirectUri }))).status).toBe(400)
    },
  )

  it('empty counts as left out, where one is registered (A4, OAuth 2.1 §3.1)', async () => {
    const { server } = fullServer()
    expect(await errorOf(server, authorizeUrl({ redirect_uri: '' }))).toBe('/login')
  })
})

describe('A5: an unknown client_id', () => {
  it.each(['x'.repeat(10_000), "' OR 1=1 --", 'nobody\u0000', '\ud800', '__proto__'])(
    '%j is not found in the store either',
    async (clientId) => {
      const { server } = fullServer({ clients: storedClients(memoryStore()) })
      const query = new URLSearchParams({ client_id: clientId }).toString()
      expect(await visit(server, `${ISSUER}/authorize?${query}`)).toEqual({ status: 400, location: null })
    },
  )
})

describe('A6: a parameter twice', () => {
  it.each([
    'response_type=code',
    'scope=read',
    'state=xyz',
    'nonce=a&nonce=b',
    'code_challenge_method=S256',
    'response_mode=query&response_mode=query',
    'prompt=none&prompt=login',
    'unknown=1&unknown=1',
    'unknown=&unknown=',
  ])('%s', async (more) => {
    const { server } = fullServer()
    expect(await errorOf(server, `${authorizeUrl()}&${more}`)).toBe('invalid_request')
  })
})

it('a response_type of 30,000 words is an unknown one, and not sorted', async () => {
  const { server } = fullServer()
  const response_type = 'a '.repeat(30_000)
  expect(await errorOf(server, authorizeUrl({ response_type }))).toBe('unsupported_response_type')
})

describe('A11: a state', () => {
  it.each(['x'.repeat(10_000), '\u0001\u007f', '💥', 'a;b&c=d#e', '%26error%3Dx', '+', ' '])(
    '%j comes back as it was',
    async (state) => {
      const { server } = fullServer()
      const { location } = await visit(server, authorizeUrl({ state, scope: 'admin' }))
      const answer = new URL(location ?? '').searchParams
      expect(answer.get('state')).toBe(state)
      expect([...answer.keys()].sort()).toEqual(['error', 'error_description', 'iss', 'state'])
    },
  )

  it('that no URL could carry survives the login all the same', async () => {
    const { server } = fullServer()
    const state = 'x'.repeat(8_000)
    expect((await visit(server, authorizeUrl({ state }))).location?.length).toBeLessThan(200)
    expect((await new Browser(server).authorize({ state })).get('state')).toBe(state)
  })
})

describe('A12: a scope', () => {
  it.each([
    ['read read', '/login'],
    ['', '/login'],
    ['read unknown', '/login'],
    ['unknown', 'invalid_scope'],
    ['read\\', 'invalid_scope'],
    ['read\u00a0write', 'invalid_scope'],
    ['read\nwrite', 'invalid_scope'],
    ['__proto__', 'invalid_scope'],
  ])('%j: %s', async (scope, expected) => {
    const { server } = fullServer({ scopes: ['read', 'write'] })
    expect(await errorOf(server, authorizeUrl({ scope }))).toBe(expected)
  })

  it('with NUL is refused on a page, as nothing of such a request is read', async () => {
    const { server } = fullServer()
    expect(await errorOf(server, authorizeUrl({ scope: 'read\0' }))).toBe(400)
  })
})

describe('A17: an error response', () => {
  it.each([
    ['query', { scope: 'admin' }],
    ['denied', {}],
  ])('never has a code, and says who sent it (%s, RFC 9207 §2)', async (_case, params) => {
    const { server } = fullServer()
    const answer = await new Browser(server).authorize(params, { decision: 'deny' })
    expect(answer.has('error')).toBe(true)
    expect([answer.get('code'), answer.get('iss'), answer.get('state')]).toEqual([null, ISSUER, 'xyz'])
  })
})

describe('A22: consent', () => {
  it('is asked for once even when there is no scope: that the person is there is an answer too', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    await browser.authorize({ client_id: 'other' })
    const url = authorizeUrl({ scope: undefined })
    expect((await browser.open(url)).headers.get('location')).toMatch(/^\/consent/)
    await browser.authorize({ scope: undefined })
    expect((await browser.open(url)).headers.get('location')).toContain('code=')
  })

  it('to nothing at all is a denial: no response could say so (RFC 6749 §3.3)', async () => {
    const { server } = fullServer()
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
    const decision = { subject: 'alice', authTime: server.clock(), scope: [] }
    await expect(server.createAuthorizationResponse(request, decision)).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('that was not given is not remembered', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const login = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const handle = (url: string) => new URL(url, ISSUER).searchParams.get('interaction') ?? ''
    const form = { interaction: handle(login), username: 'alice', password: 'alice' }
    const consent = (await browser.open(login, form)).headers.get('location') ?? ''
    await browser.open(consent, { interaction: handle(consent), decision: 'approve', choose: 'scope', scope: 'read' })
    await browser.open(consent, { interaction: handle(consent), decision: 'approve', choose: 'scope', scope: 'write' })
    expect((await browser.open(authorizeUrl({ scope: 'read' }))).headers.get('location')).toContain('code=')
    expect((await browser.open(authorizeUrl({ scope: 'write' }))).headers.get('location')).toMatch(/^\/consent/)
  })
})

describe('A26: a client whose client_id is the subject of a person', () => {
  it('does not get to be mistaken for the person in JWTs (RFC 9700 §4.15)', async () => {
    const namesake = { ...WEB, client_id: 'alice' }
    const { server, events } = bareServer({
      keys: staticKeys([await generateKey('ES256')]),
      clients: staticClients([WEB, namesake]),
    })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .registerGrant(clientCredentialsGrant())
      .register(jwtAccessToken({ audience: 'https://api.example' }))
      .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
    expect((await new Browser(server).authorize()).get('error')).toBe('server_error')
    expect(events.at(-1)).toMatchObject({ reason: 'the subject is the client_id of a client' })
    expect((await new Browser(server).authorize({}, { user: 'bob' })).has('code')).toBe(true)
  })

  it('is told from the person by introspection, which gives it no sub (RFC 7662 §2.2)', async () => {
    const { server } = fullServer({ clients: staticClients([{ ...WEB, client_id: 'alice' }]) })
    const client = { ...WEB, client_id: 'alice' }
    const own = await post(server, '/token', { grant_type: 'client_credentials' }, client)
    const persons = await redeem(server, await obtainCode(server, { client_id: 'alice' }), { client })
    const subjectOf = async (token: unknown) =>
      (await post(server, '/introspect', { token: String(token) }, client)).json['sub']
    expect(await subjectOf(own.json['access_token'])).toBeUndefined()
    expect(await subjectOf(persons.json['access_token'])).toBe('alice')
  })
})

describe('a login', () => {
  it('of the second in which the request came does not pass for a new one (A14, Core §3.1.2.1)', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    server.registerExtension({
      kind: 'extension',
      name: 'demands',
      demands: ({ params }) => (params.has('demand') ? { prompt: ['login'] } : undefined),
    })
    const browser = new Browser(server)
    await browser.authorize()
    expect((await browser.open(authorizeUrl({ demand: 'login' }))).headers.get('location')).toMatch(/^\/login/)
    expect((await browser.authorize({ demand: 'login' })).has('code')).toBe(true) // and one that is new does, at once
  })
})

describe('what fails while the person is asked', () => {
  it.each([
    ['the session of the application', 'server_error', new Error('detail that nobody must see')],
    ['a store that is down', 'temporarily_unavailable', new AuthlibError('store_unavailable', 'x', { status: 503 })],
  ])('because of %s goes to the client: %s (RFC 6749 §4.1.2.1)', async (_case, expected, failure) => {
    const { server, events } = bareServer()
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(redirectInteraction({ login: '/login', consent: '/consent', session: () => Promise.reject(failure) }))
    const { location } = await visit(server, authorizeUrl())
    const answer = new URL(location ?? '').searchParams
    expect([answer.get('error'), answer.get('state'), answer.get('iss')]).toEqual([expected, 'xyz', ISSUER])
    expect(location).not.toContain('detail')
    expect(events.map(({ type }) => type)).toContain('server.error')
  })

  it('is told to the client when a consent cannot be stored', async () => {
    const inner = memoryStore()
    let down = false
    const { server } = fullServer({
      store: { ...inner, commit: (batch) => (down ? Promise.reject(new Error('down')) : inner.commit(batch)) },
    })
    const browser = new Browser(server)
    await browser.authorize({ scope: 'read' })
    const consent = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const interaction = new URL(consent, ISSUER).searchParams.get('interaction') ?? ''
    down = true
    const response = await browser.open(consent, { interaction, decision: 'approve' })
    expect(response.headers.get('location')).toMatch(/^https:\/\/app\.example\/cb\?error=server_error&/)
  })
})

describe('the way back to the client', () => {
  it.each(['response mode', 'extension'])('when its %s crashes is a page, and an event', async (which) => {
    const crash = (): never => {
      throw new Error('detail that nobody must see')
    }
    const { server, events } = fullServer()
    if (which === 'extension')
      server.registerExtension({ kind: 'extension', name: 'crash', authorizationResponse: crash })
    server.registerResponseMode({ kind: 'response_mode', responseMode: 'broken', respond: crash })
    const response = await server.fetch(new Request(authorizeUrl({ response_mode: 'broken', scope: 'admin' })))
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
    expect(await response.text()).not.toContain('detail')
    expect(events.map(({ type }) => type)).toContain('server.error')
  })
})
