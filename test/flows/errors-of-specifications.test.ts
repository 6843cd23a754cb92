/**
 * Every error code that the specifications of OAuth 2.0 name for servers and resources, each made by a request, with its
 * status. A code that is never answered says why.
 */

import { fromRequest, memoryStore, type JsonObject } from '@authlib/core'
import { generateKey, jwkThumbprint, signJwt, staticKeys, type Key, type NewJwtClaims } from '@authlib/jose'
import { bearer, dpop as dpopScheme, ResourceError, ResourceProtector } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  backchannelAuthenticationGrant,
  CIBA,
  clientCredentialsGrant,
  codeChallenge,
  DEVICE_CODE,
  deviceAuthorizationGrant,
  developmentPages,
  dpop,
  dynamicClientRegistration,
  experimentalClientAttestation,
  findBackchannelRequest,
  findDeviceRequest,
  grantManagement,
  introspectionEndpoint,
  issueInitialAccessToken,
  JWT_BEARER,
  jwtBearerGrant,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  requestObject,
  resourceIndicators,
  revocationEndpoint,
  richAuthorizationRequests,
  SAML2_BEARER,
  saml2BearerGrant,
  staticClients,
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
  type AuthorizationServer,
  type Extension,
} from '@authlib/oauth2/server'
import { OAuth2Error } from '@authlib/oauth2'
import { faultyStore, type FaultyStore } from '@authlib/testing'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  bareServer,
  basic,
  Browser,
  ISSUER,
  manualClock,
  obtainCode,
  post,
  PUBLIC,
  REDIRECT_URI,
  VERIFIER,
  WEB,
  type TestClock,
} from '../../packages/oauth2/test/journey.ts'

interface Refusal {
  readonly status: number
  readonly error: unknown
  readonly headers: Headers
}

const IDP = 'https://idp.example'
const PUBLISHER = 'https://publisher.example'
const CALENDAR = 'https://calendar.example'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const grants = [
  ...['authorization_code', 'refresh_token', 'client_credentials'],
  ...[DEVICE_CODE, CIBA, JWT_BEARER, SAML2_BEARER, TOKEN_EXCHANGE],
]
const ALL = { ...WEB, grant_types: grants, backchannel_token_delivery_mode: 'poll' }
const MACHINE = {
  ...WEB,
  client_id: 'machine',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
}
const CODELESS = { ...MACHINE, client_id: 'codeless', redirect_uris: [REDIRECT_URI] }
const LINE = { ...ALL, client_id: 'line', backchannel_user_code_parameter: true }

let key: Key
let foreignKey: Key
let clock: TestClock
let store: FaultyStore
let server: AuthorizationServer
let asked: string[]
let count = 0

beforeAll(async () => {
  key = await generateKey('ES256', { kid: 'client' })
  foreignKey = await generateKey('ES256', { kid: 'client' })
})

beforeEach(() => {
  clock = manualClock()
  store = faultyStore(memoryStore())
  asked = []
  server = serverWith([requestObject({ algorithms: ['ES256'], byReference: 'registered' })])
})

