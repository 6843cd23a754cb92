import { memoryStore, tenantStore, type HttpResponse } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  fullServer,
  ISSUER,
  obtainCode,
  post,
  redeem,
  SECRET,
  WEB,
} from '../../../test/journey.ts'
import { AuthorizationServer } from '../authorization-server.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { jwksEndpoint } from '../features/jwks.ts'
import { revocationEndpoint } from '../features/revocation.ts'
import { invalidGrant } from '../../errors.ts'
import { codeChallenge } from '../features/code-challenge.ts'
import { jwtAccessToken } from '../features/jwt-access-token.ts'
import type { Extension } from '../contract/extension.ts'
import type { ClientAuthMethod, Endpoint, Registrable, ResponseType } from '../contract/registrable.ts'
import type { Login } from '../contract/interaction.ts'
import { authorizationCodeGrant } from '../features/authorization-code.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { staticClients } from '../records/clients.ts'
import { developmentPages } from '../interaction/development.ts'
import { redirectInteraction } from '../interaction/redirect.ts'

const failsWith = (code: string): Error => expect.objectContaining({ code }) as Error
const blank: HttpResponse = { status: 200, headers: [], body: '' }
const oddType: ResponseType = {
  kind: 'response_type',
  responseType: 'x',
  grantTypes: [],
  defaultMode: 'query',
  respond: () => ({ params: {} }),
}

