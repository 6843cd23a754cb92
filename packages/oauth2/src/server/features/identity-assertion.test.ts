import { memoryStore } from '@authlib/core'
import { generateKey, signJwt, staticKeys, verifyJwt, type Key, type NewJwtClaims } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, obtainCode, post, redeem, WEB, type Answer } from '../../../test/journey.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { codeChallenge } from './code-challenge.ts'
import { dpop } from './dpop.ts'
import {
  experimentalIdentityAssertionIssuer,
  ID_JAG,
  type IdentityAssertionIssuerOptions,
  type IdentityAssertionRequest,
} from './identity-assertion-issuer.ts'
import { experimentalIdentityAssertions, type IdentifiedPerson, type IdentityAssertion } from './identity-assertion.ts'
import { JWT_BEARER, jwtBearerGrant } from './jwt-bearer.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { TOKEN_EXCHANGE, tokenExchangeGrant } from './token-exchange.ts'

const START = 1_800_000_000
const CHAT = 'https://chat.example'
const API = 'https://api.chat.example/'
const idpKey = await generateKey('ES256')
const strangeKey = await generateKey('ES256')
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const REFRESH = 'urn:ietf:params:oauth:token-type:refresh_token'

const WIKI: ClientMetadata = { ...WEB, grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE] }
const AT_CHAT: ClientMetadata = {
  client_id: 'wiki-at-chat',
  client_secret: 'wiki-secret-wiki-secret-wiki-secret',
  grant_types: [JWT_BEARER],
  scope: 'chat.read chat.write',
}
const SPA: ClientMetadata = { client_id: 'spa', token_endpoint_auth_method: 'none', grant_types: [TOKEN_EXCHANGE] }

const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

function identityProvider(options: Partial<IdentityAssertionIssuerOptions> = {}) {
  const clock = manualClock(START)
  const asked: IdentityAssertionRequest[] = []
  const made = bareServer({
    clock,
    store: memoryStore(),
    keys: staticKeys([idpKey]),
    clients: staticClients([WIKI, SPA]),
  })
  made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(tokenExchangeGrant({ allow: () => false }))
    .register(refreshTokenGrant(), developmentPages({ users: [{ username: 'alice' }] }))
    .register(
      experimentalIdentityAssertionIssuer({
        allow(request) {
          asked.push(request)
          if (request.audience !== CHAT) return null
          return { clientId: 'wiki-at-chat', claims: { email: 'alice@example.org', iss: 'https://evil.example' } }
        },
        ...options,
      }),
    )
  const idToken = (claims: NewJwtClaims = {}, key = idpKey): Promise<string> =>
    signJwt(
      { iss: ISSUER, sub: 'alice', aud: 'web', iat: START, exp: START + 300, auth_time: START - 5, ...claims },
      key,
    )
  const exchange = async (form: Record<string, string> | string = {}, client = WIKI): Promise<Answer> => {
    const fields = {
      ...{ grant_type: TOKEN_EXCHANGE, requested_token_type: ID_JAG, audience: CHAT, resource: API },
      ...{ scope: 'chat.read', subject_token: await idToken(), subject_token_type: ID_TOKEN },
    }
    const body = typeof form === 'string' ? `${new URLSearchParams(fields).toString()}&${form}` : { ...fields, ...form }
    return post(made.server, '/token', body, client)
  }
  return { ...made, clock, asked, idToken, exchange }
}

function resourceServer(person: IdentifiedPerson | null = { subject: 'user-7' }) {
  const clock = manualClock(START)
  const seen: IdentityAssertion[] = []
  const findPerson = (assertion: IdentityAssertion): IdentifiedPerson | null => {
    seen.push(assertion)
    return person
  }
  const made = bareServer({
    issuer: CHAT,
    baseUrl: ISSUER,
    clock,
    clients: staticClients([AT_CHAT, { ...AT_CHAT, client_id: 'other' }, { ...SPA, grant_types: [JWT_BEARER] }]),
  })
  made.server
    .registerGrant(jwtBearerGrant({ issuers: {} }))
    .register(dpop())
    .register(
      experimentalIdentityAssertions({ providers: { [ISSUER]: { keys: idpKey, algorithms: ['ES256'], findPerson } } }),
    )
  const present = (assertion: string, form: Record<string, string> = {}, client = AT_CHAT): Promise<Answer> =>
    post(made.server, '/token', { grant_type: JWT_BEARER, assertion, ...form }, client)
  return { ...made, clock, seen, present }
}

