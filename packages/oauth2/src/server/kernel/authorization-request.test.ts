import { describe, expect, it } from 'vitest'
import { authorizeUrl, Browser, bareServer, fullServer, ISSUER, REDIRECT_URI, WEB } from '../../../test/journey.ts'
import { OAuth2Error } from '../../errors.ts'
import { clientFromMetadata } from '../records/client-metadata.ts'
import { staticClients } from '../records/clients.ts'

async function visit(url: string): Promise<{ status: number; location: URL | null; html: string; headers: Headers }> {
  const { server } = fullServer()
  const response = await server.fetch(new Request(url))
  const location = response.headers.get('location')
  return {
    status: response.status,
    location: location === null ? null : new URL(location, ISSUER),
    html: await response.text(),
    headers: response.headers,
  }
}

/** The parameters that came back to the client. */
async function errorAt(params: Record<string, string | undefined>, suffix = ''): Promise<URLSearchParams> {
  const { location } = await visit(authorizeUrl(params) + suffix)
  expect(location?.href).toMatch(/^https:\/\/app\.example\/cb\?/)
  return location?.searchParams ?? new URLSearchParams()
}

describe('before the redirect URI can be trusted, errors are a page (RFC 6749 §4.1.2.1)', () => {
  it.each([
    'https://evil.example/cb',
    'https://app.example/cb/more',
    'https://app.example/cb/../x',
    'https://app.example/cb%2f..%2fx',
    'https://app.example/cb?x=1',
    'https://app.example/cb#x',
    'https://user@app.example/cb',
    'https://app.example.evil.example/cb',
    'https://APP.example/cb',
    'https://app.example/CB',
    'http://app.example/cb',
    'https://app.example./cb',
    'https://app.example//cb',
    'https://app.example\\@evil.example/cb',
    'https://app.example/cb\t',
    'https://app.example/cb\r\nlocation: https://evil.example',
    'https://app.example/cb\0',
    'javascript:alert(1)',
    'data:text/html,x',
    '//app.example/cb',
    '/cb',
    'cb',
    'https://аpp.example/cb',
    'http://127.0.0.1/cb',
    'http://2130706433/cb',
  ])('refuses the redirect URI %j and never goes there (A1, RFC 9700 §4.1)', async (redirectUri) => {
    const { status, location, headers } = await visit(authorizeUrl({ redirect_uri: redirectUri }))
    expect(status).toBe(400)
    expect(location).toBeNull()
    expect(headers.get('content-type')).toContain('text/html')
  })

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['unknown', 'nobody'],
    ['a list', 'web,other'],
    ['10 kB', 'x'.repeat(10_000)],
    ['SQL', "' OR 1=1 --"],
    ['__proto__', '__proto__'],
  ])('refuses a client_id that is %s (A5)', async (_case, clientId) => {
    const { status, location } = await visit(authorizeUrl({ client_id: clientId }))
    expect([status, location]).toEqual([400, null])
  })

  it.each(['client_id=other', 'redirect_uri=https%3A%2F%2Fapp.example%2Fcb'])(
    'refuses a repeated %s without a redirect (A6)',
    async (repeat) => {
      const { status, location } = await visit(`${authorizeUrl()}&${repeat}`)
      expect([status, location]).toEqual([400, null])
    },
  )

  it('escapes and hardens the page (A19, A21)', async () => {
    const { headers, html } = await visit(authorizeUrl({ client_id: '<script>alert(1)</script>' }))
    expect(html).not.toContain('<script>')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('access-control-allow-origin')).toBeNull() // X5: never on this endpoint
  })

  it('uses the only registered redirect URI when none is sent, and asks when there are two (A4, §3.1.2.3)', async () => {
    expect((await visit(authorizeUrl({ redirect_uri: undefined }))).status).toBe(303)
    const two = await clientFromMetadata({ ...WEB, redirect_uris: [REDIRECT_URI, 'https://app.example/other'] })
    const { server } = fullServer({ clients: { find: () => two } })
    expect((await server.fetch(new Request(authorizeUrl({ redirect_uri: undefined })))).status).toBe(400)
  })
})

