import { memoryStore } from '@authlib/core'
import { generateKey, importSecret, signJwt, type Key } from '@authlib/jose'
import { createHmac } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { ConfiguredClient } from '../records/clients.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { clientFromMetadata } from '../records/client-metadata.ts'
import { staticClients, storedClients } from '../records/clients.ts'
import type { ClientAssertionOptions } from './client-assertion.ts'
import { mutualTls } from '../features/mutual-tls.ts'
import { clientSecretJwt } from './client-secret-jwt.ts'
import { privateKeyJwt } from './private-key-jwt.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const SECRET = 'a-secret-of-fifty-characters-for-client-secret-jwt'
const start = 1_800_000_000
const clock = manualClock(start)
let key: Key
let other: Key
let job: ConfiguredClient
const mac: ConfiguredClient = {
  client_id: 'mac',
  client_secret: SECRET,
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_jwt',
}
beforeAll(async () => {
  key = await generateKey('ES256')
  other = await generateKey('ES256')
  job = {
    client_id: 'job',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...key.publicJwk() }] } as never,
  }
})

function serverWith(
  options: ClientAssertionOptions = {},
  clients: ConfiguredClient[] = [job, mac],
): AuthorizationServer {
  const { server } = bareServer({ clock, clients: staticClients(clients) })
  return server.register(clientCredentialsGrant(), privateKeyJwt(options), clientSecretJwt(options))
}

let count = 0
const claims = (clientId: string): Record<string, unknown> => ({
  ...{ iss: clientId, sub: clientId, aud: ISSUER, jti: `id-${++count}`, iat: clock(), exp: clock() + 60 },
})

async function post(server: AuthorizationServer, form: Record<string, string>): Promise<[number, unknown]> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_assertion_type: TYPE, ...form })
  const response = await server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', body }))
  return [response.status, ((await response.json()) as { error?: string }).error]
}

async function assertion(change: Record<string, unknown> = {}, by: Key = key, header: object = {}): Promise<string> {
  return signJwt({ ...claims('job'), ...change }, by, { lifetime: null, ...header })
}

