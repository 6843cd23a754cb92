import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateKey, KeySet, signJws, signJwt, type JwtClaims, type Key, type SignJwtOptions } from '@authlib/jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jwtAccessToken, ResourceProtector, type JwtAccessTokenOptions } from './index.ts'

const issuer = 'https://as.example'
const resource = 'https://api.example'
const now = 1_700_000_000

let key: Key
let other: Key
beforeAll(async () => {
  key = await generateKey('ES256')
  other = await generateKey('ES256')
})

const claims = (changes: Record<string, unknown> = {}): JwtClaims => ({
  iss: issuer,
  aud: resource,
  sub: 'alice',
  client_id: 'web',
  scope: 'notes:read notes:write',
  iat: now - 10,
  exp: now + 60,
  jti: 'id-1',
  ...changes,
})

/** Whatever the claims are: `signJwt` would not sign all of these. */
const sign = (changes?: Record<string, unknown>, { typ = 'at+jwt' }: SignJwtOptions = {}, by: Key = key) =>
  signJws(JSON.stringify(claims(changes)), by, { header: { ...(typ !== null && { typ }) } })

function protector(options: Partial<JwtAccessTokenOptions> = {}): ResourceProtector {
  return new ResourceProtector({
    resource,
    validators: [jwtAccessToken({ issuer, keys: KeySet.of(key), ...options })],
    clock: () => now,
    onError: () => undefined,
  })
}

const present = (token: string) => new Request(resource, { headers: { authorization: `Bearer ${token}` } })

async function status(token: string, guard: ResourceProtector = protector()): Promise<number> {
  try {
    await guard.protect(present(token), 'notes:read')
    return 200
  } catch (error) {
    return guard.respond(error).status
  }
}

