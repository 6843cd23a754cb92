/**
 * What the metadata of a server advertises works, and what works is advertised: for each member, every value that a
 * specification knows is tried, and those that work are those that are published.
 */

import { fromRequest, type ClientCertificate } from '@authlib/core'
import {
  decodeUnverifiedJwt,
  generateKey,
  importJwk,
  importSecret,
  KeySet,
  signJwt,
  type Jwk,
  type Key,
} from '@authlib/jose'
import type { AuthorizationServer, ConfiguredClient } from '@authlib/oauth2/server'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { authorizeUrl, Browser, CHALLENGE, ISSUER, REDIRECT_URI, VERIFIER } from '../../packages/oauth2/test/journey.ts'
import { everything } from '../support/every-feature.ts'

const now = (): number => Math.floor(Date.now() / 1000)
let count = 0

// Every name that a specification knows

const JWS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'ES256K'],
  ...['EdDSA', 'Ed25519', 'Ed448', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', 'HS256', 'HS384', 'HS512', 'none'],
] as const
const JWE = [
  ...['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512', 'RSA1_5', 'dir', 'A128KW', 'A256KW'],
  ...['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW', 'A128GCMKW', 'PBES2-HS256+A128KW'],
]
const ENC = ['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512', 'A128GCM', 'A192GCM', 'A256GCM']
const RESPONSE_TYPES = [
  ...['code', 'token', 'id_token', 'none', 'code token', 'code id_token', 'id_token token', 'code id_token token'],
  'device_code',
]
const RESPONSE_MODES = [
  'query',
  'fragment',
  'form_post',
  'jwt',
  'query.jwt',
  'fragment.jwt',
  'form_post.jwt',
  'web_message',
]
const urn = (name: string): string => `urn:ietf:params:oauth:grant-type:${name}`
const GRANTS = [
  ...['authorization_code', 'refresh_token', 'client_credentials', 'password', 'implicit'],
  ...['device_code', 'token-exchange', 'jwt-bearer', 'saml2-bearer', 'uma-ticket'].map(urn),
  'urn:openid:params:grant-type:ciba',
]
const METHODS = [
  ...['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
  ...['tls_client_auth', 'self_signed_tls_client_auth', 'attest_jwt_client_auth', 'attest_jwt_client_auth_dpop'],
  'magic',
]
const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'read', 'write', 'admin']

// Keys and clients

const keys = new Map<string, Key>()
let trusted: Key
let instance: Key
let server: AuthorizationServer

const secret = 'a-secret-for-tests-of-64-characters-or-more-because-of-HS512-0123456789'
const DER = new Uint8Array(
  Buffer.from(
    'MIICbDCCAhGgAwIBAgIUYoefY4M7nCsrJTnKsr5MQ4FkUTIwCgYIKoZIzj0EAwIwWDELMAkGA1UEBhMCRlIxEzARBgNVBAoMClNob3AsIEluYy4xHjAKBgNVBAsMA1BheTAQBgoJkiaJk/IsZAEBDAI0MjEUMBIGA1UEAwwLQ2xpZW50IMOpIDEwIBcNMjYxMTI5MDA1MTU3WhgPMjEyNjExMDUwMDUxNTdaMFgxCzAJBgNVBAYTAkZSMRMwEQYDVQQKDApTaG9wLCBJbmMuMR4wCgYDVQQLDANQYXkwEAYKCZImiZPyLGQBAQwCNDIxFDASBgNVBAMMC0NsaWVudCDDqSAxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECSz61HrGW23I+/EErHvP656I99sIoJdK2T5Ba55uO3kCYNBzCoqp9ZIBtMn+3UMXo9ydY+dHbayDS0B2lT1hAaOBtjCBszAdBgNVHQ4EFgQUqG47uR8kmPCFMiOGdLo3dgzH3FkwHwYDVR0jBBgwFoAUqG47uR8kmPCFMiOGdLo3dgzH3FkwDwYDVR0TAQH/BAUwAwEB/zBgBgNVHREEWTBXgg5jbGllbnQuZXhhbXBsZYYZaHR0cHM6Ly9jbGllbnQuZXhhbXBsZS9pZIcECgAAB4cQIAENuAAAAAAAAAAAAAAAB4ESb3BzQGNsaWVudC5leGFtcGxlMAoGCCqGSM49BAMCA0kAMEYCIQCEV4XHoDZFVieWfmKW/6Di/NpH4jPFd6rcAR9jJN14BgIhAPOQyTCsJJCfyiHnZYiMcnrbKdNHs65KkStghfBOxDgI',
    'base64',
  ),
)
const CERTIFICATE_JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'CSz61HrGW23I-_EErHvP656I99sIoJdK2T5Ba55uO3k',
  y: 'AmDQcwqKqfWSAbTJ_t1DF6PcnWPnR22sg0tAdpU9YQE',
}

