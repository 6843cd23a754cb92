import { decryption, generateKey, KeySet, staticKeys, verifyJwt, type Key } from '@authlib/jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { authorizeUrl, Browser, fullServer, ISSUER, OTHER, REDIRECT_URI, WEB } from '../../../test/journey.ts'
import { dynamicClientRegistration, staticClients, type AuthorizationServer } from '../index.ts'
import { jwtResponseModes, type JwtResponseModesOptions } from './jwt.ts'

const NOW = 1_800_000_000

let rsa: Key
let ec: Key
let decrypting: Key
beforeAll(async () => {
  rsa = await generateKey('RS256', { kid: 'r' })
  ec = await generateKey('ES256', { kid: 'e' })
  decrypting = await generateKey('ECDH-ES', { kid: 'enc' })
})

function start(
  client: object = {},
  keys: readonly Key[] = [rsa, ec],
  options: JwtResponseModesOptions = {},
): AuthorizationServer {
  const { server } = fullServer({
    clock: () => NOW,
    keys: staticKeys(keys),
    clients: staticClients([{ ...WEB, ...client }, OTHER]),
  })
  return server.register(jwtResponseModes(options))
}

/** The answer of a whole login, as the browser is sent to the client. */
async function answer(server: AuthorizationServer, mode: string, decision = 'approve'): Promise<Response> {
  const browser = new Browser(server)
  let response = await browser.open(authorizeUrl({ response_mode: mode }))
  for (const form of [{ username: 'alice', password: 'alice' }, { decision }]) {
    const location = response.headers.get('location') ?? ''
    if (location.startsWith(REDIRECT_URI)) break
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    response = await browser.open(location, { ...form, interaction })
  }
  return response
}

const open = async (server: AuthorizationServer, token: string, more: object = {}) =>
  verifyJwt(token, KeySet.from(await server.requireKeys().jwks()), {
    algorithms: ['RS256', 'ES256'],
    issuer: ISSUER,
    audience: 'web',
    clock: () => NOW,
    ...more,
  })

const inQuery = (response: Response): string =>
  new URL(response.headers.get('location') ?? '').searchParams.get('response') ?? ''

