/** Cryptography where there is only WebCrypto: workerd and browsers. */

import type { JwsRow } from '../algorithms.ts'
import type { Jwk } from '../jwk.ts'
import { subtleGenerate, subtleImport, subtleSigner, subtleVerifier } from './subtle.ts'
import type { Signer, Verifier } from './types.ts'

export { completeKey, toBytes } from './subtle.ts'

export async function prepareSigner(row: JwsRow, material: Jwk): Promise<Signer> {
  return subtleSigner(row, await subtleImport(row, material, 'sign'))
}

export async function prepareVerifier(row: JwsRow, material: Jwk): Promise<Verifier> {
  return subtleVerifier(row, await subtleImport(row, material, 'verify'))
}

/** A new private or secret key as JWK. */
export function generateMaterial(row: JwsRow, modulus: number): Promise<Jwk> {
  return subtleGenerate(row, modulus)
}
