/** What happened, for logs, metrics and alarms. Never a credential. */

import { logError } from '@authlib/core/kit'

interface Happened {
  /** NumericDate. */
  readonly at: number
}

interface OfAuthorization extends Happened {
  readonly authorizationId: string
  readonly clientId: string
  readonly subject?: string | undefined
}

/** What happened, told after it was committed. Switch on `type`. */
export type AuthEvent =
  | (OfAuthorization & { readonly type: 'authorization.granted'; readonly scope: readonly string[] })
  | (OfAuthorization & {
      readonly type: 'authorization.revoked'
      readonly cause: 'revocation' | 'replay' | 'administration'
    })
  | (Happened & {
      readonly type: 'authorization.refused'
      readonly clientId?: string | undefined
      readonly error: string
      readonly reason?: string | undefined
    })
  | (OfAuthorization & { readonly type: 'token.issued'; readonly grantType: string; readonly scope: readonly string[] })
  | (Happened & {
      readonly type: 'token.refused'
      readonly clientId?: string | undefined
      readonly grantType?: string | undefined
      readonly error: string
      readonly reason?: string | undefined
    })
  | (OfAuthorization & { readonly type: 'token.revoked'; readonly token: string })
  | (Happened & {
      readonly type: 'client.refused'
      readonly clientId?: string | undefined
      readonly reason?: string | undefined
    })
  | (Happened & {
      readonly type: 'request.refused'
      /** Name of an endpoint other than the token and the authorization endpoint. */
      readonly endpoint: string
      readonly clientId?: string | undefined
      readonly error: string
      readonly reason?: string | undefined
    })
  | (Happened & { readonly type: 'server.error'; readonly error: unknown })

/** Called after the commit and not waited for. What it throws is swallowed: a listener cannot fail a request. */
export type EventListener = (event: AuthEvent) => void

/** For servers whose events nobody hears: a crash must not vanish. */
export function logServerError(event: AuthEvent): void {
  if (event.type === 'server.error') logError(event.error)
}