/** May do everything, unless `change` says otherwise. */
function client(id: string, change: Partial<ConfiguredClient> = {}): ConfiguredClient {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: [REDIRECT_URI],
    grant_types: GRANTS.filter((name) => name !== urn('uma-ticket')),
    response_types: RESPONSE_TYPES.filter((name) => name !== 'device_code'),
    scope: SCOPES.join(' '),
    backchannel_token_delivery_mode: 'poll',
    trust: { resourceServer: true, skipConsent: true },
    ...change,
  }
}

const publicJwk = (alg: string): Jwk | undefined => keys.get(alg)?.publicJwk()

/** One client for each method, and one for each value of each member that clients register. */
function clients(): readonly ConfiguredClient[] {
  const signing = JWS.flatMap((alg) => publicJwk(alg) ?? [])
  const encrypting = ['RSA', 'EC'].map((kty) => ({ ...publicJwk(kty), alg: undefined, use: 'enc', key_ops: undefined }))
  const jwks = { keys: encrypting }
  const signed = ['id_token', 'userinfo', 'authorization', 'introspection']
  return [
    client('web'),
    client('bound', { tls_client_certificate_bound_access_tokens: true }),
    ...METHODS.filter((name) => name !== 'magic').map((method) =>
      client(method, {
        token_endpoint_auth_method: method,
        trust: {},
        ...(method === 'none' && { client_secret: undefined as never }),
        jwks: { keys: [...signing, CERTIFICATE_JWK] as never },
        tls_client_auth_san_dns: 'client.example',
      }),
    ),
    ...JWS.filter((alg) => publicJwk(alg)).map((alg) =>
      client(`key ${alg}`, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicJwk(alg)!] as never },
      }),
    ),
    ...signed.flatMap((what) => JWS.map((alg) => client(`${what} ${alg}`, { [`${what}_signed_response_alg`]: alg }))),
    ...signed.flatMap((what) =>
      JWE.map((alg) => client(`${what} ${alg}`, { [`${what}_encrypted_response_alg`]: alg, jwks: jwks as never })),
    ),
    ...signed.flatMap((what) =>
      ENC.map((enc) =>
        client(`${what} ${enc}`, {
          [`${what}_encrypted_response_alg`]: 'ECDH-ES',
          [`${what}_encrypted_response_enc`]: enc,
          jwks: jwks as never,
        }),
      ),
    ),
    ...['public', 'pairwise', 'private'].map((type) => client(`subject ${type}`, { subject_type: type })),
  ]
}

beforeAll(async () => {
  const rsa = (await generateKey('RS256')).privateJwk()
  for (const alg of JWS) {
    if (alg === 'none' || alg.startsWith('HS')) continue
    const isRsa = /^[RP]S/.test(alg)
    keys.set(alg, isRsa ? importJwk({ ...rsa, alg, kid: alg }) : await generateKey(alg, { kid: alg }))
  }
  keys.set('RSA', await generateKey('RSA-OAEP', { kid: 'rsa' }))
  keys.set('EC', await generateKey('ECDH-ES', { kid: 'ec' }))
  trusted = await generateKey('ES256')
  instance = await generateKey('ES256')
  server = await everything({ clients: clients(), trusted: KeySet.of(trusted), fetch: fetchPublished })
})

/** What clients publish, by its URL. */
const published = new Map<string, string>()

const fetchPublished: typeof fetch = async (input) => {
  const body = published.get(input instanceof Request ? input.url : String(input))
  return body === undefined
    ? new Response('', { status: 404 })
    : new Response(body, { headers: { 'content-type': 'application/json' } })
}

// Requests

interface Sent {
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly clientCertificate?: ClientCertificate
}

async function post(
  path: string,
  form: Record<string, string>,
  { as = 'web', headers = {}, clientCertificate }: Sent = {},
) {
  const credentials = headers['authorization'] ?? `Basic ${btoa(`${encodeURIComponent(as)}:${secret}`)}`
  const request = new Request(ISSUER + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: Object.entries({ ...headers, authorization: credentials }).filter(([, value]) => value !== ''),
  })
  const answer = await server.handle({ ...bound(request), clientCertificate })
  const text = answer.body
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: answer.status, text, json }
}