describe('an event of a request that is answered with a page', () => {
  it.each([
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }, 'web', /redirect_uri is not/],
    ['a client that is not registered', { client_id: 'nobody' }, 'nobody', /client is not registered/],
  ])('names client and reason: %s', async (_case, params, clientId, reason) => {
    const { server, events } = fullServer()
    await server.fetch(new Request(authorizeUrl(params)))
    expect(events).toMatchObject([
      { type: 'authorization.refused', clientId, error: 'invalid_request', reason: expect.stringMatching(reason) },
    ])
  })
})

describe('native clients (RFC 8252 §7)', () => {
  const native = { ...WEB, application_type: 'native' as const, token_endpoint_auth_method: 'none' }
  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb', 303],
    ['http://[::1]/cb', 'http://[::1]:51004/cb', 303],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/other', 400],
    ['http://127.0.0.1/cb', 'http://127.0.0.2:51004/cb', 400],
    ['http://localhost/cb', 'http://localhost:51004/cb', 303],
    ['http://localhost/cb', 'http://localhost.evil.example:51004/cb', 400],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor://anysphere.cursor-mcp/oauth/callback', 303],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor://anysphere.cursor-mcp/oauth/other', 400],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:x@evil.example/cb', 400],
    ['com.example.app:/cb', 'com.example.app:/cb', 303],
  ])('registered %s, asked for %s: %i (A2, A3)', async (registered, asked, status) => {
    const { server } = fullServer({ clients: staticClients([{ ...native, redirect_uris: [registered] }]) })
    expect((await server.fetch(new Request(authorizeUrl({ redirect_uri: asked })))).status).toBe(status)
  })

  it('are public clients that register a loopback redirect URI and no application_type, as MCP clients do', async () => {
    const { application_type: _type, ...silent } = native
    const { server } = fullServer({
      clients: staticClients([{ ...silent, redirect_uris: ['http://localhost/callback'] }]),
    })
    const asked = authorizeUrl({ redirect_uri: 'http://localhost:3118/callback' })
    expect((await server.fetch(new Request(asked))).status).toBe(303)
  })

  it('are held to RFC 8252 §8.3 where the operator says so', async () => {
    const strict = { ...native, redirect_uris: ['http://localhost/cb'], trust: { localhostAnyPort: false } }
    const { server } = fullServer({ clients: staticClients([strict]) })
    const asked = authorizeUrl({ redirect_uri: 'http://localhost:51004/cb' })
    expect((await server.fetch(new Request(asked))).status).toBe(400)
  })

  it('may use any port on loopback, web clients may not (A2)', async () => {
    const { server } = fullServer({ clients: staticClients([{ ...WEB, redirect_uris: ['http://127.0.0.1/cb'] }]) })
    expect((await server.fetch(new Request(authorizeUrl({ redirect_uri: 'http://127.0.0.1:1/cb' })))).status).toBe(400)
  })
})

