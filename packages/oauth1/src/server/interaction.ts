/**
 * Login and consent on pages of your own, reached by redirect with a sealed handle that only this browser can use. Nothing
 * is stored for a login that is abandoned.
 */

import {
  parseCookies,
  randomToken,
  readForm,
  readQuery,
  redirectResponse,
  type Awaitable,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
} from '@authlib/core'
import { addQuery, decodeUtf8, uncheckedCookie } from '@authlib/core/kit'
import { answerAuthorization, readAuthorizationRequest, type OAuth1AuthorizationRequest } from './authorization.ts'
import type { OAuth1Environment } from './environment.ts'
import { invalidRequest } from './errors.ts'

/** Pages of the application. */
export interface OAuth1Pages {
  /** Your login page. It is opened with the handle in the query, as `interaction`. */
  readonly login: string
  /** Your consent page, opened alike. */
  readonly consent: string
  /** Who is logged in already, by your own session; null for nobody. */
  readonly session?: ((http: HttpRequest) => Awaitable<OAuth1Login | null>) | undefined
}

/** A login, as the application knows it. */
export interface OAuth1Login {
  readonly subject: string
}

/** What a login or consent page works on. Every answer is a response for the browser. */
export interface OAuth1PendingInteraction extends OAuth1AuthorizationRequest {
  /** The login so far. */
  readonly login: OAuth1Login | null
  /** The handle, to be posted back in a hidden field named `interaction`. */
  readonly handle: string
  /** The person has logged in: on to consent, or back to the client. */
  loggedIn(login: OAuth1Login): Promise<HttpResponse>
  /** The person agrees, perhaps to less. Default: everything that was asked for. */
  approve(options?: { readonly realms?: readonly string[] }): Promise<HttpResponse>
  deny(): Promise<HttpResponse>
}

/** Seconds between a page and its answer. */
const ANSWER_TIME = 600

/** Sends a person who comes from a client to the login or the consent page. */
export async function beginInteraction(
  env: OAuth1Environment,
  pages: OAuth1Pages,
  request: OAuth1AuthorizationRequest,
  http: HttpRequest,
): Promise<HttpResponse> {
  const login = (await pages.session?.(http)) ?? null
  return next(env, pages, request, http, login)
}

/** @throws OAuth1Error `invalid_request` when the handle is missing, too old, or of another browser */
export async function resumeInteraction(
  env: OAuth1Environment,
  pages: OAuth1Pages,
  http: HttpRequest,
): Promise<OAuth1PendingInteraction> {
  const handle = (http.method === 'POST' ? await readForm(http) : readQuery(http)).get('interaction')
  if (handle === undefined) throw invalidRequest('The interaction is missing')
  const { token, login } = await openHandle(env, handle, http)
  const request = await readAuthorizationRequest(env, token)
  return {
    ...request,
    login,
    handle,
    loggedIn: (by) => next(env, pages, request, http, by),
    async approve({ realms } = {}) {
      if (login === null) return next(env, pages, request, http, null) // consent without login: back to it
      return answerAuthorization(env, request, { subject: login.subject, realms })
    },
    deny: () => answerAuthorization(env, request, { denied: true }),
  }
}

async function next(
  env: OAuth1Environment,
  pages: OAuth1Pages,
  request: OAuth1AuthorizationRequest,
  http: HttpRequest,
  login: OAuth1Login | null,
): Promise<HttpResponse> {
  if (login !== null && request.client.skipConsent === true) {
    return answerAuthorization(env, request, { subject: login.subject })
  }
  const { binding, headers } = bindBrowser(env, http)
  const sealed: Sealed = { token: request.token, login, until: env.clock() + ANSWER_TIME }
  const interaction = await env.handles.seal(JSON.stringify(sealed), binding)
  return redirectResponse(addQuery(login === null ? pages.login : pages.consent, { interaction }), headers)
}

type Sealed = { readonly token: string; readonly login: OAuth1Login | null; readonly until: number }

async function openHandle(env: OAuth1Environment, handle: string, http: HttpRequest): Promise<Sealed> {
  const binding = readBinding(env, http)
  if (binding === undefined) throw invalidRequest('The browser sent no interaction cookie')
  const opened = await env.handles.open(handle, binding) // in another browser the handle opens nothing
  if (opened === null) throw invalidRequest('The interaction belongs to another browser or server')
  const sealed = JSON.parse(decodeUtf8(opened)) as Sealed // sound: sealed by `next`
  if (sealed.until <= env.clock()) throw invalidRequest('The interaction has expired')
  return sealed
}

/** The value that ties handles to a browser, and the cookie to set when it has none yet. */
function bindBrowser(env: OAuth1Environment, http: HttpRequest): { binding: string; headers: readonly HttpHeader[] } {
  const known = readBinding(env, http)
  if (known !== undefined) return { binding: known, headers: [] }
  const binding = randomToken(env.random, 16)
  const cookie = uncheckedCookie({ name: cookieName(env), value: binding, secure: env.isHttps })
  return { binding, headers: [['set-cookie', cookie]] }
}

function readBinding(env: OAuth1Environment, http: HttpRequest): string | undefined {
  const value = parseCookies(http.headers.get('cookie')).get(cookieName(env))
  return value !== undefined && /^[\w-]{22}$/.test(value) ? value : undefined
}

function cookieName({ isHttps }: OAuth1Environment): string {
  return isHttps ? '__Host-authlib_oauth1' : 'authlib_oauth1'
}
