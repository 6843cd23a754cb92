/** What a key may sign or verify: its type, its own `alg`, `use` and `key_ops`, its strength. */

import type { JwsRow } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { invalidKey } from '../jwk.ts'

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
  /** What is known of a signature algorithm, where this key is concerned. */
  findRow(alg: string): JwsRow | null
}

/** Why the key must not be used so, or null. */
export function refusal(key: KeyFacts, alg: string, operation: KeyOperation): JoseError | null {
  const reason = refusalReason(key, alg, operation)
  return typeof reason === 'string' ? invalidKey(reason) : reason
}

function refusalReason(key: KeyFacts, alg: string, operation: KeyOperation): string | JoseError | null {
  const row = key.findRow(alg)
  if (row === null) return unknownAlgorithm()
  if (row.kty !== key.kty || row.crv !== key.crv) return 'of another type or curve than the algorithm' // RFC 8725 §2.1
  if (key.alg !== undefined && key.alg !== alg) return 'for another algorithm' // RFC 7517 §4.4
  if (key.use !== undefined && key.use !== 'sig') return 'not for signatures' // RFC 7517 §4.2
  if (key.keyOps !== undefined && !key.keyOps.includes(operation)) return 'key_ops forbids it' // RFC 7517 §4.3
  if (operation === 'sign' && !key.isPrivate) return 'a public key cannot sign'
  const isShort = row.family === 'hmac' && key.secretLength < row.signatureLength
  return isShort && !key.allowWeak ? 'shorter than the hash' : null // RFC 7518 §3.2
}

/** Nobody knows it here, or it is for something else. */
function unknownAlgorithm(): JoseError {
  return new JoseError('unsupported_algorithm', 'No signature algorithm has this name')
}
