import { gzipSync } from 'node:zlib'
import { startTestServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OAuth2Client } from './index.ts'

const good = { access_token: 'at', token_type: 'Bearer', expires_in: 60 }

let answer: () => Response | Promise<Response>
let server: TestServer
let elsewhere: TestServer
const arrivedElsewhere: string[] = []

beforeAll(async () => {
  server = await startTestServer(() => answer())
  elsewhere = await startTestServer(async (request) => {
    arrivedElsewhere.push(await request.text())
    return Response.json(good)
  })
})
afterAll(() => Promise.all([server.stop(), elsewhere.stop()]))

function requestToken(timeout?: number) {
  const metadata = { token_endpoint: `${server.url}/token` }
  return new OAuth2Client({ metadata, clientId: 'client', clientSecret: 'secret', timeout }).clientCredentials()
}

const json = (changes: Record<string, unknown>): Response => Response.json({ ...good, ...changes })

describe('a token response', () => {
  it.each<[fault: string, code: string, answer: () => Response | Promise<Response>]>([
    ['no access_token', 'invalid_response', () => json({ access_token: undefined })],
    ['an empty access_token', 'invalid_response', () => json({ access_token: '' })],
    ['an access_token that is a number', 'invalid_response', () => json({ access_token: 1 })],
    ['an access_token with a line break', 'invalid_response', () => json({ access_token: 'a\r\nx: y' })],
    ['no token_type', 'invalid_response', () => json({ token_type: undefined })],
    ['another token_type', 'invalid_response', () => json({ token_type: 'mac' })],
    ['an expires_in that is a word', 'invalid_response', () => json({ expires_in: 'soon' })],
    ['a negative expires_in', 'invalid_response', () => json({ expires_in: -1 })],
    ['an expires_in without end', 'invalid_response', () => new Response(JSON.stringify(good).replace('60', '1e999'))],
    ['a refresh_token that is a list', 'invalid_response', () => json({ refresh_token: ['rt'] })],
    ['an id_token that is an object', 'invalid_response', () => json({ id_token: {} })],
    ['a scope that is a list of numbers', 'invalid_response', () => json({ scope: [1] })],
    ['a scope with a quote', 'invalid_response', () => json({ scope: 'a"b' })],
    [
      'a member twice',
      'invalid_response',
      () => new Response('{"access_token":"a","token_type":"Bearer","access_token":"b"}'),
    ],
    ['a list', 'invalid_response', () => Response.json([good])],
    ['null', 'invalid_response', () => new Response('null')],
    ['deep nesting', 'invalid_response', () => new Response('['.repeat(1e5))],
    ['a form', 'invalid_response', () => new Response('access_token=at&token_type=Bearer')],
    ['its values in __proto__', 'invalid_response', () => new Response(`{"__proto__":${JSON.stringify(good)}}`)],
    ['HTML and 500', 'server_error', () => new Response('<h1>Oops</h1>', { status: 500 })],
    ['HTML and 400', 'invalid_response', () => new Response('<h1>Oops</h1>', { status: 400 })],
    ['an error', 'invalid_client', () => Response.json({ error: 'invalid_client' }, { status: 401 })],
    ['an error of its own', 'request_refused', () => Response.json({ error: 'sunday' }, { status: 400 })],
    ['an error and 200', 'invalid_grant', () => Response.json({ error: 'invalid_grant' })],
    ['an error of its own and 200', 'request_refused', () => Response.json({ error: 'bad_verification_code' })],
    ['an error that is a number and 200', 'invalid_response', () => Response.json({ error: 1 })],
    ['null as access_token', 'invalid_response', () => json({ access_token: null })],
    ['a gzip bomb', 'response_too_large', bomb],
    ['2 MB', 'response_too_large', () => json({ padding: 'x'.repeat(2e6) })],
  ])('with %s is refused (R6, RFC 6749 §5.1)', async (_, code, faulty) => {
    answer = faulty
    await expect(requestToken()).rejects.toMatchObject({ code })
    expect(Object.prototype).not.toHaveProperty('access_token')
  })

  it.each([301, 302, 303, 307, 308])(
    'that redirects with %i is refused, and the credentials do not follow (R6)',
    async (status) => {
      answer = () => new Response(null, { status, headers: { location: `${elsewhere.url}/token` } })
      await expect(requestToken()).rejects.toMatchObject({ code: 'unexpected_redirect' })
      expect(arrivedElsewhere).toEqual([])
    },
  )

  it('that never comes is refused in time (R6)', async () => {
    answer = () => new Promise(() => undefined)
    await expect(requestToken(0.05)).rejects.toMatchObject({ code: 'timeout' })
  })

  it.each<[what: string, changes: Record<string, unknown>, token: Record<string, unknown>]>([
    ['a token_type in any case (RFC 6749 §5.1)', { token_type: 'bEARER' }, { tokenType: 'Bearer' }],
    ['null for what is absent', { refresh_token: null, scope: null, id_token: null }, { scope: [] }],
    ['members it does not know', { foo: { bar: 1 }, 'a":': ['"x":'] }, { accessToken: 'at' }],
    ['a scope', { scope: 'a b' }, { scope: ['a', 'b'] }],
    ['a scope that is a list, as Twitch writes it', { scope: ['a', 'b'] }, { scope: ['a', 'b'] }],
    ['a scope separated by commas, as GitHub writes it', { scope: 'repo,gist' }, { scope: ['repo', 'gist'] }],
    ['a refresh token with spaces (RFC 6749 A.17)', { refresh_token: 'a b ~' }, { refreshToken: 'a b ~' }],
    ['a refresh token that is empty, which is none', { refresh_token: '' }, { refreshToken: undefined }],
  ])('may have %s', async (_, changes, token) => {
    answer = () => json(changes)
    expect(await requestToken()).toMatchObject(token)
    answer = () => Response.json({ ...good, ...changes }, { status: 201 })
    expect(await requestToken()).toMatchObject(token)
  })
})