function serverWith(more: readonly Extension[]): AuthorizationServer {
  const keys = { jwks: { keys: [key.publicJwk()] } as JsonObject }
  const made = bareServer({
    store,
    clock,
    keys: staticKeys([key]),
    clients: staticClients([
      { ...ALL, ...keys },
      ...[PUBLIC, API, MACHINE, CODELESS, LINE],
      {
        ...MACHINE,
        ...keys,
        client_id: 'signing',
        token_endpoint_auth_method: 'private_key_jwt',
        client_secret: undefined,
      },
      {
        ...MACHINE,
        client_id: 'attested',
        token_endpoint_auth_method: 'attest_jwt_client_auth',
        client_secret: undefined,
      },
    ]),
    scopes: ['read', 'write', 'grant_management_query', 'grant_management_revoke'],
    outgoing: { fetch: () => Promise.reject(new TypeError('no network')), allowPrivateAddresses: true },
  })
  return made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), clientCredentialsGrant(), revocationEndpoint(), introspectionEndpoint())
    .register(deviceAuthorizationGrant(), tokenExchangeGrant({ allow: ({ audience }) => !audience.includes('vault') }))
    .register(
      backchannelAuthenticationGrant({
        findSubject: ({ value }) => {
          if (value === 'old') throw new OAuth2Error('expired_login_hint_token')
          return value === 'nobody' ? null : value
        },
        notify: ({ id }) => void asked.push(id),
        acceptsUserCode: ({ client, userCode }) => client.clientId !== 'line' || userCode === '1234',
      }),
    )
    .register(
      jwtBearerGrant({
        issuers: {
          [IDP]: { keys: key, algorithms: ['ES256'], subjectOf: ({ claims }) => ({ subject: claims.sub ?? '' }) },
        },
      }),
      saml2BearerGrant({
        verify: ({ xml, now }) => {
          if (!xml.startsWith('<A')) return null
          return { issuer: IDP, id: xml, expiresAt: now + 60, subject: 'alice' }
        },
      }),
    )
    .register(pushedAuthorizationRequests(), dpop({ nonce: true }), privateKeyJwt(), grantManagement())
    .register(experimentalClientAttestation({ attesters: key, algorithms: ['ES256'], challenge: true }))
    .register(resourceIndicators({ resources: { [CALENDAR]: {} } }))
    .register(
      richAuthorizationRequests({ types: { payment: { validate: ({ amount }) => typeof amount === 'string' } } }),
    )
    .register(dynamicClientRegistration({ publishers: [{ issuer: PUBLISHER, keys: key, algorithms: ['ES256'] }] }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
    .register(...more)
}

// What a refusal looks like

async function refusalOf(response: Response): Promise<Refusal> {
  const { status, headers } = response
  const location = headers.get('location')
  if (location?.startsWith(REDIRECT_URI)) {
    const error = new URL(location.replace('#', '?')).searchParams.get('error')
    return { status, headers, error }
  }
  const text = await response.text()
  if (headers.get('content-type')?.includes('json')) {
    return { status, headers, error: (JSON.parse(text) as Record<string, unknown>)['error'] }
  }
  return { status, headers, error: /<code>([a-z_]+)/.exec(text)?.[1] }
}

const authorize = async (params: Record<string, string | undefined>): Promise<Refusal> =>
  refusalOf(await server.fetch(new Request(authorizeUrl(params))))

type Form = Record<string, string>

async function direct(
  path: string,
  form: Form,
  { client = ALL, headers = {} }: { client?: typeof WEB; headers?: Record<string, string> } = {},
): Promise<Refusal> {
  const { client_secret = client.client_secret, ...rest } = form // one in the form stands for a wrong one in the header
  const authorization = client_secret === undefined ? undefined : basic({ ...client, client_secret })
  const own = authorization === undefined ? { client_id: client.client_id } : {}
  return refusalOf(
    await server.fetch(
      new Request(ISSUER + path, {
        method: 'POST',
        body: new URLSearchParams({ ...own, ...rest }),
        headers: { ...headers, ...(authorization !== undefined && { authorization }) },
      }),
    ),
  )
}

const token = (form: Form, options?: Parameters<typeof direct>[2]): Promise<Refusal> => direct('/token', form, options)

// Pieces of requests

const jwt = (claims: NewJwtClaims, { signer = key, typ }: { signer?: Key; typ?: string } = {}): Promise<string> =>
  signJwt({ iat: clock(), exp: clock() + 60, jti: `jti-${count++}`, ...claims }, signer, {
    lifetime: null,
    ...(typ !== undefined && { typ }),
  })

async function accessToken(scope = 'read', client = ALL): Promise<string> {
  return String(
    (await post(server, '/token', { grant_type: 'client_credentials', scope }, client)).json['access_token'],
  )
}

async function device(): Promise<Form> {
  const { json } = await post(server, '/device_authorization', { scope: 'read' }, ALL)
  return { device_code: String(json['device_code']), user_code: String(json['user_code']) }
}

const poll = ({ device_code = '' }: Form): Promise<Refusal> => token({ grant_type: DEVICE_CODE, device_code })

async function ciba(form: Form = {}): Promise<string> {
  const { json } = await post(server, '/bc-authorize', { scope: 'read', login_hint: 'alice', ...form }, ALL)
  return String(json['auth_req_id'])
}

const pollCiba = (auth_req_id: string): Promise<Refusal> => token({ grant_type: CIBA, auth_req_id })

async function proof(change: NewJwtClaims = {}, method = 'POST', url = `${ISSUER}/token`): Promise<string> {
  const claims = { htm: method, htu: url, iat: clock(), jti: `proof-${count++}`, ...change }
  return signJwt(claims, key, { typ: 'dpop+jwt', lifetime: null, header: { jwk: key.publicJwk() } })
}

async function nonce(): Promise<string> {
  const { headers } = await token({ grant_type: 'client_credentials' }, { headers: { dpop: await proof() } })
  return headers.get('dpop-nonce') ?? ''
}

async function register(body: object | string, { initial }: { initial?: string | undefined } = {}): Promise<Refusal> {
  const authorization = `Bearer ${initial ?? (await issueInitialAccessToken(server))}`
  return refusalOf(
    await server.fetch(
      new Request(`${ISSUER}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: typeof body === 'string' ? body : JSON.stringify({ redirect_uris: [REDIRECT_URI], ...body }),
      }),
    ),
  )
}

async function manage(
  method: string,
  { bearerToken, body }: { bearerToken?: string; body?: object },
): Promise<Refusal> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await issueInitialAccessToken(server)}`,
  }
  const made = await server.fetch(
    new Request(`${ISSUER}/register`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ redirect_uris: [REDIRECT_URI] }),
    }),
  )
  const json = (await made.json()) as Record<string, unknown>
  const authorization = `Bearer ${bearerToken ?? String(json['registration_access_token'])}`
  return refusalOf(
    await server.fetch(
      new Request(String(json['registration_client_uri']), {
        method,
        headers: { ...headers, authorization },
        ...(body && { body: JSON.stringify({ client_id: json['client_id'], ...body }) }),
      }),
    ),
  )
}

