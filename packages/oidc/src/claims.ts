/**
 * What ID Tokens and userinfo say. Wire names.
 *
 * @spec OpenID Connect Core 1.0 §2 §5.1
 */

import type { JwtClaims } from '@authlib/jose'

/** Claims about the end-user, §5.1. */
export interface UserClaims {
  /** Never reused at its issuer. Together with the issuer it is the only identity: names and addresses change hands. */
  readonly sub: string
  readonly name?: string
  readonly given_name?: string
  readonly family_name?: string
  readonly middle_name?: string
  readonly nickname?: string
  readonly preferred_username?: string
  readonly profile?: string
  readonly picture?: string
  readonly website?: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly gender?: string
  readonly birthdate?: string
  readonly zoneinfo?: string
  readonly locale?: string
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
  readonly address?: AddressClaim
  readonly updated_at?: number
  /** Claims that another provider vouches for: the name of its entry in `_claim_sources`. §5.6.2 */
  readonly _claim_names?: Readonly<Record<string, string>>
  readonly _claim_sources?: Readonly<Record<string, ClaimSource>>
  readonly [name: string]: unknown
}

/** Where claims of another provider are: in a JWT of it (aggregated), or at its endpoint (distributed). §5.6.2 */
export interface ClaimSource {
  readonly JWT?: string
  readonly endpoint?: string
  readonly access_token?: string
}

/** §5.1.1. */
export interface AddressClaim {
  readonly formatted?: string
  readonly street_address?: string
  readonly locality?: string
  readonly region?: string
  readonly postal_code?: string
  readonly country?: string
}

/** Claims of an ID Token, §2. */
export interface IdTokenClaims extends JwtClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly exp: number
  readonly iat: number
  readonly nonce?: string
  /** When the end-user was last authenticated. NumericDate. */
  readonly auth_time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly azp?: string
  readonly at_hash?: string
  readonly sid?: string
}
