import { startTestServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  apiProxy,
  AuthlibError,
  memoryStore,
  OAuth,
  requestAdapter,
  storedSessions,
  type ApiCaller,
  type ApiProxyOptions,
  type HttpRequest,
  type HttpResponse,
  type LoginSession,
  type Mountable,
} from './index.ts'
import { createDispatch } from './mount.ts'
import { withCookies } from './request-adapter.ts'

const CSRF = { 'x-csrf': '1' }
const url = 'http://localhost'

let api: TestServer
let arrived: Request[]
let answer: (request: Request) => Response
let cookie: string
const oauth = new OAuth<HttpRequest, HttpResponse>({
  adapter: requestAdapter,
  secrets: ['a secret of 32 characters or more'],
})
const sessions = storedSessions(oauth, { store: memoryStore(), url })

/** The token of alice; others have none. */
function caller({ subject }: LoginSession, base = api.url): ApiCaller {
  return {
    async fetch(path, init) {
      if (subject !== 'alice') throw new AuthlibError('login_required', 'No token', { status: 401 })
      const headers = new Headers(init.headers)
      headers.set('authorization', 'Bearer at')
      return fetch(new URL(path, `${base}/v1/`), { ...init, headers })
    },
  }
}

function requestTo(path: string, init: RequestInit = {}): HttpRequest {
  const text = async (): Promise<string> => (typeof init.body === 'string' ? init.body : '')
  return { method: init.method ?? 'GET', url: path, headers: new Headers(init.headers), text }
}

/** The cookie of a new session. */
async function signIn(subject: string): Promise<string> {
  const request = requestTo('/')
  await sessions.signIn(request, { subject })
  return withCookies(request, { status: 200, headers: [], body: '' }).headers[0]![1].split(';')[0]!
}

beforeAll(async () => {
  api = await startTestServer((request) => {
    arrived.push(request)
    return answer(request)
  })
})
afterAll(() => api.stop())
beforeEach(async () => {
  arrived = []
  answer = () => Response.json({ ok: true })
  cookie = await signIn('alice')
})

function proxy(options: Partial<ApiProxyOptions<HttpRequest>> = {}): Mountable {
  return apiProxy({ api: caller, sessions, path: '/api/', routes: ['notes', 'notes/:id'], ...options })
}

async function call(
  path: string,
  init: RequestInit = {},
  options?: Partial<ApiProxyOptions<HttpRequest>>,
): Promise<HttpResponse> {
  const headers = { cookie, ...CSRF, ...(init.headers as Record<string, string>) }
  return proxy(options).handle(requestTo(path, { ...init, headers }))
}

describe('the proxy of an API', () => {
  it('passes method, query, body and harmless headers on, with the token', async () => {
    const headers = { 'content-type': 'application/json', 'if-match': '"1"', 'x-forwarded-for': '1', origin: url }
    const { status } = await call('/api/notes/5?a=1', { method: 'PUT', body: '{"b":2}', headers })
    expect(status).toBe(200)
    const [request] = arrived
    expect(request!.method).toBe('PUT')
    expect(request!.url).toBe(`${api.url}/v1/notes/5?a=1`)
    expect(await request!.text()).toBe('{"b":2}')
    expect(request!.headers.get('authorization')).toBe('Bearer at')
    expect(request!.headers.get('content-type')).toBe('application/json')
    expect(request!.headers.get('if-match')).toBe('"1"')
    for (const name of ['cookie', 'x-csrf', 'x-forwarded-for', 'origin']) {
      expect(request!.headers.get(name)).toBeNull()
    }
  })

  it('passes status, text and harmless headers back, and lets nothing be stored', async () => {
    answer = () =>
      new Response('{"error":"gone"}', {
        status: 410,
        headers: { 'content-type': 'application/problem+json', 'set-cookie': 'a=1', etag: '"2"', 'x-internal': '1' },
      })
    const { status, headers, body } = await call('/api/notes')
    expect(status).toBe(410)
    expect(body).toBe('{"error":"gone"}')
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/problem+json',
      etag: '"2"',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    })
  })

  it('refuses requests that a form or a page of another site can make (CSRF)', async () => {
    expect((await call('/api/notes', { headers: { 'x-csrf': '' } })).status).toBe(403)
    const preflight = await createDispatch(proxy())(requestTo('/api/notes', { method: 'OPTIONS' }))
    expect(preflight?.status).toBe(405)
    expect(preflight?.headers.map(([name]) => name)).not.toContain('access-control-allow-origin')
    expect(arrived).toEqual([])
  })

  it('answers 401 when nobody is signed in, and when the session has no token', async () => {
    expect((await call('/api/notes', { headers: { cookie: '' } })).status).toBe(401)
    cookie = await signIn('bob')
    const { status, body } = await call('/api/notes')
    expect([status, body]).toEqual([401, expect.stringContaining('login_required') as string])
    expect(arrived).toEqual([])
  })

  it.each(['.', '..', '%2e%2E', '.%2e', 'a%2fb', 'a%5Cb', 'a\\b'])('keeps %s away from the API', async (last) => {
    expect((await call(`/api/notes/${last}`)).status).toBe(400)
    expect(arrived).toEqual([])
  })

  it('answers named paths and methods only', async () => {
    const dispatch = createDispatch(proxy())
    expect(dispatch(requestTo('/api/admin'))).toBeNull()
    expect(dispatch(requestTo('/api/notes/1/2'))).toBeNull()
    expect((await call('/api/notes', { method: 'TRACE' })).status).toBe(405)
    expect((await call('/api/notes', { method: 'DELETE' }, { methods: ['GET'] })).status).toBe(405)
  })

  it('tells a broken API from a refusal', async () => {
    for (const broken of [
      () => new Response('x'.repeat(11), { headers: { 'content-type': 'text/plain' } }),
      () => new Response('GIF', { headers: { 'content-type': 'image/gif' } }),
    ]) {
      answer = broken
      await expect(call('/api/notes', {}, { maxSize: 10 })).rejects.toMatchObject({
        code: 'api_unavailable',
        status: 502,
      })
    }
    answer = () => new Response(null, { status: 204 })
    expect((await call('/api/notes', { method: 'DELETE' })).status).toBe(204)
  })

  it('says so when the API does not answer', async () => {
    const gone = { api: (session: LoginSession) => caller(session, 'http://127.0.0.1:1') }
    await expect(call('/api/notes', {}, gone)).rejects.toMatchObject({ code: 'api_unavailable' })
  })
})
