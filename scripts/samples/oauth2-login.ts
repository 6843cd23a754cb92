/** A web application that logs people in with an OAuth 2 provider. */

import { OAuth, type Adapter } from '@authlib/core'
import { oauth2 } from '@authlib/oauth2/client'

export function createLogins(adapter: Adapter<Request, Response>, secret: string, clientSecret: string) {
  return new OAuth({ adapter, secrets: [secret] }).register(
    'example',
    oauth2({ issuer: 'https://as.example', clientId: 'web', clientSecret, scope: ['read'] }),
  )
}
