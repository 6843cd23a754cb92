import { sha256Base64url } from '@authlib/core/kit'
import {
  encryptJwe,
  encryptJwt,
  generateKey,
  importJwk,
  importSecret,
  KeySet,
  signJwt,
  type Jwk,
  type Key,
} from '@authlib/jose'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  Browser,
  CHALLENGE,
  fullServer,
  ISSUER,
  OTHER,
  post,
  REDIRECT_URI,
  WEB,
} from '../../../test/journey.ts'
import { staticClients, type AuthorizationServer, type AuthorizationServerOptions } from '../index.ts'
import { pushedAuthorizationRequests } from './pushed-authorization.ts'
import { requestObject, type RequestObjectOptions } from './request-object.ts'

const NOW = 1_800_000_000

let key: Key
let foreign: Key
let decrypting: Key
beforeAll(async () => {
  key = await generateKey('ES256', { kid: 'c1' })
  foreign = await generateKey('ES256', { kid: 'c1' })
  decrypting = await generateKey('ECDH-ES', { kid: 'e1' })
})

const PARAMS = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'read',
  state: 'signed',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

function start(
  options: RequestObjectOptions = {},
  { client = {}, server: settings = {} }: { client?: object; server?: Partial<AuthorizationServerOptions> } = {},
): AuthorizationServer {
  const jwks = { keys: [key.publicJwk()] }
  const { server } = fullServer({
    clock: () => NOW,
    clients: staticClients([{ ...WEB, jwks, ...client } as never, OTHER]),
    ...settings,
  })
  return server.register(requestObject(options))
}

const sign = (claims: object = {}, by: Key = key, typ = 'oauth-authz-req+jwt'): Promise<string> =>
  signJwt({ iss: 'web', aud: ISSUER, client_id: 'web', exp: NOW + 60, ...PARAMS, ...claims }, by, { typ })

/** Nothing but the request object and the client. */
const carry = (request: string, params: Record<string, string> = {}): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.keys(PARAMS).map((name) => [name, undefined])),
  request,
  ...params,
})

async function refusal(server: AuthorizationServer, params: Record<string, string | undefined>): Promise<string> {
  const response = await server.fetch(new Request(authorizeUrl(params)))
  const location = response.headers.get('location')
  if (location !== null) return new URL(location, ISSUER).searchParams.get('error') ?? `no error: ${location}`
  expect(response.status).toBe(400)
  return /<code>([a-z_]+)/.exec(await response.text())?.[1] ?? ''
}

