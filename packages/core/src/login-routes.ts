/** Login and callback of every registered client as one mountable. */

import { AuthlibError } from './errors.ts'
import { readQuery, requestPath } from './form.ts'
import type { HttpRequest, HttpResponse, Mountable } from './http.ts'
import type { JsonObject } from './json.ts'
import type { LoginOptions } from './login.ts'
import { errorResponse } from './mount.ts'
import type { OAuth } from './oauth.ts'
import { withCookies } from './request-adapter.ts'
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

export interface LoginRoutesOptions {
  /**
   * Where the routes are, with the origin of the application: `<url>/<name>` begins a login, `<url>/<name>/callback` is the
   * redirect URI to register at the provider. Nothing is derived from a request.
   */
  readonly url: string
  /** Further options for a login, such as `scope`. */
  readonly options?: ((name: string, request: HttpRequest) => object) | undefined
  /** Signs the person in, and answers, mostly with a redirect to `returnTo`. */
  readonly onLogin: (login: FinishedLogin) => Promise<HttpResponse> | HttpResponse
  /** Answers a login that failed. Default: the error as JSON. */
  readonly onError?:
    | ((
        error: unknown,
        about: { readonly name: string; readonly request: HttpRequest },
      ) => Promise<HttpResponse> | HttpResponse)
    | undefined
}

/**
 * Routes for all clients of a registry that has {@link requestAdapter}. `?return_to=/path` of the first route comes back as
 * `returnTo`; anything but a path of this site is refused.
 *
 * @example
 * const oauth = new OAuth({ adapter: requestAdapter, secrets }).register('github', github({ clientId, clientSecret }))
 * app.use(mount(loginRoutes(oauth, { url: 'https://app.example/login', onLogin: ({ result, returnTo }) => signIn(result, returnTo) })))
 */
export function loginRoutes(
  oauth: OAuth<HttpRequest, HttpResponse>,
  { url, options, onLogin, onError = errorResponse }: LoginRoutesOptions,
): Mountable {
  const base = new URL(url).pathname.replace(/\/$/, '')
  const begins = new Map([...oauth.clients().keys()].map((name) => [`${base}/${name}`, name]))
  const ends = new Map([...begins].map(([path, name]) => [`${path}/callback`, name]))

  async function begin(name: string, request: HttpRequest): Promise<HttpResponse> {
    const returnTo = readQuery(request).get('return_to') ?? '/'
    if (!isLocalPath(returnTo)) {
      throw new AuthlibError('invalid_request', 'return_to must be a path of this site', { status: 400 }) // RFC 9700 §4.11
    }
    const given: LoginOptions & { readonly data: JsonObject } = {
      ...options?.(name, request),
      redirectUri: `${url.replace(/\/$/, '')}/${name}/callback`,
      data: { returnTo },
    }
    return oauth.clients().get(name)!.authorizeRedirect(request, given) // it is in the map of routes
  }

  async function end(name: string, request: HttpRequest): Promise<HttpResponse> {
    const result = await oauth.clients().get(name)!.authorizeAccessToken(request)
    return onLogin({ name, result, returnTo: textOr('/', result.data['returnTo']), request })
  }

  return {
    routes: [
      ...[...begins.keys()].map((path) => ({ path, methods: ['GET'] })),
      ...[...ends.keys()].map((path) => ({ path, methods: ['GET', 'POST'] })),
    ],
    async handle(request) {
      const path = requestPath(request)
      const name = begins.get(path) ?? ends.get(path) ?? ''
      try {
        if (begins.has(path)) return await begin(name, request)
        return withCookies(request, await end(name, request))
      } catch (error) {
        return withCookies(request, await onError(error, { name, request }))
      }
    },
  }
}

function textOr(missing: string, value: unknown): string {
  return typeof value === 'string' ? value : missing
}