describe('a token response that is a form, as some providers answer (hoauth2#32)', () => {
  const form = (text: string, status = 200): Response =>
    new Response(text, { status, headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } })

  it('is read', async () => {
    answer = () => form('access_token=at&token_type=bearer&scope=repo%2Cgist&expires_in=3600')
    expect(await requestToken()).toMatchObject({ accessToken: 'at', tokenType: 'Bearer', scope: ['repo', 'gist'] })
  })

  it('says what went wrong', async () => {
    answer = () => form('error=invalid_grant&error_description=The+code+is+old', 400)
    await expect(requestToken()).rejects.toMatchObject({ code: 'invalid_grant', reason: expect.stringMatching(/old/) })
  })

  it('is refused with a member twice', async () => {
    answer = () => form('access_token=a&token_type=bearer&access_token=b')
    await expect(requestToken()).rejects.toMatchObject({ code: 'invalid_response' })
  })
})

it('a token response without token_type comes with advice, and one of another type with other advice', async () => {
  answer = () => json({ token_type: undefined })
  await expect(requestToken()).rejects.toMatchObject({ hint: expect.stringContaining('preset') })
  answer = () => json({ token_type: 'mac' })
  await expect(requestToken()).rejects.toMatchObject({
    reason: 'token_type is mac, not Bearer',
    hint: expect.stringContaining('extension'),
  })
})

it('an answer that is no token response is described by its status and content type', async () => {
  answer = () => new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
  await expect(requestToken()).rejects.toMatchObject({
    reason: 'it is not a JSON object with each member once: status 200 (content type text/html)',
  })
})

/** With a clock of 0, so that `expiresAt` is the lifetime. */
describe('a lifetime (X-04)', () => {
  it.each<[expiresIn: unknown, expiresAt: number | undefined]>([
    [60, 60],
    [60.9, 60],
    ['60', 60],
    ['60.5', 60],
    [0, 0],
    ['0', 0],
    [null, undefined],
    [undefined, undefined],
  ])('written as %j ends the token at %j', async (expiresIn, expiresAt) => {
    answer = () => json({ expires_in: expiresIn })
    const metadata = { token_endpoint: `${server.url}/token` }
    const token = await new OAuth2Client({ metadata, clientId: 'client', clock: () => 0 }).clientCredentials()
    expect(token.expiresAt).toBe(expiresAt)
  })

  it.each(['', 'null', '60s', '0x3c', '1e3', ' 60', '-60', '60.', true, [60], {}])(
    'written as %j is refused',
    async (expiresIn) => {
      answer = () => json({ expires_in: expiresIn })
      await expect(requestToken()).rejects.toMatchObject({ code: 'invalid_response' })
    },
  )
})

function bomb(): Response {
  const body = new Uint8Array(gzipSync(JSON.stringify({ ...good, padding: 'x'.repeat(1e7) })))
  return new Response(body, { headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' } })
}
