import { memoryStore, type JsonObject } from '@authlib/core'
import { generateKey, signJwt } from '@authlib/jose'
import * as openid from 'openid-client'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  Browser,
  fullServer,
  ISSUER,
  manualClock,
  post,
  redeem,
  REDIRECT_URI,
} from '../../../test/journey.ts'
import type { AuthorizationServer, ClientMember, ClientMetadata } from '../index.ts'
import { OAuth2Error } from '../../errors.ts'
import {
  authorizationCodeGrant,
  clientMember,
  clientRegistering,
  codeChallenge,
  memberTypes,
  on,
  revocationEndpoint,
  storedClients,
} from '../index.ts'
import { dynamicClientRegistration, type DynamicRegistrationOptions } from './dynamic-registration.ts'
import { issueInitialAccessToken } from '../records/initial-access-token.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, unknown>
}

function start(options: DynamicRegistrationOptions = { access: 'open' }) {
  const clock = manualClock()
  const store = memoryStore()
  const made = fullServer({ clock, store, clients: storedClients(store, { clock }), scopes: ['read', 'write'] })
  made.server.register(dynamicClientRegistration(options))
  return { ...made, clock }
}

async function send(
  server: AuthorizationServer,
  {
    path = '/register',
    method = 'POST',
    body,
    token,
    type = 'application/json',
  }: {
    path?: string
    method?: string
    body?: unknown
    token?: string
    type?: string
  },
): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': type }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await server.fetch(new Request(new URL(path, ISSUER), { method, headers, ...sent }))
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    json: text.startsWith('{') ? (JSON.parse(text) as JsonObject) : {},
  }
}

const WEB = { redirect_uris: [REDIRECT_URI], client_name: 'Shop' }

const register = (server: AuthorizationServer, change: JsonObject = {}, token?: string): Promise<Answer> =>
  send(server, { body: { ...WEB, ...change }, ...(token !== undefined && { token }) })

/** At the registration of a client. */
const manage = (server: AuthorizationServer, { json }: Answer, method: string, body?: unknown): Promise<Answer> =>
  send(server, {
    path: String(json['registration_client_uri']),
    method,
    ...(body !== undefined && { body }),
    token: String(json['registration_access_token']),
  })

