import { readFileSync } from 'node:fs'
import { AuthlibError, memoryStore, type Store, type StoreGuarantees } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { basic, bareServer, fullServer, ISSUER, post, PUBLIC, WEB } from '../../../test/journey.ts'
import { invalidGrant } from '../../errors.ts'
import type { Extension } from '../contract/extension.ts'
import type { Grant } from '../contract/registrable.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { staticClients } from '../records/clients.ts'
import { newAuthorization } from '../records/authorization.ts'

const FORM = 'application/x-www-form-urlencoded'

async function send(init: RequestInit & { path?: string }): Promise<Response> {
  const { server } = fullServer()
  const headers = { authorization: basic(WEB), ...(init.headers as Record<string, string> | undefined) }
  return server.fetch(new Request(`${ISSUER}${init.path ?? '/token'}`, { method: 'POST', ...init, headers }))
}

describe('the token endpoint (RFC 6749 §3.2)', () => {
  it.each([
    ['JSON', { body: '{"grant_type":"client_credentials"}', headers: { 'content-type': 'application/json' } }, 415],
    ['multipart', { body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 415],
    ['text', { body: 'grant_type=client_credentials', headers: { 'content-type': 'text/plain' } }, 415],
    ['no content type', { body: new TextEncoder().encode('grant_type=client_credentials') }, 415],
    ['utf-16', { body: 'grant_type=client_credentials', headers: { 'content-type': `${FORM}; charset=utf-16` } }, 415],
    [
      'gzip',
      { body: 'grant_type=client_credentials', headers: { 'content-type': FORM, 'content-encoding': 'gzip' } },
      415,
    ],
    ['10 MB', { body: `grant_type=${'a'.repeat(10_000_000)}`, headers: { 'content-type': FORM } }, 413],
    [
      '10,000 fields',
      { body: 'a=1&'.repeat(10_000) + 'grant_type=client_credentials', headers: { 'content-type': FORM } },
      400,
    ],
    ['bad percent encoding', { body: 'grant_type=%zz', headers: { 'content-type': FORM } }, 400],
    ['bytes that are not UTF-8', { body: 'grant_type=%ff', headers: { 'content-type': FORM } }, 400],
  ])('refuses a body of %s (T12)', async (_case, init, status) => {
    const response = await send(init)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it.each(['a[b][c]=1', '__proto__[x]=1', 'code[]=x', 'constructor=1', '__proto__=1'])(
    'takes %s for a plain field (T12, X1)',
    async (field) => {
      const response = await send({
        body: `grant_type=client_credentials&${field}`,
        headers: { 'content-type': `${FORM}; charset=UTF-8` },
      })
      expect(response.status).toBe(200)
      expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    },
  )

  it.each(['GET', 'PUT', 'DELETE', 'HEAD'])('answers %s with 405 and Allow', async (method) => {
    const response = await send({ method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
  })

  it('never reads the query (T1)', async () => {
    const response = await send({
      path: '/token?grant_type=client_credentials',
      body: '',
      headers: { 'content-type': FORM },
    })
    expect(await response.json()).toMatchObject({
      error: 'invalid_request',
      error_description: 'grant_type is missing',
    })
  })

  it.each([
    ['missing', '', 'invalid_request'],
    ['empty, which is missing (OAuth 2.1 §3.2)', 'grant_type=', 'invalid_request'],
    ['unknown', 'grant_type=magic', 'unsupported_grant_type'],
    ['password (T15, RFC 9700 §2.4)', 'grant_type=password&username=alice&password=alice', 'unsupported_grant_type'],
    ['in capitals', 'grant_type=CLIENT_CREDENTIALS', 'unsupported_grant_type'],
    ['__proto__', 'grant_type=__proto__', 'unsupported_grant_type'],
    ['constructor', 'grant_type=constructor', 'unsupported_grant_type'],
    ['toString', 'grant_type=toString', 'unsupported_grant_type'],
    ['twice', 'grant_type=client_credentials&grant_type=client_credentials', 'invalid_request'],
  ])('refuses a grant_type that is %s (T11)', async (_case, body, error) => {
    const response = await send({ body, headers: { 'content-type': FORM } })
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, error])
  })

  it('refuses a grant that the client is not registered for (T11)', async () => {
    const { server } = bareServer()
    server.registerGrant({ ...clientCredentialsGrant(), grantType: 'urn:example:other' })
    const { json } = await post(server, '/token', { grant_type: 'urn:example:other' }, WEB)
    expect(json['error']).toBe('unauthorized_client')
  })

  it('answers without a cookie, never cached, as JSON, to any origin (T13, RFC 6749 §5.1)', async () => {
    const response = await send({
      body: 'grant_type=client_credentials',
      headers: { 'content-type': FORM, origin: 'https://evil.example' },
    })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull() // X5
  })

  it('says which origins may call before they do (X5)', async () => {
    const response = await send({ method: 'OPTIONS', headers: { origin: 'null' } })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-methods')).toBe('POST')
    // tracing libraries of single-page applications add headers such as traceparent
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization, content-type, dpop, *')
    expect(response.headers.get('access-control-expose-headers')).toBe('www-authenticate, dpop-nonce')
  })
})

describe('client_credentials (RFC 6749 §4.4, T16)', () => {
  it.each([
    ['what was asked for', 'read', 'read'],
    ['everything the client may have', undefined, 'read write'],
  ])('gives %s', async (_case, scope, granted) => {
    const { server } = fullServer()
    const { json } = await post(
      server,
      '/token',
      { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) },
      WEB,
    )
    expect(json['scope']).toBe(granted)
    expect(json['refresh_token']).toBeUndefined() // §4.4.3
  })

  it('refuses scope beyond the registration', async () => {
    const { server } = fullServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials', scope: 'read admin' }, WEB)
    expect(json['error']).toBe('invalid_scope')
  })

  it('refuses a public client', async () => {
    const { server } = fullServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, PUBLIC)
    expect(json['error']).toBe('unauthorized_client')
  })

  it('writes one record', async () => {
    const inner = memoryStore()
    let puts = 0
    const store: Store = { ...inner, commit: (batch) => ((puts += batch.put.length), inner.commit(batch)) }
    const { server } = fullServer({ store })
    await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(puts).toBe(1)
  })

  it('gives tokens that die with the client', async () => {
    const { server } = fullServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(await server.authorizations.revoke({ clientId: 'web' })).toBe(1)
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })
})

describe('a grant of your own', () => {
  const apiKeys = new Map([['key-of-carol', 'carol']])

  const apiKeyGrant = (): Grant => ({
    kind: 'grant',
    grantType: 'urn:example:api-key',
    metadata: { api_key_help_uri: 'https://as.example/help' },
    exchange(request) {
      const subject = apiKeys.get(request.params.get('api_key') ?? '')
      if (subject === undefined) throw invalidGrant('the API key is not known')
      const scope = request.client.scope
      return { authorization: newAuthorization(request, { subject, scope }), scope, refreshable: true }
    },
  })

  it('fits in 30 lines with its metadata, and stands in the guide as it is here', () => {
    const guide = readFileSync(new URL('../../../../../docs/guide/write-a-grant.md', import.meta.url), 'utf8')
    const [, sample = ''] = /^```ts twoslash\n(.*?)^```$/ms.exec(guide) ?? []
    expect(sample).toContain('const apiKeyGrant = (): Grant => ({')
    expect(sample.split('\n').length).toBeLessThanOrEqual(30)
    const indented = sample.split('// ---cut---\n')[1]?.replace(/^(?=.)/gm, '  ')
    expect(readFileSync(new URL(import.meta.url), 'utf8')).toContain(indented)
  })

  it('works, and is published', async () => {
    const { server } = bareServer({
      clients: staticClients([{ ...WEB, grant_types: ['urn:example:api-key'] }]),
    })
    server.registerGrant(clientCredentialsGrant()).registerGrant(apiKeyGrant())
    const { json } = await post(server, '/token', { grant_type: 'urn:example:api-key', api_key: 'key-of-carol' }, WEB)
    expect((await server.tokens.find(String(json['access_token'])))?.authorization.subject).toBe('carol')
    expect(server.metadata()).toMatchObject({
      grant_types_supported: ['client_credentials', 'urn:example:api-key'],
      api_key_help_uri: 'https://as.example/help',
    })
    const refused = await post(server, '/token', { grant_type: 'urn:example:api-key', api_key: 'x' }, WEB)
    expect(refused.json).toEqual({ error: 'invalid_grant', error_description: 'the API key is not known' })
  })
})

describe('extensions of the token endpoint', () => {
  const calls: string[] = []
  const log = (name: string): Extension => ({
    kind: 'extension',
    name,
    receiveClientRequest: () => void calls.push(`${name} receive`),
    validateTokenRequest: () => void calls.push(`${name} validate`),
    issuing: () => {
      calls.push(`${name} issuing`)
      return { claims: { [name]: true } }
    },
    tokenResponse: () => {
      calls.push(`${name} response`)
      return { params: { [name]: true }, headers: [['x-extension', name]] }
    },
  })

  it('run at their moments, in order, for their grant alone', async () => {
    calls.length = 0
    const { server } = bareServer()
    server.registerGrant({ ...clientCredentialsGrant(), grantType: 'other' }, [log('scoped_elsewhere')])
    server.registerGrant(clientCredentialsGrant(), [log('scoped')]).registerExtension(log('global'))
    const { json, headers } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(calls).toEqual(
      ['receive', 'validate', 'issuing', 'response'].flatMap((moment) => [`global ${moment}`, `scoped ${moment}`]),
    )
    expect(json).toMatchObject({ scoped: true, global: true })
    expect(headers.get('x-extension')).toBe('global, scoped')
    expect((await server.tokens.find(String(json['access_token'])))?.claims).toEqual({ scoped: true, global: true })
  })

  it('may not write the same thing twice', async () => {
    const { server } = bareServer()
    server.registerGrant(clientCredentialsGrant())
    for (const name of ['one', 'two'])
      server.registerExtension({ kind: 'extension', name, issuing: () => ({ claims: { same: name } }) })
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).status).toBe(500)
  })

  it('can refuse', async () => {
    const { server } = bareServer()
    server.registerGrant(clientCredentialsGrant())
    server.registerExtension({
      kind: 'extension',
      name: 'no',
      validateTokenRequest: () => {
        throw invalidGrant('no')
      },
    })
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).json['error']).toBe(
      'invalid_grant',
    )
  })
})

