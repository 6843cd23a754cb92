/** The seam between the guard of a resource and what can tell whether a token is valid. */

import type { Awaitable, Clock } from '@authlib/core'
import type { ResourceToken } from './resource-token.ts'

/** Tells what a token is. One per issuer and kind of token; your own database makes a short one. */
export interface TokenValidator<Token extends ResourceToken = ResourceToken> {
  /** The issuer whose tokens it knows, for the log entry when no validator knows a token. */
  readonly issuer?: string | undefined
  /**
   * The validated token, or null when it is none of this validator's and the next one is to be asked.
   *
   * @throws ResourceError `invalid_token` when it is one of this validator's and must be refused
   */
  validate(token: string, environment: ValidatorEnvironment): Awaitable<Token | null>
}

/** What a {@link ResourceProtector} shares with its validators. */
export interface ValidatorEnvironment {
  /** The identifier of the resource: the audience that tokens name. */
  readonly resource: string
  readonly clock: Clock
}
