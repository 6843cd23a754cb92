/** What a browser keeps: the cookie of its session, and one that its forms and passkeys are tied to. */

import { isHttps, parseCookies, randomToken, readForm, serializeCookie } from '@authlib/core'
import type { HttpHeader, HttpRequest, Params } from '@authlib/core'
import { accessDenied } from '@authlib/oauth2'
import { AuthorizationError, endSession, findSession, startSession } from '@authlib/oauth2/server'
import type { Login, Server } from '@authlib/oauth2/server'

/** Seconds. A login lasts no longer, whatever the person does. */
const LIFETIME = 12 * 3600

export async function currentLogin(http: HttpRequest, server: Server): Promise<Login | null> {
  const value = read(http, server, 'session')
  return value === undefined ? null : findSession(server, value)
}

/**
 * A session with a new value in any case: the one before, perhaps known to somebody else, opens nothing any more. The headers
 * go with the answer.
 */
export async function logIn(
  http: HttpRequest,
  server: Server,
  person: Pick<Login, 'subject' | 'acr' | 'amr'>,
): Promise<{ readonly login: Login; readonly headers: readonly HttpHeader[] }> {
  const before = read(http, server, 'session')
  const { value, login } = await startSession(server, person, LIFETIME, { before })
  return { login, headers: [cookie(server, 'session', value, LIFETIME)] }
}

export async function logOut(http: HttpRequest, server: Server): Promise<readonly HttpHeader[]> {
  const value = read(http, server, 'session')
  if (value !== undefined) await endSession(server, value)
  return [cookie(server, 'session', '', 0)]
}

/** What a page needs for its forms. */
export interface FormKey {
  /** Belongs into a field named `form_key`: another site cannot know it. */
  readonly field: string
  /** Names this browser, for what only it may use. */
  readonly browser: string
  readonly headers: readonly HttpHeader[]
}

export async function formKey(http: HttpRequest, server: Server): Promise<FormKey> {
  const known = read(http, server, 'browser')
  const browser = known ?? randomToken()
  const headers = known === undefined ? [cookie(server, 'browser', browser)] : []
  return { field: await server.mac(LABEL).sign(browser), browser, headers }
}

/** A form that one of our pages has shown to this browser. @throws AuthorizationError, shown as a page */
export async function readOwnForm(http: HttpRequest, server: Server): Promise<Params> {
  const form = await readForm(http, { repeatable: ['scope', 'item'] })
  const browser = read(http, server, 'browser') ?? ''
  const sameOrigin = (http.headers.get('sec-fetch-site') ?? 'same-origin') === 'same-origin'
  const known = browser !== '' && (await server.mac(LABEL).verify(browser, form.get('form_key') ?? ''))
  if (!known || !sameOrigin) {
    throw new AuthorizationError(accessDenied('the form is not one of this browser', { status: 403 }), null)
  }
  return form
}

const LABEL = 'login_pages_form'

function read(http: HttpRequest, server: Server, name: string): string | undefined {
  const value = parseCookies(http.headers.get('cookie')).get(cookieName(server, name))
  return value === '' ? undefined : value
}

function cookie(server: Server, name: string, value: string, maxAge?: number): HttpHeader {
  return [
    'set-cookie',
    serializeCookie({ name: cookieName(server, name), value, secure: isHttps(server.issuer), maxAge }),
  ]
}

/** With the prefix no neighbouring host can set it. Browsers take it on https alone. */
function cookieName(server: Server, name: string): string {
  return isHttps(server.issuer) ? `__Host-${name}` : name
}
