import type { JsonObject } from '@authlib/core'
import {
  authorizationCodeGrant,
  backchannelAuthenticationGrant,
  CIBA,
  clientSecretJwt,
  codeChallenge,
  dynamicClientRegistration,
  privateKeyJwt,
  requestObject,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { bareServer, REDIRECT_URI } from '../../../../oauth2/test/journey.ts'
import { claimsOf, logIn, provider, testKeys } from '../../../test/provider.ts'
import { backChannelLogout } from './back-channel-logout.ts'
import { encryptedAnswers } from './encrypted-answers.ts'
import { frontChannelLogout } from './front-channel-logout.ts'
import { openId } from './openid.ts'
import { pairwiseSubjects } from './pairwise-subjects.ts'
import { hybridResponseType, idTokenResponseType } from './response-types.ts'

const REDIRECT = 'https://rp.example/cb'
const JWKS = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] }
const SECTOR = 'https://sector.example/uris.json'

interface Registered {
  readonly status: number
  readonly json: JsonObject
}

/** Registers a client at a provider with everything, where `documents` are what the internet has. */
async function register(metadata: JsonObject, documents: Record<string, string> = {}): Promise<Registered> {
  const { server } = await start(documents)
  return post(server, metadata)
}

async function start(documents: Record<string, string> = {}) {
  const fetch = (url: string | URL | Request): Promise<Response> => {
    const found = documents[url instanceof Request ? url.url : String(url)]
    return Promise.resolve(new Response(found ?? 'nothing', { status: found === undefined ? 404 : 200 }))
  }
  const made = await provider({ outgoing: { fetch, allowPrivateAddresses: true } })
  made.server
    .register(dynamicClientRegistration({ access: 'open' }), hybridResponseType, idTokenResponseType)
    .register(privateKeyJwt(), clientSecretJwt(), requestObject({ byReference: 'registered' }), encryptedAnswers())
    .register(pairwiseSubjects({ salt: 'a salt that never changes, 32 characters' }))
    .register(backChannelLogout(), frontChannelLogout())
    .registerGrant(
      backchannelAuthenticationGrant({ findSubject: () => null, notify: () => undefined, modes: ['poll', 'push'] }),
    )
  return made
}

/** On a public host, where rules are stricter than in development. */
async function startPublic(): Promise<Provider> {
  const { server } = bareServer({ issuer: PUBLIC_ISSUER, keys: await testKeys() })
  return server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(openId({ claims: () => ({}) }), idTokenResponseType, backChannelLogout())
    .register(dynamicClientRegistration({ access: 'open' }))
}

const PUBLIC_ISSUER = 'https://op.example'

type Provider = Awaited<ReturnType<typeof start>>['server']

async function post(server: Provider, metadata: JsonObject): Promise<Registered> {
  const body = JSON.stringify({ redirect_uris: [REDIRECT], ...metadata })
  const headers = { 'content-type': 'application/json' }
  const answer = await server.fetch(new Request(`${server.issuer}/register`, { method: 'POST', headers, body }))
  return { status: answer.status, json: (await answer.json()) as JsonObject }
}

describe('a registration', () => {
  it('keeps every member of OpenID Connect Registration and returns it (OpenID Connect Registration §2, §3.2)', async () => {
    const metadata = {
      redirect_uris: [REDIRECT],
      response_types: ['code', 'code id_token'],
      grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      application_type: 'web',
      contacts: ['admin@rp.example'],
      client_name: 'A client',
      'client_name#fr': 'Un client',
      logo_uri: 'https://rp.example/logo.png',
      client_uri: 'https://rp.example/',
      policy_uri: 'https://rp.example/policy',
      tos_uri: 'https://rp.example/tos',
      jwks_uri: 'https://rp.example/jwks',
      sector_identifier_uri: SECTOR,
      subject_type: 'pairwise',
      id_token_signed_response_alg: 'ES256',
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_signed_response_alg: 'RS256',
      userinfo_encrypted_response_alg: 'ECDH-ES',
      userinfo_encrypted_response_enc: 'A128GCM',
      request_object_signing_alg: 'PS256',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      default_max_age: 3600,
      require_auth_time: true,
      default_acr_values: ['mfa', 'pwd'],
      initiate_login_uri: 'https://rp.example/start',
      request_uris: ['https://rp.example/request#hash'],
      post_logout_redirect_uris: ['https://rp.example/bye'],
      frontchannel_logout_uri: 'https://rp.example/front',
      frontchannel_logout_session_required: true,
      backchannel_logout_uri: 'https://rp.example/back',
      backchannel_logout_session_required: true,
    }
    const { status, json } = await register(metadata, { [SECTOR]: JSON.stringify([REDIRECT]) })
    expect(json).toMatchObject(metadata)
    expect(status).toBe(201)
  })

  it('takes a client that says nothing for one of RS256 (OpenID Connect Registration §2)', async () => {
    const { server } = await start()
    const { json } = await post(server, { scope: 'openid', redirect_uris: [REDIRECT_URI] })
    expect(json['id_token_signed_response_alg']).toBe('RS256')
    const { client_id: id, client_secret: secret } = json as Record<string, string>
    const client = { client_id: id ?? '', client_secret: secret ?? '', redirect_uris: [REDIRECT_URI] }
    const tokens = await logIn(server, {}, { client })
    const [header = ''] = String(tokens.json['id_token']).split('.')
    expect(JSON.parse(atob(header))).toMatchObject({ alg: 'RS256' })
    expect(claimsOf(tokens.json['id_token']).aud).toBe(id)
  })
})

