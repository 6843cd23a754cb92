/**
 * Keys under ChaCha20-Poly1305 and its variant with longer nonces.
 *
 * @spec draft-amringer-jose-chacha-02 §2, §3
 */

import { ecdhEs } from '../jwe/ecdh-es.ts'
import { findJweRow } from '../jwe/algorithms.ts'
import type { ContentEncryption, KeyManagement } from '../jwe/implementation.ts'
import { aeadKeyWrap, secretKeyWrap } from '../jwe/key-wrap.ts'
import { c20p, xc20p } from './chacha.ts'

/** `C20PKW`: nonces of 96 bits, at random, so at most 2³² keys under one secret. */
export const c20pKw: KeyManagement = underSecret('C20PKW', c20p)
/** `XC20PKW`: nonces of 192 bits, as many as one likes. */
export const xc20pKw: KeyManagement = underSecret('XC20PKW', xc20p)
/** `ECDH-ES+C20PKW`: under a key that is agreed upon for one message. */
export const ecdhEsC20pKw: KeyManagement = underAgreement('ECDH-ES+C20PKW', c20p)
/** `ECDH-ES+XC20PKW`, alike. */
export const ecdhEsXc20pKw: KeyManagement = underAgreement('ECDH-ES+XC20PKW', xc20p)

/** §2: as A256GCMKW, whose keys have the same length. */
function underSecret(alg: string, encryption: ContentEncryption): KeyManagement {
  return secretKeyWrap({ ...findJweRow('A256GCMKW')!, alg }, aeadKeyWrap(encryption)) // sound: it is in the table
}

/** §3. */
function underAgreement(alg: string, encryption: ContentEncryption): KeyManagement {
  return ecdhEs({ ...findJweRow('ECDH-ES+A256KW')!, alg }, aeadKeyWrap(encryption)) // alike
}
