/** Agreement upon a secret by WebCrypto. */

import { curves } from '../algorithms.ts'
import type { Jwk } from '../keys/jwk.ts'
import { refused } from './subtle.ts'

/** The secret that one's private key and the other's public key have in common. */
export async function subtleAgree(own: Jwk, other: Jwk): Promise<Uint8Array> {
  const crv = own.crv as keyof typeof curves // parseJwk has checked the curve
  const algorithm = crv.startsWith('X') ? { name: crv } : { name: 'ECDH', namedCurve: crv }
  try {
    const [key, open] = await Promise.all([importKey(own, ['deriveBits']), importKey(other, [])])
    return new Uint8Array(
      await crypto.subtle.deriveBits({ name: algorithm.name, public: open }, key, curves[crv].size * 8),
    )
  } catch (cause) {
    throw refused(cause)
  }

  function importKey(jwk: Jwk, usages: KeyUsage[]): Promise<CryptoKey> {
    return crypto.subtle.importKey('jwk', jwk as unknown as JsonWebKey, algorithm, false, usages) // parseJwk has checked it
  }
}
