import type { Registration } from '@authlib/oauth2/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { createWorld, ISSUER, REDIRECT_URI, URL_OF_SERVER, type World } from '../../test/world.ts'
import {
  authProvider,
  mcpAuth,
  type McpAuth,
  type McpAuthOptions,
  type McpLogin,
  type RegistrationStore,
} from './index.ts'

function authFor(world: World, options: Partial<McpAuthOptions> = {}): McpAuth {
  return mcpAuth({
    url: URL_OF_SERVER,
    redirectUri: REDIRECT_URI,
    registration: { client_name: 'Agent' },
    onLogin: (url) => world.approve(url),
    fetch: world.reach,
    ...options,
  })
}

async function connectedClient(auth: McpAuth): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(URL_OF_SERVER), { fetch: auth.fetch }))
  return client
}

async function call(client: Client, name: string): Promise<unknown> {
  const { content } = await client.callTool({ name, arguments: {} })
  return content
}

/** Of several processes. */
function keptRegistrations(): RegistrationStore {
  const kept = new Map<string, Registration | null>()
  return {
    get: (issuer) => Promise.resolve(kept.get(issuer) ?? null),
    async save(issuer, registration) {
      kept.set(issuer, registration)
    },
  }
}

const text = (value: string) => [{ type: 'text', text: value }]

function authorizations({ events }: World): unknown[] {
  return events.filter(({ type }) => type === 'token.issued')
}

describe('a transport of the SDK with the fetch of mcpAuth', () => {
  it('finds the authorization server, registers, logs in, and calls a tool', async () => {
    const world = await createWorld()
    const client = await connectedClient(authFor(world))
    expect(await call(client, 'read')).toEqual(text('read by alice'))
    expect(world.requests.slice(0, 5)).toEqual([
      `POST ${URL_OF_SERVER}`,
      'GET http://localhost:5000/.well-known/oauth-protected-resource/mcp',
      `GET ${ISSUER}/.well-known/oauth-authorization-server`,
      `POST ${ISSUER}/register`,
      `GET ${ISSUER}/authorize`,
    ])
  })

  it('asks for more scope when a tool needs it, and keeps what was granted (MCP Authorization §11)', async () => {
    const world = await createWorld()
    const auth = authFor(world)
    const client = await connectedClient(auth)
    expect(await call(client, 'write')).toEqual(text('write by alice'))
    expect(await call(client, 'read')).toEqual(text('read by alice'))
    expect(authorizations(world)).toHaveLength(2)
  })

  it('begins one login for requests that are refused together', async () => {
    const world = await createWorld()
    let logins = 0
    const auth = authFor(world, { onLogin: (url) => (logins++, world.approve(url)) })
    const send = () => auth.fetch(URL_OF_SERVER, { method: 'POST', headers: HEADERS, body: LIST })
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(logins).toBe(1)
  })

  it('uses the document of the client where the server reads such documents', async () => {
    const world = await createWorld()
    const clientId = 'https://agent.example/client.json'
    world.answers.set(clientId, () =>
      Response.json({ client_id: clientId, client_name: 'Agent', redirect_uris: [REDIRECT_URI] }),
    )
    const client = await connectedClient(authFor(world, { clientId }))
    expect(await call(client, 'read')).toEqual(text('read by alice'))
    expect(world.requests).not.toContain(`POST ${ISSUER}/register`)
  })
})

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })

describe('a web application, whose login ends in another request', () => {
  it('fails with login_required, and goes on after finish', async () => {
    const world = await createWorld()
    const begun: { url: string; login: McpLogin }[] = []
    const auth = authFor(world, { onLogin: (url, login) => void begun.push({ url, login }) })
    const send = () => auth.fetch(URL_OF_SERVER, { method: 'POST', headers: HEADERS, body: LIST })
    await expect(send()).rejects.toMatchObject({ code: 'login_required', status: 401 })
    await auth.finish(await world.approve(begun[0]!.url))
    expect((await send()).status).toBe(200)
  })

  it('may end the login in another process, with what is stored', async () => {
    const world = await createWorld()
    const registrations = keptRegistrations()
    const begun: { url: string; login: McpLogin }[] = []
    const onLogin = (url: string, login: McpLogin) => void begun.push({ url, login })
    const first = authFor(world, { onLogin, registrations })
    await expect(first.fetch(URL_OF_SERVER, { method: 'POST', body: LIST })).rejects.toMatchObject({
      code: 'login_required',
    })
    const second = authFor(world, { onLogin, registrations })
    await second.finish(await world.approve(begun[0]!.url), begun[0]!.login)
    expect(await second.token()).toMatch(/^ey/)
    expect(world.requests.filter((line) => line.endsWith('/register'))).toHaveLength(1)
  })

  it('refuses a callback whose login began nowhere', async () => {
    const auth = authFor(await createWorld())
    await expect(auth.finish(`${REDIRECT_URI}?code=a&state=b`)).rejects.toMatchObject({ code: 'mismatching_state' })
  })

  it('refuses a callback that comes twice', async () => {
    const world = await createWorld()
    const begun: string[] = []
    const auth = authFor(world, { onLogin: (url) => void begun.push(url) })
    await auth.fetch(URL_OF_SERVER, { method: 'POST', body: LIST }).catch(() => undefined)
    const callback = await world.approve(begun[0]!)
    await auth.finish(callback)
    await expect(auth.finish(callback)).rejects.toMatchObject({ code: 'mismatching_state' })
  })
})

