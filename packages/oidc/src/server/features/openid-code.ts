/**
 * ID Tokens for the person who logged in, as an extension of the grants they are issued by.
 *
 * @spec OpenID Connect Core 1.0 §3.1 §5.4 §11 §12.2
 * @spec OpenID Connect Discovery 1.0 §3
 */

import { AuthlibError, type JsonObject } from '@authlib/core'
import { assertSeconds } from '@authlib/core/kit'
import { accessDenied, invalidGrant, OAuth2Error } from '@authlib/oauth2'
import {
  jwksEndpoint,
  on,
  slot,
  type Authorization,
  type AuthorizationUpdate,
  type ClientRequest,
  type Extension,
  type InteractionRequest,
  type Metadata,
  type Server,
  type Slot,
  type TokenRequest,
} from '@authlib/oauth2/server'
import { claimsOfScope, scopeClaims } from '../../scopes.ts'
import {
  hintsSlot,
  localesOf,
  localesSlot,
  promptValues,
  requireDemandedLogin,
  validateAuthenticationRequest,
} from '../authentication-request.ts'
import { createIdToken } from '../id-token.ts'
import { idToken, releasableClaims, type ClaimsContext } from '../moments.ts'
import { signatureAlgorithms } from '../registration.ts'
import { isKnownSubject, releaseClaims, type ClaimsOptions } from '../subject-claims.ts'
import { discoveryEndpoint } from './discovery.ts'
import { pushedIdToken } from './openid-ciba.ts'
import { openIdRegistration } from './openid-registration.ts'

export interface OpenIDCodeOptions extends ClaimsOptions {
  /** Lifetime of ID Tokens in seconds. It says nothing about how long the login lasts. Default 3600. */
  readonly idTokenLifetime?: number | undefined
  /**
   * Signs ID Tokens for clients that are registered without `id_token_signed_response_alg`. OpenID Connect Registration
   * takes them for `RS256` clients; those that read our metadata take any. Default: the first of the server's keys.
   */
  readonly algorithm?: string | undefined
  /** Also puts the claims of the scope into ID Tokens. Default false: clients ask the userinfo endpoint. Core §5.4 */
  readonly claimsInIdToken?: boolean | undefined
  /** Accepts `prompt=create`: your login page offers to create an account. Default false. */
  readonly accountCreation?: boolean | undefined
}

const GONE = 'there is no such subject any more'

/** The `nonce` of the authorization request. */
const nonceSlot: Slot<string> = slot<string>('nonce')

/** OpenID Connect Core 1.0 §15.1, Discovery §3: RS256 must be among the algorithms. */
const NO_RS256 =
  'ID Tokens cannot be signed with RS256, which OpenID providers must support: add a key for it, for example algorithms: ["ES256", "RS256"] of storedKeys'

/**
 * Adds an ID Token to what `openid` is granted for, checks `prompt`, `max_age` and `id_token_hint`, and publishes the
 * keys and the discovery document. A client with several redirect URIs repeats the one of the request at the token endpoint. {@link openId} is this and the userinfo endpoint, for all grants.
 *
 * @example
 * server.registerGrant(authorizationCodeGrant(), [codeChallenge(), openIdCode({ claims })])
 */