describe('after that, errors go to the client with state and iss (RFC 9207 §2, A17)', () => {
  it.each([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['an unknown response_type', { response_type: 'magic' }, 'unsupported_response_type'],
    ['code code', { response_type: 'code code' }, 'unsupported_response_type'],
    ['CODE', { response_type: 'CODE' }, 'unsupported_response_type'],
    ['an unknown response_mode', { response_mode: 'pigeon' }, 'invalid_request'],
    ['scope the client may not have', { scope: 'read admin' }, 'invalid_scope'],
    ['scope outside the grammar', { scope: 'read "write"' }, 'invalid_scope'],
    ['scope with a tab', { scope: 'read\twrite' }, 'invalid_scope'],
    ['10,000 scope values', { scope: Array.from({ length: 10_000 }, (_, i) => i).join(' ') }, 'invalid_scope'],
  ])('for %s (A7, A10, A12)', async (_case, params, error) => {
    const answer = await errorAt(params)
    expect([answer.get('error'), answer.get('state'), answer.get('iss')]).toEqual([error, 'xyz', ISSUER])
    expect(answer.get('code')).toBeNull()
  })

  it.each(['response_type=code', 'scope=read', 'code_challenge=x'])('for a repeated %s (A6)', async (repeat) => {
    expect((await errorAt({}, `&${repeat}`)).get('error')).toBe('invalid_request')
  })

  it('leaves out a state that is itself repeated', async () => {
    const answer = await errorAt({}, '&state=other')
    expect([answer.get('error'), answer.get('state')]).toEqual(['invalid_request', null])
  })

  it('lets resource repeat (RFC 8707 §2)', async () => {
    expect(
      (await visit(`${authorizeUrl()}&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example`)).location
        ?.pathname,
    ).toBe('/login')
  })

  it('for a response type that the client is not registered for (A8)', async () => {
    const { server } = fullServer({ clients: staticClients([{ ...WEB, response_types: ['none'] }]) })
    const response = await server.fetch(new Request(authorizeUrl()))
    expect(response.headers.get('location')).toContain('error=unauthorized_client')
  })

  it('sends response types with tokens by the fragment, errors too (A9, Multiple Response Types §2.1)', async () => {
    const { location } = await visit(authorizeUrl({ response_type: 'token', response_mode: 'query' }))
    expect(location?.search).toBe('')
    expect(new URLSearchParams(location?.hash.slice(1)).get('error')).toBe('unsupported_response_type')
  })

  it.each(['&error=x', '"><script>', 'a b', 'ü', '%00', 'x'.repeat(2_000)])(
    'echoes the state %j exactly, and nothing splits (A11)',
    async (state) => {
      const answer = await errorAt({ state, scope: 'admin' })
      expect(answer.get('state')).toBe(state)
      expect(answer.getAll('error')).toEqual(['invalid_scope'])
    },
  )

  it('answers a crash with server_error, not with a 500 (§4.1.2.1)', async () => {
    const { server, events } = fullServer()
    server.registerExtension({
      kind: 'extension',
      name: 'crash',
      validateAuthorizationRequest: () => {
        throw new Error('detail that nobody must see')
      },
    })
    const response = await server.fetch(new Request(authorizeUrl()))
    const location = response.headers.get('location') ?? ''
    expect(location).toContain('error=server_error')
    expect(location).not.toContain('detail')
    expect(events.map(({ type }) => type)).toContain('server.error')
  })

  it('ignores parameters it does not know, and treats empty ones as left out (OAuth 2.1 §3.1)', async () => {
    expect((await visit(authorizeUrl({ __proto__x: '1', response_mode: '', acr: 'x' }))).location?.pathname).toBe(
      '/login',
    )
  })

  it('keeps the query of a registered redirect URI', async () => {
    const redirectUri = 'https://app.example/cb?tenant=1'
    const { server } = fullServer({ clients: staticClients([{ ...WEB, redirect_uris: [redirectUri] }]) })
    const response = await server.fetch(new Request(authorizeUrl({ redirect_uri: redirectUri, scope: 'admin' })))
    expect(response.headers.get('location')).toMatch(/^https:\/\/app\.example\/cb\?tenant=1&error=invalid_scope&/)
  })

  it('takes the request as a form too (§3.1)', async () => {
    const { server } = fullServer()
    const body = new URL(authorizeUrl()).searchParams
    const response = await server.fetch(new Request(`${ISSUER}/authorize`, { method: 'POST', body }))
    expect(response.status).toBe(303)
  })

  it('takes a form of another site as a GET, with which browsers send their cookies (RFC 6265bis §5.2)', async () => {
    const { server } = fullServer()
    const url = `${ISSUER}/authorize`
    const post = (body: URLSearchParams | string): Promise<Response> =>
      server.fetch(
        new Request(url, {
          method: 'POST',
          headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' },
          body,
        }),
      )
    const params = new URL(authorizeUrl({ state: 'a b&c' })).searchParams
    const { status, headers } = await post(params)
    expect([status, headers.get('set-cookie')]).toEqual([303, null]) // the cookie that binds other tabs stays
    const location = new URL(headers.get('location') ?? '')
    expect([location.origin + location.pathname, Object.fromEntries(location.searchParams)]).toEqual([
      url,
      Object.fromEntries(params),
    ])
    params.set('state', 'x'.repeat(7000)) // no URL carries it
    expect((await post(params)).headers.get('location')).toMatch(/^\/login/)
    expect((await post('%')).status).toBe(400)
  })
})

