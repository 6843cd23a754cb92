/** What goes wrong at a client. Text of the other side is kept in `reason`; a `code` is always one of a known set. */

import { AuthlibError, type ErrorCode } from '@authlib/core'

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
  // RFC 8707 §2
  'invalid_target',
])

/** An error that the authorization server answered, under its own code when that is a registered one. */
export function serverAnswered(
  error: string,
  description: string | undefined,
  { fallback, status }: { fallback: ErrorCode; status: number },
): AuthlibError {
  const code = isServerCode(error) ? error : fallback
  return new AuthlibError(code, `The authorization server answered ${code}`, {
    status,
    reason: description === undefined ? error : `${error}: ${description}`,
  })
}

function isServerCode(error: string): error is ErrorCode {
  return SERVER_CODES.has(error)
}

/** An answer that is not what the specification promises. */
export function invalidResponse(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('invalid_response', 'The authorization server sent an answer that is not valid', {
    status: 502,
    reason,
    cause,
  })
}

export function missingEndpoint(name: string): AuthlibError {
  return new AuthlibError('missing_endpoint', `The authorization server has no ${name}`, {
    hint: `Its metadata does not name one: set '${name}' in \`metadata\`, or do without.`,
  })
}

/** The account must log in again: nothing is left to refresh with. */
export function loginRequired(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('login_required', 'This account has to log in again', { status: 401, reason, cause })
}