describe('what is registered is what the server does', () => {
  it('and nothing else: a bare server has metadata and no more', async () => {
    const { server } = bareServer()
    expect(server.routes).toEqual([
      { path: '/.well-known/oauth-authorization-server', methods: ['GET', 'HEAD', 'OPTIONS'] },
      { path: '/.well-known/oauth-authorization-server/', methods: ['GET', 'HEAD', 'OPTIONS'] },
    ])
    expect((await server.fetch(new Request(`${ISSUER}/token`, { method: 'POST' }))).status).toBe(404)
  })

  it('serves its metadata where clients look for it: before and behind the path of the issuer, with a slash too', async () => {
    const { server } = bareServer({ issuer: `${ISSUER}/tenant` })
    for (const path of [
      '/.well-known/oauth-authorization-server/tenant',
      '/.well-known/oauth-authorization-server/tenant/',
      '/tenant/.well-known/oauth-authorization-server',
      '/tenant/.well-known/oauth-authorization-server/',
    ]) {
      const response = await server.fetch(new Request(ISSUER + path))
      expect([response.status, await response.json()]).toMatchObject([200, { issuer: `${ISSUER}/tenant` }])
      expect(server.routes.map((route) => route.path)).toContain(path)
    }
    expect((await server.fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`))).status).toBe(404)
  })

  it.each([
    ['grant', () => clientCredentialsGrant()],
    ['endpoint', () => revocationEndpoint()],
  ])('refuses two of one name: %s', (what, make) => {
    const { server } = bareServer()
    const register = (): unknown =>
      what === 'grant' ? server.registerGrant(make() as never) : server.registerEndpoint(make() as never)
    register()
    expect(register).toThrow(failsWith('duplicate_registration'))
  })

  it('refuses two extensions of one name for one grant', () => {
    const { server } = bareServer()
    expect(() => server.registerGrant(authorizationCodeGrant(), [codeChallenge(), codeChallenge()])).toThrow(
      failsWith('duplicate_registration'),
    )
  })

  it('refuses an extension of the whole server that a grant has too, as it would run twice', () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).registerExtension(codeChallenge())
    expect(() => server.routes).toThrow(failsWith('duplicate_registration'))
  })

  it.each(['a grant', 'the whole server'])('serves what an extension of %s brings along, once', async (where) => {
    const { server } = bareServer({ keys: staticKeys([await generateKey('ES256')]) })
    const signs = (name: string): Extension => ({ kind: 'extension', name, includes: [jwksEndpoint] })
    if (where === 'a grant') server.registerGrant(clientCredentialsGrant(), [signs('one'), signs('two')])
    else server.registerExtension(signs('one')).registerExtension(signs('two'))
    expect(server.metadata().jwks_uri).toBe(`${ISSUER}/jwks`)
    expect((await server.fetch(new Request(`${ISSUER}/jwks`))).status).toBe(200)
  })

  it.each<[string, unknown]>([
    ['an extension without a kind', { name: 'rules', validateTokenRequest: () => undefined }],
    ['the factory itself', codeChallenge],
    ['nothing', undefined],
    ['a string', 'grant'],
    ['a kind that does not exist', { kind: 'plugin', name: 'x' }],
  ])('refuses what cannot be registered, which would be silently ignored: %s', (_case, thing) => {
    const { server } = bareServer()
    expect(() => server.register(thing as never)).toThrow(failsWith('not_registrable'))
    expect(() => server.registerExtension(thing as never)).toThrow(failsWith('not_registrable'))
    expect(() => server.registerGrant(clientCredentialsGrant(), [thing as never])).toThrow(failsWith('not_registrable'))
  })

  it('takes several things at once, each by its kind', async () => {
    const { server } = bareServer()
    const refusing: Extension = {
      kind: 'extension',
      name: 'no',
      validateTokenRequest: () => {
        throw invalidGrant('no')
      },
    }
    server.register(clientCredentialsGrant(), revocationEndpoint(), refusing)
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(json).toEqual({ error: 'invalid_grant', error_description: 'no' })
    expect(server.metadata().revocation_endpoint).toBe(`${ISSUER}/revoke`)
  })

  it('lets a registration take the place of a default, and leaves defaults out when told', () => {
    const { server } = bareServer()
    const own: ClientAuthMethod = {
      kind: 'client_auth_method',
      method: 'client_secret_basic',
      authenticate: () => null,
    }
    server.register(own).registerGrant(clientCredentialsGrant())
    expect(() => server.register({ ...own })).toThrow(failsWith('duplicate_registration'))
    expect(server.metadata().token_endpoint_auth_methods_supported).toContain('client_secret_basic')
    const { server: strict } = bareServer({ clientAuthMethods: [own] })
    strict.registerGrant(clientCredentialsGrant())
    expect(strict.metadata().token_endpoint_auth_methods_supported).toEqual(['client_secret_basic'])
  })

  it('accepts for `requires` what provides the name', () => {
    const grant = { ...clientCredentialsGrant(), requires: ['sender_constraint'] }
    const bound: Extension = { kind: 'extension', name: 'mtls', provides: ['sender_constraint'] }
    const { server } = bareServer()
    expect(server.registerGrant(grant, [bound]).routes.map(({ path }) => path)).toContain('/token')
    const { server: lacking } = bareServer()
    expect(() => lacking.registerGrant(grant).routes).toThrow(failsWith('missing_extension'))
  })

  it.each<[kind: Registrable['kind'], thing: Registrable]>([
    ['feature', { kind: 'feature', name: 'x' }],
    ['grant', { ...clientCredentialsGrant(), grantType: 'x', includes: [] }],
    ['response_type', oddType],
    ['response_mode', { kind: 'response_mode', responseMode: 'x', respond: () => blank }],
    ['endpoint', { kind: 'endpoint', name: 'x', path: '/x', methods: [], cors: false, handle: () => blank }],
    ['extension', { kind: 'extension', name: 'x' }],
    ['client_auth_method', { kind: 'client_auth_method', method: 'x', authenticate: () => null }],
    ['secret_verifier', { kind: 'secret_verifier', name: 'x', accepts: () => false, verify: () => false }],
    ['client_source', { kind: 'client_source', name: 'x', find: () => null }],
    ['delivery', { kind: 'delivery', name: 'x', deliver: () => true }],
    ['token_kind', { kind: 'token_kind', name: 'x', find: () => null }],
    ['token_format', { kind: 'token_format', name: 'x', find: () => null, mint: () => ({ token: 'x' }) }],
    ['interaction', developmentPages({ users: [] })],
  ])('accepts for `requires` what a thing of kind %s provides, and its settings as plain data', (_kind, thing) => {
    const described: Registrable = { ...thing, provides: ['sender_constraint'], settings: { required: true } }
    const grant = { ...clientCredentialsGrant(), requires: ['sender_constraint'] }
    const { server } = bareServer()
    expect(server.register(grant, described).routes.map(({ path }) => path)).toContain('/token')
    const { server: lacking } = bareServer()
    expect(() => lacking.register(grant, thing).routes).toThrow(failsWith('missing_extension'))
  })

  it('does not take what an extension of another grant provides: it does not run for this one', () => {
    const bound: Extension = { kind: 'extension', name: 'bound', provides: ['sender_constraint'] }
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant(), [codeChallenge(), bound])
    server.registerGrant({ ...clientCredentialsGrant(), requires: ['sender_constraint'] })
    expect(() => server.routes).toThrow(failsWith('missing_extension'))
  })

  it('refuses a response type without what makes it safe, whatever another grant has', () => {
    const { server } = bareServer()
    const type: ResponseType = {
      kind: 'response_type',
      responseType: 'id_token',
      grantTypes: ['implicit'],
      requires: ['code_challenge'],
      defaultMode: 'fragment',
      respond: () => ({ params: {} }),
    }
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).register(type)
    expect(() => server.routes).toThrow(failsWith('missing_extension'))
  })

  it('runs an extension of one grant for the response types of that grant alone', async () => {
    const ran: string[] = []
    const watching: Extension = {
      kind: 'extension',
      name: 'watching',
      validateAuthorizationRequest: ({ params }) => void ran.push(params.get('response_type') ?? ''),
    }
    const { responseType } = oddType
    const asking = (type: string) => new Request(authorizeUrl({ response_type: type, client_id: 'both' }))
    const both = {
      ...WEB,
      client_id: 'both',
      response_types: ['code', responseType],
      grant_types: ['authorization_code', 'implicit'],
    }
    const { server } = bareServer({ interaction: 'callback', clients: staticClients([both]) })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge(), watching])
      .register({ ...oddType, grantTypes: ['implicit'] })
    await server.validateAuthorizationRequest(asking(responseType))
    expect(ran).toEqual([])
    await server.validateAuthorizationRequest(asking('code'))
    expect(ran).toEqual(['code'])
  })

  it('gives features the environment and the facets, and no way to register', async () => {
    const { server } = bareServer()
    let given: object = {}
    server.register({
      ...{ kind: 'endpoint', name: 'look', path: '/look', methods: ['GET'], cors: false },
      handle: (_http, internal) => ((given = internal), blank),
    })
    await server.fetch(new Request(`${ISSUER}/look`))
    expect(given).not.toBeInstanceOf(AuthorizationServer)
    expect(given).not.toHaveProperty('register')
    for (const facet of ['tokens', 'authorizations', 'requests', 'interaction', 'clients'] as const) {
      expect(given).toHaveProperty(facet, server[facet])
    }
  })

  it('refuses a registration after the first request, which would be silently ignored', async () => {
    const { server } = fullServer()
    await server.fetch(new Request(authorizeUrl()))
    expect(() => server.registerEndpoint({ ...revocationEndpoint(), name: 'late' })).toThrow(
      failsWith('registration_frozen'),
    )
  })

  it('refuses two endpoints on one path, of which one would never be reached', () => {
    const { server } = fullServer({ paths: { revocation: '/token' } })
    expect(() => server.routes).toThrow(failsWith('duplicate_path'))
  })

  it('counts the metadata as a request: what came later would be missing there', () => {
    const { server } = fullServer()
    server.metadata()
    expect(() => server.registerExtension({ kind: 'extension', name: 'late' })).toThrow(
      failsWith('registration_frozen'),
    )
  })

  it.each(['resolveRequestUri', 'resolveRequestObject', 'authorizationResponse', 'responseHeaders'] as const)(
    'refuses %s in an extension of one grant, where it would never run',
    (moment) => {
      const { server } = bareServer()
      const extension: Extension = { kind: 'extension', name: 'misplaced', [moment]: () => undefined }
      expect(() => server.registerGrant(clientCredentialsGrant(), [extension])).toThrow(
        failsWith('misplaced_extension'),
      )
    },
  )

  it('serves other paths when told to, and publishes them', () => {
    const { server } = bareServer({ paths: { token: '/oauth/token' }, baseUrl: 'http://localhost:4000/auth' })
    server.registerGrant(clientCredentialsGrant()).registerEndpoint(revocationEndpoint())
    expect(server.metadata()).toMatchObject({
      token_endpoint: 'http://localhost:4000/oauth/token',
      revocation_endpoint: 'http://localhost:4000/auth/revoke',
    })
    expect(server.routes.map(({ path }) => path)).toContain('/auth/revoke')
  })
})

describe('an authorization endpoint', () => {
  const withCode = (options: Parameters<typeof bareServer>[0] = {}) => {
    const { server } = bareServer(options)
    return server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
  }

  it('that no one can answer is not published', async () => {
    const server = withCode()
    expect(server.metadata()).not.toHaveProperty('authorization_endpoint')
    expect((await server.fetch(new Request(authorizeUrl()))).status).toBe(404)
  })

  it('that the application answers is published, and left to it', async () => {
    const server = withCode({ interaction: 'callback' })
    expect(server.metadata().authorization_endpoint).toBe(`${ISSUER}/authorize`)
    expect(server.routes.map(({ path }) => path)).not.toContain('/authorize')
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
    await expect(server.interaction.begin(request, new Request(authorizeUrl()))).rejects.toMatchObject({
      error: { cause: { code: 'missing_interaction' } },
    })
  })
})

describe('an endpoint whose path ends with an id', () => {
  const notes: Endpoint = {
    kind: 'endpoint',
    name: 'notes',
    path: '/notes/:id',
    methods: ['GET'],
    cors: false,
    metadata: () => ({}),
    handle: (_http, _server, id) => ({ status: 200, headers: [], body: `note ${id}` }),
  }

  it('gets the id, decoded', async () => {
    const { server } = bareServer({ baseUrl: 'http://localhost:4000/auth' })
    server.register(notes)
    expect(server.routes.at(-1)).toEqual({ path: '/auth/notes/:id', methods: ['GET', 'HEAD'] })
    expect(server.url('notes', 'a/b c')).toBe('http://localhost:4000/auth/notes/a%2Fb%20c')
    const get = async (path: string) => (await server.fetch(new Request(ISSUER + path))).text()
    expect(await get('/auth/notes/a%2Fb%20c')).toBe('note a/b c')
    for (const path of ['/auth/notes', '/auth/notes/', '/auth/notes/1/2', '/auth/notes/%ff']) {
      expect(await get(path)).toBe('Not found')
    }
  })

  it('may stand beside one without, and not twice', async () => {
    const { server } = bareServer()
    server.register(notes, {
      ...notes,
      name: 'all',
      path: '/notes',
      handle: () => ({ status: 200, headers: [], body: 'all' }),
    })
    expect(await (await server.fetch(new Request(`${ISSUER}/notes`))).text()).toBe('all')
    const { server: twice } = bareServer()
    twice.register(notes, { ...notes, name: 'other', path: '/notes/:name' })
    expect(() => twice.routes).toThrow(failsWith('duplicate_path'))
  })
})

describe('metadata (RFC 8414)', () => {
  it('says exactly what is registered', () => {
    const { server } = fullServer({ scopes: ['read', 'write'] })
    expect(server.metadata()).toEqual({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      revocation_endpoint: `${ISSUER}/revoke`,
      introspection_endpoint: `${ISSUER}/introspect`,
      scopes_supported: ['read', 'write'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    })
  })

  it('is served to any origin, cacheable (G57)', async () => {
    const { server } = fullServer()
    const response = await server.fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`))
    expect(await response.json()).toEqual(server.metadata())
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toContain('max-age=300')
  })

  it('has its path before that of the issuer (§3.1)', () => {
    const { server } = bareServer({ issuer: 'https://example.com/tenant' })
    expect(server.routes[0]?.path).toBe('/.well-known/oauth-authorization-server/tenant')
  })

  it('refuses two features that disagree', () => {
    const { server } = bareServer()
    for (const value of [1, 2]) server.register({ kind: 'feature', name: `f${value}`, metadata: { answer: value } })
    expect(() => server.metadata()).toThrow(failsWith('conflicting_metadata'))
  })

  it.each(['authorization', 'token', 'revocation', 'introspection'])(
    'has a %s endpoint that answers (G7)',
    async (name) => {
      const { server } = fullServer()
      const url = server.metadata()[`${name}_endpoint`] as string
      const response = await server.fetch(
        new Request(url, {
          method: name === 'authorization' ? 'GET' : 'POST',
          body: name === 'authorization' ? null : new URLSearchParams(),
        }),
      )
      expect([400, 401]).toContain(response.status)
    },
  )
})

