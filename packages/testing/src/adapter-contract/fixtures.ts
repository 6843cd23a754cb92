/** A small protocol for the adapter contract: it tells what reached it, and answers in every odd way that is allowed. */

import {
  AuthlibError,
  cookieSessions,
  jsonResponse,
  OAuth,
  parseCookies,
  readForm,
  readQuery,
  redirectResponse,
  type Adapter,
  type CurrentToken,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
  type Protector,
} from '@authlib/core'
import { challenge, encodeUtf8, errorResponse, parseAuthorization, requestPath } from '@authlib/core/kit'
import { testClock } from '../test-clock.ts'

/** Never in an answer. */
export const SECRET = 'the database password is hunter2'

type Handler = (request: HttpRequest) => Promise<HttpResponse> | HttpResponse

const handlers: Readonly<Record<string, Handler>> = {
  '/echo': echo,
  '/token': token,
  '/cookies': () =>
    redirectResponse('https://client.example/cb?code=1', [
      ['set-cookie', 'a=1; Path=/; Expires=Wed, 01 Jan 2098 00:00:00 GMT'],
      ['set-cookie', 'b=2; Path=/'],
    ]),
  '/page': () => ({ status: 200, headers: [['content-type', 'text/html; charset=utf-8']], body: '<p>Grüße, 世界</p>' }),
  '/empty': () => ({ status: 204, headers: [], body: '' }),
  '/body': async (request) => jsonResponse(200, { length: (await request.text()).length }),
  '/rejects': () => Promise.reject(new Error(SECRET)),
  '/throws': () => {
    throw new Error(SECRET)
  },
  '/impossible': () => ({ status: 200, headers: [['x-secret', SECRET], ['x-split', 'a\r\nx-injected: yes']], body: '' }), // prettier-ignore
}

/** Its paths are below `path`. It hands what it does to `onText`, for bodies that never arrive. */
export function contractMountable(path: string, onText: (outcome: unknown) => void): Mountable {
  const prefix = path === '/' ? '' : path
  const routes = Object.keys(handlers).map((name) => ({ path: prefix + name, methods: ['GET', 'POST'] }))
  return {
    routes: [...routes, { path: `${prefix}/aborted`, methods: ['POST'] }],
    // not async: a mountable may also throw at once
    handle(request) {
      const name = requestPath(request).slice(prefix.length)
      if (name === '/aborted') return reportText(request, onText)
      return handlers[name]!(request) as Promise<HttpResponse> // unsound on purpose: untyped mountables may answer at once
    },
  }
}

async function reportText(request: HttpRequest, onText: (outcome: unknown) => void): Promise<HttpResponse> {
  onText(await request.text().catch((error: unknown) => error))
  return jsonResponse(200, {})
}

async function echo(request: HttpRequest): Promise<HttpResponse> {
  const names = readQuery(request, { repeatable: ['header'] }).all('header')
  const text = await request.text()
  await new Promise((resolve) => setImmediate(resolve)) // lets other requests come between
  return jsonResponse(200, {
    method: request.method,
    path: requestPath(request),
    query: request.url.split('?').slice(1).join('?'),
    headers: names.map((name) => request.headers.get(name)),
    text,
    again: await request.text(),
  })
}

async function token(request: HttpRequest): Promise<HttpResponse> {
  if (request.method === 'OPTIONS') return { status: 204, headers: [['access-control-allow-origin', '*']], body: '' }
  if (request.method !== 'POST') return jsonResponse(405, { error: 'invalid_request' }, [['allow', 'POST, OPTIONS']])
  try {
    const params = await readForm(request)
    return jsonResponse(200, { params: [...params], repeated: params.repeated })
  } catch (error) {
    return errorResponse(error)
  }
}

/**
 * Lets in `Bearer <subject>:<scope>,…`, reads the body for the subject `reader`, tells the path for the subject `where`, and
 * breaks in two ways on request.
 */
