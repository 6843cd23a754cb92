/** What goes wrong at a client. Text of the other side is kept in `reason`; a `code` is always one of a known set. */

import { AuthlibError, type AuthlibErrorOptions, type ErrorCode } from '@authlib/core'
import type { ServerAnswer } from './extension.ts'

/** An error before it is one, as files write it that import nothing. */
export interface FaultWords extends AuthlibErrorOptions {
  readonly code: ErrorCode
  readonly message: string
}

/** An error of a client, with the raw answer of the authorization server where there is one. */
export class OAuth2ClientError extends AuthlibError {
  readonly #response: ServerAnswer | undefined // private: it may hold tokens, which must not be printed

  constructor(
    code: ErrorCode,
    message: string,
    { response, ...options }: AuthlibErrorOptions & { readonly response?: ServerAnswer | undefined } = {},
  ) {
    super(code, message, options)
    this.#response = response
  }

  /** Status, headers and members of the answer. Secret: it may hold tokens. */
  get response(): ServerAnswer | undefined {
    return this.#response
  }
}

/** The error that these words are about, with the answer that they were found in. */
export function errorFrom({ code, message, ...options }: FaultWords, response?: ServerAnswer): OAuth2ClientError {
  return new OAuth2ClientError(code, message, { ...options, response })
}

/** An answer that is not what the specification promises. */
export function invalidResponse(
  reason: string,
  response?: ServerAnswer,
  cause?: unknown,
  hint?: string,
): OAuth2ClientError {
  return new OAuth2ClientError('invalid_response', 'The authorization server sent an answer that is not valid', {
    status: 502,
    reason,
    response,
    cause,
    hint,
  })
}

export function missingEndpoint(name: string): AuthlibError {
  return new AuthlibError('missing_endpoint', `The authorization server has no ${name}`, {
    hint: `Its metadata does not name one: set '${name}' in \`metadata\`, or do without.`,
  })
}

/** The account must log in again: nothing is left to refresh with. */
export function loginRequired(reason: string, cause?: unknown, hint?: string): AuthlibError {
  return new AuthlibError('login_required', 'This account has to log in again', { status: 401, reason, cause, hint })
}