describe('construction', () => {
  const options = { issuer: ISSUER, store: memoryStore(), secrets: [SECRET] }
  it.each([
    ['http on a public host', 'http://as.example'],
    ['a query', 'https://as.example?x=1'],
    ['a fragment', 'https://as.example#x'],
    ['user information', 'https://user@as.example'],
    ['no URL', 'as.example'],
  ])('refuses an issuer with %s', (_case, issuer) => {
    expect(() => new AuthorizationServer({ ...options, issuer })).toThrow(failsWith('invalid_issuer'))
  })

  it('refuses secrets under 32 characters', () => {
    expect(() => new AuthorizationServer({ ...options, secrets: ['short'] })).toThrow(failsWith('weak_secret'))
  })

  it('takes old secrets for what was made with them', async () => {
    const store = memoryStore()
    const old = fullServer({ store, secrets: ['the old secret of the tests, long enough'] })
    const { json } = await redeem(old.server, await obtainCode(old.server))
    const { server } = fullServer({ store, secrets: [SECRET, 'the old secret of the tests, long enough'] })
    const answer = await post(
      server,
      '/token',
      { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) },
      WEB,
    )
    expect(answer.status).toBe(200)
  })

  it('says what to do when something signs and there are no keys', async () => {
    const { server } = bareServer()
    server.registerGrant(clientCredentialsGrant()).register(jwtAccessToken({ audience: 'https://api.example' }))
    const { status } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(status).toBe(500)
    expect(() => server.requireKeys()).toThrow(failsWith('missing_keys'))
  })
})