describe('callback style: the application asks, the server answers', () => {
  it('gives a code for a decision, once', async () => {
    const { server } = fullServer()
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
    const decision = { subject: 'alice', authTime: server.clock(), scope: ['read'] }
    const response = await server.createAuthorizationResponse(request, decision)
    expect(response.status).toBe(303) // RFC 9700 §4.12: never 307
    const params = new URL(response.headers.find(([name]) => name === 'location')?.[1] ?? '').searchParams
    expect([...params.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect(await server.createAuthorizationResponse(request, decision)).toEqual(response) // a double click
    const other = { ...decision, scope: ['read', 'write'] }
    await expect(server.createAuthorizationResponse(request, other)).rejects.toMatchObject({
      code: 'invalid_request',
      target: null,
    })
  })

  it('tells the client of a denial (§4.1.2.1)', async () => {
    const { server } = fullServer()
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
    const response = await server
      .createAuthorizationResponse(request, { denied: true })
      .catch((error: unknown) => server.respond(error))
    expect(response.headers.find(([name]) => name === 'location')?.[1]).toContain('error=access_denied')
  })

  it('grants nothing that was not asked for', async () => {
    const { server } = fullServer()
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl({ scope: 'read' })))
    const decision = { subject: 'alice', authTime: server.clock(), scope: ['read', 'write'] }
    await expect(server.createAuthorizationResponse(request, decision)).rejects.toMatchObject({ code: 'server_error' })
  })

  it('does not mount the authorization endpoint when no interaction is registered', () => {
    const { server } = bareServer()
    expect(server.routes.map(({ path }) => path)).not.toContain('/authorize')
  })

  it('answers an error that has nowhere to go as JSON or page, never throws', async () => {
    const { server } = fullServer()
    expect((await server.respond(new OAuth2Error('invalid_request'))).status).toBe(400)
    expect((await server.respond(new Error('x'))).status).toBe(500)
    expect((await server.respond('text')).status).toBe(500)
  })
})

describe('response modes', () => {
  it('can be added', async () => {
    const { server } = fullServer()
    server.registerResponseMode({
      kind: 'response_mode',
      responseMode: 'pigeon',
      respond: (params) => ({ status: 200, headers: [], body: JSON.stringify(params) }),
    })
    const answer = await new Browser(server).open(authorizeUrl({ response_mode: 'pigeon', scope: 'admin' }))
    expect(await answer.json()).toMatchObject({ error: 'invalid_scope', state: 'xyz', iss: ISSUER })
    expect(server.metadata().response_modes_supported).toEqual(['query', 'fragment', 'pigeon'])
  })
})

describe('the origin', () => {
  it('is configuration: a poisoned Host or absolute target changes nothing (X4)', async () => {
    const { server } = fullServer()
    const response = await server.fetch(
      new Request(authorizeUrl({ scope: 'admin' }).replace('localhost:4000', 'evil.example'), {
        headers: { 'x-forwarded-host': 'evil.example' },
      }),
    )
    expect(new URL(response.headers.get('location') ?? '').searchParams.get('iss')).toBe(ISSUER)
  })
})
