/** Login and callback of every registered client as one mountable. */

import type { Awaitable } from './awaitable.ts'
import { AuthlibError } from './errors.ts'
import { readQuery, requestPath } from './form.ts'
import { redirectResponse, type HttpRequest, type HttpResponse, type Mountable } from './http.ts'
import type { JsonObject } from './json.ts'
import { choosePage, type LoginChoice } from './login-page.ts'
import { createLogins, type Logins, type LoginOptions } from './login.ts'
import { errorResponse } from './mount.ts'
import type { OAuth } from './oauth.ts'
import { registryOf } from './registry.ts'
import { requestAdapter, withCookies } from './request-adapter.ts'
import type { LoginSession, LoginSessions, SignIn } from './sessions/login-session.ts'
import { identifyByProfile, signInOf } from './sessions/sign-in.ts'
import { refuseUnknownOptions } from './unknown-options.ts'
import { isLocalPath } from './url.ts'

/** A login that a person has finished. */
export interface FinishedLogin {
  /** The name of the client in the registry. */
  readonly name: string
  /** What its `authorizeAccessToken` gave: `token`, and for OpenID Connect `claims` and `profile`. */
  readonly result: object & { readonly data: JsonObject }
  /** The path of this site that the person came from. Default `/`. */
  readonly returnTo: string
  readonly request: HttpRequest
}

export interface LoginRoutesOptions<Context = never> {
  /**
   * Where the routes are, with the origin of the application: `<url>` lets a person choose a provider, `<url>/<name>` begins
   * a login, `<url>/<name>/callback` is the redirect URI to register at the provider. Nothing is derived from a request.
   */
  readonly url: string
  /** Signs the person in after a login, and adds `<url>/logout`, which takes a POST. Sessions of the same registry. */
  readonly sessions?: LoginSessions<Context> | undefined
  /**
   * Who signs in to `sessions`: find or create the user here. Default: `subject` is the issuer or the name of the client, and
   * the subject there; `data` is `name`, `email` and `picture` of the profile.
   */
  readonly identify?: ((login: FinishedLogin) => Awaitable<Pick<SignIn, 'subject' | 'data'>>) | undefined
  /** Further options for a login, such as `scope`. */
  readonly options?: ((name: string, request: HttpRequest) => object) | undefined
  /** Answers a finished login. Default with `sessions`: a redirect to `returnTo`. Required without. */
  readonly onLogin?: ((login: FinishedLogin) => Awaitable<HttpResponse>) | undefined
  /**
   * Answers a sign-out, such as with a redirect to `logoutUrl` of a client. Runs before the session ends, so that its token is
   * still there. Default: a redirect to `/`.
   */
  readonly onLogout?: ((session: LoginSession, request: HttpRequest) => Awaitable<HttpResponse>) | undefined
  /** The page where a person chooses. Default: a plain list of links; with one client a redirect to it. */
  readonly page?: ((choices: readonly LoginChoice[], request: HttpRequest) => Awaitable<HttpResponse>) | undefined
  /** Answers a login that failed. Default: the error as JSON. */
  readonly onError?:
    | ((error: unknown, about: { readonly name: string; readonly request: HttpRequest }) => Awaitable<HttpResponse>)
    | undefined
}

/**
 * Routes for all clients of a registry, whatever its adapter. `?return_to=/path` of the first route comes back as `returnTo`;
 * anything but a path of this site is refused.
 *
 * @example
 * const oauth = new OAuth({ adapter: expressAdapter, secrets }).register('github', github({ clientId, clientSecret }))
 * const sessions = cookieSessions(oauth, { url: 'https://app.example' })
 * app.use(mount(loginRoutes(oauth, { url: 'https://app.example/login', sessions })))
 */
