import { generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { API, bareServer, Browser, manualClock, OTHER, post, redeem, WEB, type Answer } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { staticClients } from '../records/clients.ts'
import { developmentPages } from '../interaction/development.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { codeChallenge } from './code-challenge.ts'
import { introspectionEndpoint } from './introspection.ts'
import { jwtAccessToken } from './jwt-access-token.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { revocationEndpoint } from './revocation.ts'
import { TOKEN_EXCHANGE, tokenExchangeGrant, type TokenExchange, type TokenExchangeOptions } from './token-exchange.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const GATEWAY = {
  ...OTHER,
  client_id: 'gateway',
  grant_types: [TOKEN_EXCHANGE, 'client_credentials'],
  scope: 'read write',
}
const BACKEND = { ...GATEWAY, client_id: 'backend', scope: 'read' }

interface Made {
  readonly server: AuthorizationServer
  readonly clock: ReturnType<typeof manualClock>
  readonly asked: TokenExchange[]
  readonly mayAct: { current?: unknown }
}

async function exchangeServer(
  format: 'opaque' | 'jwt',
  options: Partial<TokenExchangeOptions> = {},
  clients: readonly (typeof WEB)[] = [WEB, GATEWAY, BACKEND],
): Promise<Made> {
  const clock = manualClock()
  const asked: TokenExchange[] = []
  const mayAct: Made['mayAct'] = {}
  const { server } = bareServer({
    clock,
    keys: staticKeys([await generateKey('ES256')]),
    clients: staticClients(clients),
  })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), clientCredentialsGrant(), introspectionEndpoint({ allow: () => true }))
    .register(revocationEndpoint(), developmentPages({ users: [{ username: 'alice' }] }))
    .register(tokenExchangeGrant({ allow: (exchange) => asked.push(exchange) > 0, ...options }))
    .register({
      kind: 'extension',
      name: 'may_act',
      issuing: () => (mayAct.current === undefined ? undefined : { claims: { may_act: mayAct.current as string } }),
    })
  if (format === 'jwt') server.register(jwtAccessToken({ audience: 'https://api.example' }))
  return { server, clock, asked, mayAct }
}

async function tokenOfAlice({ server }: Made, scope = 'read write'): Promise<Record<string, unknown>> {
  const code = (await new Browser(server).authorize({ scope })).get('code') ?? ''
  return (await redeem(server, code)).json
}

const ownToken = async ({ server }: Made, client = GATEWAY): Promise<string> =>
  String((await post(server, '/token', { grant_type: 'client_credentials' }, client)).json['access_token'])

function exchange(
  { server }: Made,
  subject: unknown,
  fields: Record<string, string> = {},
  client = GATEWAY,
): Promise<Answer> {
  const form = { subject_token: String(subject), subject_token_type: ACCESS_TOKEN, ...fields }
  return post(server, '/token', { grant_type: TOKEN_EXCHANGE, ...form }, client)
}

const isActive = async ({ server }: Made, token: unknown): Promise<unknown> =>
  (await post(server, '/introspect', { token: String(token) }, GATEWAY)).json['active']

