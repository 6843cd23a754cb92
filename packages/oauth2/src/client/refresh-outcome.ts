/** What an error of a refresh says about the refresh token. */

import { AuthlibError } from '@authlib/core'
import { OAuth2ClientError } from './errors.ts'

/** How servers say that a refresh token is of no use any more, besides `invalid_grant`; all under the status of a refusal. */
const DEAD: ReadonlySet<string> = new Set([
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

/** Whether the person has to log in again. */
export function isDeadRefreshToken(error: unknown): boolean {
  if (!(error instanceof AuthlibError)) return false
  if (DEAD.has(error.code)) return true
  const named = error instanceof OAuth2ClientError ? error.response?.members?.['error'] : undefined
  return error.code === 'request_refused' && typeof named === 'string' && DEAD.has(named)
}

/** The refresh token of an answer that could not be used otherwise: the one before it may be dead. */
export function rotatedRefreshToken(error: unknown): string | undefined {
  if (!(error instanceof OAuth2ClientError) || error.response === undefined) return undefined
  const { status, members = {} } = error.response
  const refreshToken = members['refresh_token']
  const rotated = status >= 200 && status <= 299 && members['error'] === undefined
  return rotated && typeof refreshToken === 'string' && /^[\x20-\x7e]+$/.test(refreshToken) ? refreshToken : undefined
}