/** A protected resource that knows two tokens: `plain`, and `bound` to the key. */
async function resource(
  headers: Record<string, string>,
  requirement?: Parameters<ResourceProtector['protect']>[1],
): Promise<Refusal> {
  const jkt = await jwkThumbprint(key.publicJwk())
  const validator = {
    validate: (text: string) => {
      if (!['plain', 'bound'].includes(text)) return null
      const claims = text === 'bound' ? { cnf: { jkt } } : {}
      const common = { subject: 'alice', clientId: 'web', scope: ['read'], audience: ['https://api.example'] }
      return {
        ...common,
        issuer: ISSUER,
        expiresAt: clock() + 60,
        tokenType: text === 'bound' ? 'DPoP' : 'Bearer',
        claims,
      }
    },
  }
  const guard = new ResourceProtector({
    ...{ resource: 'https://api.example', clock, validators: [validator] },
    schemes: [bearer(), dpopScheme()],
  })
  const request = fromRequest(new Request('https://api.example/notes', { headers }))
  const error: unknown = await guard.protect(request, requirement).catch((e: unknown) => e)
  const answer = guard.respond(error)
  const code = error instanceof ResourceError ? error.params['error'] : (error as { code?: string }).code
  return { status: answer.status, error: code, headers: new Headers(answer.headers.map(([n, v]) => [n, v])) }
}

// The table

type Row = readonly [specification: string, error: string, status: number, request: () => Promise<Refusal>]