describe('the client at the authorization server', () => {
  const refused = { status: 401, headers: { 'www-authenticate': 'Bearer' } }

  it.each([
    ['other', 'unknown_client', /none of the issuers/],
    ['none', 'unknown_client', /registers no clients/],
  ])('is missing: %s', async (which, code, reason) => {
    const world = await createWorld({ registration: false })
    const clients = which === 'other' ? [{ issuer: 'https://other.example', clientId: 'a' }] : []
    const auth = authFor(world, { clients })
    await expect(auth.fetch(URL_OF_SERVER)).rejects.toMatchObject({ code, reason: expect.stringMatching(reason) })
  })

  it('is registered again when the server has forgotten it', async () => {
    const world = await createWorld()
    const saved: unknown[] = []
    let kept: unknown = { clientId: 'gone', metadata: { token_endpoint_auth_method: 'none' } }
    const registrations = {
      get: async () => kept as never,
      save: async (_issuer: string, registration: unknown) => void saved.push((kept = registration)),
    }
    world.answers.set(`${ISSUER}/token`, () => Response.json({ error: 'invalid_client' }, { status: 401 }))
    const auth = authFor(world, {
      registrations,
      onLogin: (url) => `${REDIRECT_URI}?code=a&iss=${ISSUER}&state=${new URL(url).searchParams.get('state')}`,
    })
    await expect(auth.fetch(URL_OF_SERVER)).rejects.toMatchObject({ code: 'invalid_client' })
    expect(saved).toEqual([null])
  })

  it('is refused where the server does not say that it supports PKCE (MCP Authorization §12)', async () => {
    const world = await createWorld()
    world.answers.set(`${ISSUER}/.well-known/oauth-authorization-server`, () =>
      Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
      }),
    )
    await expect(authFor(world).fetch(URL_OF_SERVER)).rejects.toMatchObject({ code: 'pkce_not_supported' })
  })

  it('sends no token to another origin, nor outside of the path of the server', async () => {
    const world = await createWorld()
    const auth = authFor(world)
    await connectedClient(auth)
    const seen: (string | null)[] = []
    const echo = (request: Request) => (seen.push(request.headers.get('authorization')), new Response('', refused))
    for (const url of ['http://evil.example/mcp', 'http://localhost:5000/mcp-other', 'http://localhost:5000/']) {
      world.answers.set(url, echo)
      expect((await auth.fetch(url)).status).toBe(401)
    }
    expect(seen).toEqual([null, null, null])
  })

  it('moves with the MCP server to another authorization server, without its old token', async () => {
    const world = await createWorld()
    const auth = authFor(world)
    await connectedClient(auth)
    const other = 'https://other.example'
    world.answers.set('http://localhost:5000/.well-known/oauth-protected-resource/mcp', () =>
      Response.json({ resource: URL_OF_SERVER, authorization_servers: [other] }),
    )
    world.answers.set(URL_OF_SERVER, () => new Response('', refused))
    await expect(auth.fetch(URL_OF_SERVER)).rejects.toMatchObject({ code: 'missing_metadata' })
    expect(world.requests).toContain(`GET ${other}/.well-known/oauth-authorization-server`)
  })

  it('cannot send a body again that is a stream', async () => {
    const world = await createWorld()
    const body = new Blob([LIST]).stream()
    const init = { method: 'POST', headers: HEADERS, body, duplex: 'half' }
    const answer = await authFor(world).fetch(URL_OF_SERVER, init)
    expect(answer.status).toBe(401)
  })
})

describe('a client without a person', () => {
  it('obtains a token for itself, and a new one when it is refused', async () => {
    const world = await createWorld()
    const obtained: unknown[] = []
    const auth = mcpAuth({
      url: URL_OF_SERVER,
      redirectUri: REDIRECT_URI,
      fetch: world.reach,
      obtain: (client, request) => (obtained.push(request), client.clientCredentials(request)),
    })
    world.answers.set(`${ISSUER}/token`, () => Response.json({ access_token: 'a', token_type: 'Bearer' }))
    expect((await auth.fetch(URL_OF_SERVER)).status).toBe(401)
    expect(obtained[0]).toEqual({ resource: [URL_OF_SERVER], scope: ['files:read'] })
    expect(obtained.length).toBeGreaterThan(1)
  })

  it('needs either a person or a way to obtain tokens', () => {
    expect(() => mcpAuth({ url: URL_OF_SERVER, redirectUri: REDIRECT_URI })).toThrow(TypeError)
  })
})

describe('the authProvider', () => {
  it('connects a transport that takes no fetch', async () => {
    const world = await createWorld()
    const client = new Client({ name: 'test', version: '0' })
    const transport = new StreamableHTTPClientTransport(new URL(URL_OF_SERVER), {
      authProvider: authProvider(authFor(world)),
      fetch: world.reach,
    })
    await client.connect(transport)
    expect(await call(client, 'read')).toEqual(text('read by alice'))
  })
})

describe('signing out', () => {
  it('ends the token at the server and forgets it', async () => {
    const world = await createWorld()
    const auth = authFor(world)
    await connectedClient(auth)
    await auth.signOut()
    expect(await auth.token()).toBeUndefined()
    expect(world.requests).toContain(`POST ${ISSUER}/revoke`)
  })
})
