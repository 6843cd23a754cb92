/** The provider that wrote the database files of `test/fixtures`, as far as a test needs it to read them. */

import { storeTokens, type Store, type TokenStore } from '@authlib/core'
import { storedKeys } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  jwtAccessToken,
  refreshTokenGrant,
  revocationEndpoint,
  storedClients,
  type ClientStore,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { ISSUER, SECRET, type TestClock } from '../../packages/oauth2/test/journey.ts'

/** When the files were written. */
export const WRITTEN_AT = 1_800_000_000

export interface UpgradeProvider {
  readonly server: AuthorizationServer
  /** The same store, access tokens as JWTs. */
  readonly jwtServer: AuthorizationServer
  readonly clients: ClientStore
  readonly tokens: TokenStore
}

export function upgradeProvider(store: Store, clock: TestClock): UpgradeProvider {
  const clients = storedClients(store, { clock })
  const secrets = [SECRET]
  const keys = storedKeys({ store, secrets, clock })
  const create = (): AuthorizationServer =>
    new AuthorizationServer({ issuer: ISSUER, store, secrets, keys, clients, clock, onEvent: () => undefined })
      .registerGrant(authorizationCodeGrant({ lifetime: 600 }), [codeChallenge()])
      .registerGrant(refreshTokenGrant())
      .registerGrant(clientCredentialsGrant())
      .registerEndpoint(revocationEndpoint())
      .registerEndpoint(introspectionEndpoint())
      .register(openId({ claims: (subject) => ({ name: subject }) }))
      .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
  return {
    server: create(),
    jwtServer: create().register(jwtAccessToken({ audience: 'https://api.example' })),
    clients,
    tokens: storeTokens(store, { secrets, clock }),
  }
}
