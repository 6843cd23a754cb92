/** What a key may encrypt or decrypt: as `key-rules.ts` for signatures, apart from it so that those do not carry it along. */

import { JoseError } from '../errors.ts'
import { agreementCurves } from './algorithms.ts'
import { encryptionRow, type JweImplementation, managementRow } from './implementation.ts'
import { invalidKey } from '../keys/jwk.ts'
import type { KeyFacts } from '../keys/rules.ts'

/** Why the key must not be used so, or null. */
export function encryptionRefusal(
  key: KeyFacts,
  alg: string,
  operation: 'encrypt' | 'decrypt',
  implementations: readonly JweImplementation[],
): JoseError | null {
  const reason = refusalReason(key, alg, operation, implementations)
  return typeof reason === 'string' ? invalidKey(reason) : reason
}

function refusalReason(
  key: KeyFacts,
  alg: string,
  operation: 'encrypt' | 'decrypt',
  implementations: readonly JweImplementation[],
): string | JoseError | null {
  const row = managementRow(alg, implementations)
  if (row === null) return unknownEncryption()
  if (!row.kty.some((kty) => kty === key.kty)) return 'of another type than the algorithm'
  if (key.crv !== undefined && !agreementCurves.includes(key.crv)) return 'on a curve that is not for agreement'
  const direct = alg === 'dir' ? encryptionRow(key.alg ?? '', implementations) : null // a key for dir may name its content encryption
  if (key.alg !== undefined && key.alg !== alg && direct === null) return 'for another algorithm'
  if (key.use !== undefined && key.use !== 'enc') return 'not for encryption'
  if (key.keyOps !== undefined && !row.operations[operation].some((name) => key.keyOps?.includes(name)))
    return 'key_ops forbids it'
  if (operation === 'decrypt' && !key.isPrivate) return 'a public key cannot decrypt'
  return row.secretLength !== undefined && row.secretLength !== key.secretLength ? 'of the wrong length' : null
}

/** No one knows it here, or it is for something else: a key for signatures, for one. */
export function unknownEncryption(): JoseError {
  return new JoseError('unsupported_algorithm', 'No encryption algorithm has this name')
}
