/** Comparing secrets. */

import { equal } from '#runtime'

/**
 * Takes the same time wherever the two differ, so that a secret cannot be guessed in pieces; only lengths may show. Text
 * counts as UTF-8.
 */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return equal(a, b)
}
