/** What begins a login, what is kept of it, and what it gives. */

import type { AuthorizationOptions, OAuth2Login, OAuth2LoginResult } from '@authlib/oauth2/client'
import type { IdTokenClaims, UserClaims } from '../claims.ts'

/** OpenID Connect Core §3.1.2.1. */
export interface OpenIDAuthorizationOptions extends AuthorizationOptions {
  readonly prompt?: readonly ('none' | 'login' | 'consent' | 'select_account' | 'create')[] | undefined
  /** Seconds since the end-user must have authenticated at most; checked in the ID Token. */
  readonly maxAge?: number | undefined
  readonly loginHint?: string | undefined
  readonly idTokenHint?: string | undefined
  readonly acrValues?: readonly string[] | undefined
  readonly uiLocales?: readonly string[] | undefined
}

/** What the callback needs of its request. Secret. */
export type OpenIDLogin = OAuth2Login & { readonly nonce: string; readonly maxAge?: number | undefined }

/** What a finished login gives. */
export interface OpenIDLoginResult extends OAuth2LoginResult {
  /** Of the validated ID Token. The identity is `iss` and `sub` together. */
  readonly claims: IdTokenClaims
  /** What the ID Token, and the userinfo endpoint if it was asked, say about the person. */
  readonly profile: UserClaims
}
