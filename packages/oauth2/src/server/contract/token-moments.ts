/** Moments that grants open: what a specification builds on one of them is a feature of its own. */

import type { JsonObject } from '@authlib/core'
import type { IssuePlan } from './plans.ts'
import type { TokenRequest } from './requests.ts'
import { moment, type Moment } from './moments.ts'

/**
 * An assertion at the JWT bearer grant, before anything of it was verified. The first handler that returns a plan answers the
 * request; without any, the issuers of the grant decide.
 */
export const presentedAssertion: Moment<{ readonly request: TokenRequest; readonly text: string }, IssuePlan> =
  moment('presented_assertion')

/** A token exchange for a `requested_token_type` that the grant itself does not issue. */
export const requestedToken: Moment<{ readonly request: TokenRequest; readonly type: string }, IssuePlan> =
  moment('requested_token')

/**
 * A token exchange of tokens that the grant itself does not take, by `subject_token_type` and `actor_token_type`. The first
 * handler that returns a plan answers the request.
 */
export const exchangedTokens: Moment<
  { readonly request: TokenRequest; readonly subjectType: string; readonly actorType: string | undefined },
  IssuePlan
> = moment('exchanged_tokens')

/** A refresh token of another server, alive there: what handlers of `foreignRefreshToken` return. */
export interface ForeignRefreshToken {
  readonly clientId: string
  readonly subject: string
  readonly scope: readonly string[]
  /** NumericDate: the end of the token as it is. */
  readonly expiresAt: number
  /** NumericDate when the person must come back, however often the client refreshes. Default: a year after the first use here. */
  readonly absoluteUntil?: number | undefined
  /** When the person logged in, NumericDate. */
  readonly authTime?: number | undefined
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
  /** For slots of features, such as the `nonce` of a login. Default: none. */
  readonly data?: JsonObject | undefined
}
