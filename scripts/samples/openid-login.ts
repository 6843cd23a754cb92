/** A web application that logs people in with an OpenID provider. */

import { OAuth, type Adapter } from '@authlib/core'
import { oidc } from '@authlib/oidc/client'

export function createLogins(adapter: Adapter<Request, Response>, secret: string, clientSecret: string) {
  return new OAuth({ adapter, secrets: [secret] }).register(
    'example',
    oidc({ issuer: 'https://as.example', clientId: 'web', clientSecret, scope: ['email'] }),
  )
}
