/** Moments of login sessions. */

import type { StoredRecord } from '@authlib/core'
import { moment, type Moment } from './moments.ts'
import type { Server } from './server.ts'

/** A session of `startSession` that ends because another person logs in over it. */
export interface ReplacedSession {
  readonly server: Server
  readonly sessionId: string
  readonly subject: string
}

/** What the end of a session brings with it. */
export interface SessionEndingPlan {
  /** From `deliveryRecord`, with the id of the session as `partition`: written in the batch that ends the session. */
  readonly deliveries?: readonly StoredRecord[] | undefined
  /** Called once the session has ended, by the login that has ended it. */
  readonly after?: (() => Promise<void>) | undefined
}

/** Before a session ends because another person logs in over it. Two such logins at once may both come here; one writes. */
export const sessionReplacing: Moment<ReplacedSession, SessionEndingPlan> = moment('session_replacing')