describe.each(['opaque', 'jwt'] as const)('token exchange with %s tokens', (format) => {
  it('gives a token of the same person for another audience (RFC 8693 §2.2.1)', async () => {
    const made = await exchangeServer(format)
    const subject = await tokenOfAlice(made)
    made.clock.advance(600)
    const { status, json, headers } = await exchange(made, subject['access_token'], {
      audience: 'orders',
      resource: 'https://orders.example/api',
      scope: 'read',
    })
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(json).toMatchObject({
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      scope: 'read',
      expires_in: 3000,
    })
    expect(json).not.toHaveProperty('refresh_token')
    const about = await post(made.server, '/introspect', { token: String(json['access_token']) }, GATEWAY)
    expect(about.json).toMatchObject({
      sub: 'alice',
      client_id: 'gateway',
      aud: ['orders', 'https://orders.example/api'],
    })
    expect(about.json).not.toHaveProperty('act')
    expect(made.asked[0]).toMatchObject({
      audience: ['orders', 'https://orders.example/api'],
      scope: ['read'],
      actor: null,
    })
  })

  it('names the actor, and those that acted before (§4.1)', async () => {
    const made = await exchangeServer(format)
    const { access_token: subject } = await tokenOfAlice(made)
    const actor = { actor_token: await ownToken(made), actor_token_type: ACCESS_TOKEN }
    const first = (await exchange(made, subject, actor)).json['access_token']
    const next = { actor_token: await ownToken(made, BACKEND), actor_token_type: ACCESS_TOKEN }
    const second = (await exchange(made, first, next, BACKEND)).json['access_token']
    const about = await post(made.server, '/introspect', { token: String(second) }, GATEWAY)
    expect(about.json).toMatchObject({
      sub: 'alice',
      act: { sub: 'backend', client_id: 'backend', act: { sub: 'gateway', client_id: 'gateway' } },
    })
  })

  it('keeps those that acted before when the client acts in its own name (§4.1)', async () => {
    const made = await exchangeServer(format)
    const actor = { actor_token: await ownToken(made), actor_token_type: ACCESS_TOKEN }
    const first = (await exchange(made, (await tokenOfAlice(made))['access_token'], actor)).json['access_token']
    const second = (await exchange(made, first, {}, BACKEND)).json['access_token']
    const about = await post(made.server, '/introspect', { token: String(second) }, GATEWAY)
    expect(about.json).toMatchObject({ sub: 'alice', act: { sub: 'gateway', client_id: 'gateway' } })
  })

  it('names a person who acts, and the client that has the token of the person', async () => {
    const made = await exchangeServer(format)
    const { access_token: person } = await tokenOfAlice(made)
    const actor = { actor_token: String(person), actor_token_type: ACCESS_TOKEN }
    const { json } = await exchange(made, await ownToken(made), actor)
    const about = await post(made.server, '/introspect', { token: String(json['access_token']) }, GATEWAY)
    expect(about.json).toMatchObject({ sub: 'gateway', act: { sub: 'alice', client_id: 'web' } })
  })

  it('gives no scope that the presented token lacks, whatever the client may have', async () => {
    const made = await exchangeServer(format)
    const { access_token: subject } = await tokenOfAlice(made, 'read')
    const refused = await exchange(made, subject, { scope: 'write' })
    expect([refused.status, refused.json['error']]).toEqual([400, 'invalid_scope'])
    expect((await exchange(made, subject)).json['scope']).toBe('read')
  })

  it('gives scope of the login to no other client unasked', async () => {
    const scope = 'openid offline_access read'
    const made = await exchangeServer(format, {}, [
      { ...WEB, scope },
      { ...GATEWAY, scope },
    ])
    const { access_token: subject } = await tokenOfAlice(made, scope)
    expect((await exchange(made, subject)).json['scope']).toBe('read')
    expect((await exchange(made, subject, { scope: 'openid' })).json['scope']).toBe('openid')
  })

  it('ends every token that derives from a revoked one, grandchildren included', async () => {
    const made = await exchangeServer(format)
    const root = await tokenOfAlice(made)
    const child = (await exchange(made, root['access_token'])).json['access_token']
    const grandchild = (await exchange(made, child, {}, BACKEND)).json['access_token']
    const sibling = (await exchange(made, root['access_token'])).json['access_token']
    expect(await Promise.all([child, grandchild, sibling].map((token) => isActive(made, token)))).toEqual([
      true,
      true,
      true,
    ])
    await post(made.server, '/revoke', { token: String(child) }, GATEWAY)
    expect(await Promise.all([child, grandchild, sibling].map((token) => isActive(made, token)))).toEqual([
      false,
      false,
      true,
    ])
    await post(made.server, '/revoke', { token: String(root['refresh_token']) }, WEB)
    expect(await isActive(made, sibling)).toBe(false)
  })

  it('does not end the presented token, nor one beside it, with the new one', async () => {
    const made = await exchangeServer(format)
    const { access_token: root } = await tokenOfAlice(made)
    const child = (await exchange(made, root)).json['access_token']
    await post(made.server, '/revoke', { token: String(child) }, GATEWAY)
    expect([await isActive(made, child), await isActive(made, root)]).toEqual([false, true])
  })

  it('works with a token of a client that acts for itself, and ends with it', async () => {
    const made = await exchangeServer(format)
    const own = await ownToken(made)
    const child = (await exchange(made, own, {}, BACKEND)).json['access_token']
    const about = await post(made.server, '/introspect', { token: String(child) }, GATEWAY)
    expect(about.json).toMatchObject({ active: true, sub: 'gateway', client_id: 'backend' })
    await post(made.server, '/revoke', { token: own }, GATEWAY)
    expect(await isActive(made, child)).toBe(format === 'jwt') // a JWT ends alone: its authorization is not its own
    await made.server.authorizations.revoke({ clientId: 'gateway' })
    expect(await isActive(made, child)).toBe(false)
  })

  it('ends with the person, and with the client that has the new token', async () => {
    const made = await exchangeServer(format)
    const { access_token: root } = await tokenOfAlice(made)
    const one = (await exchange(made, root)).json['access_token']
    await made.server.authorizations.revoke({ clientId: 'gateway' })
    expect([await isActive(made, one), await isActive(made, root)]).toEqual([false, true])
    const two = (await exchange(made, root)).json['access_token']
    await made.server.authorizations.revoke({ subject: 'alice' })
    expect(await isActive(made, two)).toBe(false)
  })

  it('has an end: exchanges in a row and actors are counted', async () => {
    const made = await exchangeServer(format, { maxDepth: 2 })
    let { access_token: token } = await tokenOfAlice(made)
    for (let depth = 1; depth <= 2; depth++) token = (await exchange(made, token)).json['access_token']
    expect((await exchange(made, token)).json).toEqual({
      error: 'invalid_request',
      error_description: 'the token was exchanged too often',
    })
  })

  it.each<[string, unknown, boolean]>([
    ['the client that asks', { sub: 'gateway' }, true],
    ['its client_id', { client_id: 'gateway' }, true],
    ['it and this issuer', { sub: 'gateway', iss: 'http://localhost:4000' }, true],
    ['another client', { sub: 'backend' }, false],
    ['another issuer', { sub: 'gateway', iss: 'https://other.example' }, false],
    ['a member that is not known', { sub: 'gateway', email: 'x@example.com' }, false],
    ['no one', {}, false],
    ['nothing readable', 'gateway', false],
  ])('enforces may_act of the presented token: %s (§4.4)', async (_case, claim, allowed) => {
    const made = await exchangeServer(format)
    made.mayAct.current = claim
    const { access_token: root } = await tokenOfAlice(made)
    delete made.mayAct.current
    expect((await exchange(made, root)).status).toBe(allowed ? 200 : 400)
  })

  it('enforces may_act on the actor, when there is one', async () => {
    const made = await exchangeServer(format)
    made.mayAct.current = { sub: 'backend' }
    const { access_token: root } = await tokenOfAlice(made)
    delete made.mayAct.current
    const actor = async (client: typeof GATEWAY) => ({
      actor_token: await ownToken(made, client),
      actor_token_type: ACCESS_TOKEN,
    })
    expect((await exchange(made, root, await actor(GATEWAY))).json['error']).toBe('invalid_request')
    expect((await exchange(made, root, await actor(BACKEND))).status).toBe(200)
  })
})