/** What the library itself refuses to make. */
function forge(payload: object, hash: 'sha256' | 'sha512', secret: string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${encode({ alg: hash === 'sha256' ? 'HS256' : 'HS512', typ: 'JWT' })}.${encode(payload)}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

describe('private_key_jwt (RFC 7523 §3)', () => {
  it('lets a client in that signs with its key, once', async () => {
    const server = serverWith()
    const text = await assertion()
    expect(await post(server, { client_assertion: text })).toEqual([200, undefined])
    expect(await post(server, { client_assertion: text })).toEqual([401, 'invalid_client'])
  })

  it('accepts one assertion once, of requests at the same time too', async () => {
    const server = serverWith()
    const text = await assertion()
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(server, { client_assertion: text })))
    expect(answers.map(([status]) => status).sort()).toEqual([200, 401, 401, 401])
  })

  it.each<[string, Record<string, unknown>, number]>([
    ['the issuer', {}, 200],
    ['the issuer alone in a list', { aud: [ISSUER] }, 200],
    ['the token endpoint', { aud: `${ISSUER}/token` }, 200],
    ['another server', { aud: 'https://other.example' }, 401],
    ['two audiences', { aud: [ISSUER, 'https://other.example'] }, 401],
    ['no audience', { aud: undefined }, 401],
  ])('checks aud: %s', async (_, change, status) => {
    expect((await post(serverWith(), { client_assertion: await assertion(change) }))[0]).toBe(status)
  })

  it('ignores claims that it does not know (OpenID Connect Core §9)', async () => {
    const text = await assertion({ 'urn:example:claim': { a: 1 } })
    expect((await post(serverWith(), { client_assertion: text }))[0]).toBe(200)
  })

  it('takes the address that asks for certificates (RFC 8705 §5)', async () => {
    const server = serverWith().register(mutualTls({ aliasOrigin: 'https://mtls.example' }))
    const text = await assertion({ aud: 'https://mtls.example/token' })
    expect((await post(server, { client_assertion: text }))[0]).toBe(200)
  })

  it('takes the issuer alone under the policy of FAPI 2.0', async () => {
    const server = serverWith({ audience: 'issuer' })
    expect((await post(server, { client_assertion: await assertion() }))[0]).toBe(200)
    expect((await post(server, { client_assertion: await assertion({ aud: `${ISSUER}/token` }) }))[0]).toBe(401)
    expect((await post(server, { client_assertion: await assertion({ aud: [ISSUER] }) }))[0]).toBe(401) // FAPI 2.0 §5.3.2.1: a string
  })

  it.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'web' }],
    ['no issuer', { iss: undefined }],
    ['no subject', { sub: undefined }],
    ['no jti', { jti: undefined }],
    ['no end', { exp: undefined, iat: undefined }],
    ['an end in the past', { exp: start - 11 }],
    ['an end tomorrow', { exp: start + 86_400 }],
    ['a begin in the future', { nbf: start + 60 }],
  ])('refuses an assertion with %s', async (_, change) => {
    const payload = Object.fromEntries(
      Object.entries({ ...claims('job'), ...change }).filter(([, value]) => value !== undefined),
    )
    const text = await signJwt(payload, key, { lifetime: null })
    expect(await post(serverWith(), { client_assertion: text })).toEqual([401, 'invalid_client'])
  })

  it('takes an assertion of a clock ten seconds ahead (FAPI 2.0 Security Profile §5.3.2.1)', async () => {
    const ahead = { iat: start + 10, nbf: start + 10 }
    expect((await post(serverWith(), { client_assertion: await assertion(ahead) }))[0]).toBe(200)
  })

  it.each(['iat', 'nbf'])(
    'refuses one whose %s is more than a minute ahead (FAPI 2.0 Security Profile §5.3.2.1)',
    async (name) => {
      const ahead = await assertion({ [name]: start + 61 })
      expect(await post(serverWith(), { client_assertion: ahead })).toEqual([401, 'invalid_client'])
    },
  )

  it('refuses another key, another type and what is no JWT', async () => {
    const server = serverWith()
    for (const text of [
      await assertion({}, other),
      await assertion({}, key, { typ: 'at+jwt' }),
      'x',
      `${await assertion()}x`,
    ]) {
      expect(await post(server, { client_assertion: text })).toEqual([401, 'invalid_client'])
    }
  })

  it('refuses a MAC that is made with the public key, and a client of another method', async () => {
    const server = serverWith()
    const forged = forge(claims('job'), 'sha256', JSON.stringify(key.publicJwk()))
    expect((await post(server, { client_assertion: forged }))[0]).toBe(401)
    const asMac = await signJwt(claims('mac'), key, { lifetime: null })
    expect((await post(server, { client_assertion: asMac }))[0]).toBe(401)
  })

  it('takes a client_id that agrees, and the registered algorithm only', async () => {
    const server = serverWith()
    expect((await post(server, { client_assertion: await assertion(), client_id: 'job' }))[0]).toBe(200)
    expect((await post(server, { client_assertion: await assertion(), client_id: 'mac' }))[0]).toBe(401)
    const strict = serverWith({}, [{ ...job, token_endpoint_auth_signing_alg: 'PS256' }])
    expect((await post(strict, { client_assertion: await assertion() }))[0]).toBe(401)
  })

  it('says which part of the pair is missing', async () => {
    const server = serverWith()
    expect(await post(server, { client_assertion: await assertion(), client_assertion_type: 'x' })).toEqual([
      401,
      'invalid_client',
    ])
    expect(await post(server, {})).toEqual([400, 'invalid_request'])
  })

  it('publishes methods and algorithms (RFC 8414 §2)', () => {
    const metadata = serverWith({ algorithms: ['ES256', 'HS256'] }).metadata()
    expect(metadata['token_endpoint_auth_signing_alg_values_supported']).toEqual(['ES256', 'HS256'])
    expect(metadata.token_endpoint_auth_methods_supported).toContain('private_key_jwt')
  })
})

