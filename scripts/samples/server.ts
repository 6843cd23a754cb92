/** An authorization server with code, refresh and revocation, opaque tokens and PKCE, on a store of the user's choice. */

import type { Store } from '@authlib/core'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  authorizeEndpoint,
  codeChallenge,
  issuerParameter,
  redirectInteraction,
  refreshTokenGrant,
  revocationEndpoint,
  tokenEndpoint,
} from '@authlib/oauth2/server'

export function createServer(store: Store): AuthorizationServer {
  return new AuthorizationServer({ issuer: 'https://as.example', store, secrets: ['0123456789abcdef0123456789abcdef'] })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerEndpoint(authorizeEndpoint)
    .registerEndpoint(tokenEndpoint)
    .registerEndpoint(revocationEndpoint())
    .registerExtension(issuerParameter)
    .register(redirectInteraction({ login: '/login', consent: '/consent' }))
}
