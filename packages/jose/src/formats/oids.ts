/** Object identifiers, by the hexadecimal form of their content. */

import type { Curve } from '../algorithms.ts'
import { contentOf, type DerValue, OID, writeDer } from './der.ts'
import { invalidKey } from '../keys/jwk.ts'

export const RSA_ENCRYPTION = '2a864886f70d010101'
export const RSASSA_PSS = '2a864886f70d01010a'
export const EC_PUBLIC_KEY = '2a8648ce3d0201'
export const PBES2 = '2a864886f70d01050d'
export const PBKDF2 = '2a864886f70d01050c'

const curveOfOid: Readonly<Record<string, Curve>> = {
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b8104000a': 'secp256k1',
  '2b656e': 'X25519',
  '2b656f': 'X448',
  '2b6570': 'Ed25519',
  '2b6571': 'Ed448',
}

/** Algorithms that are the kind of key. RFC 9881 §2 */
export const akpOfOid: Readonly<Record<string, string>> = {
  '608648016503040311': 'ML-DSA-44',
  '608648016503040312': 'ML-DSA-65',
  '608648016503040313': 'ML-DSA-87',
}

export const hashOfOid: Readonly<Record<string, string>> = {
  '608648016503040201': 'SHA-256',
  '608648016503040202': 'SHA-384',
  '608648016503040203': 'SHA-512',
}

/** Hashes of HMAC as the PRF of PBKDF2. RFC 8018 Appendix B.1 */
export const prfOfOid: Readonly<Record<string, string>> = {
  '2a864886f70d0207': 'SHA-1',
  '2a864886f70d0209': 'SHA-256',
  '2a864886f70d020a': 'SHA-384',
  '2a864886f70d020b': 'SHA-512',
}

/** Bytes of an AES-CBC key. */
export const aesCbcOfOid: Readonly<Record<string, number>> = {
  '60864801650304012a': 32,
  '608648016503040116': 24,
  '608648016503040102': 16,
}

/** The identifier in hexadecimal form. */
export function oidOf(value: DerValue | undefined): string {
  return Array.from(contentOf(value, OID), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function writeOid(oid: string): Uint8Array {
  return writeDer(
    OID,
    Uint8Array.from(oid.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  )
}

/** The entry of a table, or `invalid_key`. */
export function lookUp<T>(table: Readonly<Record<string, T>>, oid: string): T {
  const entry = Object.hasOwn(table, oid) ? table[oid] : undefined
  if (entry === undefined) throw invalidKey('unknown algorithm identifier')
  return entry
}

export function oidOfEntry<T>(table: Readonly<Record<string, T>>, entry: T): string {
  return Object.keys(table).find((oid) => table[oid] === entry) ?? ''
}

export function curveOf(oid: string): Curve {
  return lookUp(curveOfOid, oid)
}

export function oidOfCurve(crv: Curve): string {
  return oidOfEntry(curveOfOid, crv)
}