describe('a store in trouble (X6)', () => {
  it('that is down is answered with 503, and nothing leaks', async () => {
    const down = (): never => {
      throw new AuthlibError('store_unavailable', 'secret detail', { status: 503 })
    }
    const { server, events } = fullServer({ store: { ...memoryStore(), commit: down } })
    const { status, json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect([status, json]).toEqual([503, { error: 'temporarily_unavailable' }])
    expect(events.map(({ type }) => type)).toContain('server.error')
  })

  it('that crashes is answered with 500, and nothing leaks', async () => {
    const crash = (): never => {
      throw new Error('ECONNREFUSED at 10.0.0.1')
    }
    const { server } = fullServer({ store: { ...memoryStore(), commit: crash } })
    const { status, json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect([status, json]).toEqual([500, { error: 'server_error' }])
  })

  it('that never lets a write win is answered with 503 after five attempts', async () => {
    let attempts = 0
    const { server } = fullServer({
      store: { ...memoryStore(), commit: () => ((attempts += 1), Promise.resolve(false)) },
    })
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).status).toBe(503)
    expect(attempts).toBe(5)
  })

  it('without atomic commits is refused at construction (G21)', () => {
    const weak = weakStore({ commit: 'best-effort' })
    expect(() => fullServer({ store: weak })).toThrow(expect.objectContaining({ code: 'weak_storage' }) as Error)
    expect(() => fullServer({ store: weak, allowWeakStorage: true })).not.toThrow()
  })

  it('that may read what is out of date is refused at construction, too', () => {
    const weak = weakStore({ reads: 'eventual' })
    expect(() => fullServer({ store: weak })).toThrow(expect.objectContaining({ code: 'weak_storage' }) as Error)
    expect(() => fullServer({ store: weak, allowWeakStorage: true })).not.toThrow()
  })
})

function weakStore(guarantees: Partial<StoreGuarantees>): Store {
  const inner = memoryStore()
  return { ...inner, guarantees: { ...inner.guarantees, ...guarantees } }
}

describe('a listener that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'by throwing',
      () => {
        throw new Error('listener')
      },
    ],
    ['later', () => Promise.reject(new Error('listener'))], // would end the process, and this run
  ])('%s does not fail the request', async (_case, onEvent) => {
    const { server } = fullServer({ onEvent })
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).status).toBe(200)
  })
})
