/**
 * Access tokens that are signed JWTs.
 *
 * @spec RFC 9068 §4
 */

import { assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'
import { JoseError, verifyJwt, type JwtPolicy, type VerificationKeys } from '@authlib/jose'
import { cannotValidate, invalidToken } from './bearer-errors.ts'
import { rfc9068Profile, type AccessTokenProfile } from './access-token-profile.ts'
import { asymmetricAlgorithms, CONNECTION, publishedKeys, type IssuerConnection } from './published-keys.ts'
import { readResourceToken, type ResourceToken, type TokenClaims } from './resource-token.ts'
import { unverifiedIssuer } from './unknown-token.ts'
import type { TokenValidator } from './token-validator.ts'

export interface JwtAccessTokenOptions extends IssuerConnection {
  /** The authorization server, exactly as its tokens name it in `iss`. */
  issuer: string
  /** Audiences to accept, compared exactly. Default: the `resource` of the protector. */
  audience?: string | readonly string[] | undefined
  /**
   * How the tokens of the issuer look. Default: {@link rfc9068Profile}. Ready for Keycloak, Microsoft Entra ID, Okta, Auth0
   * and Amazon Cognito: `keycloakProfile`, `entraProfile`, `oktaProfile`, `auth0Profile`, `cognitoProfile`.
   */
  profile?: AccessTokenProfile | undefined
  /** Keys the issuer signs with. Default: the key set that its metadata names, loaded at the first token and kept fresh. */
  keys?: VerificationKeys | undefined
  /** Algorithms to accept. Default: every asymmetric one. */
  algorithms?: readonly string[] | undefined
  /** Seconds by which the clocks of issuer and resource may differ. Default 5. */
  leeway?: number | undefined
}

/**
 * Validates JWT access tokens of one issuer, on the spot. A token of another issuer, or of another format, is left to the
 * next validator. A revoked token stays valid until it expires: keep lifetimes short, or use `introspection`.
 *
 * @example
 * jwtAccessToken({ issuer: 'https://as.example' })
 * jwtAccessToken({ issuer: 'https://sso.example/realms/shop', profile: keycloakProfile })
 */
export function jwtAccessToken({
  issuer,
  audience,
  profile = rfc9068Profile,
  keys,
  algorithms = asymmetricAlgorithms(),
  leeway = 5,
  ...connection
}: JwtAccessTokenOptions): TokenValidator {
  refuseUnknownOptions('jwtAccessToken', connection, CONNECTION)
  assertSeconds({ leeway })
  const findKeys = keys === undefined ? publishedKeys(issuer, connection) : () => keys
  return {
    issuer,
    async validate(token, { resource, clock }) {
      if (unverifiedIssuer(token) !== issuer) return null
      const accepted = [audience ?? resource].flat()
      const policy = { ...policyOf(profile, issuer, accepted), algorithms, leeway, clock }
      return readToken(await verify(token, await findKeys(clock), policy), profile)
    },
  }
}

function policyOf(profile: AccessTokenProfile, issuer: string, audience: readonly string[]): JwtPolicy {
  const { typ, typOptional, required, values } = profile
  if (audience.length === 0) throw new TypeError('audience is an empty list')
  const own = profile.audience === 'aud' ? { audience } : { anyAudience: true }
  const named = profile.audience === 'aud' ? {} : { [profile.audience]: { essential: true, values: audience } }
  const rules = Object.entries(values).map(([name, list]) => [name, { essential: true, values: list }] as const)
  return { typ, typOptional, issuer, ...own, required, claims: { ...named, ...Object.fromEntries(rules) } }
}

/** The claims of every dialect under their registered names; `claims` stays as it came. */
function readToken(claims: TokenClaims, { clientId, scope, scopeForm, audience }: AccessTokenProfile): ResourceToken {
  const first = (names: readonly string[]) => names.map((name) => claims[name]).find((value) => value !== undefined)
  const client = first(clientId)
  if (client === undefined) throw invalidToken(`${clientId.join(' or ')} is missing`) // as it is in ID Tokens
  const granted = first(scope)
  const words = scopeForm === 'array' && Array.isArray(granted) ? granted.map(wordOf).join(' ') : granted
  const token = readResourceToken({
    ...claims,
    client_id: client,
    scope: words,
    aud: claims['aud'] ?? claims[audience],
  })
  return { ...token, claims }
}

function wordOf(value: unknown): string {
  if (typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)) return value
  throw invalidToken('the scope is not a list of scope values')
}

async function verify(token: string, keys: VerificationKeys, policy: JwtPolicy): Promise<TokenClaims> {
  try {
    const { claims } = await verifyJwt<TokenClaims>(token, keys, policy)
    return claims
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    if (error.code === 'key_set_unavailable') throw cannotValidate('the keys of the issuer cannot be loaded', error)
    throw invalidToken(error.reason ?? error.code, { cause: error })
  }
}