describe('a token exchange', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no subject_token', { subject_token: '' }, 'invalid_request'],
    ['a subject_token that is unknown', { subject_token: 'at_x' }, 'invalid_request'],
    ['no subject_token_type', { subject_token_type: '' }, 'invalid_request'],
    [
      'a type that is not supported',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request',
    ],
    ['an actor_token without its type', { actor_token: 'x' }, 'invalid_request'],
    ['the type of an actor_token that is not there', { actor_token_type: ACCESS_TOKEN }, 'invalid_request'],
    ['an actor_token that is unknown', { actor_token: 'x', actor_token_type: ACCESS_TOKEN }, 'invalid_request'],
    [
      'a refresh token requested',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
    ],
    ['a JWT requested of a server that makes none', { requested_token_type: JWT }, 'invalid_request'],
    ['a resource that is not absolute', { resource: '/orders' }, 'invalid_target'],
    ['a resource with a fragment', { resource: 'https://orders.example/#a' }, 'invalid_target'],
    ['more scope than the token has', { scope: 'read admin' }, 'invalid_scope'],
  ])('is refused for %s (§2.2.2)', async (_case, fields, error) => {
    const made = await exchangeServer('opaque')
    const { access_token: subject } = await tokenOfAlice(made)
    const answer = await exchange(made, subject, fields)
    expect([answer.status, answer.json['error']]).toEqual([400, error])
  })

  it('is refused for a refresh token, which is no token for an API', async () => {
    const made = await exchangeServer('opaque')
    const { refresh_token: subject } = await tokenOfAlice(made)
    expect((await exchange(made, subject)).json['error']).toBe('invalid_request')
  })

  it('is refused when the application says so', async () => {
    const made = await exchangeServer('opaque', { allow: () => Promise.resolve(false) })
    const { access_token: subject } = await tokenOfAlice(made)
    expect((await exchange(made, subject)).json['error']).toBe('invalid_target')
  })

  it('is refused to a client that is not registered for it', async () => {
    const made = await exchangeServer('opaque')
    const { access_token: subject } = await tokenOfAlice(made)
    expect((await exchange(made, subject, {}, WEB as typeof GATEWAY)).json['error']).toBe('unauthorized_client')
    expect((await exchange(made, subject, {}, API as typeof GATEWAY)).status).toBe(401)
  })

  it('gives scope that both the token and the client have', async () => {
    const made = await exchangeServer('opaque')
    const { access_token: subject } = await tokenOfAlice(made)
    expect((await exchange(made, subject, {}, BACKEND)).json['scope']).toBe('read')
    expect((await exchange(made, subject, { scope: 'write' }, BACKEND)).json['error']).toBe('invalid_scope')
  })

  it('gives a JWT when one is requested, whatever the default is', async () => {
    const made = await exchangeServer('jwt')
    const { access_token: subject } = await tokenOfAlice(made)
    const { json } = await exchange(made, subject, { requested_token_type: JWT })
    expect([json['issued_token_type'], String(json['access_token']).slice(0, 2)]).toEqual([JWT, 'ey'])
  })

  it('loses to a revocation that comes first', async () => {
    const made = await exchangeServer('opaque', {
      allow: async ({ server, subject }) => {
        await server.tokens.revoke(subject)
        return true
      },
    })
    const own = await ownToken(made)
    expect((await exchange(made, own)).json['error']).toBe('invalid_request')
    const { access_token: root } = await tokenOfAlice(made)
    await exchange(made, root)
    expect(await isActive(made, root)).toBe(false)
  })

  it('loses to the end of an authorization that only its token holds', async () => {
    const made = await exchangeServer('opaque', {
      allow: async ({ server, subject }) => {
        await server.authorizations.revoke({ authorizationId: subject.authorization.id })
        return true
      },
    })
    const own = await ownToken(made)
    expect((await exchange(made, own)).json['error']).toBe('invalid_request')
    expect(await isActive(made, own)).toBe(false)
  })

  it('may happen twice at once', async () => {
    const made = await exchangeServer('opaque')
    const own = await ownToken(made)
    const answers = await Promise.all([1, 2, 3].map(() => exchange(made, own, {}, BACKEND)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it.each([0, 9, 1.5])('cannot be configured with a depth of %s', (maxDepth) => {
    expect(() => tokenExchangeGrant({ allow: () => true, maxDepth })).toThrow(TypeError)
  })
})