function bound(request: Request) {
  const http = fromRequest(request)
  return { method: http.method, url: http.url, headers: http.headers, text: () => http.text() }
}

/** The parameters that come back, of a person who is logged in; null where the server sends no one back. */
async function authorize(params: Record<string, string | undefined>): Promise<URLSearchParams | null> {
  const browser = new Browser(server)
  let response = await browser.open(authorizeUrl({ scope: 'openid read', nonce: 'n', ...params }))
  for (let step = 0; step < 5; step++) {
    const location = response.headers.get('location') ?? ''
    if (location === '') {
      const page = await response.text()
      const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
      return fields.length === 0 ? null : new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]))
    }
    if (location.startsWith(REDIRECT_URI)) {
      const { hash, searchParams } = new URL(location)
      return new URLSearchParams([...new URLSearchParams(hash.slice(1)), ...searchParams])
    }
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    const form: Record<string, string> = location.startsWith('/login')
      ? { username: 'alice', password: 'alice' }
      : { decision: 'approve' }
    response = await browser.open(location, { ...form, interaction })
  }
  return null
}

const accepted = async (params: Record<string, string | undefined>): Promise<boolean> => {
  const answer = await authorize(params)
  return answer !== null && !answer.has('error')
}

const tokenFor = async (as: string, scope = 'read'): Promise<string> => {
  const form = { grant_type: 'password', username: 'alice', password: 'alice', scope }
  return String((await post('/token', form, { as })).json['access_token'])
}

function headerOf(jwt: string): Readonly<Record<string, unknown>> {
  const [header = ''] = jwt.split('.')
  return JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>
}

function jwtOf(text: string, alg: string): boolean {
  return text !== '' && headerOf(text)['alg'] === alg
}

function assertion(by: Key, id: string): Promise<string> {
  const claims = { iss: id, sub: id, aud: ISSUER, jti: `j${++count}`, exp: now() + 60 }
  return signJwt(claims, by, { lifetime: null })
}

function asserted(text: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    client_assertion: text,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ...more,
  }
}

function dpopProof(by: Key, path: string, nonce?: string): Promise<string> {
  const claims = {
    ...(nonce !== undefined && { nonce }),
    jti: `p${++count}`,
    htm: 'POST',
    htu: ISSUER + path,
    iat: now(),
  }
  const { kid: _kid, alg: _alg, use: _use, key_ops: _ops, ...jwk } = by.publicJwk()
  return signJwt(claims, by, { typ: 'dpop+jwt', header: { jwk }, lifetime: null })
}

function secretKey(alg: string): Promise<Key> {
  return importSecret(secret, { alg })
}

/** Whether a request of a client that is registered for the method passes. */
async function authenticates(method: string, path: string, form: Record<string, string>): Promise<boolean> {
  const none = { authorization: '' }
  const attestation = await signJwt(
    { sub: method, exp: now() + 300, iat: now(), cnf: { jwk: instance.publicJwk() } },
    trusted,
    { typ: 'oauth-client-attestation+jwt' },
  )
  const attest = { ...none, 'oauth-client-attestation': attestation }
  const challenge = async (): Promise<string> => String((await post('/challenge', {})).json['attestation_challenge'])
  const prove = async (): Promise<string> =>
    signJwt({ aud: ISSUER, jti: `a${++count}`, iat: now(), challenge: await challenge() }, instance, {
      typ: 'oauth-client-attestation-pop+jwt',
      lifetime: null,
    })
  const ways: Record<string, () => Promise<readonly [Record<string, string>, Sent]>> = {
    none: async () => [{ client_id: method }, { headers: none }],
    client_secret_basic: async () => [{}, { as: method }],
    client_secret_post: async () => [{ client_id: method, client_secret: secret }, { headers: none }],
    client_secret_jwt: async () => [asserted(await assertion(await secretKey('HS256'), method)), { headers: none }],
    private_key_jwt: async () => [asserted(await assertion(keys.get('ES256')!, method)), { headers: none }],
    tls_client_auth: async () => [
      { client_id: method },
      { headers: none, clientCertificate: { der: DER, trusted: true } },
    ],
    self_signed_tls_client_auth: async () => [
      { client_id: method },
      { headers: none, clientCertificate: { der: DER, trusted: false } },
    ],
    attest_jwt_client_auth: async () => [
      { client_id: method },
      { headers: { ...attest, 'oauth-client-attestation-pop': await prove() } },
    ],
    attest_jwt_client_auth_dpop: async () => [
      { client_id: method },
      { headers: { ...attest, dpop: await dpopProof(instance, path, await challenge()) } },
    ],
  }
  const way = ways[method]
  if (!way) return false
  const [more, sent] = await way()
  return (await post(path, { ...form, ...more }, sent)).status === 200
}

