/** Keys of node:crypto. */

import { type createPrivateKey, createPublicKey, getCurves, type JsonWebKey, type KeyObject } from 'node:crypto'
import { JoseError } from '../errors.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'

/** What Deno calls X448 is another function than that of RFC 7748 §5: no other library understands it. */
export function assertKnown({ crv }: { readonly crv?: string }): void {
  if (crv === 'X448' && 'deno' in process.versions) throw unsupported('its X448 is another function')
}

/** Checked material as a KeyObject. Throws `invalid_key`, or `unsupported_algorithm` when the runtime lacks the kind of key. */
export function importKeyObject(material: Jwk, create: typeof createPublicKey | typeof createPrivateKey): KeyObject {
  try {
    return create({ key: material as JsonWebKey, format: 'jwk' }) // parseJwk has checked the members
  } catch (cause) {
    if (isMissing(material)) throw unsupported(cause)
    throw invalidKey('refused by the runtime', cause) // a point that is not on its curve, for one
  }
}

/** Any octets of the right length are such a public key: a runtime that refuses them lacks the algorithm. */
function isMissing({ d: _, priv: __, ...material }: Jwk): boolean {
  if (material.crv === 'secp256k1') return !getCurves().includes(material.crv) // as Bun
  if (material.kty === 'EC' || material.kty === 'RSA') return false
  try {
    createPublicKey({ key: material as JsonWebKey, format: 'jwk' })
    return false
  } catch {
    return true
  }
}

/** The runtime does not have it. */
export function unsupported(cause: unknown): JoseError {
  return new JoseError('unsupported_algorithm', 'The runtime lacks the algorithm', { cause })
}
