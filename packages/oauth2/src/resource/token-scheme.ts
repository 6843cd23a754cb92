/** The seam between the guard of a resource and the ways a token may travel. */

import type { Awaitable, HttpRequest } from '@authlib/core'
import type { ResourceToken } from './resource-token.ts'

/** A way to present an access token, named by its HTTP authentication scheme. */
export interface TokenScheme {
  /** As the challenge writes it, such as `Bearer`. */
  readonly scheme: string
  /** What its challenge always says, such as the algorithms of a proof. */
  readonly params?: Readonly<Record<string, string>> | undefined
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
  confirm(token: ResourceToken, request: HttpRequest): Awaitable<void>
}
