/** Whatever was thrown, as an error that can be answered. */

import { AuthlibError } from '@authlib/core'
import { OAuth2Error, serverError, temporarilyUnavailable } from '../errors.ts'

/** Errors about a request in OAuth's words; anything else is a crash, such as a key of ours that a token cannot be signed with. */
export function toOAuth2Error(error: unknown): OAuth2Error {
  if (error instanceof OAuth2Error) return error
  if (error instanceof AuthlibError) {
    if (error.status === 503) return temporarilyUnavailable('', { reason: error.reason, cause: error })
    if (sayable.has(error.code)) {
      return new OAuth2Error('invalid_request', error.message.replaceAll('"', "'"), {
        status: error.status,
        reason: error.message,
        cause: error,
      })
    }
  }
  return serverError('', { cause: error })
}

/** Errors about the form of a request: their messages are constant, and tell the developer of the client what to change. */
const sayable: ReadonlySet<string> = new Set([
  ...['unsupported_media_type', 'payload_too_large', 'invalid_request', 'invalid_encoding', 'invalid_json'],
  ...['invalid_cursor', 'request_aborted'],
])
