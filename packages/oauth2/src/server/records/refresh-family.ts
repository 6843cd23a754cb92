/** What an authorization remembers of its refresh tokens. */

import type { Authorization, Slot } from '../contract/authorization.ts'
import { moment, type Moment } from '../contract/moments.ts'
import type { Server } from '../contract/server.ts'
import { slot } from './authorization.ts'

export type Successor = {
  readonly sealed: string
  readonly until: number
  /** The `senderKey` of the refresh that made it. */
  readonly madeFor?: string | undefined
}

export type RefreshState = {
  readonly generation: number
  /** Hash of the one token that is good. */
  readonly head: string
  readonly idleUntil: number
  readonly absoluteUntil: number
  /** The head itself, sealed under a key that only its predecessor gives. */
  readonly successor?: Successor | undefined
}

export const refreshSlot: Slot<RefreshState> = slot<RefreshState>('refresh')

/** What a refresh token is one of. */
export interface RefreshFamily {
  readonly authorization: Authorization
  readonly generation: number
}

/** The family of a refresh token that this server has not made. The first handler that knows one decides. */
export const refreshFamily: Moment<{ readonly server: Server; readonly token: string }, RefreshFamily> =
  moment('refresh_family')