describe('a registration', () => {
  it('answers 201 with the metadata, a secret and the way to manage it (RFC 7591 §3.2.1)', async () => {
    const { server, events, clock } = start()
    const { status, headers, json } = await register(server)
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(json).toEqual({
      client_id: expect.stringMatching(/^[\w-]{22}$/) as string,
      client_secret: expect.stringMatching(/^secret_[\w-]{43}$/) as string,
      client_secret_expires_at: 0,
      client_id_issued_at: clock(),
      client_name: 'Shop',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'read write',
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      registration_access_token: expect.stringMatching(/^ra_[\w-]{43}$/) as string,
      registration_client_uri: `${ISSUER}/register/${String(json['client_id'])}`,
    })
    expect(events).toContainEqual({ type: 'client.registered', at: clock(), clientId: json['client_id'] })
    expect(server.metadata()).toMatchObject({ registration_endpoint: `${ISSUER}/register` })
    expect(server.metadata()).not.toHaveProperty('client_configuration_endpoint')
  })

  it('gives each client an id, a secret and a token of its own (OpenID Connect Registration §3.2)', async () => {
    const { server } = start()
    const made = await Promise.all(Array.from({ length: 20 }, () => register(server)))
    for (const name of ['client_id', 'client_secret', 'registration_access_token']) {
      expect(new Set(made.map(({ json }) => json[name])).size).toBe(20)
    }
  })

  it('gives an address with https (OpenID Connect Registration §3.2)', async () => {
    const { server } = bareServer({ issuer: 'https://as.example', clients: storedClients(memoryStore()) })
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
    server.register(dynamicClientRegistration({ access: 'open' }))
    const { json } = await register(server)
    expect(json['registration_client_uri']).toBe(`https://as.example/register/${String(json['client_id'])}`)
  })

  it('shows a name without a language as it is (OpenID Connect Registration §2.1)', async () => {
    const { server } = start()
    const name = 'Café „Ł“ カフェ'
    const { json } = await register(server, { client_name: name, 'client_name#de': 'Kaffeehaus' })
    expect(json).toMatchObject({ client_name: name, 'client_name#de': 'Kaffeehaus' })
    const browser = new Browser(server)
    const login = await browser.open(authorizeUrl({ client_id: String(json['client_id']), ui_locales: 'de' }))
    const page = await browser.open(login.headers.get('location') ?? '')
    expect(await page.text()).toContain(name)
  })

  it('gives a client that obtains tokens', async () => {
    const { server } = start()
    const { json } = await register(server, { grant_types: ['authorization_code', 'refresh_token'] })
    const client = json as unknown as ClientMetadata
    const code = (await new Browser(server).authorize({ client_id: client.client_id })).get('code')
    const tokens = await redeem(server, String(code), { client })
    expect(tokens.status).toBe(200)
    expect(tokens.json).toHaveProperty('refresh_token')
  })

  it('keeps neither the secret nor the token (RFC 7592 §5)', async () => {
    const { server } = start()
    const { json } = await register(server)
    const client = await server.clients.find(String(json['client_id']))
    expect(JSON.stringify(client)).not.toContain(json['client_secret'])
    expect(JSON.stringify(client)).not.toContain(json['registration_access_token'])
  })

  it('ignores what it does not know, and what no client chooses (RFC 7591 §2)', async () => {
    const { server } = start()
    const chosen = {
      client_id: 'alice',
      client_secret: 'mine',
      client_id_issued_at: 1,
      registration_client_uri: 'https://x.example',
    }
    const foreign = {
      favourite: 'blue',
      skipConsent: true,
      trust: { skipConsent: true },
      'scope#de': 'read',
      resource: 'x',
    }
    const { status, json } = await register(server, { ...chosen, ...foreign, 'client_name#de': 'Laden', tos_uri: null })
    expect(status).toBe(201)
    expect(json).toMatchObject({ 'client_name#de': 'Laden' })
    for (const [name, value] of Object.entries(chosen)) expect(json[name]).not.toBe(value)
    for (const name of [...Object.keys(foreign), 'tos_uri']) expect(json).not.toHaveProperty(name)
    const client = await server.clients.find(String(json['client_id']))
    expect(client).not.toHaveProperty('skipConsent')
  })

  it('gives a public client no secret', async () => {
    const { server } = start()
    const redirects = { redirect_uris: ['http://localhost:33418/'], token_endpoint_auth_method: 'none' }
    const { json } = await register(server, { ...redirects, grant_types: ['authorization_code', 'refresh_token'] })
    expect(json).not.toHaveProperty('client_secret')
    expect(json).toMatchObject({ application_type: 'native' })
  })

  it('leaves out refresh tokens that the server does not issue, and scope that it does not know', async () => {
    const { server } = bareServer({ clients: storedClients(memoryStore()), scopes: ['read'] })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(dynamicClientRegistration({ access: 'open' }))
    const answer = await register(server, { grant_types: ['authorization_code', 'refresh_token'], scope: 'read all' })
    expect([answer.status, answer.json['grant_types'], answer.json['scope']]).toEqual([
      201,
      ['authorization_code'],
      'read',
    ])
  })

  it.each<[string, string, JsonObject]>([
    ['no redirect URI', 'invalid_redirect_uri', { redirect_uris: [] }],
    ['a redirect URI twice', 'invalid_redirect_uri', { redirect_uris: [REDIRECT_URI, REDIRECT_URI] }],
    [
      '1,000 redirect URIs',
      'invalid_redirect_uri',
      { redirect_uris: Array.from({ length: 1000 }, (_, i) => `${REDIRECT_URI}${i}`) },
    ],
    ['redirect URIs that are no list', 'invalid_redirect_uri', { redirect_uris: REDIRECT_URI }],
    ['a redirect URI with a fragment', 'invalid_redirect_uri', { redirect_uris: [`${REDIRECT_URI}#x`] }],
    ['http', 'invalid_redirect_uri', { redirect_uris: ['http://app.example/cb'] }],
    ['a script', 'invalid_redirect_uri', { redirect_uris: ['javascript:alert(1)'] }],
    ['a wildcard', 'invalid_redirect_uri', { redirect_uris: ['https://*.example/cb'] }],
    ['a logout to a script', 'invalid_client_metadata', { post_logout_redirect_uris: ['javascript:alert(1)'] }],
    ['an unknown grant type', 'invalid_client_metadata', { grant_types: ['authorization_code', 'password'] }],
    ['a grant without a person', 'invalid_client_metadata', { grant_types: ['client_credentials'] }],
    ['an unknown response type', 'invalid_client_metadata', { response_types: ['token'] }],
    [
      'a response type without its grant',
      'invalid_client_metadata',
      { grant_types: ['refresh_token'], response_types: ['code'] },
    ],
    ['a grant without its response type', 'invalid_client_metadata', { response_types: [] }],
    [
      'an unknown method',
      'invalid_client_metadata',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://x.example' },
    ],
    ['a number as name', 'invalid_client_metadata', { client_name: 1 }],
    ['a long name', 'invalid_client_metadata', { client_name: 'x'.repeat(2049) }],
    ['a scope with a quote', 'invalid_client_metadata', { scope: 'a"b' }],
    ['keys in two places', 'invalid_client_metadata', { jwks: { keys: [] }, jwks_uri: 'https://app.example/jwks' }],
    [
      'a private key',
      'invalid_client_metadata',
      { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } },
    ],
    ['a symmetric key', 'invalid_client_metadata', { jwks: { keys: [{ kty: 'oct', k: 'secret' }] } }],
    ['a key set without keys', 'invalid_client_metadata', { jwks: {} }],
  ])('refuses %s with %s (RFC 7591 §3.2.2)', async (_what, error, change) => {
    const { server, events } = start()
    const { status, json } = await register(server, change)
    expect([status, json['error']]).toEqual([400, error])
    expect(events).toContainEqual(expect.objectContaining({ type: 'request.refused', endpoint: 'registration', error }))
  })

  it('refuses bodies that are not one JSON object, and large ones', async () => {
    const { server } = start()
    for (const body of ['', '[]', '{', '{"a":1,"a":2}', '{"__proto__":{}}', '{"jwks":[[[[[[[[[1]]]]]]]]]}']) {
      const { status, json } = await send(server, { body })
      expect([body, status, json['error']]).toEqual([body, 400, 'invalid_client_metadata'])
    }
    expect((await send(server, { body: JSON.stringify(WEB), type: 'text/plain' })).status).toBe(400)
    expect((await send(server, { body: { ...WEB, x: 'x'.repeat(70_000) } })).status).toBe(413)
    const names = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`client_name#x-${i}`, 'x']))
    expect((await register(server, names)).status).toBe(400)
  })

  it('keeps clients that register beside those of a list, which stay as they are', async () => {
    const { server } = fullServer()
    server.register(dynamicClientRegistration({ access: 'open' }))
    const { status, json } = await register(server)
    const clientId = String(json['client_id'])
    expect([status, (await server.clients.find(clientId))?.clientId]).toEqual([201, clientId])
    expect((await server.clients.find('web'))?.clientId).toBe('web')
    await expect(server.clients.remove('web')).rejects.toMatchObject({ code: 'clients_are_fixed' })
    const web = (await server.clients.find('web'))!
    await expect(server.clients.save(web)).rejects.toMatchObject({ code: 'clients_are_fixed' })
    await server.clients.remove(clientId)
    expect(await server.clients.find(clientId)).toBeNull()
  })
})

