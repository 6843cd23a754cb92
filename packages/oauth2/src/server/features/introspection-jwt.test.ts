import { generateKey, KeySet, signJwt, staticKeys, verifyJwt, decryption, type Key } from '@authlib/jose'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { describe, expect, it } from 'vitest'
import { API, bareServer, basic, ISSUER, manualClock, post, WEB } from '../../../test/journey.ts'
import { introspection, ResourceProtector, type SignedAnswers } from '../../resource/index.ts'
import type { ConfiguredClient } from '../records/clients.ts'
import { staticClients } from '../records/clients.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { dynamicClientRegistration } from './dynamic-registration.ts'
import { signedIntrospection } from './introspection-jwt.ts'
import { introspectionEndpoint } from './introspection.ts'

const START = 1_800_000_000
const TYPE = 'application/token-introspection+jwt'
const es256 = await generateKey('ES256')
const rs256 = await generateKey('RS256')
const stranger = await generateKey('RS256')
const secret = await generateKey('ECDH-ES')
const CALLER = { ...WEB, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
const CHOOSY: ConfiguredClient = { ...API, client_id: 'choosy', introspection_signed_response_alg: 'ES256' }
const SECRET: ConfiguredClient = {
  ...API,
  client_id: 'secretive',
  introspection_encrypted_response_alg: 'ECDH-ES',
  jwks: { keys: [secret.publicJwk()] } as never,
}

function start(keys: readonly Key[] = [rs256, es256]) {
  const clock = manualClock(START)
  const made = bareServer({
    clock,
    keys: staticKeys(keys),
    clients: staticClients([CALLER, API, CHOOSY, SECRET]),
  })
  made.server.register(clientCredentialsGrant(), introspectionEndpoint(), signedIntrospection())
  const issue = async (): Promise<string> => {
    const { json } = await post(made.server, '/token', { grant_type: 'client_credentials', scope: 'read' }, CALLER)
    return String(json['access_token'])
  }
  const ask = (token: string, accept?: string, client: ConfiguredClient = API): Promise<Response> => {
    const headers = { authorization: basic(client), ...(accept !== undefined && { accept }) }
    const body = new URLSearchParams({ token })
    return made.server.fetch(new Request(`${ISSUER}/introspect`, { method: 'POST', headers, body }))
  }
  return { ...made, clock, issue, ask }
}

describe('signed introspection (RFC 9701)', () => {
  it('answers with a JWT where the caller accepts one (RFC 9701 §4, §5)', async () => {
    const { server, issue, ask } = start()
    const response = await ask(await issue(), `${TYPE}, application/json;q=0.5`)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, TYPE])
    expect(response.headers.get('cache-control')).toBe('no-store')
    const jwks = await (await server.fetch(new Request(String(server.metadata().jwks_uri)))).json()
    const keys = createLocalJWKSet(jwks as JSONWebKeySet)
    const { payload, protectedHeader } = await jwtVerify(await response.text(), keys, {
      ...{ issuer: ISSUER, audience: 'api', typ: 'token-introspection+jwt', currentDate: new Date(START * 1000) },
    })
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload).toEqual({
      iss: ISSUER,
      aud: 'api',
      iat: START,
      token_introspection: expect.objectContaining({ active: true, client_id: 'web', scope: 'read' }) as object,
    })
  })

  it('says nothing but active: false about any other token (RFC 9701 §5)', async () => {
    const { ask } = start()
    const { claims } = await verifyJwt(await (await ask('x', TYPE)).text(), rs256, {
      ...{ typ: 'token-introspection+jwt', issuer: ISSUER, audience: 'api', expiryOptional: true, clock: () => START },
    })
    expect(claims).toMatchObject({ token_introspection: { active: false } })
    expect(Object.keys(claims as object)).toEqual(['iss', 'aud', 'iat', 'token_introspection'])
  })

  it('answers with JSON otherwise', async () => {
    const { issue, ask } = start()
    for (const accept of [undefined, 'application/json', '*/*']) {
      const response = await ask(await issue(), accept)
      expect(response.headers.get('content-type')).toContain('application/json')
    }
  })

  it('signs with the algorithm that the caller has registered, and encrypts to its key (RFC 9701 §6)', async () => {
    const { issue, ask } = start()
    const signed = await (await ask(await issue(), TYPE, CHOOSY)).text()
    const policy = { typ: 'token-introspection+jwt', issuer: ISSUER, expiryOptional: true, clock: () => START }
    expect((await verifyJwt(signed, es256, { ...policy, audience: 'choosy' })).header.alg).toBe('ES256')

    const encrypted = await ask(await issue(), undefined, SECRET) // never in the clear
    const text = await encrypted.text()
    expect([encrypted.headers.get('content-type'), text.split('.').length]).toEqual([TYPE, 5])
    const opened = { ...policy, audience: 'secretive', decryption: decryption(KeySet.of(secret)) }
    expect((await verifyJwt(text, rs256, opened)).claims).toMatchObject({ token_introspection: { active: true } })
  })

  it.each<[string, object]>([
    ['an unknown signature algorithm', { introspection_signed_response_alg: 'HS256' }],
    ['an unknown algorithm of encryption', { introspection_encrypted_response_alg: 'RSA1_5' }],
    [
      'an unknown cipher',
      { introspection_encrypted_response_alg: 'ECDH-ES', introspection_encrypted_response_enc: 'x' },
    ],
    ['a cipher alone', { introspection_encrypted_response_enc: 'A128GCM' }],
    ['encryption without a key', { introspection_encrypted_response_alg: 'ECDH-ES', jwks: undefined }],
  ])('registers no client with %s (RFC 9701 §6)', async (_case, changes) => {
    const { server } = start()
    server.register(dynamicClientRegistration({ access: 'open', grantTypes: ['client_credentials'] }))
    const register = (metadata: object): Promise<Response> =>
      server.fetch(
        new Request(`${ISSUER}/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ grant_types: ['client_credentials'], ...metadata }),
        }),
      )
    const jwks = { keys: [secret.publicJwk()] }
    const good = { introspection_encrypted_response_alg: 'ECDH-ES', introspection_signed_response_alg: 'ES256', jwks }
    expect((await register(good)).status).toBe(201)
    const refused = await register({ jwks, ...changes })
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: 'invalid_client_metadata' }])
  })

  it('publishes its algorithms (RFC 9701 §7)', () => {
    expect(start().server.metadata()).toMatchObject({
      introspection_signing_alg_values_supported: ['RS256', 'ES256'],
      introspection_encryption_alg_values_supported: expect.arrayContaining(['ECDH-ES']) as string[],
      introspection_encryption_enc_values_supported: expect.arrayContaining(['A128CBC-HS256']) as string[],
    })
  })
})

describe('a resource server that wants signed answers', () => {
  async function statusOf(
    made: ReturnType<typeof start>,
    signed: SignedAnswers | true = true,
    { client = API, answer }: { client?: ConfiguredClient; answer?: () => Promise<Response> } = {},
  ): Promise<number> {
    const protector = new ResourceProtector({
      resource: 'https://rs.example',
      clock: made.clock,
      onError: () => undefined,
      validators: [
        introspection({
          ...{ issuer: ISSUER, clientId: client.client_id, clientSecret: client.client_secret ?? '', signed },
          allowMissingAudience: true,
          fetch: async (url, init) => {
            const request = new Request(url, init)
            return answer && request.url.endsWith('/introspect') ? answer() : made.server.fetch(request)
          },
        }),
      ],
    })
    const token = await made.issue()
    const request = new Request('https://rs.example/', { headers: { authorization: `Bearer ${token}` } })
    try {
      await protector.protect(request)
      return 200
    } catch (error) {
      return (error as { status: number }).status
    }
  }

  it('accepts the answers of this server, encrypted ones too', async () => {
    expect(await statusOf(start())).toBe(200)
    expect(await statusOf(start(), { keys: KeySet.of(rs256), algorithms: ['RS256'] })).toBe(200)
    expect(await statusOf(start(), { decryptionKeys: KeySet.of(secret) }, { client: SECRET })).toBe(200)
  })

  it.each<[string, object, string, Key?]>([
    ['plain JSON', {}, 'application/json'],
    ['another type of JWT', { typ: 'at+jwt' }, TYPE],
    ['another audience', { aud: 'other' }, TYPE],
    ['another issuer', { iss: 'https://other.example' }, TYPE],
    ['an old answer', { iat: START - 120 }, TYPE],
    ['no answer inside', { token_introspection: undefined }, TYPE],
    ['another key', {}, TYPE, stranger],
  ])('refuses %s with 503 (RFC 9701 §8.1)', async (_case, changes, type, by = rs256) => {
    const { typ = 'token-introspection+jwt', ...claims } = {
      ...{
        iss: ISSUER,
        aud: 'api',
        iat: START,
        token_introspection: { active: true, sub: 'mallory', exp: START + 60 },
      },
      ...(changes as { typ?: string }),
    }
    const answer = async (): Promise<Response> => {
      const body =
        type === TYPE ? await signJwt(claims, by, { typ, lifetime: null }) : JSON.stringify(claims.token_introspection)
      return new Response(body, { headers: { 'content-type': type } })
    }
    expect(await statusOf(start(), true, { answer })).toBe(503)
  })

  it('refuses an answer that is signed only, where it decrypts', async () => {
    expect(await statusOf(start(), { decryptionKeys: KeySet.of(secret) })).toBe(503)
  })

  it('cannot be made without an issuer', () => {
    const options = { endpoint: `${ISSUER}/introspect`, clientId: 'api', clientSecret: 'x', signed: true } as const
    expect(() => introspection(options)).toThrow(TypeError)
  })
})
