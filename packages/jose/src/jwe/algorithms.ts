/** Everything there is to know about an encryption algorithm, in one place, like `algorithms.ts` for signatures. */

import type { Curve, KeyType } from '../algorithms.ts'

/** Algorithms that bring the content encryption key to the recipient: RFC 7518 §4, RFC 8037 §3.2. RSA1_5 is left out (RFC 8725 §3.2). */
export type JweAlgorithm =
  | 'RSA-OAEP'
  | 'RSA-OAEP-256'
  | 'RSA-OAEP-384'
  | 'RSA-OAEP-512'
  | 'A128KW'
  | 'A192KW'
  | 'A256KW'
  | 'A128GCMKW'
  | 'A192GCMKW'
  | 'A256GCMKW'
  | 'dir'
  | 'ECDH-ES'
  | 'ECDH-ES+A128KW'
  | 'ECDH-ES+A192KW'
  | 'ECDH-ES+A256KW'
  | 'PBES2-HS256+A128KW'
  | 'PBES2-HS384+A192KW'
  | 'PBES2-HS512+A256KW'

/** A row of the table of key management. */
export interface JweRow {
  readonly alg: string
  readonly kty: readonly KeyType[]
  /** Both sides hold the content encryption key already, or agree upon it: there can be one recipient only. */
  readonly direct: boolean
  /** Length of the secret in bytes, where there is one. */
  readonly secretLength?: number
  /** Length of the key that is agreed upon in bytes, where it wraps another one. */
  readonly agreedLength?: number
  /** The `key_ops` that allow it (RFC 7517 §4.3): one of these on either side. */
  readonly operations: { readonly encrypt: readonly string[]; readonly decrypt: readonly string[] }
}

/** Content encryption, RFC 7518 §5. */
export type JweEncryption = 'A128GCM' | 'A192GCM' | 'A256GCM' | 'A128CBC-HS256' | 'A192CBC-HS384' | 'A256CBC-HS512'

/** A row of the table of content encryption: lengths in bytes. */
export interface JweEncryptionRow {
  readonly enc: string
  readonly keyLength: number
  readonly ivLength: number
  readonly tagLength: number
}

const wrapping = { encrypt: ['encrypt', 'wrapKey'], decrypt: ['decrypt', 'unwrapKey'] }
const deriving = { encrypt: ['deriveKey', 'deriveBits'], decrypt: ['deriveKey', 'deriveBits'] }
const deriveOrWrap = {
  encrypt: [...deriving.encrypt, ...wrapping.encrypt],
  decrypt: [...deriving.decrypt, ...wrapping.decrypt],
}

const jweRows: readonly (JweRow & { readonly alg: JweAlgorithm })[] = [
  { alg: 'RSA-OAEP', kty: ['RSA'], direct: false, operations: wrapping },
  { alg: 'RSA-OAEP-256', kty: ['RSA'], direct: false, operations: wrapping },
  { alg: 'RSA-OAEP-384', kty: ['RSA'], direct: false, operations: wrapping },
  { alg: 'RSA-OAEP-512', kty: ['RSA'], direct: false, operations: wrapping },
  { alg: 'A128KW', kty: ['oct'], direct: false, secretLength: 16, operations: wrapping },
  { alg: 'A192KW', kty: ['oct'], direct: false, secretLength: 24, operations: wrapping },
  { alg: 'A256KW', kty: ['oct'], direct: false, secretLength: 32, operations: wrapping },
  { alg: 'A128GCMKW', kty: ['oct'], direct: false, secretLength: 16, operations: wrapping },
  { alg: 'A192GCMKW', kty: ['oct'], direct: false, secretLength: 24, operations: wrapping },
  { alg: 'A256GCMKW', kty: ['oct'], direct: false, secretLength: 32, operations: wrapping },
  { alg: 'dir', kty: ['oct'], direct: true, operations: { encrypt: ['encrypt'], decrypt: ['decrypt'] } },
  { alg: 'ECDH-ES', kty: ['EC', 'OKP'], direct: true, operations: deriving },
  { alg: 'ECDH-ES+A128KW', kty: ['EC', 'OKP'], direct: false, agreedLength: 16, operations: deriving },
  { alg: 'ECDH-ES+A192KW', kty: ['EC', 'OKP'], direct: false, agreedLength: 24, operations: deriving },
  { alg: 'ECDH-ES+A256KW', kty: ['EC', 'OKP'], direct: false, agreedLength: 32, operations: deriving },
  { alg: 'PBES2-HS256+A128KW', kty: ['oct'], direct: false, operations: deriveOrWrap },
  { alg: 'PBES2-HS384+A192KW', kty: ['oct'], direct: false, operations: deriveOrWrap },
  { alg: 'PBES2-HS512+A256KW', kty: ['oct'], direct: false, operations: deriveOrWrap },
]

const encryptionRows: readonly (JweEncryptionRow & { readonly enc: JweEncryption })[] = [
  { enc: 'A128GCM', keyLength: 16, ivLength: 12, tagLength: 16 },
  { enc: 'A192GCM', keyLength: 24, ivLength: 12, tagLength: 16 },
  { enc: 'A256GCM', keyLength: 32, ivLength: 12, tagLength: 16 },
  { enc: 'A128CBC-HS256', keyLength: 32, ivLength: 16, tagLength: 16 },
  { enc: 'A192CBC-HS384', keyLength: 48, ivLength: 16, tagLength: 24 },
  { enc: 'A256CBC-HS512', keyLength: 64, ivLength: 16, tagLength: 32 },
]

/** The row of a key management algorithm, or null. */
export function findJweRow(alg: string): JweRow | null {
  return jweRows.find((row) => row.alg === alg) ?? null
}

/** The row of a content encryption, or null. */
export function findJweEncryptionRow(enc: string): JweEncryptionRow | null {
  return encryptionRows.find((row) => row.enc === enc) ?? null
}

/** Curves on which two keys agree upon a secret. */
export const agreementCurves: readonly string[] = ['P-256', 'P-384', 'P-521', 'X25519', 'X448'] satisfies Curve[]

/** Every key management algorithm the table knows. */
export const jweAlgorithms: readonly JweAlgorithm[] = jweRows.map((row) => row.alg)

/** Every content encryption the table knows. */
export const jweEncryptions: readonly JweEncryption[] = encryptionRows.map((row) => row.enc)