describe('who may register', () => {
  it('is someone with an initial access token, by default (RFC 7591 §3)', async () => {
    const { server } = start({})
    const none = await register(server)
    expect([none.status, none.json['error']]).toEqual([401, 'invalid_token'])
    expect(none.headers.get('www-authenticate')).toBe('Bearer')
    const wrong = await register(server, {}, 'wrong')
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    expect((await register(server, {}, await issueInitialAccessToken(server))).status).toBe(201)
  })

  it('uses an initial access token up, and only when the registration succeeds', async () => {
    const { server, clock } = start({})
    const token = await issueInitialAccessToken(server)
    expect((await register(server, { redirect_uris: [] }, token)).status).toBe(400)
    const both = await Promise.all([register(server, {}, token), register(server, {}, token)])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401])
    expect((await register(server, {}, token)).status).toBe(401)
    const late = await issueInitialAccessToken(server, { lifetime: 60 })
    clock.advance(60)
    expect((await register(server, {}, late)).status).toBe(401)
  })

  it('is decided by your own check, and the policy gets its result', async () => {
    const { server } = start({
      access: (token) => (token === 'ours' ? { team: 'shop' } : null),
      policy: ({ initial, metadata }) => {
        expect(initial).toEqual({ team: 'shop' })
        if (metadata['client_name'] === 'Bank') throw new OAuth2Error('invalid_client_metadata', 'the name is taken')
        return {
          metadata: { client_uri: 'https://shop.example' },
          trust: { skipConsent: true },
        }
      },
    })
    expect((await register(server, {}, 'other')).status).toBe(401)
    const refused = await register(server, { client_name: 'Bank' }, 'ours')
    expect([refused.status, refused.json['error_description']]).toEqual([400, 'the name is taken'])
    const { json } = await register(server, {}, 'ours')
    expect(json['client_uri']).toBe('https://shop.example')
    expect(await server.clients.find(String(json['client_id']))).toMatchObject({ skipConsent: true })
  })

  it('keeps members that an extension declares, and refuses them with another type', async () => {
    const { server } = start()
    const department = clientMember('department', memberTypes.string)
    server.register({ kind: 'extension', name: 'departments', clientMembers: [department] })
    const body = { ...WEB, department: 'sales', floor: 3 }
    const made = await send(server, { body })
    expect(made.json).toMatchObject({ department: 'sales' })
    expect(made.json).not.toHaveProperty('floor')
    expect(department.read((await server.clients.find(String(made.json['client_id'])))!)).toBe('sales')
    expect(await send(server, { body: { ...body, department: 7 } })).toMatchObject({
      status: 400,
      json: { error: 'invalid_client_metadata', error_description: 'department is not a string that is not empty' },
    })
  })

  it('refuses two extensions that read one member as different types', () => {
    const { server } = start()
    const reading = (name: string, member: ClientMember) =>
      server.register({ kind: 'extension', name, clientMembers: [member] })
    reading('a', clientMember('department', memberTypes.string))
    reading('b', clientMember('department', memberTypes.string))
    expect(() => reading('c', clientMember('department', memberTypes.boolean))).toThrow(
      /client member named department/,
    )
  })

  it('asks extensions', async () => {
    const { server } = start()
    server.register({
      kind: 'extension',
      name: 'colours',
      handlers: [
        on(clientRegistering, ({ client }) => {
          if (!client) throw new OAuth2Error('invalid_client_metadata', 'no colour')
        }),
      ],
    })
    expect((await register(server)).json['error_description']).toBe('no colour')
  })
})

