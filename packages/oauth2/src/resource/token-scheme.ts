/** The seam between the guard of a resource and the ways a token may travel. */

import type { Awaitable, HttpHeader, HttpRequest, Json } from '@authlib/core'
import type { ResourceToken } from './resource-token.ts'
import type { ValidatorEnvironment } from './token-validator.ts'

/** The token as it came, with what the protector knows. */
export interface PresentedToken extends ValidatorEnvironment {
  /** The access token itself, such as for the `ath` of a proof. */
  readonly text: string
}

/** What a check adds to the answer. */
export interface Confirmed {
  /** Headers for the answer to the accepted request, such as the next nonce. */
  readonly headers?: readonly HttpHeader[] | undefined
}

/** A way to present an access token, named by its HTTP authentication scheme. */
export interface TokenScheme {
  /** As the challenge writes it, such as `Bearer`. */
  readonly scheme: string
  /** What its challenge always says, such as the algorithms of a proof. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Members of `cnf` that `confirm` checks itself. Others need a {@link TokenConfirmation}. Default: none. */
  readonly confirms?: readonly string[] | undefined
  /**
   * The token, or undefined when the request carries none in this way.
   *
   * @throws ResourceError `invalid_request` when it is malformed
   */
  read(request: HttpRequest): Awaitable<string | undefined>
  /**
   * Checks that this token may travel in this way, and that the sender holds the key it is bound to, if any.
   *
   * @throws ResourceError `invalid_token` when not
   */
  confirm(token: ResourceToken, request: HttpRequest, presented: PresentedToken): Awaitable<Confirmed | void>
}

/** Checks one member of `cnf`, whichever scheme carries the token. RFC 7800 §3.1 */
export interface TokenConfirmation {
  /** The member, such as `x5t#S256`. */
  readonly member: string
  /** @throws ResourceError `invalid_token` when the sender does not hold the key that `value` names */
  confirm(value: Json, request: HttpRequest, presented: PresentedToken): Awaitable<Confirmed | void>
}