/** Whether a token request with this grant succeeds, or waits for the person. */
async function grants(grantType: string): Promise<boolean> {
  const forms: Record<string, () => Promise<Record<string, string>>> = {
    authorization_code: async () => ({
      code: (await authorize({}))?.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
    }),
    refresh_token: async () => {
      const code = (await authorize({ scope: 'openid offline_access', prompt: 'consent' }))?.get('code') ?? ''
      const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
      return { refresh_token: String((await post('/token', form)).json['refresh_token']) }
    },
    password: async () => ({ username: 'alice', password: 'alice' }),
    [urn('device_code')]: async () => ({
      device_code: String((await post('/device_authorization', { scope: 'read' })).json['device_code']),
    }),
    'urn:openid:params:grant-type:ciba': async () => ({
      auth_req_id: String((await post('/bc-authorize', { scope: 'openid', login_hint: 'alice' })).json['auth_req_id']),
    }),
    [urn('token-exchange')]: async () => ({
      subject_token: await tokenFor('web'),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }),
    [urn('jwt-bearer')]: async () => ({
      assertion: await signJwt(
        { iss: 'https://idp.example', sub: 'a', aud: ISSUER, exp: now() + 60, jti: 'x' },
        trusted,
      ),
    }),
    [urn('saml2-bearer')]: async () => ({ assertion: Buffer.from('<Assertion/>').toString('base64url') }),
  }
  if (grantType === 'implicit') return accepted({ response_type: 'token' })
  const { status, json } = await post('/token', { grant_type: grantType, ...(await forms[grantType]?.()) })
  return status === 200 || json['error'] === 'authorization_pending'
}

