/** ES256K, RFC 8812 §3.2, in JavaScript. */

import { secp256k1 } from '@noble/curves/secp256k1.js'
import { decodeBase64url, encodeBase64url } from '@authlib/core/kit'
import { findJwsRow } from '../algorithms.ts'
import { joinBytes } from '../shared/join-bytes.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { signatureAlgorithm, type SignatureAlgorithm } from '../keys/signature-algorithm.ts'

const { utils, Point } = secp256k1

/** For runtimes without secp256k1: browsers, workers, Bun. */
export const es256k: SignatureAlgorithm = signatureAlgorithm({
  row: findJwsRow('ES256K')!, // sound: it is in the table
  prepareSigner({ d = '' }) {
    const secret = decodeBase64url(d)
    if (!utils.isValidSecretKey(secret)) throw invalidKey('d is out of range')
    return (input) => secp256k1.sign(input, secret)
  },
  prepareVerifier(material) {
    const open = pointOf(material)
    return (input, signature) => {
      try {
        return secp256k1.verify(signature, input, open, { lowS: false }) // either s is right: RFC 7518 §3.4
      } catch {
        return false // r or s is out of range
      }
    }
  },
  generate() {
    const secret = utils.randomSecretKey()
    const point = secp256k1.getPublicKey(secret, false)
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(encodeBase64url)
    return { kty: 'EC', crv: 'secp256k1', x: x!, y: y!, d: encodeBase64url(secret) } // sound: two of them
  },
})

function pointOf({ x = '', y = '' }: Jwk): Uint8Array {
  const bytes = joinBytes(Uint8Array.of(4), decodeBase64url(x), decodeBase64url(y))
  try {
    Point.fromBytes(bytes).assertValidity()
  } catch (cause) {
    throw invalidKey('not on the curve', cause)
  }
  return bytes
}
