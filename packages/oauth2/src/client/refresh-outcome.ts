/** What an error of a refresh says about the refresh token. */

import { AuthlibError } from '@authlib/core'
import { DEAD_REFRESH_TOKEN } from './answer-faults.ts' // at once: see there
import { OAuth2ClientError } from './errors.ts'

/** Whether the person has to log in again. */
export function isDeadRefreshToken(error: unknown): boolean {
  if (!(error instanceof AuthlibError)) return false
  if (DEAD_REFRESH_TOKEN.has(error.code)) return true
  const named = error instanceof OAuth2ClientError ? error.response?.members?.['error'] : undefined
  return error.code === 'request_refused' && typeof named === 'string' && DEAD_REFRESH_TOKEN.has(named)
}

/** The refresh token of an answer that could not be used otherwise: the one before it may be dead. */
export function rotatedRefreshToken(error: unknown): string | undefined {
  if (!(error instanceof OAuth2ClientError) || error.response === undefined) return undefined
  const { status, members = {} } = error.response
  const refreshToken = members['refresh_token']
  const rotated = status >= 200 && status <= 299 && members['error'] === undefined
  return rotated && typeof refreshToken === 'string' && /^[\x20-\x7e]+$/.test(refreshToken) ? refreshToken : undefined
}
