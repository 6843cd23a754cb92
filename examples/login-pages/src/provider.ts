/** The provider: what it can do, and the pages it asks people on. Only what is registered here is active. */

import type { Clock } from '@authlib/core'
import { storedKeys } from '@authlib/jose'
import {
  staticClients,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type ClientMetadata,
} from '@authlib/oauth2/server'
import { openIdProvider } from '@authlib/oidc/server'
import type { Database } from './database.ts'
import { pages } from './pages.ts'
import { createParts } from './parts.ts'

export interface ProviderOptions extends Pick<AuthorizationServerOptions, 'outgoing' | 'onEvent'> {
  readonly issuer: string
  readonly secrets: readonly string[]
  readonly clients: readonly ClientMetadata[]
  readonly clock: Clock
}

export function createProvider(db: Database, { clients, ...options }: ProviderOptions): AuthorizationServer {
  const { issuer, secrets, clock } = options
  const parts = createParts(db, { issuer, clock })
  return openIdProvider({
    ...options,
    store: db.store,
    keys: storedKeys({ store: db.store, secrets, algorithms: ['RS256', 'ES256'] }),
    clients: staticClients(clients),
    async claims(subject) {
      const user = await parts.users.find(subject)
      return user && { name: user.name, email: user.email, email_verified: false } // we have sent no message to it
    },
    openid: { accountCreation: true },
    pages: pages(parts),
  })
}