describe('client_secret_jwt (RFC 7523 §3)', () => {
  it('verifies with the secret, which never travels', async () => {
    const server = serverWith()
    const right = await importSecret(SECRET, { alg: 'HS256' })
    const wrong = await importSecret(`${SECRET}x`, { alg: 'HS256' })
    expect((await post(server, { client_assertion: await signJwt(claims('mac'), right, { lifetime: null }) }))[0]).toBe(
      200,
    )
    expect((await post(server, { client_assertion: await signJwt(claims('mac'), wrong, { lifetime: null }) }))[0]).toBe(
      401,
    )
    expect((await post(server, { client_assertion: await signJwt(claims('job'), right, { lifetime: null }) }))[0]).toBe(
      401,
    )
  })

  it.each<[string, Record<string, unknown>, number]>([
    ['everything', {}, 200],
    ['a claim that is unknown', { 'urn:example:claim': { a: 1 } }, 200],
    ['another issuer', { iss: 'job' }, 401],
    ['no issuer', { iss: undefined }, 401],
    ['another subject', { sub: 'job' }, 401],
    ['another audience', { aud: 'https://other.example' }, 401],
    ['no audience', { aud: undefined }, 401],
    ['no jti', { jti: undefined }, 401],
    ['no end', { exp: undefined, iat: undefined }, 401],
    ['an end in the past', { exp: start - 11 }, 401],
  ])('with %s is judged alike, and accepted once (OpenID Connect Core §9)', async (_, change, status) => {
    const server = serverWith()
    const right = await importSecret(SECRET, { alg: 'HS256' })
    const text = await signJwt({ ...claims('mac'), ...change }, right, { lifetime: null })
    expect((await post(server, { client_assertion: text }))[0]).toBe(status)
    expect((await post(server, { client_assertion: text }))[0]).toBe(401)
  })

  it('refuses a client that it does not know, as it refuses a wrong secret', async () => {
    const right = await importSecret(SECRET, { alg: 'HS256' })
    const text = await signJwt(claims('nobody'), right, { lifetime: null })
    expect(await post(serverWith(), { client_assertion: text })).toEqual([401, 'invalid_client'])
  })

  it('accepts a secret until the second in which it expires', async () => {
    const server = serverWith({}, [{ ...mac, client_secret_expires_at: start + 2 }])
    const right = await importSecret(SECRET, { alg: 'HS256' })
    const ask = async () => post(server, { client_assertion: await signJwt(claims('mac'), right, { lifetime: null }) })
    clock.advance(1)
    expect(await ask()).toEqual([200, undefined])
    clock.advance(1)
    expect(await ask()).toEqual([401, 'invalid_client'])
    clock.advance(-2)
  })

  it('and private_key_jwt take the algorithms of their kind from one list', () => {
    const server = serverWith({ algorithms: ['HS512', 'ES384'] })
    expect(server.metadata()['token_endpoint_auth_signing_alg_values_supported']).toEqual(['ES384', 'HS512'])
    const { server: alone } = bareServer({ clients: staticClients([job]) })
    alone.register(clientCredentialsGrant(), privateKeyJwt({ algorithms: ['HS512', 'ES384'] }))
    expect(alone.metadata()['token_endpoint_auth_signing_alg_values_supported']).toEqual(['ES384'])
  })

  it('works with secrets that are sealed in the store', async () => {
    const store = memoryStore()
    const { server } = bareServer({ clock, store, clients: undefined })
    server.register(clientCredentialsGrant(), clientSecretJwt())
    await storedClients(store, { sealer: server.sealer('client_secret') }).save(await clientFromMetadata(mac))
    const long = forge(claims('mac'), 'sha512', SECRET)
    expect((await post(server, { client_assertion: long }))[0]).toBe(401) // 50 characters are too short for HS512
    const shorter = await importSecret(SECRET, { alg: 'HS256' })
    expect(
      (await post(server, { client_assertion: await signJwt(claims('mac'), shorter, { lifetime: null }) }))[0],
    ).toBe(200)
  })
})

describe('clients of oauth4webapi', () => {
  it.each(['private_key_jwt', 'client_secret_jwt'])('authenticate by %s', async (method) => {
    const pair = await oauth.generateKeyPair('PS256', { extractable: true })
    const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), alg: 'PS256' }
    const clients = [{ ...job, jwks: { keys: [jwk] } as never }, mac]
    const { server } = bareServer({ clients: staticClients(clients) })
    server.register(
      clientCredentialsGrant(),
      privateKeyJwt({ audience: 'issuer' }),
      clientSecretJwt({ audience: 'issuer' }),
    )
    const client = { client_id: method === 'private_key_jwt' ? 'job' : 'mac' }
    const auth = method === 'private_key_jwt' ? oauth.PrivateKeyJwt(pair.privateKey) : oauth.ClientSecretJwt(SECRET)
    const as = { issuer: ISSUER, token_endpoint: `${ISSUER}/token` }
    for (let n = 0; n < 2; n++) {
      const response = await oauth.clientCredentialsGrantRequest(
        as,
        client,
        auth,
        {},
        {
          [oauth.customFetch]: (url, options) => server.fetch(new Request(url, options)),
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out: here is no TLS
          [oauth.allowInsecureRequests]: true,
        },
      )
      expect(await oauth.processClientCredentialsResponse(as, client, response)).toMatchObject({ token_type: 'bearer' })
    }
  })
})
