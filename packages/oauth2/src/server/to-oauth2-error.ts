/** Whatever was thrown, as an error that can be answered. */

import { AuthlibError } from '@authlib/core'
import { OAuth2Error, serverError, temporarilyUnavailable } from '../errors.ts'

/** Errors of core and of the store in OAuth's words; anything else is a crash. */
export function toOAuth2Error(error: unknown): OAuth2Error {
  if (error instanceof OAuth2Error) return error
  if (error instanceof AuthlibError) {
    if (error.status === 503) return temporarilyUnavailable('', { reason: error.reason, cause: error })
    if (error.status < 500) {
      return new OAuth2Error('invalid_request', '', { status: error.status, reason: error.message, cause: error })
    }
  }
  return serverError('', { cause: error })
}
