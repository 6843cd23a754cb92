/** What a key may sign or verify: its type, its own `alg`, `use` and `key_ops`, its strength. */

import type { JwsRow } from '../algorithms.ts'

export type KeyOperation = 'sign' | 'verify'

/** What the rules look at. */
export interface KeyFacts {
  readonly kty: string
  readonly crv: string | undefined
  readonly use: string | undefined
  readonly alg: string | undefined
  readonly keyOps: readonly string[] | undefined
  readonly isPrivate: boolean
  /** Bytes of a symmetric key. */
  readonly secretLength: number
  readonly allowWeak: boolean
}

/** Why the key must not be used so, or null. */
export function refusal(key: KeyFacts, row: JwsRow, operation: KeyOperation): string | null {
  if (row.kty !== key.kty || row.crv !== key.crv) return 'of another type or curve than the algorithm' // RFC 8725 §2.1
  if (key.alg !== undefined && key.alg !== row.alg) return 'for another algorithm' // RFC 7517 §4.4
  if (key.use !== undefined && key.use !== 'sig') return 'not for signatures' // RFC 7517 §4.2
  if (key.keyOps !== undefined && !key.keyOps.includes(operation)) return 'key_ops forbids it' // RFC 7517 §4.3
  if (operation === 'sign' && !key.isPrivate) return 'a public key cannot sign'
  const isShort = row.family === 'HMAC' && key.secretLength < row.signatureLength
  return isShort && !key.allowWeak ? 'shorter than the hash' : null // RFC 7518 §3.2
}
