/** ECDSA signatures of services and libraries that answer in DER. */

import { findJwsRow } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { joinBytes } from '../shared/join-bytes.ts'
import { integerOf, readDer, readInside } from './der.ts'
import { leftPad } from './ec-point.ts'

/**
 * r ‖ s, as JOSE wants it (RFC 7518 §3.4), from the DER that AWS KMS, Google Cloud KMS, PKCS#11 tools and OpenSSL give.
 * Throws `invalid_key` for anything else, and a TypeError when `alg` is not ECDSA.
 *
 * @example
 * const key = externalKey(publicJwk, {
 *   sign: async (input, alg) => ecdsaSignatureFromDer(await kms.sign(input), alg),
 * })
 */
export function ecdsaSignatureFromDer(der: Uint8Array, alg: string): Uint8Array {
  const row = findJwsRow(alg)
  if (row?.family !== 'ECDSA') throw new TypeError('alg must be an algorithm of ECDSA, such as ES256')
  const numbers = readInside(readDer(der)).map(integerOf)
  if (numbers.length !== 2)
    throw new JoseError('invalid_key', 'The key is invalid', { reason: 'its service answered no ECDSA signature' })
  return joinBytes(...numbers.map((number) => leftPad(number, row.signatureLength / 2)))
}
