/**
 * The keys that a token request has proven to hold. They tell a client that repeats itself from a thief.
 *
 * @spec RFC 9449 §5
 * @spec RFC 8705 §3
 */

import type { JsonObject } from '@authlib/core'
import type { Slot } from '../contract/authorization.ts'
import { slot } from './authorization.ts'

/** Thumbprint of the key of the DPoP proof. */
export const proofSlot: Slot<string> = slot<string>('dpopProof')
/** Thumbprint of the client certificate. */
export const certificateSlot: Slot<string> = slot<string>('certificate')

/** Both in one string; undefined for a request that proved none. */
export function senderKey(request: { readonly data: JsonObject }): string | undefined {
  const keys = [proofSlot.read(request), certificateSlot.read(request)]
  return keys.every((key) => key === undefined) ? undefined : keys.map((key = '') => key).join(' ')
}