const CLAIMS = {
  ...{ iss: ISSUER, sub: 'alice', aud: CHAT, client_id: 'wiki-at-chat', jti: '1', iat: START, exp: START + 300 },
  ...{ scope: 'chat.read chat.history', resource: API },
}
const assertion = (changes: NewJwtClaims = {}, key: Key = idpKey, typ = 'oauth-id-jag+jwt'): Promise<string> =>
  signJwt({ ...CLAIMS, ...changes }, key, { typ })

describe('an identity provider', () => {
  it('gives an assertion for an ID Token, which the server of the API accepts', async () => {
    const { exchange, asked, server } = identityProvider()
    const { status, json } = await exchange()
    expect([status, json]).toEqual([
      200,
      {
        issued_token_type: ID_JAG,
        access_token: expect.any(String) as string,
        token_type: 'N_A',
        expires_in: 300,
        scope: 'chat.read',
      },
    ])
    expect(asked[0]).toMatchObject({ subject: 'alice', audience: CHAT, resources: [API], scope: ['chat.read'] })
    const policy = { typ: 'oauth-id-jag+jwt', issuer: ISSUER, audience: CHAT, clock: () => START }
    expect((await verifyJwt(String(json['access_token']), idpKey, policy)).claims).toEqual({
      ...{ iss: ISSUER, sub: 'alice', aud: CHAT, client_id: 'wiki-at-chat', iat: START, exp: START + 300 },
      ...{ scope: 'chat.read', resource: API, auth_time: START - 5, email: 'alice@example.org' },
      jti: expect.any(String) as string,
    })
    expect(await server.tokens.find(String(json['access_token']))).toBeNull() // it opens nothing here

    const there = resourceServer()
    const tokens = await there.present(String(json['access_token']))
    expect([tokens.status, tokens.json['scope'], tokens.json['refresh_token']]).toEqual([200, 'chat.read', undefined])
    const found = await there.server.tokens.find(String(tokens.json['access_token']))
    expect([found?.authorization.subject, found?.audience]).toEqual(['user-7', [API]])
    expect(there.seen[0]?.claims).toMatchObject({ sub: 'alice', email: 'alice@example.org' })
    expect((await there.present(String(json['access_token']))).status).toBe(200) // until it expires
  })

  it('takes a refresh token of the client too', async () => {
    const made = identityProvider()
    const { json } = await redeem(made.server, await obtainCode(made.server), { client: WIKI })
    const form = { subject_token: String(json['refresh_token']), subject_token_type: REFRESH }
    expect((await made.exchange(form)).status).toBe(200)
    expect(made.asked[0]?.subject).toBe('alice')
  })

  it('says another audience, scope, resource and sub where the application says so', async () => {
    const allow = () => ({ clientId: 'x', audience: 'https://real.example', sub: 'pair', scope: [], resources: [] })
    const { json } = await identityProvider({ allow }).exchange({ audience: 'urn:chat' })
    const policy = { typ: 'oauth-id-jag+jwt', issuer: ISSUER, audience: 'https://real.example', clock: () => START }
    const { claims } = await verifyJwt(String(json['access_token']), idpKey, policy)
    expect(claims).toMatchObject({ sub: 'pair', client_id: 'x' })
    expect(claims).not.toHaveProperty('scope')
    expect(claims).not.toHaveProperty('resource')
  })

  it.each<[string, Record<string, string> | string, ClientMetadata, string]>([
    ['another audience', { audience: 'https://other.example' }, WIKI, 'invalid_target'],
    ['two audiences', 'audience=https%3A%2F%2Fb.example', WIKI, 'invalid_request'],
    ['a resource that is no URI', { resource: 'x' }, WIKI, 'invalid_target'],
    ['an actor', { actor_token: 'x' }, WIKI, 'invalid_request'],
    ['no subject token', { subject_token: '' }, WIKI, 'invalid_request'],
    [
      'an access token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
      WIKI,
      'invalid_request',
    ],
    ['garbage', { subject_token: 'x' }, WIKI, 'invalid_grant'],
    ['a refresh token of nobody', { subject_token: 'x', subject_token_type: REFRESH }, WIKI, 'invalid_grant'],
    ['a public client', {}, SPA, 'unauthorized_client'],
    ['another type of token', { requested_token_type: 'urn:x' }, WIKI, 'invalid_request'],
  ])('refuses %s', async (_case, form, client, error) => {
    expect(errorOf(await identityProvider().exchange(form, client))).toEqual([400, error])
  })

  it.each<[string, NewJwtClaims, Key?]>([
    ['of another client', { aud: 'other' }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['that has expired', { exp: START - 60 }],
    ['of another key', {}, strangeKey],
  ])('refuses an ID Token %s', async (_case, claims, key) => {
    const made = identityProvider()
    expect(errorOf(await made.exchange({ subject_token: await made.idToken(claims, key) }))).toEqual([
      400,
      'invalid_grant',
    ])
  })

  it('publishes what it issues', () => {
    const { server } = identityProvider()
    expect(server.metadata()).toMatchObject({ identity_chaining_requested_token_types_supported: [ID_JAG] })
  })
})

describe('the server of an API', () => {
  it.each<[string, NewJwtClaims]>([
    ['another client', { client_id: 'other' }],
    ['another audience', { aud: 'https://other.example' }],
    ['two audiences', { aud: [CHAT, 'https://other.example'] }],
    ['an unknown issuer', { iss: 'https://other.example' }],
    ['an end in the past', { exp: START - 60 }],
    ['a life of a day', { exp: START + 86_400 }],
    ['a resource that is no URI', { resource: 'x' }],
    ['a key that nobody proves', { cnf: { jkt: 'x' } }],
    ['a key that is none', { cnf: null }],
    ['a key of another kind', { cnf: { 'x5t#S256': 'x' } }],
  ])('refuses an assertion with %s', async (_case, changes) => {
    expect(errorOf(await resourceServer().present(await assertion(changes)))).toEqual([400, 'invalid_grant'])
  })

  it.each(['sub', 'client_id', 'jti', 'iat', 'exp'])('refuses one without %s', async (name) => {
    const claims = Object.fromEntries(Object.entries(CLAIMS).filter(([claim]) => claim !== name))
    const text = await signJwt(claims, idpKey, { typ: 'oauth-id-jag+jwt', lifetime: null })
    expect(errorOf(await resourceServer().present(text))).toEqual([400, 'invalid_grant'])
  })

  it('refuses another key, another type, a person that is not known, and a public client', async () => {
    const { present } = resourceServer()
    expect(errorOf(await present(await assertion({}, strangeKey)))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await present(await assertion({}, idpKey, 'JWT')))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await resourceServer(null).present(await assertion()))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await present(await assertion(), {}, SPA))).toEqual([400, 'unauthorized_client'])
  })

  it('gives what the assertion, the client and the application allow', async () => {
    const { present } = resourceServer({ subject: 'user-7', scope: ['chat.read', 'chat.write'], audience: ['urn:api'] })
    expect((await present(await assertion())).json['scope']).toBe('chat.read')
    expect((await present(await assertion({ scope: undefined as never }))).json['scope']).toBe('chat.read chat.write')
    expect(errorOf(await present(await assertion(), { scope: 'chat.write' }))).toEqual([400, 'invalid_scope'])
  })

  it('publishes the profile', () => {
    expect(resourceServer().server.metadata()).toMatchObject({
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      grant_types_supported: [JWT_BEARER],
    })
  })
})