describe('jwtAccessToken', () => {
  it('hands out what the token says (RFC 9068 §2.2)', async () => {
    expect(await protector().protect(present(await sign({ acr: 'high' })))).toEqual({
      subject: 'alice',
      clientId: 'web',
      scope: ['notes:read', 'notes:write'],
      audience: [resource],
      issuer,
      expiresAt: now + 60,
      tokenType: 'Bearer',
      claims: claims({ acr: 'high' }),
    })
  })

  it.each([
    ['at+jwt', 200],
    ['application/at+jwt', 200],
    ['AT+JWT', 200],
    ['JWT', 401],
    [null, 401],
    ['logout+jwt', 401],
    ['dpop+jwt', 401],
    ['secevent+jwt', 401],
    ['xat+jwt', 401],
  ])('answers a token of type %j with %i (S2, J23, RFC 9068 §4)', async (typ, expected) => {
    expect(await status(await sign({}, { typ }))).toBe(expected)
  })

  it('refuses an ID token of the same issuer for the same party (S2, J23, RFC 9068 §4)', async () => {
    const idToken = {
      iss: issuer,
      aud: resource,
      sub: 'alice',
      iat: now - 10,
      exp: now + 60,
      nonce: 'n',
      scope: 'notes:read',
    }
    expect(await status(await signJwt(idToken, key, { typ: 'JWT' }))).toBe(401)
    expect(await status(await signJwt(idToken, key, { typ: 'at+jwt' }))).toBe(401)
  })

  it.each(['iss', 'aud', 'sub', 'client_id', 'iat', 'exp', 'jti'])(
    'refuses a token without %s (S2, RFC 9068 §2.2)',
    async (name) => {
      expect(await status(await sign({ [name]: undefined }))).toBe(401)
    },
  )

  it.each<[string, Record<string, unknown>, number]>([
    ['our audience among others', { aud: ['https://other.example', resource] }, 200],
    ['another audience', { aud: 'https://other.example' }, 401],
    ['an audience that begins like ours', { aud: `${resource}/notes` }, 401],
    ['an audience with a slash more', { aud: `${resource}/` }, 401],
    ['no audience in the list', { aud: [] }, 401],
    ['an audience that is a number', { aud: 7 }, 401],
    ['another issuer', { iss: 'https://evil.example' }, 401],
    ['an issuer with a slash more', { iss: `${issuer}/` }, 401],
    ['an issuer in another case', { iss: 'https://AS.example' }, 401],
    ['a scope that is a list', { scope: ['notes:read'] }, 401],
    ['no scope', { scope: undefined }, 403],
    ['too little scope', { scope: 'notes:write' }, 403],
    ['a client_id that is a number', { client_id: 7 }, 401],
    ['a binding to a key', { cnf: { jkt: 'thumbprint' } }, 401],
    ['a binding to a certificate', { cnf: { 'x5t#S256': 'hash' } }, 401],
    ['an expiry 4 seconds ago, within the leeway', { exp: now - 4 }, 200],
    ['an expiry 5 seconds ago', { exp: now - 5 }, 401],
    ['an issue time ahead', { iat: now + 60 }, 401],
  ])('judges %s (S1, S2, D3)', async (_, changes, expected) => {
    expect(await status(await sign(changes))).toBe(expected)
  })

  it('needs no scope where the operation needs none (X-19)', async () => {
    const { scope } = await protector().protect(present(await sign({ scope: undefined })))
    expect(scope).toEqual([])
  })

  it('refuses a signature of another key, and none at all (RFC 9068 §4)', async () => {
    const [, payload] = (await sign()).split('.')
    const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    expect(await status(await sign({}, {}, other))).toBe(401)
    expect(await status(`${unsigned}.${payload}.`)).toBe(401)
  })

  it('answers 500 when the keys of the application cannot be asked for: that is no fault of the token', async () => {
    const keys = { find: () => Promise.reject(new Error('the key service is gone')) }
    expect(await status(await sign(), protector({ keys }))).toBe(500)
  })

  it('takes a shared secret only where it is asked for', async () => {
    const secret = await generateKey('HS256')
    const token = await sign({}, {}, secret)
    expect(await status(token, protector({ keys: secret }))).toBe(401)
    expect(await status(token, protector({ keys: secret, algorithms: ['HS256'] }))).toBe(200)
  })

  it('accepts the audiences it is given in place of the resource', async () => {
    const guard = protector({ audience: ['urn:api', 'urn:api:old'] })
    expect(await status(await sign({ aud: 'urn:api:old' }), guard)).toBe(200)
    expect(await status(await sign(), guard)).toBe(401)
  })

  it.each(['opaque', 'a.b.c', '..', 'eyJhbGciOiJFUzI1NiJ9.W10.AA', 'a.b.c.d.e'])(
    'leaves %j, and tokens of other issuers, to the next validator',
    async (token) => {
      const environment = { resource, clock: () => now }
      const validator = jwtAccessToken({ issuer, keys: key })
      expect(await validator.validate(token, environment)).toBeNull()
      expect(await validator.validate(await sign({ iss: 'https://b.example' }), environment)).toBeNull()
    },
  )

  it('serves several issuers behind one guard', async () => {
    const guard = new ResourceProtector({
      resource,
      clock: () => now,
      validators: [jwtAccessToken({ issuer, keys: key }), jwtAccessToken({ issuer: 'https://b.example', keys: other })],
    })
    expect(await status(await sign(), guard)).toBe(200)
    expect(await status(await sign({ iss: 'https://b.example' }, {}, other), guard)).toBe(200)
    expect(await status(await sign({ iss: 'https://b.example' }), guard)).toBe(401) // signed by the first one
  })

  it('lets no bad token name itself in the answer', async () => {
    const token = await sign({ sub: 'mallory', aud: 'https://other.example' })
    const guard = protector()
    const error: unknown = await guard.protect(present(token)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'invalid_token', reason: expect.stringContaining('aud') })
    expect(JSON.stringify(guard.respond(error))).not.toMatch(/mallory|other\.example|eyJ/)
  })
})