describe('a software statement', () => {
  const issuer = 'https://publisher.example'

  async function publisher(statementRequired = false) {
    const key = await generateKey('ES256')
    const made = start({
      access: 'open',
      statementRequired,
      publishers: [{ issuer, keys: key, algorithms: ['ES256'] }],
    })
    const sign = (claims: JsonObject): Promise<string> =>
      signJwt({ iss: issuer, ...claims }, key, { clock: made.clock, lifetime: null })
    return { ...made, sign }
  }

  it('takes precedence over the plain members and is returned (RFC 7591 §2.3, §3.2.1)', async () => {
    const { server, sign } = await publisher()
    const statement = await sign({ client_name: 'Signed', software_id: 'x', client_id: 'mine' })
    const { status, json } = await register(server, { software_statement: statement })
    expect(status).toBe(201)
    expect(json).toMatchObject({ client_name: 'Signed', software_id: 'x', software_statement: statement })
    expect(json['client_id']).not.toBe('mine')
  })

  it('is refused when it is changed, expired, for another server, or of a stranger (RFC 7591 §3.2.2)', async () => {
    const { server, sign, clock } = await publisher()
    const error = async (statement: string): Promise<unknown> =>
      (await register(server, { software_statement: statement })).json['error']
    const good = await sign({ client_name: 'Signed' })
    expect(await error(`${good.slice(0, -8)}AAAAAAAA`)).toBe('invalid_software_statement')
    expect(await error('x.y')).toBe('invalid_software_statement')
    expect(await error(await sign({ exp: clock() - 1 }))).toBe('invalid_software_statement')
    expect(await error(await sign({ aud: 'https://other.example' }))).toBe('invalid_software_statement')
    expect(await error(await sign({ iss: 'https://stranger.example' }))).toBe('unapproved_software_statement')
  })

  it('may be required', async () => {
    const { server, sign } = await publisher(true)
    expect((await register(server)).json['error']).toBe('invalid_software_statement')
    expect((await register(server, { software_statement: await sign({}) })).status).toBe(201)
    expect(() => dynamicClientRegistration({ statementRequired: true })).toThrow(TypeError)
  })

  it('is ignored without publishers (RFC 7591 §3.1.1)', async () => {
    const { server } = start()
    const { status, json } = await register(server, { software_statement: 'x.y.z' })
    expect(status).toBe(201)
    expect(json).not.toHaveProperty('software_statement')
  })
})

