/**
 * An error of the authorization endpoint, with the place it is answered at.
 *
 * @spec RFC 6749 §4.1.2.1
 */

import { AuthlibError } from '@authlib/core'
import type { OAuth2Error } from '../errors.ts'
import type { InteractionRequest, ResponseTarget } from './contract/requests.ts'
import { toOAuth2Error } from './to-oauth2-error.ts'

/** With a target: sent to the client. Without: shown to the person, because the redirect URI cannot be trusted. */
export class AuthorizationError extends AuthlibError {
  readonly error: OAuth2Error
  readonly target: ResponseTarget | null

  /** The client that the request names. Without a target it may not be registered. */
  readonly clientId: string | undefined

  constructor(
    error: OAuth2Error,
    target: ResponseTarget | null,
    clientId: string | undefined = target?.client.clientId,
  ) {
    super(error.code, error.message, { status: error.status, reason: error.reason, cause: error })
    this.error = error
    this.target = target
    this.clientId = clientId
  }
}

/** Whatever fails is answered at the target, a crash too, unless it has one already. @throws AuthorizationError */
export async function atTarget<T>(
  target: ResponseTarget | null,
  step: () => T | Promise<T>,
  clientId?: string,
): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw error instanceof AuthorizationError ? error : new AuthorizationError(toOAuth2Error(error), target, clientId)
  }
}

/** The same for a request of either channel: without a redirect, the person is shown a page. @throws AuthorizationError */
export function answeredAt<T>(request: InteractionRequest, step: () => T | Promise<T>): Promise<T> {
  return atTarget(request.kind === 'authorization' ? request : null, step)
}