const ROWS: readonly Row[] = [
  ['RFC 6749 §4.1.2.1', 'invalid_request', 303, () => authorize({ response_type: undefined })],
  ['RFC 6749 §4.1.2.1', 'unauthorized_client', 303, () => authorize({ client_id: 'codeless' })],
  [
    'RFC 6749 §4.1.2.1',
    'access_denied',
    303,
    async () => {
      const answer = await new Browser(server).authorize({}, { decision: 'deny' })
      return { status: 303, error: answer.get('error'), headers: new Headers() }
    },
  ],
  ['RFC 6749 §4.1.2.1', 'unsupported_response_type', 303, () => authorize({ response_type: 'token' })],
  ['RFC 6749 §4.1.2.1', 'invalid_scope', 303, () => authorize({ scope: 'fly' })],
  [
    'RFC 6749 §4.1.2.1',
    'server_error',
    303,
    async () => {
      server = serverWith([
        {
          kind: 'extension',
          name: 'crash',
          validateAuthorizationRequest: () => {
            throw new TypeError('a crash')
          },
        },
      ])
      return authorize({})
    },
  ],
  [
    'RFC 6749 §4.1.2.1',
    'temporarily_unavailable',
    303,
    async () => {
      const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
      store.failNext(5)
      const error: unknown = await server.requests
        .answer(request, { subject: 'alice', authTime: clock() })
        .catch((e: unknown) => e)
      const { status, headers } = await server.respond(error)
      const location = new URL(headers.find(([name]) => name === 'location')?.[1] ?? '')
      return { status, error: location.searchParams.get('error'), headers: new Headers() }
    },
  ],

  ['RFC 6749 §5.2', 'invalid_request', 400, () => token({})],
  ['RFC 6749 §5.2', 'invalid_client', 401, () => token({ grant_type: 'client_credentials', client_secret: 'wrong' })],
  ['RFC 6749 §5.2', 'invalid_grant', 400, () => token({ grant_type: 'authorization_code', code: 'x' })],
  [
    'RFC 6749 §5.2',
    'unauthorized_client',
    400,
    () => token({ grant_type: 'refresh_token', refresh_token: 'x' }, { client: MACHINE }),
  ],
  ['RFC 6749 §5.2', 'unsupported_grant_type', 400, () => token({ grant_type: 'password' })],
  ['RFC 6749 §5.2', 'invalid_scope', 400, () => token({ grant_type: 'client_credentials', scope: 'fly' })],

  ['RFC 6750 §3.1', 'invalid_request', 400, () => resource({ authorization: 'Bearer a b' })],
  ['RFC 6750 §3.1', 'invalid_token', 401, () => resource({ authorization: 'Bearer unknown' })],
  ['RFC 6750 §3.1', 'insufficient_scope', 403, () => resource({ authorization: 'Bearer plain' }, { scope: 'write' })],

  ['RFC 7009 §2.2.1', 'invalid_client', 401, () => direct('/revoke', { token: 'x', client_secret: 'wrong' })],
  ['RFC 7009 §2.2.1', 'invalid_request', 400, () => direct('/revoke', {})],
  [
    'RFC 7009 §2.2.1',
    'temporarily_unavailable',
    503,
    async () => {
      const live = await accessToken()
      store.failNext(5)
      return direct('/revoke', { token: live })
    },
  ],

  [
    'RFC 7521 §4.1.1',
    'invalid_grant',
    400,
    async () =>
      token({
        grant_type: JWT_BEARER,
        assertion: await jwt({ iss: IDP, sub: 'alice', aud: ISSUER }, { signer: foreignKey }),
      }),
  ],
  [
    'RFC 7521 §4.2.1',
    'invalid_client',
    401,
    async () => {
      const client_assertion = await jwt({ iss: 'signing', sub: 'signing', aud: ISSUER }, { signer: foreignKey })
      return token(
        { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE, client_assertion },
        { client: { client_id: 'signing' } },
      )
    },
  ],
  ['RFC 7522 §3.1', 'invalid_grant', 400, () => token({ grant_type: SAML2_BEARER, assertion: btoa('<B/>') })],

  ['RFC 7591 §3.2.2', 'invalid_redirect_uri', 400, () => register({ redirect_uris: ['http://app.example/#x'] })],
  ['RFC 7591 §3.2.2', 'invalid_client_metadata', 400, () => register({ grant_types: 'authorization_code' })],
  [
    'RFC 7591 §3.2.2',
    'invalid_software_statement',
    400,
    async () => register({ software_statement: await jwt({ iss: PUBLISHER }, { signer: foreignKey }) }),
  ],
  [
    'RFC 7591 §3.2.2',
    'unapproved_software_statement',
    400,
    async () => register({ software_statement: await jwt({ iss: IDP }) }),
  ],
  ['RFC 7591 §3.2.2', 'invalid_token', 401, () => register({}, { initial: 'x' })],

  ['RFC 7592 §2', 'invalid_token', 401, () => manage('GET', { bearerToken: 'x' })],
  [
    'RFC 7592 §2.2',
    'invalid_client_metadata',
    400,
    () => manage('PUT', { body: { redirect_uris: [REDIRECT_URI], grant_types: 1 } }),
  ],
  ['RFC 7592 §2.2', 'invalid_redirect_uri', 400, () => manage('PUT', { body: { redirect_uris: ['x'] } })],

  ['RFC 7662 §2.3', 'invalid_client', 401, () => direct('/introspect', { token: 'x', client_secret: 'wrong' })],
  ['RFC 7662 §2.1', 'invalid_request', 400, () => direct('/introspect', {})],

  ['RFC 8628 §3.1', 'invalid_scope', 400, () => direct('/device_authorization', { scope: 'fly' })],
  ['RFC 8628 §3.1', 'unauthorized_client', 400, () => direct('/device_authorization', {}, { client: MACHINE })],
  ['RFC 8628 §3.5', 'authorization_pending', 400, async () => poll(await device())],
  [
    'RFC 8628 §3.5',
    'slow_down',
    400,
    async () => {
      const made = await device()
      await poll(made)
      return poll(made)
    },
  ],
  [
    'RFC 8628 §3.5',
    'access_denied',
    400,
    async () => {
      const made = await device()
      const request = await findDeviceRequest(server, made['user_code'] ?? '')
      if (!request) throw new Error('nothing to answer')
      await server.requests.answer(request, { denied: true })
      return poll(made)
    },
  ],
  [
    'RFC 8628 §3.5',
    'expired_token',
    400,
    async () => {
      const made = await device()
      clock.advance(601)
      return poll(made)
    },
  ],

  [
    'RFC 8693 §2.2.2',
    'invalid_request',
    400,
    () => token({ grant_type: TOKEN_EXCHANGE, subject_token: 'x', subject_token_type: ACCESS_TOKEN }),
  ],
  [
    'RFC 8693 §2.2.2',
    'invalid_target',
    400,
    async () =>
      token({
        grant_type: TOKEN_EXCHANGE,
        subject_token: await accessToken(),
        subject_token_type: ACCESS_TOKEN,
        audience: 'vault',
      }),
  ],

  ['RFC 8707 §2.1', 'invalid_target', 303, () => authorize({ resource: 'https://unknown.example' })],
  [
    'RFC 8707 §2.2',
    'invalid_target',
    400,
    () => token({ grant_type: 'client_credentials', resource: 'https://unknown.example' }),
  ],

  [
    'RFC 9101 §7',
    'invalid_request_object',
    400,
    async () =>
      authorize({ request: await jwt({ iss: 'web', aud: ISSUER, client_id: 'web' }, { signer: foreignKey }) }),
  ],
  ['RFC 9101 §7', 'invalid_request_uri', 400, () => authorize({ request_uri: 'https://unknown.example/request' })],
  [
    'RFC 9101 §7',
    'request_not_supported',
    303,
    async () => {
      server = serverWith([])
      return authorize({ request: await jwt({ client_id: 'web' }) })
    },
  ],
  [
    'RFC 9101 §7',
    'request_uri_not_supported',
    303,
    () => {
      server = serverWith([])
      return authorize({ request_uri: 'https://app.example/request' })
    },
  ],

  ['RFC 9126 §2.3', 'invalid_request', 400, () => direct('/par', { response_type: 'code', request_uri: 'urn:x' })],
  ['RFC 9126 §2.3', 'invalid_client', 401, () => direct('/par', { response_type: 'code', client_secret: 'wrong' })],
  ['RFC 9126 §2.3', 'invalid_scope', 400, () => direct('/par', { ...pushable(), scope: 'fly' })],
  ['RFC 9126 §2.3', 'unauthorized_client', 400, () => direct('/par', pushable(), { client: CODELESS })],
  [
    'RFC 9126 §4',
    'invalid_request_uri',
    400,
    () => authorize({ request_uri: `urn:ietf:params:oauth:request_uri:${'A'.repeat(22)}.x` }),
  ],

  [
    'RFC 9396 §5',
    'invalid_authorization_details',
    303,
    () => authorize({ authorization_details: '[{"type":"payment","amount":1}]' }),
  ],
  [
    'RFC 9396 §6',
    'invalid_authorization_details',
    400,
    async () =>
      token({
        grant_type: 'authorization_code',
        code: await obtainCode(server),
        redirect_uri: REDIRECT_URI,
        code_verifier: VERIFIER,
        authorization_details: '[{"type":"unknown"}]',
      }),
  ],

  [
    'RFC 9449 §5',
    'invalid_dpop_proof',
    400,
    async () =>
      token(
        { grant_type: 'client_credentials' },
        { headers: { dpop: await proof({ nonce: await nonce(), htm: 'GET' }) } },
      ),
  ],
  [
    'RFC 9449 §8',
    'use_dpop_nonce',
    400,
    async () => token({ grant_type: 'client_credentials' }, { headers: { dpop: await proof() } }),
  ],
  ['RFC 9449 §7.1', 'invalid_token', 401, () => resource({ authorization: 'Bearer bound' })],
  ['RFC 9449 §7.1', 'invalid_dpop_proof', 401, () => resource({ authorization: 'DPoP bound', dpop: 'x' })],

  [
    'RFC 9470 §3',
    'insufficient_user_authentication',
    401,
    () => resource({ authorization: 'Bearer plain' }, { acrValues: ['gold'] }),
  ],

  [
    'RFC 9700 §2.1.1',
    'invalid_request',
    303,
    () => authorize({ code_challenge: undefined, code_challenge_method: undefined }),
  ],
  [
    'RFC 9700 §4.8.2',
    'invalid_grant',
    400,
    async () => token({ grant_type: 'authorization_code', code: await obtainCode(server), redirect_uri: REDIRECT_URI }),
  ],
  [
    'RFC 9700 §4.14.2',
    'invalid_grant',
    400,
    async () => {
      const first = await tokens()
      await post(server, '/token', { grant_type: 'refresh_token', refresh_token: first }, ALL)
      clock.advance(60)
      return token({ grant_type: 'refresh_token', refresh_token: first })
    },
  ],

  ['CIBA Core §13', 'invalid_request', 400, () => direct('/bc-authorize', { scope: 'read' })],
  ['CIBA Core §13', 'invalid_scope', 400, () => direct('/bc-authorize', { scope: 'fly', login_hint: 'alice' })],
  [
    'CIBA Core §13',
    'expired_login_hint_token',
    400,
    () => direct('/bc-authorize', { scope: 'read', login_hint_token: 'old' }),
  ],
  ['CIBA Core §13', 'unknown_user_id', 400, () => direct('/bc-authorize', { scope: 'read', login_hint: 'nobody' })],
  [
    'CIBA Core §13',
    'unauthorized_client',
    400,
    () => direct('/bc-authorize', { scope: 'read', login_hint: 'alice' }, { client: MACHINE }),
  ],
  [
    'CIBA Core §13',
    'missing_user_code',
    400,
    () => direct('/bc-authorize', { scope: 'read', login_hint: 'alice' }, { client: LINE }),
  ],
  [
    'CIBA Core §13',
    'invalid_user_code',
    400,
    () => direct('/bc-authorize', { scope: 'read', login_hint: 'alice', user_code: '1' }, { client: LINE }),
  ],
  [
    'CIBA Core §13',
    'invalid_binding_message',
    400,
    () => direct('/bc-authorize', { scope: 'read', login_hint: 'alice', binding_message: 'x'.repeat(500) }),
  ],
  ['CIBA Core §13', 'invalid_client', 401, () => direct('/bc-authorize', { scope: 'read', client_secret: 'wrong' })],
  ['CIBA Core §11', 'authorization_pending', 400, async () => pollCiba(await ciba())],
  [
    'CIBA Core §11',
    'slow_down',
    400,
    async () => {
      const id = await ciba()
      await pollCiba(id)
      return pollCiba(id)
    },
  ],
  [
    'CIBA Core §11',
    'expired_token',
    400,
    async () => {
      const id = await ciba()
      clock.advance(301)
      return pollCiba(id)
    },
  ],
  [
    'CIBA Core §11',
    'access_denied',
    400,
    async () => {
      const id = await ciba()
      const request = await findBackchannelRequest(server, id.slice(id.indexOf('_') + 1).slice(0, 22))
      if (!request) throw new Error('nothing to answer')
      await server.requests.answer(request, { denied: true })
      return pollCiba(id)
    },
  ],
  ['CIBA Core §11', 'invalid_grant', 400, () => pollCiba('x')],
  [
    'CIBA Core §11',
    'unauthorized_client',
    400,
    () => token({ grant_type: CIBA, auth_req_id: 'x' }, { client: MACHINE }),
  ],

  ['Grant Management', 'invalid_grant_id', 303, () => authorize({ grant_management_action: 'merge', grant_id: 'x' })],
  [
    'Attestation-Based Client Authentication',
    'use_attestation_challenge',
    400,
    async () => {
      const cnf = { jwk: key.publicJwk() }
      const headers = {
        'oauth-client-attestation': await jwt({ sub: 'attested', cnf }, { typ: 'oauth-client-attestation+jwt' }),
        'oauth-client-attestation-pop': await jwt({ aud: ISSUER }, { typ: 'oauth-client-attestation-pop+jwt' }),
      }
      return token({ grant_type: 'client_credentials' }, { client: { client_id: 'attested' }, headers })
    },
  ],
]

