/**
 * ID Tokens for whoever logged in, as an extension of the grants they are issued by.
 *
 * @spec OpenID Connect Core 1.0 §3.1 §12.2
 * @spec OpenID Connect Discovery 1.0 §3
 */

import { AuthlibError } from '@authlib/core'
import { accessDenied, invalidGrant } from '@authlib/oauth2'
import { jwksEndpoint, slot, type Extension, type Metadata, type Server, type Slot } from '@authlib/oauth2/server'
import { claimsOfScope, scopeClaims } from '../../scopes.ts'
import {
  hintsSlot,
  promptValues,
  requireDemandedLogin,
  validateAuthenticationRequest,
} from '../authentication-request.ts'
import { discoveryEndpoint } from './discovery.ts'
import { createIdToken } from '../id-token.ts'
import { signatureAlgorithms } from '../registration.ts'
import { releaseClaims, type ClaimsOptions } from '../subject-claims.ts'

export interface OpenIDCodeOptions extends ClaimsOptions {
  /** Lifetime of ID Tokens in seconds. It says nothing about how long the login lasts. Default 3600. */
  readonly idTokenLifetime?: number
  /**
   * Signs ID Tokens for clients that are registered without `id_token_signed_response_alg`. OpenID Connect Registration
   * takes them for `RS256` clients; those that read our metadata take any. Default: the first of the server's keys.
   */
  readonly algorithm?: string
  /** Also puts the claims of the scope into ID Tokens. Default false: clients ask the userinfo endpoint. Core §5.4 */
  readonly claimsInIdToken?: boolean
}

/** The `nonce` of the authorization request. */
const nonceSlot: Slot<string> = slot<string>('nonce')

/**
 * Adds an ID Token to what `openid` is granted for, checks `prompt`, `max_age` and `id_token_hint`, and publishes the
 * keys and the discovery document. {@link openId} is this and the userinfo endpoint, for all grants.
 *
 * ```ts
 * server.registerGrant(authorizationCodeGrant(), [codeChallenge(), openIdCode({ claims })])
 * ```
 */
export function openIdCode(options: OpenIDCodeOptions): Extension {
  const { idTokenLifetime = 3600, algorithm, claimsInIdToken = false } = options
  return {
    kind: 'extension',
    name: 'openid',
    settings: { idTokenLifetime, claimsInIdToken },
    includes: [discoveryEndpoint, jwksEndpoint],
    metadata: (server) => describe(options, server),
    validateAuthorizationRequest: validateAuthenticationRequest,
    demands: (request) => hintsSlot.read(request),

    authorizing(request, authorization) {
      requireDemandedLogin(request, authorization)
      const declined = request.scope.includes('openid') && !authorization.scope.includes('openid')
      if (declined) throw accessDenied('the end-user does not want to be known') // no client can go on without an ID Token
      const nonce = request.params.get('nonce')
      return nonce === undefined ? undefined : { data: nonceSlot.write(nonce) }
    },

    async tokenResponse({ draft, accessToken }, request) {
      if (request.kind === 'authorization') return undefined // its response type says whether there is one
      const { server, client } = request
      const { authorization, scope, issuedAt } = draft
      const refreshed = request.kind === 'token' && request.grantType === 'refresh_token'
      const { subject, authTime } = authorization
      if (subject === undefined || authTime === undefined || !scope.includes('openid')) return undefined // nobody logged in
      const context = { server, client, scope, use: 'id_token' as const }
      const claims = claimsInIdToken ? await releaseClaims(options, subject, context) : {}
      if (claims === null) throw invalidGrant('', { reason: 'there is no such subject any more' })
      const idToken = await createIdToken(server, {
        client,
        subject,
        authorization,
        issuedAt,
        lifetime: idTokenLifetime,
        nonce: refreshed ? undefined : nonceSlot.read(authorization), // §12.2
        accessToken,
        claims,
        algorithm,
      })
      return { params: { id_token: idToken } }
    },
  }
}

/** @throws AuthlibError `missing_keys`, `missing_scope` */
function describe({ scopes = scopeClaims, algorithm }: OpenIDCodeOptions, server: Server): Metadata {
  const algorithms = signatureAlgorithms(server)
  if (algorithm !== undefined && !algorithms.includes(algorithm)) {
    throw new AuthlibError('missing_keys', 'There is no key for the algorithm of ID Tokens', { reason: algorithm })
  }
  if (server.scopes?.includes('openid') === false) {
    throw new AuthlibError('missing_scope', 'The scopes of the server lack openid, so it would be ignored')
  }
  const offered = [
    'openid',
    ...Object.keys(scopes),
    ...(server.grantTypes.includes('refresh_token') ? ['offline_access'] : []),
  ]
  const known = server.scopes ?? [...new Set(offered)]
  return {
    scopes_supported: known,
    claims_supported: [...new Set(['sub', 'iss', 'auth_time', 'acr', 'amr', ...claimsOfScope(known, scopes)])],
    prompt_values_supported: promptValues,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
  }
}
