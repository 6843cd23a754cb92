/** What an authorization remembers of its refresh tokens. */

import type { Slot } from '../contract/authorization.ts'
import { slot } from '../records/authorization.ts'

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