describe('a request object by value', () => {
  it('is the whole request (RFC 9101 §5)', async () => {
    const answer = await new Browser(start()).authorize(carry(await sign()))
    expect(answer.get('state')).toBe('signed')
    expect(answer.has('code')).toBe(true)
  })

  it('wins over parameters beside it, and none of these count (RFC 9101 §6.3)', async () => {
    const { state: _state, ...stateless } = PARAMS
    const token = await signJwt({ iss: 'web', aud: ISSUER, client_id: 'web', exp: NOW + 60, ...stateless }, key)
    const answer = await new Browser(start()).authorize(carry(token, { state: 'beside', scope: 'write' }))
    expect(answer.has('state')).toBe(false)
  })

  it('may be merged with parameters beside it, where it has none of the name (OpenID Connect Core §6.1)', async () => {
    const { state: _state, ...stateless } = PARAMS
    const token = await signJwt({ iss: 'web', aud: ISSUER, client_id: 'web', exp: NOW + 60, ...stateless }, key)
    const answer = await new Browser(start({ parameters: 'merged' })).authorize(
      carry(token, { state: 'beside', redirect_uri: 'https://evil.example/cb' }),
    )
    expect(answer.get('state')).toBe('beside')
  })

  it('that is merged must agree with response_type beside it (OpenID Connect Core §6.1)', async () => {
    const ask = async (parameters: 'object' | 'merged'): Promise<string> =>
      refusal(start({ parameters }), carry(await sign(), { response_type: 'code id_token' }))
    expect(await ask('merged')).toBe('invalid_request')
    expect(await ask('object')).toMatch(/^no error/) // RFC 9101 §6.3: what stands beside it does not count
    expect(await refusal(start({ parameters: 'merged' }), carry(await sign(), { response_type: 'code' }))).toMatch(
      /^no error/,
    )
  })

  it.each([
    ['signed with a key of somebody else', () => sign({}, foreign)],
    ['of another client', () => sign({ client_id: 'other', iss: 'other' })],
    ['of another issuer claim', () => sign({ iss: 'other' })],
    ['for another server', () => sign({ aud: 'https://other.example' })],
    ['without audience', () => sign({ aud: undefined })],
    ['that has expired', () => sign({ exp: NOW - 11 })],
    ['that is not valid yet', () => sign({ nbf: NOW + 60 })],
    ['that was signed more than a minute ahead', () => sign({ iat: NOW + 61 })],
    ['of another type', () => sign({}, key, 'at+jwt')],
    ['with a request object inside', () => sign({ request: 'x' })],
    ['with a request_uri inside', () => sign({ request_uri: 'urn:x' })],
    ['that is no JWT', () => 'nonsense'],
    ['without a signature', () => `${btoa('{"alg":"none"}')}.${btoa('{"client_id":"web"}')}.`],
    [
      'with the secret as HMAC key',
      async () => sign({}, await importSecret(WEB.client_secret ?? '', { alg: 'HS256' })),
    ],
  ])('is refused when it is one %s (RFC 9101 §6)', async (_, make) => {
    expect(await refusal(start(), carry(await make()))).toBe('invalid_request_object')
  })

  it('must agree with client_id beside it (RFC 9101 §5)', async () => {
    const server = start()
    expect(await refusal(server, { ...carry(await sign()), client_id: 'other' })).toMatch(/^invalid_request/)
  })

  it('is refused for a client without keys, and with an algorithm that it has not registered', async () => {
    expect(await refusal(start({}, { client: { jwks: undefined } }), carry(await sign()))).toBe(
      'invalid_request_object',
    )
    const client = { request_object_signing_alg: 'PS256' }
    expect(await refusal(start({}, { client }), carry(await sign()))).toBe('invalid_request_object')
  })

  it('sends errors of a verified request to its redirect URI, in its response mode', async () => {
    const server = start()
    const response = await server.fetch(
      new Request(authorizeUrl(carry(await sign({ scope: 'admin', response_mode: 'fragment' })))),
    )
    expect(response.headers.get('location')).toMatch(/^https:\/\/app\.example\/cb#.*error=invalid_scope/)
  })

  it('lives no longer than the server allows (FAPI 2.0 Message Signing §5.3.2)', async () => {
    const server = start({ maxLifetime: 3600 })
    expect(await refusal(server, carry(await sign()))).toBe('invalid_request_object') // no nbf
    expect(await refusal(server, carry(await sign({ nbf: NOW, exp: NOW + 3601 })))).toBe('invalid_request_object')
    expect((await new Browser(server).authorize(carry(await sign({ nbf: NOW })))).has('code')).toBe(true)
    const old = carry(await sign({ nbf: NOW - 3611, exp: NOW - 11 + 3600 }))
    expect(await refusal(server, old)).toBe('invalid_request_object')
    const both = carry(await sign({ nbf: NOW, aud: ['https://other.example', ISSUER] }))
    expect((await new Browser(server).authorize(both)).has('code')).toBe(true)
    const ahead = carry(await sign({ nbf: NOW + 10 })) // FAPI 2.0 Security Profile §5.3.2.1
    expect((await new Browser(server).authorize(ahead)).has('code')).toBe(true)
  })

  it('may be encrypted to the server (RFC 9101 §6.1)', async () => {
    const token = await encryptJwt(await sign(), decrypting, { alg: 'ECDH-ES' })
    const server = start({ decryptionKeys: KeySet.of(decrypting) })
    expect((await new Browser(server).authorize(carry(token))).has('code')).toBe(true)
    expect(await refusal(start(), carry(token))).toBe('invalid_request_object')
  })

  it('is encrypted to the key that the server publishes (OpenID Connect Core §10.2)', async () => {
    const server = start({ decryptionKeys: KeySet.of(decrypting) })
    expect(server.metadata()).toMatchObject({
      jwks_uri: `${ISSUER}/jwks`,
      request_object_encryption_alg_values_supported: ['ECDH-ES'],
      request_object_encryption_enc_values_supported: expect.arrayContaining(['A128CBC-HS256', 'A256GCM']),
    })
    const { keys } = (await (await server.fetch(new Request(`${ISSUER}/jwks`))).json()) as { keys: Jwk[] }
    expect(keys).toEqual([{ use: 'enc', ...decrypting.publicJwk() }])
    const token = await encryptJwt(await sign(), importJwk(keys[0]!), { alg: 'ECDH-ES' })
    expect((await new Browser(server).authorize(carry(token))).has('code')).toBe(true)
    expect(start().metadata()).not.toHaveProperty('request_object_encryption_alg_values_supported')
  })

  it('is refused when it cannot be decrypted, or is not signed inside (OpenID Connect Core §6.3.1)', async () => {
    const server = start({ decryptionKeys: KeySet.of(decrypting) })
    const other = await generateKey('ECDH-ES', { kid: 'e1' })
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"client_id":"web","iss":"web"}')}.`.replaceAll('=', '')
    for (const token of [
      await encryptJwt(await sign(), other, { alg: 'ECDH-ES' }),
      await encryptJwt(await sign({}, foreign), decrypting, { alg: 'ECDH-ES' }),
      await encryptJwe(JSON.stringify({ ...PARAMS, client_id: 'web' }), decrypting, { alg: 'ECDH-ES' }),
      await encryptJwe(unsigned, decrypting, { alg: 'ECDH-ES', header: { cty: 'JWT' } }),
    ]) {
      expect(await refusal(server, carry(token))).toBe('invalid_request_object')
    }
  })
})