export function openIdCode(options: OpenIDCodeOptions): Extension {
  const { idTokenLifetime = 3600, algorithm, claimsInIdToken = false, accountCreation = false } = options
  assertSeconds({ idTokenLifetime }, 1)
  const prompts = accountCreation ? [...promptValues, 'create'] : promptValues

  /** Claims of the scope where they are wanted, and what was asked for one by one. */
  async function claimsFor(context: ClaimsContext, subject: string, withScope: boolean): Promise<JsonObject> {
    if (!withScope && context.server.handlers(releasableClaims).length === 0) return {}
    const claims = await releaseClaims(options, subject, withScope ? context : { ...context, scope: [] })
    if (claims === null) throw invalidGrant(GONE)
    return claims
  }

  async function isGone(
    { server, client }: Pick<ClientRequest, 'server' | 'client'>,
    authorization: Authorization,
  ): Promise<boolean> {
    const { subject, scope } = authorization
    if (subject === undefined || !scope.includes('openid')) return false
    const locales = localesOf(authorization)
    return !(await isKnownSubject(options, subject, { server, client, authorization, scope, locales }))
  }

  return {
    kind: 'extension',
    name: 'openid',
    settings: { idTokenLifetime, claimsInIdToken },
    includes: [discoveryEndpoint, jwksEndpoint, openIdRegistration, pushedIdToken],
    metadata: (server) => describe(options, prompts, server),
    warnings: (server) => (signatureAlgorithms(server).includes('RS256') ? [] : [NO_RS256]),
    validateAuthorizationRequest: (request) => validateAuthenticationRequest(request, prompts),
    demands: (request) => hintsSlot.read(request),

    async authorizing(request, authorization) {
      requireDemandedLogin(request, authorization)
      const declined = request.scope.includes('openid') && !authorization.scope.includes('openid')
      if (declined) throw accessDenied('the end-user does not want to be known') // no client can go on without an ID Token
      if (await isGone(request, authorization)) throw new OAuth2Error('login_required', GONE)
      const nonce = request.params.get('nonce')
      const locales = request.params.get('claims_locales')?.split(' ')
      return {
        data: {
          ...(nonce === undefined ? {} : nonceSlot.write(nonce)),
          ...(locales === undefined ? {} : localesSlot.write(locales)),
        },
        ...(!canRefresh(request) && { amend: withoutOffline }),
      }
    },

    async validateTokenRequest(request, authorization) {
      if (await isGone(request, authorization)) throw invalidGrant(GONE)
      checkRedirectUri(request, authorization)
    },

    async tokenResponse({ draft, accessToken }, request) {
      if (request.kind === 'authorization') return undefined // its response type says whether there is one
      const { server, client } = request
      const { authorization, scope, issuedAt } = draft
      const refreshed = request.kind === 'token' && request.grantType === 'refresh_token'
      const { subject, authTime } = authorization
      if (subject === undefined || authTime === undefined || !scope.includes('openid')) return undefined // no one logged in
      const context = {
        server,
        client,
        authorization,
        scope,
        use: 'id_token',
        locales: localesOf(authorization),
      } as const
      const claims = await claimsFor(context, subject, claimsInIdToken)
      const text = await createIdToken(server, {
        client,
        subject,
        authorization,
        issuedAt,
        lifetime: idTokenLifetime,
        nonce: refreshed ? undefined : nonceSlot.read(authorization), // §12.2
        accessToken,
        claims,
        algorithm,
        ...(request.kind === 'token' && { request }),
      })
      return { params: { id_token: text } }
    },

    handlers: [
      on(idToken, async ({ server, client, authorization, withClaims, ...rest }) => {
        const { subject = '', scope } = authorization
        const context = {
          server,
          client,
          authorization,
          scope,
          use: 'id_token',
          locales: localesOf(authorization),
        } as const
        const claims = await claimsFor(context, subject, withClaims || claimsInIdToken)
        const issuedAt = server.clock()
        const draft = {
          client,
          subject,
          authorization,
          issuedAt,
          lifetime: idTokenLifetime,
          claims,
          algorithm,
          ...rest,
        }
        return createIdToken(server, draft)
      }),
    ],
  }
}

/** OAuth 2.1 lets it be missing; here it may be so only when there is no other. §3.1.3.2 */
function checkRedirectUri({ grantType, client, params }: TokenRequest, { scope }: Authorization): void {
  const needed = grantType === 'authorization_code' && scope.includes('openid') && client.redirectUris.length > 1
  if (needed && !params.has('redirect_uri')) throw invalidGrant('redirect_uri is missing')
}

/** §11: without a code the request for offline access is ignored. */
function canRefresh(request: InteractionRequest): boolean {
  return request.kind !== 'authorization' || request.responseType.responseType.split(' ').includes('code')
}

function withoutOffline({ scope }: Authorization): Pick<AuthorizationUpdate, 'scope'> {
  return { scope: scope.filter((word) => word !== 'offline_access') }
}

/** @throws AuthlibError `missing_keys`, `missing_scope` */
function describe(
  { scopes = scopeClaims, algorithm, claimTypes }: OpenIDCodeOptions,
  prompts: readonly string[],
  server: Server,
): Metadata {
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
    ...(claimTypes && { claim_types_supported: ['normal', ...claimTypes] }),
    prompt_values_supported: prompts,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
  }
}