describe('refuses', () => {
  const cases: readonly (readonly [what: string, metadata: JsonObject])[] = [
    ['an algorithm of ID Tokens without a key (§2)', { id_token_signed_response_alg: 'PS512' }],
    ['ID Tokens without a signature (§2)', { id_token_signed_response_alg: 'none' }],
    ['an algorithm of userinfo answers without a key (§2)', { userinfo_signed_response_alg: 'ES512' }],
    ['an encryption that is not offered (§2)', { id_token_encrypted_response_alg: 'RSA1_5', jwks: JWKS }],
    [
      'a content encryption that is not offered (§2)',
      { userinfo_encrypted_response_alg: 'ECDH-ES', userinfo_encrypted_response_enc: 'A192GCM', jwks: JWKS },
    ],
    ['a content encryption without an algorithm (§2)', { id_token_encrypted_response_enc: 'A128GCM', jwks: JWKS }],
    ['a content encryption of userinfo without an algorithm (§2)', { userinfo_encrypted_response_enc: 'A128GCM' }],
    ['a key set that is not https (§2)', { jwks_uri: 'http://rp.example/jwks' }],
    [
      'keys for encryption beside keys that do not say what they are for (§2)',
      { jwks: { keys: [...JWKS.keys, { ...JWKS.keys[0], use: 'enc' }] } },
    ],
    ['encryption without a key of the client (§2)', { id_token_encrypted_response_alg: 'ECDH-ES' }],
    ['request objects of an algorithm that is not accepted (§2)', { request_object_signing_alg: 'none' }],
    [
      'request objects that would be encrypted, where nothing decrypts (§2)',
      { request_object_encryption_alg: 'ECDH-ES' },
    ],
    ['assertions of an algorithm that is not accepted (§2)', { token_endpoint_auth_signing_alg: 'none' }],
    ['an unknown subject type (§2)', { subject_type: 'ephemeral' }],
    ['a login page that is not https (§2)', { initiate_login_uri: 'http://rp.example/start' }],
    ['request objects at a URL that is not https (§2)', { request_uris: ['http://rp.example/request'] }],
    ['a sector that is not https (§5)', { sector_identifier_uri: 'http://sector.example/uris.json' }],
    ['a sector that cannot be fetched (§5)', { sector_identifier_uri: 'https://sector.example/none' }],
    [
      'pairwise subjects of several hosts without a sector (§5)',
      { subject_type: 'pairwise', redirect_uris: [REDIRECT, 'https://other.example/cb'] },
    ],
    ['max_age that is no number (§2)', { default_max_age: '3600' }],
    ['require_auth_time that is no boolean (§2)', { require_auth_time: 'yes' }],
    ['acr values that are no array (§2)', { default_acr_values: 'mfa' }],
    [
      'a front-channel logout page of another host (Front-Channel Logout §2)',
      { frontchannel_logout_uri: 'https://other.example/out' },
    ],
    [
      'a front-channel logout page at another port (Front-Channel Logout §2)',
      { frontchannel_logout_uri: 'https://rp.example:8443/out' },
    ],
    [
      'a front-channel logout page of another scheme (Front-Channel Logout §2)',
      { frontchannel_logout_uri: 'http://rp.example/out' },
    ],
    ['a front-channel logout page that is a path (Front-Channel Logout §2)', { frontchannel_logout_uri: '/out' }],
    [
      'a front-channel logout page with a fragment (Front-Channel Logout §2)',
      { frontchannel_logout_uri: 'https://rp.example/out#now' },
    ],
    ['a back-channel logout URI that is a path (Back-Channel Logout §2.2)', { backchannel_logout_uri: '/out' }],
    [
      'a back-channel logout URI with a fragment (Back-Channel Logout §2.2)',
      { backchannel_logout_uri: 'https://rp.example/out#now' },
    ],
  ]
  it.each(cases)('%s', async (_what, metadata) => {
    const { status, json } = await register(metadata)
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
    expect(json['error_description']).toMatch(/./)
  })

  it('a sector whose document lacks a redirect URI (OpenID Connect Registration §5)', async () => {
    const metadata = { subject_type: 'pairwise', sector_identifier_uri: SECTOR }
    for (const document of [JSON.stringify(['https://other.example/cb']), '{}', '[1]', 'no json']) {
      const { status, json } = await register(metadata, { [SECTOR]: document })
      expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
    }
  })

  it('a content encryption of request objects without an algorithm (OpenID Connect Registration §2)', async () => {
    const server = await startPublic()
    server.register({
      kind: 'feature',
      name: 'encrypted_requests',
      metadata: {
        request_object_encryption_alg_values_supported: ['ECDH-ES'],
        request_object_encryption_enc_values_supported: ['A128GCM'],
      },
    })
    const encryption = { request_object_encryption_enc: 'A128GCM' }
    expect((await post(server, encryption)).json).toEqual({
      error: 'invalid_client_metadata',
      error_description: 'request_object_encryption_enc lacks request_object_encryption_alg',
    })
    expect((await post(server, { ...encryption, request_object_encryption_alg: 'ECDH-ES' })).status).toBe(201)
  })

  it('a pairwise client of CIBA without jwks_uri, or with one that its sector does not list (CIBA Core §4)', async () => {
    const keys = 'https://rp.example/jwks'
    const client = {
      ...{ subject_type: 'pairwise', grant_types: [CIBA], response_types: [], redirect_uris: undefined },
      backchannel_token_delivery_mode: 'poll',
    }
    const documents = { [SECTOR]: JSON.stringify(['https://other.example/jwks']), 'https://rp.example/jwks': '{}' }
    for (const metadata of [
      client,
      { ...client, jwks: JWKS },
      { ...client, jwks_uri: keys, sector_identifier_uri: SECTOR },
    ]) {
      const { status, json } = await register(metadata, documents)
      expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
    }
    const listed = { ...documents, [SECTOR]: JSON.stringify([keys]) }
    for (const metadata of [
      { ...client, jwks_uri: keys },
      { ...client, jwks_uri: keys, sector_identifier_uri: SECTOR },
    ]) {
      expect((await register(metadata as unknown as JsonObject, listed)).status).toBe(201)
    }
  })

  it('redirect URIs with a fragment as invalid_redirect_uri (OpenID Connect Registration §3.3)', async () => {
    const { status, json } = await register({ redirect_uris: [`${REDIRECT}#here`] })
    expect([status, json['error']]).toEqual([400, 'invalid_redirect_uri'])
  })

  it('web clients with the implicit grant that are on localhost (OpenID Connect Registration §2)', async () => {
    const server = await startPublic()
    const metadata = { response_types: ['id_token'], grant_types: ['implicit'] }
    for (const uri of ['https://localhost:8443/cb', 'http://rp.example/cb', 'http://localhost/cb']) {
      const local = await post(server, { ...metadata, redirect_uris: [uri] })
      expect([local.status, local.json['error']]).toEqual([400, 'invalid_redirect_uri'])
    }
    expect((await post(server, metadata)).status).toBe(201)
  })

  it('a back-channel logout URI that is not https (Back-Channel Logout §2.2)', async () => {
    const { status, json } = await post(await startPublic(), { backchannel_logout_uri: 'http://rp.example/out' })
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
  })
})

