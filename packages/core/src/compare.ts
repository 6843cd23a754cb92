/** Comparing secrets. */

import { equalBytes } from '#runtime'
import { encodeUtf8 } from './encoding.ts'

/** Takes the same time wherever the two differ, so that a secret cannot be guessed in pieces. Only lengths may show. */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return equalBytes(toBytes(a), toBytes(b))
}

function toBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? encodeUtf8(value) : value
}
