// What the log says about a refused assertion, and the limits of what is accepted.
import { generateKey, signJwt } from '@authlib/jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, post, WEB, type Answer } from '../../../test/journey.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { staticClients } from '../records/clients.ts'
import type { ClientAssertionOptions } from './client-assertion.ts'
import { privateKeyJwt } from './private-key-jwt.ts'

const START = 1_800_000_000
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const key = await generateKey('ES256')
const other = await generateKey('ES256')

type Claims = Record<string, unknown>

const sign = (changes: Claims = {}, by = key): Promise<string> => {
  const claims = { iss: 'job', sub: 'job', aud: ISSUER, jti: 'one', iat: START, exp: START + 60, ...changes }
  return signJwt(claims, by, { lifetime: null })
}

/** Of what the library would not sign. */
const forge = (claims: Claims): string =>
  `${[{ alg: 'ES256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.x`

function start(options: ClientAssertionOptions = {}, metadata: Claims = {}) {
  const job = { client_id: 'job', grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt' }
  const keys = 'jwks_uri' in metadata ? {} : { jwks: { keys: [key.publicJwk()] } as never }
  const made = bareServer({
    clock: manualClock(START),
    clients: staticClients([{ ...job, ...keys, ...metadata }, WEB]),
    outgoing: { allowPrivateAddresses: true, fetch: () => Promise.reject(new Error('no way there')) },
  })
  made.server.register(clientCredentialsGrant(), introspectionEndpoint(), privateKeyJwt(options))
  const send = (text: string, form: Record<string, string> = {}, path = '/token'): Promise<Answer> =>
    post(made.server, path, {
      ...{ grant_type: 'client_credentials', token: 'x', client_assertion: text, client_assertion_type: TYPE },
      ...form,
    })
  const reason = () => made.events.find(({ type }) => type === 'client.refused')
  return { ...made, send, reason }
}

let made: ReturnType<typeof start>
beforeEach(() => {
  made = start()
})

describe('a refused assertion (RFC 7523 §3)', () => {
  it.each<[string, () => string | Promise<string>, Record<string, string>, string]>([
    ['no JWT', () => 'x', {}, 'the assertion is not a JWT'],
    ['too long', () => 'x'.repeat(16_385), {}, 'the assertion is too long'],
    ['as long as may be', () => 'x'.repeat(16_384), {}, 'the assertion is not a JWT'],
    ['an empty subject', () => forge({ sub: '' }), {}, 'sub is missing'],
    ['a subject that is no string', () => forge({ sub: 7 }), {}, 'sub is missing'],
    ['a subject with NUL', () => forge({ sub: 'a\0b' }), {}, 'sub is missing'],
    ['no subject', () => forge({}), {}, 'sub is missing'],
    ['another client_id', () => sign(), { client_id: 'other' }, 'client_id of another client'],
    ['two audiences', () => sign({ aud: [ISSUER, 'https://other.example'] }), {}, 'the assertion: aud is a list'],
    ['a long life', () => sign({ exp: START + 3611 }), {}, 'the assertion is valid for too long'],
    ['another key', () => sign({}, other), {}, 'the assertion: '],
    ['an unknown client', () => sign({ iss: 'ghost', sub: 'ghost' }), {}, 'unknown client'],
  ])('with %s is told apart in the log alone', async (_case, text, form, why) => {
    const answer = await made.send(await text(), form)
    expect([answer.status, answer.json]).toEqual([401, { error: 'invalid_client' }])
    const { reason } = made.reason() as { reason?: string }
    expect(reason?.startsWith(why)).toBe(true)
    expect(reason).not.toContain('undefined')
  })

  it('names the part of the pair that is missing or wrong (RFC 7521 §4.2)', async () => {
    const bare = { grant_type: 'client_credentials', client_id: 'job' }
    const missing = await post(made.server, '/token', { ...bare, client_assertion_type: TYPE })
    expect([missing.status, missing.json]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'client_assertion is missing' },
    ])
    for (const type of ['x', undefined]) {
      const form = { ...bare, client_assertion: await sign(), ...(type && { client_assertion_type: type }) }
      const wrong = await post(made.server, '/token', form)
      expect([wrong.status, wrong.json]).toEqual([
        401,
        { error: 'invalid_client', error_description: 'client_assertion_type is not supported' },
      ])
    }
  })

  it('beside a secret that is right is a second method (RFC 6749 §2.3)', async () => {
    const form = { grant_type: 'client_credentials', client_assertion: await sign(), client_assertion_type: TYPE }
    const answer = await post(made.server, '/token', form, WEB)
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'more than one client authentication method is used' },
    ])
  })

  it('was used before', async () => {
    await made.send(await sign())
    expect((await made.send(await sign())).status).toBe(401)
    expect(made.reason()).toMatchObject({ reason: 'the assertion was used before' })
  })

  it('cannot be judged while the keys of the client cannot be loaded: 503', async () => {
    const { send, reason } = start({}, { jwks_uri: 'https://job.example/jwks' })
    const answer = await send(await sign())
    expect([answer.status, answer.json]).toEqual([503, { error: 'temporarily_unavailable' }])
    expect(reason()).toMatchObject({ reason: 'jwks_uri of the client' })
  })

  it('has no algorithm left when the registered one is of another method', async () => {
    const { send, reason } = start({}, { token_endpoint_auth_signing_alg: 'HS256' })
    expect((await send(await sign())).status).toBe(401)
    expect(reason()).toMatchObject({ reason: 'the registered algorithm is not one of this method' })
  })
})

describe('an assertion that is accepted', () => {
  it('may live for an hour, and as much longer as clocks may differ', async () => {
    expect((await made.send(await sign({ exp: START + 3610 }))).status).toBe(200)
    const strict = start({ maxLifetime: 60, leeway: 0 })
    expect((await strict.send(await sign({ exp: START + 61 }))).status).toBe(401)
    expect((await strict.send(await sign({ exp: START + 60 }))).status).toBe(200)
  })

  it('is remembered by client and jti until no clock would accept it any more', async () => {
    const used: unknown[] = []
    const replays = { use: (...input: unknown[]) => (used.push(input), Promise.resolve(true)) }
    expect((await start({ replays }).send(await sign())).status).toBe(200)
    expect(used).toEqual([['job one', START + 60 + 10 + 1, START]])
  })

  it('is for the issuer, the token endpoint or the endpoint that is asked', async () => {
    for (const [path, aud, status] of [
      ['/introspect', `${ISSUER}/introspect`, 200],
      ['/introspect', `${ISSUER}/token`, 200],
      ['/token', `${ISSUER}/introspect`, 401],
    ] as const) {
      expect([aud, (await start().send(await sign({ aud }), {}, path)).status]).toEqual([aud, status])
    }
  })

  it('may come with its own client_id', async () => {
    expect((await made.send(await sign(), { client_id: 'job' })).status).toBe(200)
  })

  it.each([{ leeway: -1 }, { maxLifetime: -1 }, { leeway: Number.NaN }])(
    'needs options that are times: %j',
    (options) => {
      expect(() => privateKeyJwt(options)).toThrow(TypeError)
    },
  )
})