describe('accepts', () => {
  it('keys for signatures and for encryption that each say so (OpenID Connect Registration §2)', async () => {
    const keys = ['sig', 'enc'].map((use) => ({ ...JWKS.keys[0], use }))
    expect((await register({ jwks: { keys } })).status).toBe(201)
  })

  it('a key set on this machine while the provider is in development', async () => {
    expect((await register({ jwks_uri: 'http://localhost:9/jwks' })).status).toBe(201)
    const { json } = await post(await startPublic(), { jwks_uri: 'http://localhost:9/jwks' })
    expect(json['error']).toBe('invalid_client_metadata')
  })
})

describe('a client that leaves choices', () => {
  it('gets its preference when the provider supports it (RP Metadata Choices §2)', async () => {
    const { status, json } = await register({
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_basic',
    })
  })

  it('gets another of its values when its preference is not supported (RP Metadata Choices §4)', async () => {
    const { json } = await register({
      id_token_signing_alg_values_supported: ['PS256', 'ES256', 'RS256'],
      id_token_signed_response_alg: 'PS256',
      subject_types_supported: ['pairwise', 'public'],
      userinfo_signing_alg_values_supported: ['ES512', 'RS256'],
      userinfo_signed_response_alg: 'ES512',
      token_endpoint_auth_methods_supported: ['tls_client_auth', 'client_secret_basic'],
    })
    expect(json).toMatchObject({
      id_token_signed_response_alg: 'ES256',
      subject_type: 'pairwise',
      userinfo_signed_response_alg: 'RS256',
      token_endpoint_auth_method: 'client_secret_basic',
    })
  })

  it('is told the chosen values, and not its lists (RP Metadata Choices §2)', async () => {
    const { json } = await register({ id_token_signing_alg_values_supported: ['ES256'] })
    expect(json['id_token_signed_response_alg']).toBe('ES256')
    expect(Object.keys(json).filter((name) => name.endsWith('_supported'))).toEqual([])
  })

  it('gets nothing that it can do but did not ask for (RP Metadata Choices §2)', async () => {
    const { json } = await register({ userinfo_signing_alg_values_supported: ['ES256'] })
    expect(json).not.toHaveProperty('userinfo_signed_response_alg')
  })

  const members = [
    ...['id_token', 'userinfo', 'authorization', 'introspection'].map((name) => `${name}_signed_response_alg`),
    ...['id_token', 'userinfo', 'authorization', 'introspection'].map((name) => `${name}_encrypted_response_alg`),
    ...['id_token', 'userinfo', 'authorization', 'introspection'].map((name) => `${name}_encrypted_response_enc`),
    ...['request_object', 'backchannel_authentication_request', 'token_endpoint_auth'].map(
      (name) => `${name}_signing_alg`,
    ),
    ...['request_object_encryption_alg', 'request_object_encryption_enc', 'subject_type', 'token_endpoint_auth_method'],
  ]
  const listOf = (member: string): string =>
    /_(alg|enc)$/.test(member)
      ? `${member.replace('signed_response', 'signing').replace('encrypted_response', 'encryption')}_values_supported`
      : `${member}s_supported`
  it.each(members)('is refused with a %s that is not in its list (RP Metadata Choices §2)', async (member) => {
    const list = listOf(member)
    const { status, json } = await register({ [member]: 'one', [list]: ['another'] })
    expect([status, json]).toEqual([
      400,
      { error: 'invalid_client_metadata', error_description: `${member} is not in ${list}` },
    ])
  })

  it('reads its registration without the lists (RP Metadata Choices §2)', async () => {
    const { server } = await start()
    const lists = { id_token_signing_alg_values_supported: ['ES256'], subject_types_supported: ['pairwise'] }
    const { json } = await post(server, lists)
    const { registration_client_uri: uri, registration_access_token: token } = json as Record<string, string>
    const answer = await server.fetch(new Request(uri!, { headers: { authorization: `Bearer ${token}` } }))
    const read = (await answer.json()) as JsonObject
    expect(read).toMatchObject({ id_token_signed_response_alg: 'ES256', subject_type: 'pairwise' })
    expect(Object.keys(read).filter((name) => name.endsWith('_supported'))).toEqual([])
  })

  it.each([
    ['nothing that the provider supports', { id_token_signing_alg_values_supported: ['PS512'] }],
    [
      'a preference outside its list',
      { id_token_signing_alg_values_supported: ['ES256'], id_token_signed_response_alg: 'RS256' },
    ],
    ['a list that is no list', { subject_types_supported: 'public' }],
  ])('is refused with %s (RP Metadata Choices §2, §4)', async (_what, metadata) => {
    const { status, json } = await register(metadata)
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
  })
})
