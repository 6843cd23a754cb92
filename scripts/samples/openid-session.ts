/** A web application that logs people in with an OpenID provider, and keeps them in. */

import { cookieSessions, OAuth, type Adapter } from '@authlib/core'
import { oidc } from '@authlib/oidc/client'

export function createLogins(adapter: Adapter<Request, Response>, secret: string, clientSecret: string) {
  const oauth = new OAuth({ adapter, secrets: [secret] }).register(
    'example',
    oidc({ issuer: 'https://as.example', clientId: 'web', clientSecret, scope: ['email'] }),
  )
  return { oauth, sessions: cookieSessions(oauth, { url: 'https://app.example' }) }
}