export function loginRoutes<Context, Answer>(
  oauth: OAuth<Context, Answer>,
  {
    url,
    sessions,
    identify = identifyByProfile,
    options,
    onLogin,
    onLogout = () => redirectResponse('/'),
    page = choosePage,
    onError = errorResponse,
    ...others
  }: LoginRoutesOptions<Context>,
): Mountable {
  refuseUnknownOptions('loginRoutes', others)
  if (sessions === undefined && onLogin === undefined) {
    throw new TypeError('loginRoutes needs `sessions`, or an `onLogin` that signs the person in')
  }
  const { entries, states, tokens } = registryOf(oauth)
  const base = new URL(url).pathname.replace(/\/$/, '')
  const begins = new Map([...entries.keys()].map((name) => [`${base}/${name}`, name]))
  const ends = new Map([...begins].map(([path, name]) => [`${path}/callback`, name]))
  const own = sessions?.on(requestAdapter)
  const logout = own === undefined ? undefined : `${base}/logout`
  if (logout !== undefined && begins.has(logout))
    throw new TypeError('`logout` is the name of a route, not of a client')

  function logins(name: string): Logins<HttpRequest, HttpResponse, LoginOptions, object> {
    return createLogins(name, entries.get(name)!.client, requestAdapter, states) // it is in the map of routes
  }

  async function begin(name: string, request: HttpRequest): Promise<HttpResponse> {
    const given: LoginOptions & { readonly data: JsonObject } = {
      ...options?.(name, request),
      redirectUri: `${url.replace(/\/$/, '')}/${name}/callback`,
      data: { returnTo: readReturnTo(request) },
    }
    return logins(name).authorizeRedirect(request, given)
  }

  async function end(name: string, request: HttpRequest): Promise<HttpResponse> {
    const result = await logins(name).authorizeAccessToken(request)
    const login = { name, result, returnTo: textOr('/', result.data['returnTo']), request }
    if (own !== undefined) await own.signIn(request, signInOf(login, await identify(login), tokens !== undefined))
    return onLogin === undefined ? redirectResponse(login.returnTo) : onLogin(login)
  }

  async function choose(request: HttpRequest): Promise<HttpResponse> {
    const query = `return_to=${encodeURIComponent(readReturnTo(request))}`
    const choices = [...begins].map(([path, name]) => ({ name, path: `${path}?${query}` }))
    return page(choices, request)
  }

  /** A form of another site posts without the cookie of the session, which is `SameSite=Lax`. */
  async function signOut(request: HttpRequest): Promise<HttpResponse> {
    if (request.method !== 'POST') return { status: 405, headers: [['allow', 'POST']], body: '' }
    const session = (await own?.find(request)) ?? null
    const response = session === null ? redirectResponse('/') : await onLogout(session, request)
    await own?.signOut(request)
    return response
  }

  async function answer(path: string, name: string, request: HttpRequest): Promise<HttpResponse> {
    if (path === logout) return signOut(request)
    if (begins.has(path)) return begin(name, request)
    return ends.has(path) ? end(name, request) : choose(request)
  }

  return {
    routes: [
      { path: base === '' ? '/' : base, methods: ['GET'] },
      ...[...begins.keys()].map((path) => ({ path, methods: ['GET'] })),
      ...[...ends.keys()].map((path) => ({ path, methods: ['GET', 'POST'] })),
      ...(logout === undefined ? [] : [{ path: logout, methods: ['POST'] }]),
    ],
    async handle(request) {
      const path = requestPath(request)
      const name = begins.get(path) ?? ends.get(path) ?? ''
      try {
        return withCookies(request, await answer(path, name, request))
      } catch (error) {
        return withCookies(request, await onError(error, { name, request }))
      }
    },
  }
}

function readReturnTo(request: HttpRequest): string {
  const returnTo = readQuery(request).get('return_to') ?? '/'
  if (isLocalPath(returnTo)) return returnTo
  throw new AuthlibError('invalid_request', 'return_to must be a path of this site', { status: 400 }) // RFC 9700 §4.11
}

function textOr(missing: string, value: unknown): string {
  return typeof value === 'string' ? value : missing
}
