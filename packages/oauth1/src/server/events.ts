/** What happened, for logs, metrics and alarms. Never a credential. */

import type { ErrorCode } from '@authlib/core'
import { logError } from '@authlib/core/kit'

interface Happened {
  /** NumericDate. */
  readonly at: number
  readonly clientId?: string | undefined
  readonly subject?: string | undefined
}

/** What happened, told after it was committed. Switch on `type`. */
export type OAuth1Event =
  | (Happened & { readonly type: 'temporary_credentials.issued' })
  | (Happened & { readonly type: 'authorization.granted'; readonly realms: readonly string[] })
  | (Happened & { readonly type: 'authorization.denied' })
  | (Happened & { readonly type: 'token.issued'; readonly realms: readonly string[] })
  | (Happened & { readonly type: 'token.revoked' })
  | (Happened & {
      readonly type: 'request.refused'
      readonly error: ErrorCode
      readonly reason?: string | undefined
    })
  | (Happened & { readonly type: 'server.error'; readonly error: unknown })

/** Called after the commit and not waited for. What it throws is swallowed: a listener cannot fail a request. */
export type OAuth1EventListener = (event: OAuth1Event) => void

/** For servers without a listener: a crash must not vanish. */
export function logServerError(event: OAuth1Event): void {
  if (event.type === 'server.error') logError(event.error)
}
