import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { introspection, ResourceProtector, type IntrospectionOptions } from './index.ts'

const resource = 'https://api.example'
const now = 1_700_000_000
const active = { active: true, sub: 'alice', client_id: 'web', scope: 'notes:read', aud: resource, exp: now + 60 }

interface Asked {
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly form: Record<string, string>
}

let server: Server
let local: string
let answer: (response: ServerResponse, asked: Asked) => void
let asked: Asked[]
let time: number

beforeAll(async () => {
  server = createServer((request, response) => {
    const { url: path = '', method = '', headers } = request
    void text(request).then((body) => {
      const call = { path, method, headers, form: Object.fromEntries(new URLSearchParams(body)) }
      asked.push(call)
      answer(response, call)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  asked = []
  time = now
  answer = json(active)
})

const json = (value: unknown) => (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
}
const fail = (status: number) => (response: ServerResponse) => response.writeHead(status).end('{}')

function protector(options: Partial<IntrospectionOptions> = {}): ResourceProtector {
  const where = options.issuer === undefined ? { endpoint: `${local}/introspect` } : {}
  return new ResourceProtector({
    resource,
    validators: [introspection({ ...where, clientId: 'notes', clientSecret: 'secret', ...options })],
    clock: () => time,
    onError: () => undefined,
  })
}

const present = (token = 'opaque') => new Request(resource, { headers: { authorization: `Bearer ${token}` } })

async function status(guard: ResourceProtector, token?: string): Promise<number> {
  try {
    await guard.protect(present(token), 'notes:read')
    return 200
  } catch (error) {
    return guard.respond(error).status
  }
}

describe('introspection', () => {
  it('asks another container over plain http when it is allowed to, and within its time-out', async () => {
    const endpoint = 'http://as.internal:8080/introspect'
    const inside: typeof fetch = (input, init) =>
      fetch(new Request(input, init).url.replace('http://as.internal:8080', local), init)
    expect(() => protector({ endpoint, fetch: inside })).toThrow(TypeError)
    expect(await status(protector({ endpoint, fetch: inside, allowInsecureTransport: true }))).toBe(200)
    answer = () => undefined // never answers
    const hasty = protector({ endpoint, fetch: inside, allowInsecureTransport: true, timeout: 0.1 })
    expect(await status(hasty)).toBe(503)
  })

  it('asks the authorization server and hands out what it says (RFC 7662 §2)', async () => {
    expect(await protector().protect(present('a.token~+/='), 'notes:read')).toEqual({
      subject: 'alice',
      clientId: 'web',
      scope: ['notes:read'],
      audience: [resource],
      expiresAt: now + 60,
      tokenType: 'Bearer',
      claims: active,
    })
    expect(asked).toMatchObject([
      {
        path: '/introspect',
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        form: { token: 'a.token~+/=', token_type_hint: 'access_token' },
      },
    ])
  })

  it('form-encodes id and secret in the Authorization header (RFC 6749 §2.3.1)', async () => {
    await status(protector({ clientId: 'a:b', clientSecret: 'c d%é' }))
    const [scheme, value = ''] = asked[0]!.headers.authorization!.split(' ')
    expect(scheme).toBe('Basic')
    expect(Buffer.from(value, 'base64').toString()).toBe('a%3Ab:c%20d%25%C3%A9')
  })

  it('authenticates in any other way it is given', async () => {
    const contexts: unknown[] = []
    const guard = protector({
      clientAuth(context) {
        contexts.push(context)
        return {
          headers: { authorization: 'Bearer of-the-resource' },
          params: { client_id: context.clientId, token: 'evil' },
        }
      },
    })
    expect(await status(guard)).toBe(200)
    expect(asked[0]).toMatchObject({
      headers: { authorization: 'Bearer of-the-resource' },
      form: { client_id: 'notes', token: 'opaque' },
    })
    expect(contexts).toMatchObject([{ clientId: 'notes', url: `${local}/introspect` }])
  })

  it.each<[string, unknown, number]>([
    ['inactive', { active: false }, 401],
    ['inactive with the rest of a good answer', { ...active, active: false }, 401],
    ['active as a text', { ...active, active: 'true' }, 401],
    ['active as a number', { ...active, active: 1 }, 401],
    ['no word on active', { ...active, active: undefined }, 401],
    ['expired', { ...active, exp: now }, 401],
    ['expiring in a second', { ...active, exp: now + 1 }, 200],
    ['without exp', { ...active, exp: undefined }, 200],
    ['exp as a text', { ...active, exp: `${now + 60}` }, 401],
    ['for another audience', { ...active, aud: 'https://other.example' }, 401],
    ['for several audiences', { ...active, aud: ['https://other.example', resource] }, 200],
    ['for nobody', { ...active, aud: undefined }, 401],
    ['for an empty list', { ...active, aud: [] }, 401],
    ['an audience that is no text', { ...active, aud: [7] }, 401],
    ['without scope (D-15)', { ...active, scope: undefined }, 403],
    ['with a scope of another type', { ...active, scope: ['notes:read'] }, 401],
    ['a refresh token', { ...active, token_type: 'refresh_token' }, 401],
    ['a refresh token of our server', { ...active, token_type: 'N_A' }, 401],
    ['a refresh token by token_use', { ...active, token_use: 'refresh_token' }, 401],
    ['a refresh token of Keycloak', { ...active, typ: 'Refresh' }, 401],
    ['an offline token of Keycloak', { ...active, typ: 'Offline' }, 401],
    ['an ID Token', { ...active, typ: 'ID' }, 401],
    ['an access token by token_use', { ...active, token_use: 'access_token' }, 200],
    ['an access token of Keycloak', { ...active, typ: 'Bearer' }, 200],
    ['a bearer token', { ...active, token_type: 'bearer' }, 200],
    ['a DPoP token', { ...active, token_type: 'DPoP' }, 401],
    ['bound to a key', { ...active, cnf: { jkt: 'thumbprint' } }, 401],
    ['bound to a certificate', { ...active, cnf: { 'x5t#S256': 'hash' } }, 401],
  ])('judges an answer: %s (S1, S3, D3, RFC 7662 §2.2)', async (_, value, expected) => {
    answer = json(value)
    expect(await status(protector())).toBe(expected)
  })

  it.each(['introspection_endpoint_auth_methods_supported', 'token_endpoint_auth_methods_supported'])(
    'sends the secret in the body where %s says that only (X-18, RFC 8414 §2)',
    async (member) => {
      const metadata = { issuer: local, introspection_endpoint: `${local}/introspect` }
      answer = (response, { path }) =>
        json(path.startsWith('/.well-known/') ? { ...metadata, [member]: ['client_secret_post'] } : active)(response)
      expect(await status(protector({ issuer: local }))).toBe(200)
      expect(asked[1]).toMatchObject({ form: { client_id: 'notes', client_secret: 'secret' } })
      expect(asked[1]!.headers).not.toHaveProperty('authorization')
    },
  )

  it('leaves an inactive token to the next validator', async () => {
    answer = json({ active: false })
    const validator = introspection({ endpoint: `${local}/introspect`, clientId: 'notes', clientSecret: 'secret' })
    expect(await validator.validate('opaque', { resource, clock: () => now })).toBeNull()
  })

  it('takes an answer without audience where the application says so, and never another audience', async () => {
    answer = json({ ...active, aud: undefined })
    expect(await status(protector({ allowMissingAudience: true }))).toBe(200)
    answer = json({ ...active, aud: 'https://other.example' })
    expect(await status(protector({ allowMissingAudience: true }))).toBe(401)
  })

  it('accepts the audiences it is given in place of the resource', async () => {
    answer = json({ ...active, aud: 'urn:api' })
    expect(await status(protector({ audience: ['urn:api', 'urn:old'] }))).toBe(200)
    answer = json(active)
    expect(await status(protector({ audience: 'urn:api' }))).toBe(401)
  })

  it('asks only about tokens that it is for', async () => {
    const guard = protector({ accepts: (token) => token.startsWith('at_') })
    expect(await status(guard, 'other')).toBe(401)
    expect(asked).toEqual([])
    expect(await status(guard, 'at_1')).toBe(200)
  })

  it.each<[string, (response: ServerResponse) => void, number]>([
    ['500', fail(500), 503],
    ['503', fail(503), 503],
    ['429', fail(429), 503],
    ['a redirect', (response) => response.writeHead(307, { location: '/elsewhere' }).end(), 503],
    ['HTML', (response) => response.end('<html>'), 503],
    ['nothing', (response) => response.end(), 503],
    ['a list', json([active]), 503],
    ['null', json(null), 503],
    ['two words on active', (response) => response.end('{"active":false,"active":true}'), 503],
    ['a JWT, which nobody asked for', (response) => response.end('eyJhbGciOiJub25lIn0.eyJhY3RpdmUiOnRydWV9.'), 503],
    ['a broken connection', (response) => response.destroy(), 503],
    ['2 MB', (response) => response.end(JSON.stringify({ ...active, more: 'x'.repeat(2_000_000) })), 503],
    ['401, as the credentials of the resource server are wrong', fail(401), 500],
    ['403', fail(403), 500],
    ['404', fail(404), 500],
  ])('fails closed on %s (S3)', async (_, broken, expected) => {
    answer = broken
    const guard = protector()
    const error: unknown = await guard.protect(present()).catch((reason: unknown) => reason)
    const response = guard.respond(error)
    expect(response.status).toBe(expected)
    expect(JSON.parse(response.body)).toMatchObject({
      error: expected === 503 ? 'temporarily_unavailable' : 'server_error',
    })
    expect(JSON.stringify(response)).not.toMatch(/opaque|secret|127\.0\.0\.1/)
  })

  it('keeps tokens and secrets out of its errors', async () => {
    answer = fail(401)
    const error: unknown = await protector()
      .protect(present('very-private'))
      .catch((reason: unknown) => reason)
    expect(inspect(error)).not.toMatch(/very-private|secret/)
  })
})

describe('introspection of an issuer', () => {
  const metadata = () => ({ issuer: local, introspection_endpoint: `${local}/from-metadata` })
  const guard = () => protector({ issuer: local })

  it('finds the endpoint in the metadata, once', async () => {
    answer = (response, { path }) => json(path.startsWith('/.well-known/') ? metadata() : active)(response)
    const one = guard()
    expect(await status(one)).toBe(200)
    expect(await status(one)).toBe(200)
    expect(asked.map(({ path }) => path)).toEqual([
      '/.well-known/openid-configuration',
      '/from-metadata',
      '/from-metadata',
    ])
  })

  it('refuses tokens that the answer says are of another issuer', async () => {
    const judge = async (iss: string | undefined) => {
      answer = (response, { path }) =>
        json(path.startsWith('/.well-known/') ? metadata() : { ...active, iss })(response)
      return status(guard())
    }
    expect(await judge(local)).toBe(200)
    expect(await judge(undefined)).toBe(200)
    expect(await judge(`${local}/`)).toBe(401)
  })

  it('fails closed when the metadata names no endpoint, or a plain http one', async () => {
    answer = json({ issuer: local })
    await expect(guard().protect(present())).rejects.toMatchObject({
      status: 503,
      reason: 'the metadata of the issuer names no introspection endpoint',
    })
    answer = json({ issuer: local, introspection_endpoint: 'http://as.example/introspect' })
    expect(await status(guard())).toBe(503)
    answer = json({ issuer: local, introspection_endpoint: 7 })
    expect(await status(guard())).toBe(503)
  })
})

describe('cacheLifetime', () => {
  const count = () => asked.length

  it('is none by default: a revoked token stops working at once (S3)', async () => {
    const guard = protector()
    expect(await status(guard)).toBe(200)
    answer = json({ active: false })
    expect(await status(guard)).toBe(401)
    expect(count()).toBe(2)
  })

  it('keeps a positive answer for so many seconds and no longer (S3, RFC 7662 §2.2)', async () => {
    const guard = protector({ cacheLifetime: 30 })
    expect(await status(guard)).toBe(200)
    answer = json({ active: false })
    time += 29
    expect(await status(guard)).toBe(200)
    expect(count()).toBe(1)
    time += 1
    expect(await status(guard)).toBe(401)
    expect(count()).toBe(2)
  })

  it('never outlives the token (RFC 7662 §4)', async () => {
    answer = json({ ...active, exp: now + 10 })
    const guard = protector({ cacheLifetime: 30 })
    expect(await status(guard)).toBe(200)
    time += 10
    expect(await status(guard)).toBe(401)
    expect(count()).toBe(2)
  })

  it('holds for a token that does not say when it ends', async () => {
    answer = json({ ...active, exp: undefined })
    const guard = protector({ cacheLifetime: 30 })
    expect(await status(guard)).toBe(200)
    time += 29
    expect(await status(guard)).toBe(200)
    expect(count()).toBe(1)
  })

  it('asks once for requests that come together, and shares a failure with them alone', async () => {
    const guard = protector({ cacheLifetime: 30 })
    answer = fail(500)
    const failed = await Promise.all(Array.from({ length: 20 }, () => status(guard)))
    expect([new Set(failed), count()]).toEqual([new Set([503]), 1])
    answer = json(active)
    const passed = await Promise.all(Array.from({ length: 20 }, () => status(guard)))
    expect([new Set(passed), count()]).toEqual([new Set([200]), 2])
  })

  it('is none by default for requests that come together either', async () => {
    const guard = protector()
    await Promise.all(Array.from({ length: 5 }, () => status(guard)))
    expect(count()).toBe(5)
  })

  it('keeps neither refusals nor failures', async () => {
    const guard = protector({ cacheLifetime: 30 })
    for (const broken of [json({ active: false }), json({ ...active, aud: 'urn:other' }), fail(500)]) {
      answer = broken
      expect(await status(guard)).not.toBe(200)
    }
    answer = json(active)
    expect(await status(guard)).toBe(200)
  })

  it('tells tokens apart by every character', async () => {
    const guard = protector({ cacheLifetime: 30 })
    answer = (response, { form }) => json(form['token'] === 'token' ? active : { active: false })(response)
    expect(await status(guard, 'token')).toBe(200)
    for (const near of ['Token', 'token=', 'toke', '__proto__', 'constructor'])
      expect(await status(guard, near)).toBe(401)
  })

  it('is safe from handlers that change what they are given', async () => {
    answer = json({ ...active, permissions: ['read'] })
    const guard = protector({ cacheLifetime: 30 })
    const { scope, audience, claims } = await guard.protect(present())
    ;(scope as string[]).push('notes:write')
    ;(audience as string[]).pop()
    expect(() => (claims['permissions'] as string[]).push('write')).toThrow(TypeError)
    const again = await guard.protect(present())
    expect(asked).toHaveLength(1)
    expect(again).toMatchObject({ scope: ['notes:read'], audience: [resource], claims: { permissions: ['read'] } })
  })

  it('checks the scope on each request', async () => {
    const guard = protector({ cacheLifetime: 30 })
    await guard.protect(present(), 'notes:read')
    await expect(guard.protect(present(), 'notes:write')).rejects.toMatchObject({ code: 'insufficient_scope' })
  })
})

describe('construction', () => {
  it('refuses options that do not say where to ask or who asks', () => {
    expect(() => introspection({ clientId: 'notes', clientSecret: 's' })).toThrow(TypeError)
    expect(() => introspection({ clientId: 'notes', endpoint: 'https://as.example/i' })).toThrow(TypeError)
    expect(() => introspection({ clientId: 'notes', clientSecret: 's', endpoint: 'http://as.example/i' })).toThrow(
      TypeError,
    )
  })
})
