/**
 * A modern OpenID provider in one call.
 *
 * @spec OpenID Connect Core 1.0 §15.1
 * @spec OpenID Connect Discovery 1.0 §3
 * @spec RFC 9700
 */

import type { SigningKeys } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  dpop,
  introspectionEndpoint,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  revocationEndpoint,
  type AuthorizationServerOptions,
  type Registrable,
} from '@authlib/oauth2/server'
import { backChannelLogout } from './features/back-channel-logout.ts'
import { claimsParameter } from './features/claims-parameter.ts'
import { openId, type OpenIDOptions } from './features/openid.ts'
import { rpInitiatedLogout } from './features/rp-initiated-logout.ts'

export interface OpenIDProviderOptions extends AuthorizationServerOptions {
  /** Sign ID Tokens. With RS256 among their algorithms, or else the server warns: clients may know no other. */
  readonly keys: SigningKeys
  /** What you know about a person; null when there is no such person any more. */
  readonly claims: OpenIDOptions['claims']
  /** Further options of `openId`. */
  readonly openid?: Omit<OpenIDOptions, 'claims'> | undefined
  /**
   * Login and consent pages, such as `redirectInteraction({ … })` or, on a loopback host, `developmentPages({ users })`.
   * Default: none, for `interaction: 'callback'`.
   */
  readonly pages?: Registrable | undefined
}

/**
 * The authorization code with PKCE for everyone, refresh tokens that rotate, pushed requests, DPoP, clients with secrets or
 * keys, ID Tokens and userinfo, single claims, revocation, introspection, and logout in both directions. Register more on what
 * it returns. One by one it is:
 *
 * ```ts
 * new AuthorizationServer(options)
 *   .registerGrant(authorizationCodeGrant(), [codeChallenge()])
 *   .register(refreshTokenGrant(), pushedAuthorizationRequests(), dpop(), privateKeyJwt())
 *   .register(openId({ claims }), claimsParameter(), rpInitiatedLogout(), backChannelLogout())
 *   .register(revocationEndpoint(), introspectionEndpoint())
 *   .register(pages)
 * ```
 *
 * @throws AuthlibError for options of `AuthorizationServer`
 * @example
 * const server = openIdProvider({ issuer, store, secrets, keys, clients, claims: (subject) => users.find(subject), pages })
 * app.use(mount(server))
 */
export function openIdProvider({ claims, openid, pages, ...options }: OpenIDProviderOptions): AuthorizationServer {
  const server = new AuthorizationServer(options)
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), pushedAuthorizationRequests(), dpop(), privateKeyJwt())
    .register(openId({ ...openid, claims }), claimsParameter(), rpInitiatedLogout(), backChannelLogout())
    .register(revocationEndpoint(), introspectionEndpoint())
  if (pages) server.register(pages)
  if (!options.keys.algorithms.includes('RS256')) {
    const reason =
      'there is no RS256 key, which every OpenID provider must have (Discovery §3): some clients know no other'
    server.emit({ type: 'configuration.warning', at: server.clock(), reason })
  }
  return server
}
