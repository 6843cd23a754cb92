/** What goes wrong at a client. Text of the other side is kept in `reason` and `response`. */

import { AuthlibError, type ErrorCode } from '@authlib/core'

/** An answer as the provider gave it. */
export interface ProviderAnswer {
  readonly status: number
  readonly text: string
}

/** A refusal, or an answer that is not valid, with the answer itself. */
export class OAuth1ResponseError extends AuthlibError {
  readonly response: ProviderAnswer

  constructor(code: ErrorCode, message: string, response: ProviderAnswer, reason: string) {
    super(code, message, { status: 502, reason })
    this.response = response
  }
}

export function requestRefused(response: ProviderAnswer): OAuth1ResponseError {
  const reason = `it answered ${response.status}: ${response.text.slice(0, 500)}`
  if (response.status >= 500) return new OAuth1ResponseError('server_error', 'The provider failed', response, reason)
  return new OAuth1ResponseError('request_refused', 'The provider refused the request', response, reason)
}

export function invalidResponse(response: ProviderAnswer, reason: string): OAuth1ResponseError {
  return new OAuth1ResponseError('invalid_response', 'The provider sent an answer that is not valid', response, reason)
}

/** The account must log in: there is no token to sign with. */
export function loginRequired(): AuthlibError {
  return new AuthlibError('login_required', 'This account has to log in again', {
    status: 401,
    reason: 'there is no token',
  })
}
