import { startTestServer, testClock, type TestServer } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OAuth2Client } from './client/index.ts'

let server: TestServer
let answers: Record<string, () => Response>
let requests: string[]

beforeEach(async () => {
  answers = {}
  requests = []
  server = await startTestServer(({ url }) => {
    const { pathname } = new URL(url)
    requests.push(pathname)
    return answers[pathname]?.() ?? new Response('not here', { status: 404 })
  })
})
afterEach(() => server.stop())

const metadata = (issuer: string, changes: Record<string, unknown> = {}): Response =>
  Response.json({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    ...changes,
  })

describe('metadata of an issuer', () => {
  it.each([
    ['', '/.well-known/openid-configuration'],
    ['', '/.well-known/oauth-authorization-server'],
    ['/tenant', '/tenant/.well-known/openid-configuration'],
    ['/tenant', '/.well-known/oauth-authorization-server/tenant'],
    ['/tenant', '/.well-known/openid-configuration/tenant'],
  ])('of path %j is found at %s (R5, RFC 8414 §3, Discovery §4)', async (path, place) => {
    const issuer = server.url + path
    answers[place] = () => metadata(issuer)
    const client = new OAuth2Client({ issuer, clientId: 'client' })
    expect(await client.metadata()).toMatchObject({ issuer, token_endpoint: `${issuer}/token` })
  })

  it('is looked for elsewhere when a place answers any 4xx', async () => {
    answers['/.well-known/openid-configuration'] = () => new Response('bad request', { status: 400 })
    answers['/.well-known/oauth-authorization-server'] = () => metadata(server.url)
    await expect(new OAuth2Client({ issuer: server.url, clientId: 'client' }).metadata()).resolves.toBeDefined()
  })

  it.each<[what: string, answer: () => Response]>([
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a redirect', () => Response.redirect(`${server.url}/login`, 302)],
    ['JSON that is no metadata', () => Response.json({ error: 'not_found' })],
    ['a list', () => Response.json([])],
  ])('is looked for elsewhere when a place answers %s with status 200 or 302', async (_, answer) => {
    answers['/.well-known/openid-configuration'] = answer
    answers['/.well-known/oauth-authorization-server'] = () => metadata(server.url)
    const client = new OAuth2Client({ issuer: server.url, clientId: 'client' })
    expect(await client.metadata()).toMatchObject({ issuer: server.url })
  })

  it('of another issuer ends the search: no further place is asked (RFC 8414 §3.3)', async () => {
    answers['/.well-known/openid-configuration'] = () => metadata('https://other.example')
    answers['/.well-known/oauth-authorization-server'] = () => metadata(server.url)
    const found = new OAuth2Client({ issuer: server.url, clientId: 'client' }).metadata()
    await expect(found).rejects.toMatchObject({ code: 'issuer_mismatch' })
    expect(requests).toHaveLength(1)
  })

  it.each<[fault: string, code: string, answer: () => Response]>([
    ['another issuer', 'issuer_mismatch', () => metadata('https://other.example')],
    ['a trailing slash more', 'issuer_mismatch', () => metadata(`${server.url}/`)],
    ['no issuer', 'issuer_mismatch', () => metadata(server.url, { issuer: undefined })],
    ['an issuer that is a list', 'invalid_metadata', () => metadata(server.url, { issuer: [server.url] })],
    ['HTML', 'invalid_metadata', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    [
      'a flag that is the string "false"',
      'invalid_metadata',
      () => metadata(server.url, { authorization_response_iss_parameter_supported: 'false' }),
    ],
    ['a list', 'invalid_metadata', () => Response.json([{ issuer: server.url }])],
    ['null', 'invalid_metadata', () => new Response('null')],
    ['a redirect', 'unexpected_redirect', () => Response.redirect(`${server.url}/elsewhere`, 302)],
    [
      'a javascript: endpoint',
      'invalid_metadata',
      () => metadata(server.url, { authorization_endpoint: 'javascript:alert(1)' }),
    ],
    ['an http endpoint', 'invalid_metadata', () => metadata(server.url, { token_endpoint: 'http://as.example/token' })],
    [
      'an endpoint with a fragment',
      'invalid_metadata',
      () => metadata(server.url, { token_endpoint: 'https://as.example/#a' }),
    ],
    [
      'an endpoint with a user',
      'invalid_metadata',
      () => metadata(server.url, { token_endpoint: 'https://a@as.example/' }),
    ],
    [
      'an endpoint that is a list',
      'invalid_metadata',
      () => metadata(server.url, { jwks_uri: ['https://as.example/'] }),
    ],
    [
      'methods that are no list',
      'invalid_metadata',
      () => metadata(server.url, { token_endpoint_auth_methods_supported: 'none' }),
    ],
    ['5 MB', 'response_too_large', () => new Response(' '.repeat(5e6))],
    ['a failure', 'invalid_metadata', () => new Response('', { status: 500 })],
  ])('with %s is refused (R5, D-18)', async (_, code, answer) => {
    answers['/.well-known/openid-configuration'] = answer
    await expect(new OAuth2Client({ issuer: server.url, clientId: 'client' }).metadata()).rejects.toMatchObject({
      code,
    })
  })

  it('is looked for elsewhere when a page may not read the answer (CORS)', async () => {
    answers['/.well-known/oauth-authorization-server'] = () => metadata(server.url)
    const inPage: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (response.status === 404) throw new TypeError('Failed to fetch') // it does not allow the origin of the page
      return response
    }
    const client = new OAuth2Client({ issuer: server.url, clientId: 'client', fetch: inPage })
    expect(await client.metadata()).toMatchObject({ issuer: server.url })
    answers = {}
    const lost = new OAuth2Client({ issuer: server.url, clientId: 'client', fetch: inPage })
    await expect(lost.metadata()).rejects.toMatchObject({ code: 'network_error' })
  })

  it('of an https issuer may not lead to http on this machine', () => {
    const issuer = 'https://as.example'
    const leading = { issuer, token_endpoint: 'http://127.0.0.1:8080/token' }
    expect(() => new OAuth2Client({ issuer, clientId: 'client', metadata: leading })).toThrow(
      expect.objectContaining({ code: 'invalid_metadata' }),
    )
  })

  it('that is published nowhere says what to do', async () => {
    await expect(new OAuth2Client({ issuer: server.url, clientId: 'client' }).metadata()).rejects.toMatchObject({
      code: 'missing_metadata',
      hint: expect.stringContaining(server.url),
    })
  })

  it('is loaded at first use, once for all who ask, and again after an hour', async () => {
    answers['/.well-known/openid-configuration'] = () => metadata(server.url)
    const clock = testClock()
    const client = new OAuth2Client({ issuer: server.url, clientId: 'client', clock })
    expect(requests).toHaveLength(0)
    await Promise.all([client.metadata(), client.metadata(), client.metadata()])
    clock.advance(3599)
    await client.metadata()
    expect(requests).toHaveLength(1)
    clock.advance(1)
    await client.metadata()
    expect(requests).toHaveLength(2)
  })

  it('survives an outage in its last good copy, and is renewed after it', async () => {
    answers['/.well-known/openid-configuration'] = () => metadata(server.url)
    const clock = testClock()
    const client = new OAuth2Client({ issuer: server.url, clientId: 'client', clock })
    await client.metadata()
    clock.advance(3600)
    answers['/.well-known/openid-configuration'] = () => new Response('', { status: 503 })
    expect(await client.metadata()).toMatchObject({ issuer: server.url })
    await client.metadata()
    expect(requests).toHaveLength(2)
    clock.advance(60)
    answers['/.well-known/openid-configuration'] = () => metadata(server.url, { token_endpoint: `${server.url}/new` })
    expect(await client.metadata()).toMatchObject({ token_endpoint: `${server.url}/new` })
  })

  it('is asked for again when it could not be loaded at all', async () => {
    const client = new OAuth2Client({ issuer: server.url, clientId: 'client' })
    await expect(client.metadata()).rejects.toMatchObject({ code: 'missing_metadata' })
    answers['/.well-known/openid-configuration'] = () => metadata(server.url)
    await expect(client.metadata()).resolves.toMatchObject({ issuer: server.url })
  })

  it.each([
    'http://as.example',
    'https://as.example/?a=b',
    'https://as.example/#a',
    'https://a:b@as.example',
    'as.example',
  ])('of the issuer %s is not even asked for', (issuer) => {
    expect(() => new OAuth2Client({ issuer, clientId: 'client' })).toThrow(
      expect.objectContaining({ code: 'invalid_issuer' }),
    )
  })
})