describe('query.jwt', () => {
  it('carries code, state and iss in a JWT for the client, and nothing beside it (JARM §2.1)', async () => {
    const server = start()
    const response = await answer(server, 'query.jwt')
    expect([...new URL(response.headers.get('location') ?? '').searchParams.keys()]).toEqual(['response'])
    const { header, claims } = await open(server, inQuery(response))
    expect(header).toMatchObject({ alg: 'RS256', kid: 'r' }) // §3: the default
    expect(claims).toEqual({
      iss: ISSUER,
      aud: 'web',
      exp: NOW + 600,
      state: 'xyz',
      code: expect.stringMatching(/^[\w.-]{40,}$/) as string,
    })
  })

  it('carries errors alike (JARM §2.1)', async () => {
    const server = start()
    const denied = await open(server, inQuery(await answer(server, 'query.jwt', 'deny')))
    expect(denied.claims).toMatchObject({ error: 'access_denied', state: 'xyz' })
    const invalid = await server.fetch(new Request(authorizeUrl({ response_mode: 'query.jwt', scope: 'admin' })))
    expect((await open(server, inQuery(invalid))).claims).toMatchObject({ error: 'invalid_scope' })
  })

  it('is signed as the client is registered (JARM §3)', async () => {
    const server = start({ authorization_signed_response_alg: 'ES256' })
    const { header } = await open(server, inQuery(await answer(server, 'query.jwt')))
    expect(header.alg).toBe('ES256')
  })

  it('is signed with the preferred key where there is no RS256 and the client registered nothing', async () => {
    const server = start({}, [ec])
    const { header } = await open(server, inQuery(await answer(server, 'query.jwt')))
    expect(header.alg).toBe('ES256')
  })

  it('is encrypted for a client that is registered so (JARM §2.2)', async () => {
    const server = start({
      authorization_encrypted_response_alg: 'ECDH-ES',
      jwks: { keys: [decrypting.publicJwk()] },
    })
    const token = inQuery(await answer(server, 'query.jwt'))
    expect(token.split('.')).toHaveLength(5)
    const header = JSON.parse(atob((token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as object
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A128CBC-HS256', cty: 'JWT' })
    const { claims } = await open(server, token, { decryption: decryption(KeySet.of(decrypting)) })
    expect(claims).toMatchObject({ state: 'xyz' })
  })

  it('answers a page when it cannot be encrypted, and never in the clear', async () => {
    const server = start({ authorization_encrypted_response_alg: 'ECDH-ES' })
    const response = await answer(server, 'query.jwt')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('response=')
  })
})

it('jwt is query.jwt for the code (JARM §2.3.4)', async () => {
  const server = start()
  const { claims } = await open(server, inQuery(await answer(server, 'jwt')))
  expect(claims).toHaveProperty('code')
})

it('fragment.jwt puts the response in the fragment (JARM §2.3.2)', async () => {
  const server = start()
  const location = new URL((await answer(server, 'fragment.jwt')).headers.get('location') ?? '')
  expect(location.search).toBe('')
  const response = new URLSearchParams(location.hash.slice(1)).get('response') ?? ''
  expect((await open(server, response)).claims).toHaveProperty('code')
})

it('form_post.jwt posts it (JARM §2.3.3)', async () => {
  const server = start()
  const html = await (await answer(server, 'form_post.jwt')).text()
  const token = /name="response" value="([^"]+)"/.exec(html)?.[1] ?? ''
  expect((await open(server, token)).claims).toHaveProperty('code')
})

it('is advertised (JARM §4)', () => {
  expect(start().metadata()).toMatchObject({
    response_modes_supported: ['query', 'fragment', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'jwt'],
    authorization_signing_alg_values_supported: ['RS256', 'ES256'],
    authorization_encryption_alg_values_supported: expect.arrayContaining(['RSA-OAEP-256']) as unknown,
    authorization_encryption_enc_values_supported: expect.arrayContaining(['A128CBC-HS256']) as unknown,
  })
})

describe('a registration (JARM §3)', () => {
  const register = async (metadata: object): Promise<[number, unknown]> => {
    const server = start().register(dynamicClientRegistration({ access: 'open' }))
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ redirect_uris: [REDIRECT_URI], ...metadata })
    const response = await server.fetch(new Request(`${ISSUER}/register`, { method: 'POST', headers, body }))
    return [response.status, ((await response.json()) as { error_description?: string }).error_description]
  }

  it('names what its responses are signed and encrypted with', async () => {
    const jwks = { keys: [decrypting.publicJwk()] }
    const encrypted = { authorization_encrypted_response_alg: 'ECDH-ES', jwks }
    expect(await register({ authorization_signed_response_alg: 'ES256', ...encrypted })).toEqual([201, undefined])
    expect(await register({ ...encrypted, authorization_encrypted_response_enc: 'A256GCM' })).toEqual([201, undefined])
  })

  it.each([
    [{ authorization_signed_response_alg: 'none' }, 'authorization_signed_response_alg is not supported'],
    [{ authorization_signed_response_alg: 'PS256' }, 'authorization_signed_response_alg is not supported'],
    [
      { authorization_encrypted_response_enc: 'A128GCM' },
      'authorization_encrypted_response_enc without authorization_encrypted_response_alg',
    ],
    [
      { authorization_encrypted_response_alg: 'RSA1_5', jwks: { keys: [] } },
      'authorization_encrypted_response_alg is not supported',
    ],
    [
      {
        authorization_encrypted_response_alg: 'ECDH-ES',
        authorization_encrypted_response_enc: 'x',
        jwks: { keys: [] },
      },
      'authorization_encrypted_response_enc is not supported',
    ],
    [
      { authorization_encrypted_response_alg: 'ECDH-ES' },
      'authorization_encrypted_response_alg lacks jwks or jwks_uri',
    ],
  ])('is refused with %j', async (metadata, description) => {
    expect(await register(metadata)).toEqual([400, description])
  })
})

describe('jwtResponseModes({ required: true }) (FAPI 2.0 Message Signing §5.4.1)', () => {
  it.each(['query', 'fragment'])('refuses the response mode %s', async (mode) => {
    const server = start({}, undefined, { required: true })
    const response = await server.fetch(new Request(authorizeUrl({ response_mode: mode })))
    expect(response.headers.get('location')).toContain('error=invalid_request')
  })

  it.each(['jwt', 'query.jwt'])('accepts %s', async (mode) => {
    const response = await answer(start({}, undefined, { required: true }), mode)
    expect((await open(start(), inQuery(response))).claims).toHaveProperty('code')
  })
})
