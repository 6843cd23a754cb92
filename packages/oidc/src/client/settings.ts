/** How to reach an OpenID provider, and what is registered there. */

import type { CallOptions } from '@authlib/core'
import type { JwtDecryption } from '@authlib/jose'
import type { OAuth2ClientSettings, Token } from '@authlib/oauth2/client'
import type { UserClaims } from '../claims.ts'
import type { ProviderClient } from './openid-context.ts'

/** What an OpenID client is told, except `finish`. */
export interface OpenIDSettings extends OAuth2ClientSettings {
  /** The provider. Its metadata and ID Tokens name it exactly so, unless `metadata.issuer` and `issuers` say otherwise. */
  readonly issuer: string
  /** Asked for at each login; `openid` is added. Default: `openid` alone. */
  readonly scope?: readonly string[] | undefined
  /**
   * The `id_token_signed_response_alg` of the registration. HMAC algorithms are accepted only when named here. Default:
   * what the metadata lists, without HMAC; `RS256` when it lists nothing.
   */
  readonly idTokenAlg?: string | undefined
  /** The `userinfo_signed_response_alg` of the registration. Unsigned answers are refused then. Default: plain JSON. */
  readonly userinfoAlg?: string | undefined
  /**
   * Opens encrypted ID Tokens, which then must be encrypted, and logout tokens: `decryption(key)` of `@authlib/jose`. Default: none
   * is encrypted.
   */
  readonly idTokenDecryption?: JwtDecryption | undefined
  /** Opens encrypted answers of userinfo, which are signed inside: `userinfoAlg`. Default: none is. */
  readonly userinfoDecryption?: JwtDecryption | undefined
  /**
   * `code id_token`: the callback brings an ID Token too, as a form post, and its `c_hash` vouches for the code. Default
   * `code`.
   */
  readonly responseType?: 'code' | 'code id_token' | undefined
  /**
   * `fetchUserinfo` asks the userinfo endpoint at the end of each login, and `profile` has those claims too. Default: the
   * claims of the ID Token alone.
   */
  readonly userinfo?:
    ((client: ProviderClient, token: Token, subject: string, options: CallOptions) => Promise<UserClaims>) | undefined
  /**
   * False for a provider that does not repeat the nonce in its ID Tokens: PKCE then is all that protects a code from being
   * injected. Default true.
   */
  readonly nonce?: boolean | undefined
  /**
   * Audiences that ID Tokens may name beside this client. Others are refused. Default: any, in a token whose `azp` is this
   * client, as the provider issued it to this client then.
   */
  readonly trustedAudiences?: readonly string[] | undefined
  /** Seconds by which the clocks may differ. Default 5. */
  readonly leeway?: number | undefined
}