describe('jwtAccessToken without keys', () => {
  let server: Server
  let answers: Map<string, (response: ServerResponse) => void>
  let asked: string[]
  let local: string
  let time: number

  beforeAll(async () => {
    server = createServer(({ url = '' }: IncomingMessage, response) => {
      asked.push(url)
      const answer = answers.get(url)
      if (answer === undefined) response.writeHead(404).end()
      else answer(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    time = now
    asked = []
    answers = new Map([
      [METADATA, json({ issuer: local, jwks_uri: `${local}/jwks` })],
      ['/jwks', json(KeySet.of(key))],
    ])
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const METADATA = '/.well-known/oauth-authorization-server'
  const json = (value: unknown) => (response: ServerResponse) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
  }
  const fail = (response: ServerResponse) => response.writeHead(500).end()
  const discovering = (options: Partial<JwtAccessTokenOptions> = {}) =>
    new ResourceProtector({
      resource,
      validators: [jwtAccessToken({ issuer: local, ...options })],
      clock: () => time,
      onError: () => undefined,
    })
  const token = () => sign({ iss: local, exp: now + 100_000 })

  it('finds the keys in the metadata of the issuer, once for all requests (RFC 9068 §4)', async () => {
    const guard = discovering()
    const tokens = await Promise.all([token(), token(), token()])
    expect(await Promise.all(tokens.map((each) => status(each, guard)))).toEqual([200, 200, 200])
    expect(await status(await sign({ iss: local }, {}, other), guard)).toBe(401)
    expect(asked.filter((path) => path === METADATA)).toHaveLength(1)
  })

  it('loads them from another container, over plain http, when it is allowed to, and within its time-out', async () => {
    const issuer = 'http://keycloak:8080/realms/shop'
    const inside: typeof fetch = (input, init) =>
      fetch(new Request(input, init).url.replace(issuer, local).replace('http://keycloak:8080', local), init)
    answers.set(`${METADATA}/realms/shop`, json({ issuer, jwks_uri: `${issuer}/jwks` }))
    const text = await sign({ iss: issuer, exp: now + 100_000 })
    expect(() => discovering({ issuer, fetch: inside })).toThrow(expect.objectContaining({ code: 'invalid_issuer' }))
    const guard = discovering({ issuer, fetch: inside, allowInsecureTransport: true })
    expect(await guard.protect(present(text))).toMatchObject({ issuer })
    answers.set('/jwks', () => undefined) // never answers
    const hasty = discovering({ issuer, fetch: inside, allowInsecureTransport: true, timeout: 0.1 })
    await expect(hasty.protect(present(text))).rejects.toMatchObject({ status: 503 })
  })

  it('loads metadata and keys over the `fetch` it is given', async () => {
    const fetched: string[] = []
    const observed: typeof fetch = (input, init) => {
      fetched.push(new URL(new Request(input, init).url).pathname)
      return fetch(input, init)
    }
    expect(await status(await token(), discovering({ fetch: observed }))).toBe(200)
    expect(fetched).toEqual(['/.well-known/openid-configuration', METADATA, '/jwks'])
  })

  it('asks no one about tokens of other issuers', async () => {
    expect(await status(await sign(), discovering())).toBe(401)
    expect(await status('opaque', discovering())).toBe(401)
    expect(asked).toEqual([])
  })

  it('reads OpenID Connect Discovery where that is all there is (RFC 9068 §4)', async () => {
    answers.set('/.well-known/openid-configuration', answers.get(METADATA)!)
    answers.delete(METADATA)
    expect(await status(await token(), discovering())).toBe(200)
  })

  it.each<[string, () => void]>([
    ['the metadata fails', () => answers.set(METADATA, fail)],
    ['there is no metadata', () => answers.delete(METADATA)],
    [
      'the metadata is of another issuer',
      () => answers.set(METADATA, json({ issuer: `${local}/`, jwks_uri: `${local}/jwks` })),
    ],
    ['the metadata is not JSON', () => answers.set(METADATA, (response) => response.end('<html>'))],
    ['the metadata is no object', () => answers.set(METADATA, json(null))],
    ['the metadata names no key set', () => answers.set(METADATA, json({ issuer: local }))],
    [
      'the metadata redirects',
      () => answers.set(METADATA, (response) => response.writeHead(302, { location: '/x' }).end()),
    ],
    ['the key set fails', () => answers.set('/jwks', fail)],
    ['the key set is HTML', () => answers.set('/jwks', (response) => response.end('<html>'))],
  ])('answers 503 and lets no one in while %s', async (_, breakIt) => {
    breakIt()
    expect(await status(await token(), discovering())).toBe(503)
  })

  it('recovers as soon as the issuer does', async () => {
    const guard = discovering()
    const working = answers.get(METADATA)!
    answers.set(METADATA, fail)
    expect(await status(await token(), guard)).toBe(503)
    answers.set(METADATA, working)
    expect(await status(await token(), guard)).toBe(200)
  })

  it('keeps the metadata for an hour, and through an outage', async () => {
    const guard = discovering()
    expect(await status(await token(), guard)).toBe(200)
    asked = []
    time += 3599
    expect(await status(await token(), guard)).toBe(200)
    expect(asked).not.toContain(METADATA)
    answers = new Map([
      [METADATA, fail],
      ['/jwks', fail],
    ])
    time += 1
    expect(await status(await token(), guard)).toBe(200)
    expect(await status(await token(), guard)).toBe(200)
    expect(asked.filter((path) => path === METADATA)).toHaveLength(1)
  })

  it('follows the metadata when the key set moves', async () => {
    const guard = discovering()
    expect(await status(await token(), guard)).toBe(200)
    answers.set(METADATA, json({ issuer: local, jwks_uri: `${local}/moved` }))
    answers.set('/moved', json(KeySet.of(other)))
    time += 3600
    expect(await status(await token(), guard)).toBe(401)
    expect(await status(await sign({ iss: local, exp: now + 100_000 }, {}, other), guard)).toBe(200)
  })

  it('refuses what cannot be an issuer when it is made', () => {
    const make = () => jwtAccessToken({ issuer: 'http://as.example' })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_issuer' }))
  })
})
