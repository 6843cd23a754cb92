/** What a key may be used for: its type, its own `alg`, `use` and `key_ops`, its strength. */

import { findJwsRow } from './algorithms.ts'
import { JoseError } from './errors.ts'
import { agreementCurves, findJweEncryptionRow, findJweRow } from './jwe-algorithms.ts'
import { invalidKey } from './jwk.ts'

export type KeyOperation = 'sign' | 'verify' | 'encrypt' | 'decrypt'

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
export function refusal(key: KeyFacts, alg: string, operation: KeyOperation): JoseError | null {
  const reason =
    operation === 'sign' || operation === 'verify'
      ? signatureRefusal(key, alg, operation)
      : encryptionRefusal(key, alg, operation)
  return typeof reason === 'string' ? invalidKey(reason) : reason
}

function signatureRefusal(key: KeyFacts, alg: string, operation: 'sign' | 'verify'): string | JoseError | null {
  const row = findJwsRow(alg, key.crv)
  if (row === null) return unknownAlgorithm()
  if (row.kty !== key.kty || row.crv !== key.crv) return 'of another type or curve than the algorithm' // RFC 8725 §2.1
  if (key.alg !== undefined && key.alg !== alg) return 'for another algorithm' // RFC 7517 §4.4
  if (key.use !== undefined && key.use !== 'sig') return 'not for signatures' // RFC 7517 §4.2
  if (key.keyOps !== undefined && !key.keyOps.includes(operation)) return 'key_ops forbids it' // RFC 7517 §4.3
  if (operation === 'sign' && !key.isPrivate) return 'a public key cannot sign'
  const isShort = row.family === 'hmac' && key.secretLength < row.signatureLength
  return isShort && !key.allowWeak ? 'shorter than the hash' : null // RFC 7518 §3.2
}

function encryptionRefusal(key: KeyFacts, alg: string, operation: 'encrypt' | 'decrypt'): string | JoseError | null {
  const row = findJweRow(alg)
  if (row === null) return unknownAlgorithm()
  if (!row.kty.some((kty) => kty === key.kty)) return 'of another type than the algorithm'
  if (key.crv !== undefined && !agreementCurves.includes(key.crv)) return 'on a curve that is not for agreement'
  const direct = alg === 'dir' ? findJweEncryptionRow(key.alg ?? '') : null // a key for dir may name its content encryption
  if (key.alg !== undefined && key.alg !== alg && direct === null) return 'for another algorithm'
  if (key.use !== undefined && key.use !== 'enc') return 'not for encryption'
  if (key.keyOps !== undefined && !row.operations[operation].some((name) => key.keyOps?.includes(name)))
    return 'key_ops forbids it'
  if (operation === 'decrypt' && !key.isPrivate) return 'a public key cannot decrypt'
  return row.secretLength !== undefined && row.secretLength !== key.secretLength ? 'of the wrong length' : null
}

function unknownAlgorithm(): JoseError {
  return new JoseError('unsupported_algorithm', 'The algorithm is not known')
}
