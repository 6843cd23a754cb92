/** Login and consent pages for development: any known user, and no real password. Refused unless the issuer is loopback. */

import {
  AuthlibError,
  constantTimeEqual,
  isHttps,
  pageResponse,
  parseCookies,
  readForm,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
  type Page,
  type Params,
} from '@authlib/core'
import { assertBooleans, assertSeconds, isLoopbackHost, refuseUnknownOptions, uncheckedCookie } from '@authlib/core/kit'
import { accessDenied } from '../../errors.ts'
import { AuthorizationError } from '../authorization-error.ts'
import type { Login } from '../contract/interaction.ts'
import type { Endpoint, Feature } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { endSession, findSession, startSession } from '../records/session.ts'
import { wantedAcrValues } from './acr.ts'
import { consentPage, loggedOutPage, loginPage, logoutPage } from './development-pages.ts'
import { redirectInteraction } from './redirect.ts'

/** Someone who can log in on the development pages. */
export interface DevelopmentUser {
  readonly username: string
  /** Default: the username. */
  readonly password?: string | undefined
  /** Stable id in tokens. Default: the username. */
  readonly subject?: string | undefined
}

export interface DevelopmentPagesOptions {
  readonly users: readonly DevelopmentUser[]
  /** What scope values allow, in words for the consent page: `{ 'notes:read': 'read your notes' }`. */
  readonly scopeDescriptions?: Readonly<Record<string, string>> | undefined
  /** Seconds a login lasts. Default 8 hours. */
  readonly sessionLifetime?: number | undefined
  /**
   * Authentication contexts (`acr`) that logins here state: the first of them that the request wants, or else the first.
   * Default none.
   */
  readonly acrValues?: readonly string[] | undefined
  /** Lets anyone who reaches the server log in as anyone, on hosts other than this machine too. For demos. Default false. */
  readonly insecurePublicHost?: boolean | undefined
}

/**
 * Adds `/login`, `/consent` and `/logout`, so that a server works before you have pages of your own.
 *
 * @throws AuthlibError `not_loopback` when the server is mounted or called
 * @example
 * server.register(developmentPages({ users: [{ username: 'alice' }] }))
 */
export function developmentPages({
  users,
  scopeDescriptions = {},
  sessionLifetime = 8 * 3600,
  acrValues = [],
  insecurePublicHost = false,
  ...others
}: DevelopmentPagesOptions): Feature {
  refuseUnknownOptions('developmentPages', others)
  assertBooleans({ insecurePublicHost })
  if (!Array.isArray(users) || !users.every(({ username }) => typeof username === 'string'))
    throw new TypeError("users of developmentPages must be an array such as [{ username: 'alice' }]")
  assertSeconds({ sessionLifetime }, 1)
  const interaction = redirectInteraction({
    login: (server) => new URL(server.url('login')).pathname,
    consent: (server) => new URL(server.url('consent')).pathname,
    session: currentLogin,
    endSession: logOut,
  })

  const login = developmentEndpoint('login', insecurePublicHost, async (http, server) => {
    const pending = await server.interaction.resume(http)
    if (http.method !== 'POST') return show(loginPage(pending))
    const form = await readOwnForm(http, server)
    const user = findUser(users, form)
    if (!user) return show(loginPage(pending, form.get('username') ?? ''), 401)
    const subject = user.subject ?? user.username
    const acr = wantedAcrValues(pending.request).find((value) => acrValues.includes(value)) ?? acrValues[0]
    const before = readSessionCookie(server, http)
    const { value, login } = await startSession(server, { subject, acr, amr: ['pwd'] }, sessionLifetime, { before })
    const response = await pending.loggedIn(login)
    return { ...response, headers: [...response.headers, ['set-cookie', sessionCookie(server, value)]] }
  })

  const consent = developmentEndpoint('consent', insecurePublicHost, async (http, server) => {
    const pending = await server.interaction.resume(http)
    if (http.method !== 'POST') return show(consentPage(pending, scopeDescriptions))
    const form = await readOwnForm(http, server)
    if (form.get('decision') !== 'approve') return pending.deny()
    return pending.approve(form.has('choose') ? { scope: form.all('scope') } : {}) // our page lets the person untick
  })

  const logout = developmentEndpoint('logout', insecurePublicHost, async (http, server) => {
    if (http.method !== 'POST') return show(logoutPage())
    await readOwnForm(http, server)
    const headers = await logOut(http, server)
    const response = show(loggedOutPage())
    return { ...response, headers: [...response.headers, ...headers] }
  })

  return {
    kind: 'feature',
    name: 'development_pages',
    ...(acrValues.length > 0 && { metadata: { acr_values_supported: acrValues } }), // OpenID Connect Discovery §3
    includes: [interaction, login, consent, logout],
  }
}

function developmentEndpoint(
  name: string,
  anyHost: boolean,
  handle: (http: HttpRequest, server: Server) => Promise<HttpResponse>,
): Endpoint {
  return {
    kind: 'endpoint',
    name,
    path: `/${name}`,
    methods: ['GET', 'POST'],
    cors: false,
    metadata: () => ({}),
    mounted(server) {
      if (anyHost || isLoopbackHost(new URL(server.issuer).hostname)) return true
      throw new AuthlibError(
        'not_loopback',
        'Development pages let anybody in, and the issuer is not on a loopback host',
        {
          hint: 'Register redirectInteraction(…) with login and consent pages of your own.',
        },
      )
    },
    handle,
  }
}

/** The form that changes who is logged in must come from our own page: not even from another port of this machine. */
async function readOwnForm(http: HttpRequest, server: Server): Promise<Params> {
  const origin = http.headers.get('origin') // 'null' for our own pages too: they send no referrer
  const foreign = origin !== null && origin !== 'null' && origin !== new URL(server.url('login')).origin
  if (foreign || (http.headers.get('sec-fetch-site') ?? 'same-origin') !== 'same-origin') {
    throw new AuthorizationError(accessDenied('the form was posted from another site', { status: 403 }), null)
  }
  return readForm(http, { repeatable: ['scope'] })
}

function findUser(users: readonly DevelopmentUser[], form: Params): DevelopmentUser | undefined {
  const user = users.find(({ username }) => username === form.get('username'))
  return user && constantTimeEqual(user.password ?? user.username, form.get('password') ?? '') ? user : undefined
}

async function currentLogin(http: HttpRequest, server: Server): Promise<Login | null> {
  const value = readSessionCookie(server, http)
  return value === undefined ? null : findSession(server, value)
}

async function logOut(http: HttpRequest, server: Server): Promise<readonly HttpHeader[]> {
  const value = readSessionCookie(server, http)
  if (value !== undefined) await endSession(server, value)
  return [['set-cookie', sessionCookie(server, '', 0)]]
}

function readSessionCookie(server: Server, http: HttpRequest): string | undefined {
  return parseCookies(http.headers.get('cookie')).get(cookieName(server))
}

function sessionCookie(server: Server, value: string, maxAge?: number): string {
  return uncheckedCookie({ name: cookieName(server), value, secure: isHttps(server.issuer), maxAge })
}

function cookieName(server: Server): string {
  return isHttps(server.issuer) ? '__Host-authlib_session' : 'authlib_session'
}

/** A form of these pages may end in a redirect to the client, whose callback may redirect anywhere: no `form-action`. */
function show(page: Page, status = 200): HttpResponse {
  return pageResponse(status, page, 'any')
}
