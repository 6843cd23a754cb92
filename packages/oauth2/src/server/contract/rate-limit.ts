/** Limits on guessing: what a rate limiter of the application hears, and how it refuses. */

import type { Awaitable, HttpRequest } from '@authlib/core'

/** Something that could be a guess. */
export interface Attempt {
  /**
   * `client`: client authentication, at any endpoint. `grant`: a code, refresh token or assertion at the token endpoint, of a
   * client that has authenticated. `user_code`: a code of a device that a person types, or the
   * `user_code` of a back-channel authentication request.
   */
  readonly kind: 'client' | 'grant' | 'user_code'
  /** Name of the endpoint, such as `token`. */
  readonly endpoint: string
  /** With the kind `client` it is only claimed: anyone can send the id of another client. */
  readonly clientId?: string | undefined
  /** Of the kind `grant`. */
  readonly grantType?: string | undefined
  /** Where the request came from, if the adapter knows it: behind a proxy, the address of the proxy. */
  readonly address?: string | undefined
  /** For headers of a proxy that you trust. Absent when `findDeviceRequest` was called without it. */
  readonly http?: HttpRequest | undefined
}

/** An attempt that was wrong. */
export interface FailedAttempt extends Attempt {
  /** Why, in words for the log. */
  readonly reason?: string | undefined
}

/**
 * Refuses callers that guess. The server counts nothing by itself. An exception of either function is an error of the
 * server (500), so catch where you would rather go on without limits.
 */
export interface RateLimit {
  /**
   * Before the attempt is looked at, so that a right guess is refused too. A number above 0 refuses with 429 and that many
   * seconds in `Retry-After`. Attempts that arrive at the same time may all be checked before the first has failed.
   */
  check(attempt: Attempt): Awaitable<number | undefined>
  /** After the attempt has failed, and before it is answered. */
  failed(attempt: FailedAttempt): Awaitable<void>
}