describe('the management of a registration', () => {
  it('reads it, without the secret (RFC 7592 §2.1)', async () => {
    const { server } = start()
    const made = await register(server)
    const { client_secret: _secret, client_secret_expires_at: _at, ...shown } = made.json
    const read = await manage(server, made, 'GET')
    expect([read.status, read.json]).toEqual([200, shown])
    expect(read.headers.get('cache-control')).toBe('no-store')
  })

  it('replaces the metadata and keeps id, secret, token and trust (RFC 7592 §2.2)', async () => {
    const { server, events, clock } = start()
    const made = await register(server, { client_uri: 'https://shop.example' })
    const clientId = String(made.json['client_id'])
    await server.clients.update(clientId, (client) => ({ ...client, skipConsent: true }))
    const body = { ...WEB, client_id: clientId, client_secret: made.json['client_secret'], client_name: 'New' }
    const changed = await manage(server, made, 'PUT', body)
    expect(changed.status).toBe(200)
    expect(changed.json).toMatchObject({ client_id: clientId, client_name: 'New', client_id_issued_at: clock() })
    expect(changed.json).not.toHaveProperty('client_uri')
    expect(changed.json).not.toHaveProperty('client_secret')
    expect(await server.clients.find(clientId)).toMatchObject({ skipConsent: true })
    expect(events).toContainEqual({ type: 'client.updated', at: clock(), clientId })
    const client = made.json as unknown as ClientMetadata
    expect((await post(server, '/revoke', { token: 'x' }, client)).status).toBe(200)
  })

  it('issues a secret to a client that becomes confidential, and drops it again', async () => {
    const { server } = start()
    const made = await register(server, { token_endpoint_auth_method: 'none' })
    const body = { ...WEB, client_id: made.json['client_id'] }
    const confidential = await manage(server, made, 'PUT', body)
    expect(confidential.json['client_secret']).toMatch(/^secret_/)
    expect((await manage(server, made, 'PUT', { ...body, token_endpoint_auth_method: 'none' })).status).toBe(200)
    expect((await server.clients.find(String(made.json['client_id'])))?.secrets).toEqual([])
  })

  it.each<[string, JsonObject]>([
    ['without client_id', { client_id: null }],
    ['with another client_id', { client_id: 'other' }],
    ['with another secret', { client_secret: 'secret_of_my_own_choice' }],
    ['with the token', { registration_access_token: 'x' }],
    ['with the address', { registration_client_uri: 'https://x.example' }],
    ['with the time', { client_id_issued_at: 1 }],
    ['with the expiry', { client_secret_expires_at: 0 }],
  ])('refuses an update %s (RFC 7592 §2.2)', async (_what, change) => {
    const { server } = start()
    const made = await register(server)
    const { status, json } = await manage(server, made, 'PUT', { ...WEB, client_id: made.json['client_id'], ...change })
    expect([status, json['error']]).toEqual([400, 'invalid_request'])
  })

  it('validates an update like a registration', async () => {
    const { server } = start()
    const made = await register(server)
    const body = { client_id: made.json['client_id'], redirect_uris: ['http://app.example'] }
    expect((await manage(server, made, 'PUT', body)).json['error']).toBe('invalid_redirect_uri')
    expect((await manage(server, made, 'GET')).json['redirect_uris']).toEqual([REDIRECT_URI])
  })

  it('refuses the token of another client, a wrong one and none (RFC 7592 §2)', async () => {
    const { server } = start()
    const [made, other] = [await register(server), await register(server)]
    const path = String(made.json['registration_client_uri'])
    for (const token of [String(other.json['registration_access_token']), 'wrong', undefined]) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { status, headers, json } = await send(server, {
          path,
          method,
          ...(token !== undefined && { token }),
          ...(method === 'PUT' && { body: WEB }),
        })
        expect([status, json['error']]).toEqual([401, 'invalid_token'])
        const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"' // RFC 6750 §3
        expect(headers.get('www-authenticate')).toBe(challenge)
      }
    }
    const unknown = { path: '/register/unknown', method: 'GET', token: String(made.json['registration_access_token']) }
    expect((await send(server, unknown)).status).toBe(401)
    expect((await manage(server, made, 'GET')).status).toBe(200)
  })

  it('deletes the client with its tokens (RFC 7592 §2.3)', async () => {
    const { server, events } = start()
    const made = await register(server, { grant_types: ['authorization_code', 'refresh_token'] })
    const client = made.json as unknown as ClientMetadata
    const code = (await new Browser(server).authorize({ client_id: client.client_id })).get('code')
    const tokens = await redeem(server, String(code), { client })
    const deleted = await manage(server, made, 'DELETE')
    expect([deleted.status, deleted.json]).toEqual([204, {}])
    expect(await server.tokens.find(String(tokens.json['access_token']))).toBeNull()
    expect(events).toContainEqual(expect.objectContaining({ type: 'client.deleted', clientId: client.client_id }))
    for (const method of ['GET', 'DELETE']) expect((await manage(server, made, method)).status).toBe(401)
    expect((await new Browser(server).open(authorizeUrl({ client_id: client.client_id }))).status).toBe(400)
  })

  it('does not bring a client back that is deleted during an update', async () => {
    let deleted: Promise<unknown> = Promise.resolve()
    const { server } = start({
      access: 'open',
      policy: async ({ client }) => {
        if (client) await (deleted = server.clients.remove(client.clientId))
      },
    })
    const made = await register(server)
    const answer = await manage(server, made, 'PUT', { ...WEB, client_id: made.json['client_id'] })
    await deleted
    expect([answer.status, answer.json['error']]).toEqual([401, 'invalid_token'])
    expect(await server.clients.find(String(made.json['client_id']))).toBeNull()
  })

  it('keeps one of two updates whole', async () => {
    const { server } = start()
    const made = await register(server)
    const update = (name: string): Promise<Answer> =>
      manage(server, made, 'PUT', { ...WEB, client_id: made.json['client_id'], client_name: name, software_id: name })
    const answers = await Promise.all([update('one'), update('two')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const { json } = await manage(server, made, 'GET')
    expect(json['software_id']).toBe(json['client_name'])
  })

  it('may be switched off', async () => {
    const { server } = start({ access: 'open', management: false })
    const made = await register(server)
    expect(made.json).not.toHaveProperty('registration_access_token')
    expect(made.json).not.toHaveProperty('registration_client_uri')
    expect((await send(server, { path: `/register/${String(made.json['client_id'])}`, method: 'GET' })).status).toBe(
      404,
    )
  })
})

it('serves openid-client', async () => {
  const issuer = 'https://as.example'
  const { server } = bareServer({ issuer, clients: storedClients(memoryStore()) })
  server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
  server.register(dynamicClientRegistration(), revocationEndpoint())
  const config = await openid.dynamicClientRegistration(new URL(issuer), WEB, openid.ClientSecretBasic(), {
    algorithm: 'oauth2',
    initialAccessToken: await issueInitialAccessToken(server),
    [openid.customFetch]: (url, options) => server.fetch(new Request(url, options as RequestInit)), // sound: the same members
  })
  expect(config.clientMetadata()).toMatchObject({
    redirect_uris: [REDIRECT_URI],
    client_secret: expect.any(String) as string,
  })
  await expect(openid.tokenRevocation(config, 'unknown')).resolves.toBeUndefined()
})