describe('a server that demands request objects', () => {
  it('refuses a request without one (RFC 9101 §10.5)', async () => {
    const server = start({ required: true })
    expect(await refusal(server, {})).toBe('invalid_request')
    expect((await new Browser(server).authorize(carry(await sign()))).has('code')).toBe(true)
    expect(await refusal(start({}, { client: { require_signed_request_object: true } }), {})).toBe('invalid_request')
  })

  describe.each([
    ['before', [requestObject({ required: true }), pushedAuthorizationRequests()]],
    ['after', [pushedAuthorizationRequests(), requestObject({ required: true })]],
  ])('registered %s pushed requests', (_, things) => {
    const server = (): AuthorizationServer => {
      const jwks = { keys: [key.publicJwk()] }
      const made = fullServer({ clock: () => NOW, clients: staticClients([{ ...WEB, jwks } as never, OTHER]) })
      for (const thing of things) made.server.register(thing)
      return made.server
    }

    it('refuses an unsigned pushed request', async () => {
      const answer = await post(server(), '/par', PARAMS, WEB)
      expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request'])
    })

    it('verifies and accepts a signed pushed request', async () => {
      const one = server()
      const bad = await post(one, '/par', { request: await sign({}, foreign) }, WEB)
      expect([bad.status, bad.json['error']]).toEqual([400, 'invalid_request_object'])
      const pushed = await post(one, '/par', { request: await sign() }, WEB)
      expect(pushed.status).toBe(201)
      const params = { ...carry(''), request: undefined, request_uri: String(pushed.json['request_uri']) }
      expect((await new Browser(one).authorize(params)).get('state')).toBe('signed')
    })
  })
})

