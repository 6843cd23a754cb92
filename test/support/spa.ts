/** A single-page application for tests in a real browser. `ISSUER` is put in when it is bundled. */

import type { AuthlibError } from '@authlib/core'
import { browserKeys, browserLogin, browserTokens } from '@authlib/oauth2/browser'
import { apiSession, dpop, OAuth2Client } from '@authlib/oauth2/client'

declare const ISSUER: string

let ahead = 0
const client = new OAuth2Client({
  issuer: ISSUER,
  clientId: 'spa',
  scope: ['api', 'offline_access'],
  apiBaseUrl: ISSUER,
  tokens: browserTokens(),
  extensions: [dpop({ keys: browserKeys() })],
  clock: () => Math.floor(Date.now() / 1000) + ahead,
})
const login = browserLogin(client, { redirectUri: `${location.origin}/callback` })
const session = apiSession(client, 'me')

const spa = {
  redirect: () => login.redirect({ data: { from: location.pathname } }),
  popup: () => login.popup({ data: { from: 'a window' } }),
  call: async (): Promise<unknown> => (await session.fetch('api')).json(),
  accessToken: async (): Promise<string> => (await session.token()).accessToken,
  forget: () => session.forget(),
  /** Puts the clock of this tab ahead, so that its token is due. */
  advance: (seconds: number) => void (ahead += seconds),
}
export type Spa = typeof spa

/** What ended, on the page. */
function show(result: { readonly data: object } | null): void {
  document.body.append(result === null ? 'nothing' : JSON.stringify(result.data))
}

function fail(error: Partial<AuthlibError>): void {
  document.body.append(`failed: ${error.code ?? ''} ${error.reason ?? ''} ${error.message ?? ''}`)
}

function button(name: string, action: () => Promise<unknown>): void {
  const element = document.createElement('button')
  element.textContent = name
  element.onclick = () => void action().catch(fail)
  document.body.append(element)
}

Object.assign(globalThis, { spa })
button('Log in', spa.redirect)
button('Log in in a window', () => spa.popup().then(show))
void login.resume().then(show, fail)
