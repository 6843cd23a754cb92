/** All pages, as something to register. */

import { redirectInteraction, type Endpoint, type Feature } from '@authlib/oauth2/server'
import { currentLogin, logOut } from './browser.ts'
import { accountPages } from './pages/account.ts'
import { consentPage } from './pages/consent.ts'
import { loginPage } from './pages/login.ts'
import { signUpPage } from './pages/sign-up.ts'
import { PASSKEY, PASSWORD, type Parts } from './parts.ts'

export function pages(parts: Parts): Feature {
  const interaction = redirectInteraction({
    login: (server) => new URL(server.url('login')).pathname,
    consent: (server) => new URL(server.url('consent')).pathname,
    session: currentLogin,
    endSession: logOut,
  })
  const endpoints = {
    login: loginPage(parts),
    sign_up: signUpPage(parts),
    consent: consentPage(parts),
    ...accountPages(parts),
  }
  return {
    kind: 'feature',
    name: 'login_pages',
    metadata: { acr_values_supported: [PASSKEY.acr, PASSWORD.acr] }, // OpenID Connect Discovery §3
    includes: [interaction, ...Object.entries(endpoints).map(([name, handle]) => page(name, handle))],
  }
}

/** Names are those of paths: `sign_up` is at `/sign-up`. */
function page(name: string, handle: Endpoint['handle']): Endpoint {
  return {
    kind: 'endpoint',
    name,
    path: `/${name.replaceAll('_', '-')}`,
    methods: ['GET', 'POST'],
    cors: false,
    metadata: () => ({}), // for people: no client asks for it
    handle,
  }
}