describe('a request object by reference', () => {
  const URI = 'https://app.example/request.jwt'
  const byReference = (uri: string): Record<string, string | undefined> => ({
    ...carry(''),
    request: undefined,
    request_uri: uri,
  })

  /** A server that reaches this one page of the internet. */
  function reaching(
    options: RequestObjectOptions,
    page: () => Response | Promise<Response>,
    client: object = { request_uris: [URI] },
  ): { server: AuthorizationServer; asked: string[] } {
    const asked: string[] = []
    const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const request = new Request(url, init)
      expect(request.method).toBe('GET') // OpenID Connect Core §6.2.3
      asked.push(request.url)
      return page()
    }
    const server = start(options, { client, server: { outgoing: { fetch, allowPrivateAddresses: true } } })
    return { server, asked }
  }

  it('is not fetched unless the server says so', async () => {
    const { server, asked } = reaching({}, async () => new Response(await sign()))
    await server.fetch(new Request(authorizeUrl(byReference(URI))))
    expect(asked).toEqual([])
  })

  it('is fetched from a registered URL and is the whole request (RFC 9101 §5.2)', async () => {
    const { server, asked } = reaching({ byReference: 'registered' }, async () => new Response(await sign()))
    expect((await new Browser(server).authorize(byReference(URI))).get('state')).toBe('signed')
    expect(asked).toEqual([URI])
    expect(server.metadata()).toMatchObject({
      request_uri_parameter_supported: true,
      require_request_uri_registration: true,
    })
  })

  it('is never fetched from a URL that is not registered (RFC 9101 §10.4)', async () => {
    const { server, asked } = reaching({ byReference: 'registered' }, async () => new Response(await sign()))
    expect(await refusal(server, byReference('https://evil.example/request.jwt'))).toBe('invalid_request_uri')
    expect(await refusal(server, byReference('http://app.example/request.jwt'))).toBe('invalid_request_uri')
    expect(asked).toEqual([])
  })

  it('has the registered algorithm, and no other (OpenID Connect Registration §2)', async () => {
    const options = { byReference: 'registered' } as const
    const client = { request_uris: [URI], request_object_signing_alg: 'PS256' }
    const { server } = reaching(options, async () => new Response(await sign()), client)
    expect(await refusal(server, byReference(URI))).toBe('invalid_request_object')
    const { server: other } = reaching(options, async () => new Response(await sign()), {
      ...client,
      request_object_signing_alg: 'ES256',
    })
    expect((await new Browser(other).authorize(byReference(URI))).has('code')).toBe(true)
  })

  it('may be fetched from any https URL when the server says so', async () => {
    const plain = URI.replace('https:', 'http:')
    const { server, asked } = reaching({ byReference: 'any' }, async () => new Response(await sign()), {
      request_uris: [plain],
    })
    expect((await new Browser(server).authorize(byReference(URI))).get('state')).toBe('signed')
    expect(await refusal(server, byReference(plain))).toBe('invalid_request_uri') // OpenID Connect Core §6.2
    expect(new Set(asked)).toEqual(new Set([URI]))
  })

  it('is fetched each time, whatever its fragment, which is for caches (OpenID Connect Core §6.2)', async () => {
    const { server, asked } = reaching({ byReference: 'registered' }, async () => new Response(await sign()))
    for (const text of ['one version', 'another']) {
      const answer = await new Browser(server).authorize(byReference(`${URI}#${await sha256Base64url(text)}`))
      expect(answer.get('state')).toBe('signed')
    }
    expect(asked).toContain(URI)
  })

  it.each([
    ['a redirect', () => Response.redirect('https://evil.example/')],
    ['an error', () => new Response('', { status: 404 })],
    ['a failure of the network', () => Promise.reject(new TypeError('refused'))],
    ['one megabyte', () => new Response('x'.repeat(1_000_000))],
  ])('is refused for %s', async (_, page) => {
    const { server } = reaching({ byReference: 'registered' }, page)
    expect(await refusal(server, byReference(URI))).toBe('invalid_request_uri')
  })

  it('excludes one by value (RFC 9101 §5)', async () => {
    const { server, asked } = reaching({ byReference: 'registered' }, async () => new Response(await sign()))
    expect(await refusal(server, { ...byReference(URI), request: await sign() })).toBe('invalid_request')
    expect(asked).toEqual([])
  })

  it('is not fetched from a private address (RFC 9101 §10.4.1)', async () => {
    const uri = 'https://127.0.0.1:1/request.jwt'
    const server = start({ byReference: 'registered' }, { client: { request_uris: [uri] } })
    expect(await refusal(server, byReference(uri))).toBe('invalid_request_uri')
  })
})

it('is advertised', () => {
  expect(start({ required: true }).metadata()).toMatchObject({
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    require_signed_request_object: true,
    request_object_signing_alg_values_supported: ['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'],
  })
})