describe('tenants', () => {
  it('share registrations and nothing else (G40)', async () => {
    const keys = staticKeys([await generateKey('ES256')])
    const { server } = fullServer()
    const tenant = server.at({
      issuer: 'http://localhost:4000/t1',
      store: memoryStore(),
      keys,
      clients: server.clients,
    })
    const answer = await tenant.fetch(
      new Request('http://localhost:4000/t1/token', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`web:${WEB.client_secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }),
    )
    const { access_token: token } = (await answer.json()) as { access_token: string }
    expect(await tenant.tokens.find(token)).not.toBeNull()
    expect(await server.tokens.find(token)).toBeNull()
    expect(tenant.metadata().issuer).toBe('http://localhost:4000/t1')
    expect(tenant.routes.map(({ path }) => path)).toContain('/t1/token')
  })

  it('cannot share a store as it is: each would take the tokens of the other', async () => {
    const { server, store } = fullServer()
    const tenant = { issuer: 'http://localhost:4000/t1', clients: server.clients }
    expect(() => server.at({ ...tenant, store })).toThrow(failsWith('shared_store'))
    expect(() => fullServer({ issuer: 'http://localhost:4001', store })).toThrow(failsWith('shared_store')) // by no tenant either
    const sibling = { issuer: 'http://localhost:4000/t2', store: memoryStore() }
    server.at(sibling)
    expect(() => server.at({ ...tenant, store: sibling.store })).toThrow(failsWith('shared_store'))
    expect(server.at(sibling).issuer).toBe(sibling.issuer) // made anew for each request, as some do
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    const own = server.at({ ...tenant, store: tenantStore(store, 't1') })
    expect(await own.tokens.find(String(json['access_token']))).toBeNull()
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
  })

  it('do not take a login for one as a login for another, though cookies and secrets are the same', async () => {
    const { server } = fullServer()
    const tenant = server.at({ issuer: `${ISSUER}/t1`, store: memoryStore(), clients: server.clients })
    const start = await server.fetch(new Request(authorizeUrl()))
    const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? ''
    const [, query = ''] = start.headers.get('location')?.split('?') ?? []
    const page = (url: string) => new Request(`${url}?${query}`, { headers: { cookie } })
    expect((await server.fetch(page(`${ISSUER}/login`))).status).toBe(200)
    expect((await tenant.fetch(page(`${ISSUER}/t1/login`))).status).toBe(400)
  })

  it('have development pages below their own path', async () => {
    const { server } = fullServer()
    const tenant = server.at({ issuer: `${ISSUER}/t1`, store: memoryStore(), clients: server.clients })
    const start = await tenant.fetch(new Request(authorizeUrl().replace('/authorize', '/t1/authorize')))
    expect(start.headers.get('location')).toMatch(/^\/t1\/login\?/)
  })

  it('have pages of their own, and sessions: the options are functions of the server', async () => {
    const { server } = bareServer()
    const login: Record<string, Login> = { [`${ISSUER}/t1`]: { subject: 'alice', authTime: 1 } }
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).register(
      redirectInteraction({
        login: ({ issuer }) => `${issuer}/my/login`,
        consent: ({ issuer }) => `${issuer}/my/consent`,
        session: (_request, { issuer }) => login[issuer] ?? null,
      }),
    )
    const pages = ['t1', 't2'].map(async (name) => {
      const tenant = server.at({ issuer: `${ISSUER}/${name}`, store: memoryStore(), clients: server.clients })
      const { headers } = await tenant.fetch(new Request(authorizeUrl().replace('/authorize', `/${name}/authorize`)))
      return headers.get('location')?.split('?')[0]
    })
    expect(await Promise.all(pages)).toEqual([`${ISSUER}/t1/my/consent`, `${ISSUER}/t2/my/login`])
  })

  it('do not inherit the client table by accident', () => {
    const { server } = fullServer()
    expect(server.at({ issuer: 'http://localhost:4000/t1', store: memoryStore() }).clients).not.toBe(server.clients)
  })
})

describe('introspection and revocation', () => {
  it.each(['/introspect', '/revoke'])('%s demands a token and an authenticated client (S3, S4)', async (path) => {
    const { server } = fullServer()
    expect((await post(server, path, {}, WEB)).json['error']).toBe('invalid_request')
    expect((await post(server, path, { token: 'x' })).status).toBe(401)
    expect((await post(server, path, 'token=a&token=b', WEB)).json['error']).toBe('invalid_request')
  })

  it('introspection refuses a public client (RFC 7662 §2.1)', async () => {
    const { server } = fullServer()
    expect((await post(server, '/introspect', { token: 'x', client_id: 'public' })).status).toBe(401)
  })

  it('introspection tells a stranger only that the token is not active (RFC 7662 §2.2)', async () => {
    const { server } = fullServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    const stranger = { ...WEB, client_id: 'other', client_secret: 'other-secret-other-secret-other' }
    expect((await post(server, '/introspect', { token: String(json['access_token']) }, stranger)).json).toEqual({
      active: false,
    })
  })

  it('introspection can be opened by a rule of your own', async () => {
    const { server } = bareServer()
    server
      .registerGrant(clientCredentialsGrant())
      .registerEndpoint(introspectionEndpoint({ allow: () => true, claims: () => ({ active: 'no', tier: 'gold' }) }))
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    const stranger = { ...WEB, client_id: 'other', client_secret: 'other-secret-other-secret-other' }
    const answer = await post(server, '/introspect', { token: String(json['access_token']) }, stranger)
    expect(answer.json).toMatchObject({ active: true, tier: 'gold', client_id: 'web' }) // protocol members win
  })

  it('revocation of an unknown token is fine (RFC 7009 §2.2)', async () => {
    const { server } = fullServer()
    expect((await post(server, '/revoke', { token: 'unknown', token_type_hint: 'nonsense' }, WEB)).status).toBe(200)
  })

  it("revocation leaves another client's token alone, and does not tell (RFC 7009 §2.1, D-25)", async () => {
    const { server } = fullServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    const stranger = { ...WEB, client_id: 'other', client_secret: 'other-secret-other-secret-other' }
    expect((await post(server, '/revoke', { token: String(json['access_token']) }, stranger)).status).toBe(200)
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
  })

  it('revocation of an access token ends it alone, of a refresh token everything (RFC 7009 §2.1)', async () => {
    const { server } = fullServer()
    const { json } = await redeem(server, await obtainCode(server))
    const [access, refreshToken] = [String(json['access_token']), String(json['refresh_token'])]
    await post(server, '/revoke', { token: access, token_type_hint: 'refresh_token' }, WEB)
    expect(await server.tokens.find(access)).toBeNull()
    const next = await post(server, '/token', { grant_type: 'refresh_token', refresh_token: refreshToken }, WEB)
    expect(next.status).toBe(200)
    await post(server, '/revoke', { token: String(next.json['refresh_token']) }, WEB)
    expect(await server.tokens.find(String(next.json['access_token']))).toBeNull()
  })

  it('a revocation is not lost to a refresh that comes first', async () => {
    const { server } = fullServer()
    const { json } = await redeem(server, await obtainCode(server))
    const found = await server.tokens.find(String(json['refresh_token']))
    const next = await post(
      server,
      '/token',
      { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) },
      WEB,
    )
    if (!found) throw new Error('the refresh token is alive')
    await server.tokens.revoke(found)
    expect(await server.tokens.find(String(next.json['access_token']))).toBeNull()
  })

  it('everything of a person ends at once', async () => {
    const { server } = fullServer()
    const one = await redeem(server, await obtainCode(server))
    const two = await redeem(server, await obtainCode(server))
    expect(await server.authorizations.revoke({ subject: 'alice' })).toBe(2)
    for (const { json } of [one, two]) expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })
})
