/** What goes wrong at a client. Text of the other side is kept in `reason`; a `code` is always one of a known set. */

import { AuthlibError, type AuthlibErrorOptions, type ErrorCode } from '@authlib/core'
import type { ServerAnswer } from './extension.ts'

const SERVER_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  // RFC 6749 §4.1.2.1, §5.2
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  // RFC 7009 §2.2.1
  'unsupported_token_type',
  // RFC 7591 §3.2.2
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
  // OpenID Connect Core §3.1.2.6
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
  'invalid_request_uri',
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  // OpenID Connect Unmet Authentication Requirements
  'unmet_authentication_requirements',
  // RFC 8628 §3.5, Client-Initiated Backchannel Authentication §11
  'authorization_pending',
  'slow_down',
  'expired_token',
  // Client-Initiated Backchannel Authentication §11, §13
  'transaction_failed',
  'expired_login_hint_token',
  'unknown_user_id',
  'missing_user_code',
  'invalid_user_code',
  'invalid_binding_message',
  // RFC 8707 §2
  'invalid_target',
  // RFC 9396 §5
  'invalid_authorization_details',
  // RFC 9449 §5, §8
  'invalid_dpop_proof',
  'use_dpop_nonce',
])

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

/** An error that the authorization server answered, under its own code when that is a registered one. */
export function serverAnswered(
  error: string,
  description: string | undefined,
  {
    fallback,
    status,
    response,
    hint,
  }: {
    readonly fallback: ErrorCode
    readonly status: number
    readonly response?: ServerAnswer | undefined
    readonly hint?: string | undefined
  },
): OAuth2ClientError {
  const code = isServerCode(error) ? error : fallback
  return new OAuth2ClientError(code, `The authorization server answered ${code}`, {
    status,
    reason: description === undefined ? error : `${error}: ${description}`,
    response,
    hint,
  })
}

function isServerCode(error: string): error is ErrorCode {
  return SERVER_CODES.has(error)
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