export const contractProtector: Protector<CurrentToken, string> = {
  async protect(request, requirement = '') {
    const authorization = parseAuthorization(request.headers.get('authorization'))
    if (authorization?.value === 'crash') throw new Error(SECRET)
    const [subject, scopes] = authorization?.value.split(':') ?? []
    if (authorization === null) throw new AuthlibError('missing_token', 'A token is needed', { status: 401 })
    if (authorization.scheme !== 'bearer' || scopes === undefined)
      throw new AuthlibError('invalid_token', 'No', { status: 401 })
    const scope = scopes.split(',')
    if (!scope.includes(requirement)) throw new AuthlibError('insufficient_scope', 'More is needed', { status: 403 })
    if (subject === 'reader') return { subject: `read ${await request.text()}`, scope }
    if (subject === 'where') return { subject: requestPath(request), scope }
    await new Promise((resolve) => setImmediate(resolve))
    return { subject, scope }
  },
  acceptedHeaders: () => [['dpop-nonce', 'n1']],
  respond(error) {
    if (!(error instanceof AuthlibError)) throw new Error(SECRET)
    const code = error.code === 'missing_token' ? undefined : error.code
    return jsonResponse(error.status, { error: code }, [
      ['www-authenticate', challenge('Bearer', { realm: 'contract', error: code })],
      ['www-authenticate', challenge('DPoP', { algs: 'ES256' })],
    ])
  },
}

/** Text in two halves, the second when it is released. */
export function contractStream(released: Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(encodeUtf8(STREAMED[0]))
      await released
      try {
        controller.enqueue(encodeUtf8(STREAMED[1]))
        controller.close()
      } catch {
        // the client has left, and the framework has cancelled the stream
      }
    },
  })
}

/** What `/stream` sends. */
export const STREAMED = ['first half, ', 'second half'] as const

/**
 * A login with two cookies of which one comes back with a cross-site POST. It also keeps people signed in:
 * `/callback?session=` signs `in` and `out`, lets time pass (`later`), and tells who it is.
 */
export function contractLogin<Context, Answer>(
  adapter: Adapter<Context, Answer>,
  provider: string,
): { login(context: Context): Promise<Answer>; callback(context: Context): Promise<object> } {
  const clock = testClock()
  const oauth = new OAuth({ adapter, secrets: ['a secret of the contract, 32 characters'], clock })
  const sessions = cookieSessions(oauth, { url: 'http://127.0.0.1', idleLifetime: 100, cookieName: 'person' })

  async function sessionStep(step: string, context: Context): Promise<object> {
    if (step === 'in') await sessions.signIn(context, { subject: 'alice', data: { text: 'x'.repeat(3500) } })
    if (step === 'out') await sessions.signOut(context)
    if (step === 'later') clock.advance(60)
    return { subject: step === 'in' || step === 'out' ? null : ((await sessions.find(context))?.subject ?? null) }
  }

  return {
    async login(context) {
      const { url } = await adapter.request(context)
      await adapter.setCookies(context, [{ name: 'lax', value: 'l1', maxAge: 600 }])
      await adapter.setCookies(context, [{ name: 'none', value: 'n1', maxAge: 600, sameSite: 'None', secure: true }])
      return await adapter.respond(context, redirectResponse(provider + url.slice(url.indexOf('?'))))
    },
    async callback(context) {
      const request = await adapter.request(context)
      const params = await (request.method === 'POST' ? readForm(request) : readQuery(request))
      const step = params.get('session')
      if (step !== undefined) return sessionStep(step, context)
      const cookies = parseCookies((await adapter.request(context)).headers.get('cookie'))
      await adapter.setCookies(context, [{ name: 'lax', value: '', maxAge: 0 }, { name: 'used', value: '1' }]) // prettier-ignore
      return { method: request.method, params: [...params], lax: cookies.get('lax'), none: cookies.get('none') }
    },
  }
}
