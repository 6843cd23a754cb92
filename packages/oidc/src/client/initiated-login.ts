/**
 * Begins a login that the provider, or a portal of it, asks for.
 *
 * @spec OpenID Connect Core 1.0 §4
 */

import {
  AuthlibError,
  isLocalPath,
  noStore,
  readForm,
  readQuery,
  type Awaitable,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
} from '@authlib/core'
import { errorResponse } from '@authlib/core/kit'
import { matchIssuer, type Issuers } from '@authlib/oauth2/client'

/** What the provider asks for. */
export interface InitiatedLogin {
  readonly issuer: string
  /** A path of this site, with its query: where to go after the login. Default `/`. */
  readonly returnTo: string
  /** Whom the provider takes the person for. Nothing proves it: hand it on to the login, and do nothing else with it. */
  readonly loginHint?: string | undefined
}

export interface InitiatedLoginOptions {
  /** The path of the `initiate_login_uri` that is registered at the provider. */
  readonly path: string
  /** The application as browsers see it. Only its own pages can be the aim of a login. */
  readonly url: string
  /** Who may begin logins: the issuers of your clients. */
  readonly issuer: Issuers
  /** Begins the login, such as by a redirect to a route of `loginRoutes`. */
  readonly onLogin: (login: InitiatedLogin, request: HttpRequest) => Awaitable<HttpResponse>
}

/**
 * Takes the requests of third-party initiated login. Refuses another issuer, an aim on another site, and a page in a frame.
 *
 * @example
 * app.use(mount(initiatedLogin({
 *   path: '/initiate',
 *   url: 'https://app.example',
 *   issuer: 'https://accounts.example.com',
 *   onLogin: ({ returnTo }) => redirectResponse(`/login/example?return_to=${encodeURIComponent(returnTo)}`),
 * })))
 */
export function initiatedLogin({ path, url, issuer, onLogin }: InitiatedLoginOptions): Mountable {
  const { origin } = new URL(url)

  async function receive(request: HttpRequest): Promise<HttpResponse> {
    const frame = request.headers.get('sec-fetch-dest') ?? 'document'
    if (frame !== 'document') throw invalidRequest('A login does not begin in a frame')
    const params = request.method === 'POST' ? await readForm(request) : readQuery(request)
    const iss = params.get('iss')
    if (iss === undefined || (await matchIssuer(issuer, iss)) === null)
      throw invalidRequest('iss is no provider of this site')
    const target = params.get('target_link_uri')
    const returnTo = target === undefined ? '/' : pathOf(target, origin)
    return onLogin({ issuer: iss, returnTo, loginHint: params.get('login_hint') }, request)
  }

  return {
    routes: [{ path, methods: ['GET', 'POST'] }],
    async handle(request) {
      if (request.method === 'GET' || request.method === 'POST') return receive(request).catch(errorResponse)
      return { status: 405, headers: [['allow', 'GET, POST'], ...noStore], body: '' }
    },
  }
}

/** §4: the client must not become an open redirector. @throws AuthlibError `invalid_request` */
function pathOf(target: string, origin: string): string {
  const url = URL.canParse(target) ? new URL(target) : undefined
  const path = url?.origin === origin && url.username === '' ? url.pathname + url.search : ''
  if (isLocalPath(path)) return path
  throw invalidRequest('target_link_uri must be a page of this site')
}

function invalidRequest(message: string): AuthlibError {
  return new AuthlibError('invalid_request', message, { status: 400 })
}
