/** A login by OAuth 1, with the registry. */

import { OAuth, type Adapter } from '@authlib/core'
import { oauth1 } from '@authlib/oauth1/client'

export const registry = (adapter: Adapter<unknown>): object =>
  new OAuth({ adapter, secrets: ['at least 32 random characters, from the environment'] }).register(
    'example',
    oauth1({
      clientId: 'id',
      clientSecret: 'secret',
      requestTokenUrl: 'https://provider.example/request',
      authorizationUrl: 'https://provider.example/authorize',
      accessTokenUrl: 'https://provider.example/access',
    }),
  )
