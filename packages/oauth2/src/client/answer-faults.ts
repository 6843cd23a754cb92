/**
 * What an error of the authorization server says. Loaded when there is one, or at once by what keeps a session. It imports
 * nothing, so that it stays a file of its own in a bundle.
 */

import type { ErrorCode } from '@authlib/core'
import type { ClientAuthResult } from '../client-auth/client-auth.ts'
import type { FaultWords } from './errors.ts'
import type { ServerAnswer } from './extension.ts'

/** The error of a callback. RFC 6749 §4.1.2.1. */
export function aboutRefusal(error: string, descriptions: readonly string[]): FaultWords {
  const name = REFUSALS.includes(error) ? 'access_denied' : error
  const description = [...(name === error ? [] : [error]), ...descriptions].join(': ')
  const status = name === 'access_denied' ? 403 : 400
  return wordsFor(name, description || undefined, { fallback: 'authorization_failed', status })
}

/** How some providers call the person's "no". */
const REFUSALS = ['user_cancelled_login', 'user_cancelled_authorize', 'user_denied', 'consent_denied']

/** What went wrong when the status says that something did. */
export function aboutFailure(answer: ServerAnswer, auth: ClientAuthResult | undefined): FaultWords {
  const { status } = answer
  const known = aboutAnswer(answer, auth)
  if (status < 500) return known ?? invalidAnswer(`status ${status} without an error code${contentType(answer)}`)
  const reason = known === undefined ? `it answered ${status}` : `it answered ${status}: ${known.reason}`
  return { code: 'server_error', message: 'The authorization server failed', status: 502, reason }
}

/** Of an answer without members. */
export function aboutText(answer: ServerAnswer): FaultWords {
  const reason = 'it is not a JSON object with each member once'
  return invalidAnswer(`${reason}: status ${answer.status}${contentType(answer)}`)
}

function invalidAnswer(reason: string): FaultWords {
  return {
    code: 'invalid_response',
    message: 'The authorization server sent an answer that is not valid',
    status: 502,
    reason,
  }
}

/** Says of a page that it is one. */
function contentType({ members, headers }: ServerAnswer): string {
  if (members !== undefined) return ''
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  return ` (content type ${type ?? 'missing'})`
}

/** The error in an answer, if there is one. RFC 6749 §5.2. */
export function aboutAnswer({ members = {} }: ServerAnswer, auth?: ClientAuthResult): FaultWords | undefined {
  const { error, error_description: description } = members
  const hint = error === 'invalid_client' && auth !== undefined ? refusalHint(auth) : undefined
  const options = { fallback: 'request_refused', status: 502, hint } as const
  if (typeof error === 'string')
    return wordsFor(error, typeof description === 'string' ? description : undefined, options)
  if (typeof error !== 'object' || error === null) return undefined
  const { code, type, message } = error as Readonly<Record<string, unknown>> // as Facebook and Google write it
  const name = [type, code].find((value) => typeof value === 'string' || typeof value === 'number')
  return wordsFor(String(name ?? 'error'), typeof message === 'string' ? message : undefined, options)
}

/** Under its own code when that is a registered one. */
function wordsFor(
  error: string,
  description: string | undefined,
  {
    fallback,
    ...options
  }: { readonly fallback: ErrorCode; readonly status: number; readonly hint?: string | undefined },
): FaultWords {
  const code = isServerCode(error) ? error : fallback
  const reason = description === undefined ? error : `${error}: ${description}`
  return { ...options, code, message: `The authorization server answered ${code}`, reason }
}

function isServerCode(error: string): error is ErrorCode {
  return SERVER_CODES.has(error)
}

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

/** What to try when the server answers `invalid_client`. */
export function refusalHint({ headers = {}, params = {} }: ClientAuthResult): string | undefined {
  const basic = /^Basic (.*)$/.exec(headers['authorization'] ?? '')?.[1]
  if (basic === undefined) return Object.keys(params).join() === 'client_id' ? NO_SECRET : undefined
  return /[%+]/.test(atob(basic)) ? FORM_ENCODED : undefined
}

const NO_SECRET = 'No client secret was sent: is `clientSecret` undefined?'
const FORM_ENCODED = 'If the server does not decode Basic credentials, use `clientSecretBasic(secret, { raw: true })`.'

/** What to do about a `token_type` that is not expected. */
export function tokenTypeHint(given: string | undefined): string {
  return given === undefined
    ? 'Some providers leave it out: use their preset, or an extension whose `decode` adds `token_type`.'
    : 'Another type needs an extension, such as `dpop()`.'
}

/** How servers say that a refresh token is of no use any more, besides `invalid_grant`; all under the status of a refusal. */
export const DEAD_REFRESH_TOKEN: ReadonlySet<string> = new Set([
  'invalid_grant',
  'bad_refresh_token', // GitHub
  'invalid_refresh_token',
  'expired_refresh_token',
  'refresh_token_expired',
  'token_expired',
  'expired_token',
  'token_revoked', // Slack
  'interaction_required', // Entra: the person has to do something
  'login_required',
  'consent_required',
])
