/**
 * A backend for a frontend: the browser has the cookie of a session, and the token stays on the server.
 *
 * @spec draft-ietf-oauth-browser-based-apps §6.1
 */

import { readBytes } from './body.ts'
import { decodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import { requestPath } from './form.ts'
import type { HttpHeader, HttpRequest, HttpResponse, Mountable } from './http.ts'
import { noStore } from './no-store.ts'
import { errorResponse } from './mount.ts'
import { requestAdapter } from './request-adapter.ts'
import { refuseUnknownOptions } from './unknown-options.ts'
import type { LoginSession, LoginSessions } from './sessions/login-session.ts'

/** Calls to the API in the name of a person, as every session of a client makes them. Relative URLs start at the API. */
export interface ApiCaller {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
}

export interface ApiProxyOptions<Context> {
  /** Who is signed in. */
  readonly sessions: LoginSessions<Context>
  /** The API in the name of this person. The token of a login is kept under the id of the session. */
  readonly api: (session: LoginSession) => ApiCaller
  /** Where the API is for the browser, such as `/api`. */
  readonly path: string
  /** What is passed on, below `path` and below the address of the API: `notes`, or `notes/:id` for any last segment. Nothing else is. */
  readonly routes: readonly string[]
  /** Default GET, POST, PUT, PATCH and DELETE. */
  readonly methods?: readonly string[] | undefined
  /** Bytes of an answer of the API at most. Default 1,000,000. */
  readonly maxSize?: number | undefined
}

/** What of a request the API gets: nothing that belongs to this application, such as its cookies. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'content-type', 'if-match', 'if-none-match', 'prefer']
/** What of an answer the browser gets: no cookies, and no challenge that is not for it. */
const RESPONSE_HEADERS = ['content-language', 'content-type', 'etag', 'last-modified', 'link', 'retry-after']
/** Scripts of other origins cannot send it without a preflight, which is never answered. §6.1.3.3.3 */
const CSRF_HEADER = 'x-csrf'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Passes requests with `x-csrf: 1` on to the API, with the token of the person who is signed in. For APIs that answer in text, such
 * as JSON.
 *
 * @example
 * const api = (session: LoginSession) => apiSession(oauth.example, session.id)
 * app.use(mount(apiProxy({ sessions, api, path: '/api', routes: ['notes', 'notes/:id'] })))
 * // in the browser: fetch('/api/notes', { headers: { 'x-csrf': '1' } })
 */
export function apiProxy<Context>({
  sessions,
  api,
  path,
  routes,
  methods = METHODS,
  maxSize = 1_000_000,
  ...others
}: ApiProxyOptions<Context>): Mountable {
  refuseUnknownOptions('apiProxy', others)
  const own = sessions.on(requestAdapter)
  const prefix = path.replace(/\/$/, '')

  async function pass(request: HttpRequest): Promise<HttpResponse> {
    if (request.headers.get(CSRF_HEADER) !== '1') throw missingHeader()
    const session = await own.find(request)
    if (session === null) throw new AuthlibError('login_required', 'Nobody is signed in', { status: 401 })
    const response = await api(session).fetch(target(request), await initOf(request))
    return answer(response)
  }

  /** Below the address of the API, whatever the last segment is. */
  function target(request: HttpRequest): string {
    const below = requestPath(request).slice(prefix.length + 1)
    const last = below.slice(below.lastIndexOf('/') + 1)
    if (/^(?:\.|%2e){1,2}$/i.test(last) || /\\|%2f|%5c/i.test(last)) {
      throw new AuthlibError('invalid_request', 'The path is not one of the API', { status: 400 })
    }
    const query = request.url.indexOf('?')
    return below + (query === -1 ? '' : request.url.slice(query))
  }

  async function answer(response: Response): Promise<HttpResponse> {
    const bytes = await readBytes(response.body, maxSize)
    if (bytes === null) throw badAnswer('it is too large')
    if (bytes.length > 0 && !isText(response)) throw badAnswer('it is no text')
    const headers = RESPONSE_HEADERS.flatMap((name): HttpHeader[] => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value]]
    })
    return { status: response.status, headers: [...headers, ...noStore], body: decodeUtf8(bytes) }
  }

  return {
    routes: routes.map((route) => ({ path: `${prefix}/${route}`, methods })),
    async handle(request) {
      if (!methods.includes(request.method)) {
        return { status: 405, headers: [['allow', methods.join(', ')], ...noStore], body: '' }
      }
      try {
        return await pass(request)
      } catch (error) {
        if (error instanceof AuthlibError && error.status < 500) return errorResponse(error)
        if (error instanceof AuthlibError) throw error
        throw badAnswer('it did not answer', error)
      }
    },
  }
}

async function initOf(request: HttpRequest): Promise<RequestInit> {
  const { method, headers } = request
  const passed = REQUEST_HEADERS.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return { method, headers: passed, ...(method !== 'GET' && { body: await request.text() }) }
}

function isText({ headers }: Response): boolean {
  const type = headers.get('content-type') ?? ''
  return /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml|x-ndjson|javascript)\b)/i.test(type)
}

function missingHeader(): AuthlibError {
  return new AuthlibError('invalid_request', 'The header x-csrf is missing', {
    status: 403,
    hint: "Send `headers: { 'x-csrf': '1' }` with each call: a form of another site cannot.",
  })
}

function badAnswer(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('api_unavailable', 'The API gave no answer that can be passed on', {
    status: 502,
    reason,
    cause,
  })
}
