/** What a login is to the registry: a client of any protocol, and the two calls a web application makes. */

import type { Adapter } from './adapter.ts'
import type { Awaitable } from './awaitable.ts'
import { AuthlibError } from './errors.ts'
import { readForm, readQuery } from './form.ts'
import { redirectResponse, type HttpRequest, type HttpResponse } from './http.ts'
import { noStore } from './no-store.ts'
import type { JsonObject } from './json.ts'
import type { LoginStates } from './login-state.ts'
import type { Params } from './params.ts'
import { assertHeaderValue } from './sendable.ts'

/** What every login needs. Protocols add their own members. */
export interface LoginOptions {
  /** Where the provider sends the browser back to, as registered there. Sent byte for byte, never derived from a request. */
  readonly redirectUri: string
}

/** How a call that uses the network may be ended. */
export interface CallOptions {
  /** Ends the call, with its own reason. What other callers wait for too, such as a refresh, goes on without this one. */
  readonly signal?: AbortSignal | undefined
}

/** A login that is ready to leave for the provider. */
export interface StartedLogin<Login extends JsonObject> {
  /** Where to send the browser. */
  readonly url: string
  /** What `loginId` finds in the callback. */
  readonly id: string
  /** What the end of the login needs. Secret: keep it where only this browser brings it back. */
  readonly login: Login
  /** The provider answers with a cross-site POST, so that the cookie must be `SameSite=None`. */
  readonly formPost: boolean
}

/** A client that can be registered. Without a registry it works the same: keep `login` yourself between the two calls. */
export interface LoginClient<Options extends LoginOptions, Login extends JsonObject, Result extends object> {
  /** Which login a callback belongs to: its `state`, its `oauth_token` in OAuth 1, a claim of a signed response. */
  loginId(params: Params): Awaitable<string | undefined>
  createAuthorization(options: Options): Promise<StartedLogin<Login>>
  finishAuthorization(params: Params, login: Login, options?: CallOptions): Promise<Result>
}

/** What a registered client can do with a request of the framework. */
export interface Logins<Context, Answer, Options extends LoginOptions, Result extends object> {
  /**
   * Sends the browser to the provider. `data` comes back at the end of the login, such as where to go then; it travels
   * in a sealed cookie, so keep it small.
   *
   * A browser that only prefetches the page is answered 503 and asks again when the person follows the link.
   *
   * @throws AuthlibError `login_too_large` when it does not fit
   */
  authorizeRedirect(context: Context, options: Options & { readonly data?: JsonObject }): Promise<Answer>
  /**
   * Ends the login at its redirect URI. Works once.
   *
   * @throws AuthlibError `mismatching_state`, `login_expired`, `login_used`, `access_denied` and what else the provider answers
   */
  authorizeAccessToken(context: Context, options?: CallOptions): Promise<Result & { readonly data: JsonObject }>
}

/** The two calls for one client. */
export function createLogins<
  Context,
  Answer,
  Options extends LoginOptions,
  Login extends JsonObject,
  Result extends object,
>(
  name: string,
  client: LoginClient<Options, Login, Result>,
  adapter: Adapter<Context, Answer>,
  states: LoginStates,
): Logins<Context, Answer, Options, Result> {
  return {
    async authorizeRedirect(context, given) {
      if (typeof given !== 'object') throw new TypeError('authorizeRedirect needs options: `redirectUri` at least')
      const { data = {}, ...options } = given
      const request = await adapter.request(context)
      if (isPrefetch(request)) return await adapter.respond(context, notPrefetched)
      // sound: only `data` was taken off, which is no member of Options
      const { url, id, login, formPost } = await client.createAuthorization(options as unknown as Options)
      const { redirectUri } = options
      const cookies = await states.begin(request, id, { client: name, redirectUri, formPost, login, data })
      await adapter.setCookies(context, cookies)
      assertHeaderValue('location', url)
      return await adapter.respond(context, redirectResponse(url))
    },

    async authorizeAccessToken(context, options) {
      const request = await adapter.request(context)
      const params = await readCallback(request)
      const { pending, cookies } = await states.finish(request, await client.loginId(params), name)
      await adapter.setCookies(context, cookies) // before anything can fail: a login is used up by its first callback
      // sound: sealed by `begin` above, for this client by name
      const result = await client.finishAuthorization(params, pending.login as Login, options)
      return { ...result, data: pending.data }
    },
  }
}

/** Prefetching is no wish to log in, and each login takes room in the cookies of the browser. */
function isPrefetch({ headers }: HttpRequest): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => headers.get(name))
  return /\b(?:prefetch|prerender|preview)\b/i.test(purposes.join())
}

const notPrefetched: HttpResponse = {
  status: 503,
  headers: [...noStore, ['vary', 'sec-purpose, purpose']],
  body: '',
}

function readCallback(request: HttpRequest): Promise<Params> | Params {
  if (request.method === 'GET') return readQuery(request)
  if (request.method === 'POST') return readForm(request)
  throw new AuthlibError('method_not_allowed', 'A callback is a GET or a POST', { status: 405 }) // HEAD must not use it up
}
