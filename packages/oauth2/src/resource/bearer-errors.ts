/**
 * Errors of a protected resource and what its challenge says about them.
 *
 * @spec RFC 6750 §3
 */

import { AuthlibError, type AuthlibErrorOptions, type ErrorCode, type HttpHeader } from '@authlib/core'

/** Parameters of a challenge beside `realm`: `error`, `scope`, and what extensions add (`acr_values`, `max_age`). */
export type ChallengeParams = Readonly<Record<string, string | undefined>>

/** What an operation demands of the login behind a token. RFC 9470 §3 */
export interface AuthenticationDemand {
  /** Authentication contexts of which the token must have one in `acr`, the preferred one first. */
  readonly acrValues?: readonly string[] | undefined
  /** Seconds since the end-user logged in, by `auth_time`. */
  readonly maxAge?: number | undefined
}

export interface ResourceErrorOptions extends AuthlibErrorOptions {
  /** What the challenge says. Default: `error` and `error_description`, from the code and the message. */
  readonly params?: ChallengeParams | undefined
  /** The authentication scheme the client used; its challenge carries `params`. Absent: every challenge does. */
  readonly scheme?: string | undefined
  /** Headers of the answer beside the challenge, such as `DPoP-Nonce`. Default: none. */
  readonly headers?: readonly HttpHeader[] | undefined
}

/** A refused request for a protected resource, answered with a challenge. */
export class ResourceError extends AuthlibError {
  readonly params: ChallengeParams
  readonly scheme: string | undefined
  readonly headers: readonly HttpHeader[]

  constructor(
    code: ErrorCode,
    message: string,
    { params, scheme, headers = [], ...options }: ResourceErrorOptions = {},
  ) {
    super(code, message, options)
    this.params = params ?? { error: code, error_description: message }
    this.scheme = scheme
    this.headers = headers
  }
}

/** 401 without an error code: the request carries no token that any scheme here understands. RFC 6750 §3.1. */
export function missingToken(): ResourceError {
  return new ResourceError('missing_token', 'The request carries no access token', { status: 401, params: {} })
}

/** 400: the token is sent in a malformed way, or in two ways at once. */
export function malformedToken(reason: string, scheme?: string): ResourceError {
  return new ResourceError('invalid_request', 'The access token is sent incorrectly', { status: 400, reason, scheme })
}

/** 401: unknown, expired, revoked, or for someone else. The client learns no more than that; `reason` is for logs. */
export function invalidToken(
  reason: string,
  options: { cause?: unknown; hint?: string | undefined } = {},
): ResourceError {
  return new ResourceError('invalid_token', 'The access token is not valid here', { status: 401, reason, ...options })
}

/** 403: the token is valid and allows less than the operation needs. Name all of the scope it needs, RFC 6750 §3.1. */
export function insufficientScope(needed: readonly string[]): ResourceError {
  const error = 'insufficient_scope'
  const message = 'The access token does not have the required scope'
  const params = { error, error_description: message, scope: needed.join(' ') }
  return new ResourceError(error, message, { status: 403, params })
}

/** 401: the login behind the token is too old or too weak for the operation; the client learns what to ask for. RFC 9470 §3. */
export function insufficientAuthentication({ acrValues, maxAge }: AuthenticationDemand, reason: string): ResourceError {
  const error = 'insufficient_user_authentication'
  const message = 'The operation needs a more recent or a stronger login'
  const params = {
    error,
    error_description: message,
    acr_values: acrValues?.join(' '),
    max_age: maxAge?.toString(),
  }
  return new ResourceError(error, message, { status: 401, params, reason })
}

/** For a `catch` where the metadata of the authorization server is needed. */
export function cannotLoadMetadata(error: unknown): never {
  throw cannotValidate('the metadata of the issuer cannot be loaded', error)
}

/** 503: whether the token is valid cannot be told now, so it is not accepted. */
export function cannotValidate(reason: string, cause?: unknown): AuthlibError {
  const message = 'Access tokens cannot be validated at the moment'
  return new AuthlibError('temporarily_unavailable', message, { status: 503, reason, cause })
}