/** The signed or encrypted answers, by what they are. */
const answers: Record<string, (id: string) => Promise<string>> = {
  id_token: async (id) => (await authorize({ client_id: id, response_type: 'id_token' }))?.get('id_token') ?? '',
  authorization: async (id) => (await authorize({ client_id: id, response_mode: 'jwt' }))?.get('response') ?? '',
  async userinfo(id) {
    const token = await tokenFor(id, 'openid')
    const request = new Request(`${ISSUER}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    const response = await server.fetch(request)
    return response.headers.get('content-type') === 'application/jwt' ? response.text() : ''
  },
  async introspection(id) {
    const accept = 'application/token-introspection+jwt'
    const { status, text } = await post('/introspect', { token: await tokenFor(id) }, { as: id, headers: { accept } })
    return status === 200 && text.split('.').length > 2 ? text : ''
  },
}

const encryption = async (what: string, value: string, member: 'alg' | 'enc'): Promise<boolean> => {
  const text = (await answers[what]?.(`${what} ${value}`)) ?? ''
  return text.split('.').length === 5 && headerOf(text)[member] === value
}

/** For each member with a list: what there could be, and whether it works. */
const lists: Readonly<
  Record<string, readonly [candidates: readonly string[], works: (value: string) => Promise<boolean>]>
> = {
  scopes_supported: [
    SCOPES,
    (scope) => accepted({ scope, prompt: scope === 'offline_access' ? 'consent' : undefined }),
  ],
  response_types_supported: [RESPONSE_TYPES, (type) => accepted({ response_type: type })],
  response_modes_supported: [RESPONSE_MODES, (mode) => accepted({ response_mode: mode })],
  grant_types_supported: [GRANTS, grants],
  code_challenge_methods_supported: [
    ['S256', 'plain'],
    (method) => accepted({ code_challenge_method: method, code_challenge: method === 'plain' ? VERIFIER : CHALLENGE }),
  ],
  subject_types_supported: [['public', 'pairwise', 'private'], (type) => accepted({ client_id: `subject ${type}` })],
  prompt_values_supported: [
    ['none', 'login', 'consent', 'select_account', 'create', 'magic'],
    async (prompt) => {
      const response = await server.fetch(new Request(authorizeUrl({ prompt, scope: 'openid' })))
      return !(response.headers.get('location') ?? '').includes('error=invalid_request')
    },
  ],
  token_endpoint_auth_methods_supported: [
    METHODS,
    (method) => authenticates(method, '/token', { grant_type: 'password', username: 'alice', password: 'alice' }),
  ],
  revocation_endpoint_auth_methods_supported: [METHODS, (method) => authenticates(method, '/revoke', { token: 'x' })],
  introspection_endpoint_auth_methods_supported: [
    METHODS,
    (method) => authenticates(method, '/introspect', { token: 'x' }),
  ],
  token_endpoint_auth_signing_alg_values_supported: [
    JWS,
    async (alg) => {
      if (alg === 'none') return false
      const [key, id] = alg.startsWith('HS')
        ? [await secretKey(alg), 'client_secret_jwt']
        : [keys.get(alg)!, `key ${alg}`]
      const form = { grant_type: 'client_credentials' }
      return (
        (await post('/token', asserted(await assertion(key, id), form), { headers: { authorization: '' } })).status ===
        200
      )
    },
  ],
  dpop_signing_alg_values_supported: [
    JWS,
    async (alg) => {
      const key = keys.get(alg)
      if (!key) return false
      const headers = { dpop: await dpopProof(key, '/token') }
      return (await post('/token', { grant_type: 'client_credentials' }, { headers })).json['token_type'] === 'DPoP'
    },
  ],
  request_object_signing_alg_values_supported: [
    JWS,
    async (alg) => {
      const key = keys.get(alg)
      if (!key) return false
      const all = Object.fromEntries(new URL(authorizeUrl({ client_id: `key ${alg}`, scope: 'read' })).searchParams)
      const request = await signJwt({ ...all, iss: `key ${alg}`, aud: ISSUER, exp: now() + 60 }, key)
      return accepted({ client_id: `key ${alg}`, request, scope: undefined })
    },
  ],
  ...Object.fromEntries(
    Object.entries(answers).flatMap(([what, answer]) => [
      [
        `${what}_signing_alg_values_supported`,
        [JWS, async (alg: string) => jwtOf(await answer(`${what} ${alg}`), alg)],
      ],
      [`${what}_encryption_alg_values_supported`, [JWE, (alg: string) => encryption(what, alg, 'alg')]],
      [`${what}_encryption_enc_values_supported`, [ENC, (enc: string) => encryption(what, enc, 'enc')]],
    ]),
  ),
}

describe('what works is what is advertised', () => {
  it.each(Object.entries(lists))('%s', async (member, [candidates, works]) => {
    const advertised = server.metadata()[member] as readonly string[]
    const working: string[] = []
    for (const value of new Set([...candidates, ...advertised])) if (await works(value)) working.push(value)
    expect(working.sort()).toEqual([...advertised].sort())
  })
})

/** Members that say yes or no, and a request that shows it. */
const flags: Readonly<Record<string, () => Promise<boolean>>> = {
  async authorization_response_iss_parameter_supported() {
    return (await authorize({}))?.get('iss') === ISSUER
  },
  async request_parameter_supported() {
    return works('request_object_signing_alg_values_supported', 'ES256')
  },
  async request_uri_parameter_supported() {
    const key = keys.get('ES256')!
    const all = Object.fromEntries(new URL(authorizeUrl({ client_id: 'key ES256', scope: 'read' })).searchParams)
    const object = await signJwt({ ...all, iss: 'key ES256', aud: ISSUER, exp: now() + 60 }, key)
    published.set('https://client.example/request', object)
    return accepted({ client_id: 'key ES256', request_uri: 'https://client.example/request', scope: undefined })
  },
  async claims_parameter_supported() {
    const claims = JSON.stringify({ id_token: { name: { essential: true } } })
    const token = (await authorize({ response_type: 'id_token', claims, scope: 'openid' }))?.get('id_token') ?? ''
    return token !== '' && decodeUnverifiedJwt(token).claims['name'] === 'Alice'
  },
  async tls_client_certificate_bound_access_tokens() {
    const certificate = { clientCertificate: { der: DER, trusted: false } }
    const { json } = await post('/token', { grant_type: 'client_credentials' }, { as: 'bound', ...certificate })
    const about = await post('/introspect', { token: String(json['access_token']) })
    return JSON.stringify(about.json['cnf'] ?? {}).includes('x5t#S256')
  },
  backchannel_user_code_parameter_supported: async () => false,
  async client_id_metadata_document_supported() {
    const id = 'https://client.example/client.json'
    const document = {
      client_id: id,
      client_name: 'Client',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'none',
    }
    published.set(id, JSON.stringify({ ...document, scope: 'read' }))
    return accepted({ client_id: id, scope: 'read', nonce: undefined })
  },
}

const works = async (member: string, value: string): Promise<boolean> => (await lists[member]?.[1](value)) ?? false

describe('what is said to be there is there', () => {
  it.each(Object.entries(flags))('%s', async (member, shown) => {
    expect(await shown()).toBe(server.metadata()[member])
  })
})

/** Paths that no member names: the documents themselves, pages for people, and one registration. */
const UNNAMED = ['/.well-known/', '/login', '/consent', '/logout', '/device', '/approve/', '/register/']

describe('endpoints', () => {
  it('are served where the metadata says', async () => {
    const all = Object.entries(server.metadata()) as [string, string][] // sound for the members that are kept
    const named = all.filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
    expect(named.length).toBeGreaterThan(10)
    for (const [name, url] of named) {
      const path = name === 'grant_management_endpoint' ? `${url}/an-id` : url
      expect([name, (await server.fetch(new Request(path))).status]).not.toEqual([name, 404])
    }
  })

  it('are named in the metadata, unless they are pages or documents', () => {
    const named = Object.values(server.metadata()).filter((value) => typeof value === 'string')
    const paths = server.routes.map(({ path }) => path.replace('/:id', ''))
    const unnamed = paths.filter((path) => !named.includes(ISSUER + path))
    expect(unnamed.filter((path) => !UNNAMED.some((known) => `${path}/`.startsWith(known) || path === known))).toEqual(
      [],
    )
  })

  it('have aliases for mutual TLS, each an endpoint of its own', () => {
    const { mtls_endpoint_aliases: aliases = {}, ...metadata } = server.metadata()
    const plain = metadata as Readonly<Record<string, unknown>> as Readonly<Record<string, string>> // sound for endpoints
    for (const [name, url] of Object.entries(aliases as Record<string, string>)) {
      expect(new URL(url).pathname).toBe(new URL(plain[name] ?? '').pathname)
    }
  })
})

/** Members that are shown by tests of their feature alone. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  issuer: 'packages/oauth2/src/server/kernel/registry.test.ts',
  authorization_details_types_supported: 'packages/oauth2/src/server/features/rich-authorization-requests.test.ts',
  grant_management_actions_supported: 'packages/oauth2/src/server/features/grant-management.test.ts',
  backchannel_token_delivery_modes_supported: 'packages/oauth2/src/server/features/backchannel-authentication.test.ts',
  backchannel_authentication_request_signing_alg_values_supported:
    'packages/oauth2/src/server/features/backchannel-authentication.test.ts',
  client_attestation_signing_alg_values_supported: 'packages/oauth2/src/server/client-auth/client-attestation.test.ts',
  client_attestation_pop_signing_alg_values_supported:
    'packages/oauth2/src/server/client-auth/client-attestation.test.ts',
  acr_values_supported: 'packages/oauth2/src/server/interaction/interaction.test.ts',
  claims_supported: 'packages/oidc/src/server/features/userinfo.test.ts',
  backchannel_logout_supported: 'packages/oidc/src/server/features/logout.test.ts',
  backchannel_logout_session_supported: 'packages/oidc/src/server/features/logout.test.ts',
  frontchannel_logout_supported: 'packages/oidc/src/server/features/logout.test.ts',
  frontchannel_logout_session_supported: 'packages/oidc/src/server/features/logout.test.ts',
}

describe('every member of the metadata', () => {
  it('is tried above, or by a test of its feature', () => {
    const tried = [...Object.keys(lists), ...Object.keys(flags), ...Object.keys(ELSEWHERE), 'mtls_endpoint_aliases']
    const members = Object.keys(server.metadata()).filter((name) => !/_endpoint$|^jwks_uri$/.test(name))
    expect(members.filter((name) => !tried.includes(name))).toEqual([])
  })

  it.each(Object.entries(ELSEWHERE).filter(([, file]) => file))('%s is tried in %s', (member, file) => {
    expect(readFileSync(join(import.meta.dirname, '../..', file), 'utf8').length).toBeGreaterThan(0)
    expect(member in server.metadata() || member.startsWith('client_attestation')).toBe(true)
  })
})
