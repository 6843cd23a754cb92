/**
 * An error of the authorization endpoint, with the place it is answered at.
 *
 * @spec RFC 6749 §4.1.2.1
 */

import { AuthlibError } from '@authlib/core'
import type { OAuth2Error } from '../errors.ts'
import type { ResponseTarget } from './contract/feature.ts'

/** With a target: sent to the client. Without: shown to the person, because the redirect URI cannot be trusted. */
export class AuthorizationError extends AuthlibError {
  readonly error: OAuth2Error
  readonly target: ResponseTarget | null

  constructor(error: OAuth2Error, target: ResponseTarget | null) {
    super(error.code, error.message, { status: error.status, reason: error.reason, cause: error })
    this.error = error
    this.target = target
  }
}