function pushable(): Form {
  const challenge = { code_challenge: new URL(authorizeUrl()).searchParams.get('code_challenge') ?? '' }
  return { response_type: 'code', redirect_uri: REDIRECT_URI, code_challenge_method: 'S256', ...challenge }
}

async function tokens(): Promise<string> {
  const form = {
    grant_type: 'authorization_code',
    code: await obtainCode(server),
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
  }
  return String((await post(server, '/token', form, ALL)).json['refresh_token'])
}

/** What each specification names, in the order in which it does. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'RFC 6749 §4.1.2.1': [
    ...['invalid_request', 'unauthorized_client', 'access_denied', 'unsupported_response_type', 'invalid_scope'],
    ...['server_error', 'temporarily_unavailable'],
  ],
  'RFC 6749 §5.2': [
    ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
    'invalid_scope',
  ],
  'RFC 6750 §3.1': ['invalid_request', 'invalid_token', 'insufficient_scope'],
  'RFC 7009 §2.2.1': ['unsupported_token_type'],
  'RFC 7521 §4.1.1': ['invalid_grant'],
  'RFC 7521 §4.2.1': ['invalid_client'],
  'RFC 7591 §3.2.2': [
    ...['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_software_statement'],
    'unapproved_software_statement',
  ],
  'RFC 7662 §2.3': ['invalid_client'],
  'RFC 8628 §3.5': ['authorization_pending', 'slow_down', 'access_denied', 'expired_token'],
  'RFC 8693 §2.2.2': ['invalid_request', 'invalid_target'],
  'RFC 8707 §2.1': ['invalid_target'],
  'RFC 8707 §2.2': ['invalid_target'],
  'RFC 9101 §7': [
    'invalid_request_uri',
    'invalid_request_object',
    'request_not_supported',
    'request_uri_not_supported',
  ],
  'RFC 9126 §2.3': ['invalid_request'],
  'RFC 9396 §5': ['invalid_authorization_details'],
  'RFC 9396 §6': ['invalid_authorization_details'],
  'RFC 9449 §5': ['invalid_dpop_proof'],
  'RFC 9449 §7.1': ['invalid_token', 'invalid_dpop_proof'],
  'RFC 9449 §8': ['use_dpop_nonce'],
  'RFC 9470 §3': ['insufficient_user_authentication'],
  'CIBA Core §11': [
    ...['authorization_pending', 'slow_down', 'expired_token', 'access_denied', 'invalid_grant', 'unauthorized_client'],
  ],
  'CIBA Core §13': [
    ...['invalid_request', 'invalid_scope', 'expired_login_hint_token', 'unknown_user_id', 'unauthorized_client'],
    ...['missing_user_code', 'invalid_user_code', 'invalid_binding_message', 'invalid_client', 'access_denied'],
  ],
}

/** Why a code that is named is not answered. */
const NEVER: Readonly<Record<string, string>> = {
  'RFC 7009 §2.2.1 unsupported_token_type': 'every kind of token that the server issues can be revoked',
  'CIBA Core §13 access_denied': 'nothing is decided before the person answers: a poll says so (§11)',
}

describe('the errors of the specifications', () => {
  it.each(ROWS)('%s: %s with %i', async (_specification, error, status, request) => {
    const refusal = await request()
    expect([refusal.error, refusal.status]).toEqual([error, status])
    const challenge = refusal.headers.get('www-authenticate')
    if (status === 401) expect(challenge).not.toBeNull() // RFC 9110 §15.5.2
  })

  it('have a row each, or a reason', () => {
    const shown = new Set(ROWS.map(([specification, error]) => `${specification} ${error}`))
    const named = Object.entries(NAMED).flatMap(([specification, errors]) =>
      errors.map((one) => `${specification} ${one}`),
    )
    expect(named.filter((one) => shown.has(one) === Object.hasOwn(NEVER, one))).toEqual([])
  })
})
