/** Ed448 and X448, RFC 8037, in JavaScript. */

import { ed448 as edwards, x448 as montgomery } from '@noble/curves/ed448.js'
import { decodeBase64url, encodeBase64url } from '@authlib/core/kit'
import { findJwsRow } from '../algorithms.ts'
import type { KeyAgreement } from '../jwe/implementation.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { signatureAlgorithm, type SignatureAlgorithm } from '../keys/signature-algorithm.ts'

/** For runtimes without Ed448: browsers, workers, Bun. Keys on the curve sign as `EdDSA` too. */
export const ed448: SignatureAlgorithm = signatureAlgorithm({
  row: findJwsRow('Ed448')!, // sound: it is in the table
  prepareSigner({ d = '' }) {
    const secret = decodeBase64url(d)
    return (input) => edwards.sign(input, secret)
  },
  prepareVerifier({ x = '' }) {
    const open = decodeBase64url(x)
    return (input, signature) => {
      try {
        return edwards.verify(signature, input, open, { zip215: false }) // RFC 8032 §5.2.7
      } catch {
        return false // what is no point
      }
    }
  },
  generate: () => newKey('Ed448', edwards.keygen()),
})

/** For runtimes without X448: browsers, workers, Bun. */
export const x448: KeyAgreement = {
  kind: 'key agreement',
  crv: 'X448',
  generate: () => newKey('X448', montgomery.keygen()),
  agree({ d = '' }, { x = '' }) {
    try {
      return montgomery.getSharedSecret(decodeBase64url(d), decodeBase64url(x))
    } catch (cause) {
      throw invalidKey('no agreement', cause) // a point of small order
    }
  },
}

function newKey(crv: string, { secretKey, publicKey }: Record<'secretKey' | 'publicKey', Uint8Array>): Jwk {
  return { kty: 'OKP', crv, x: encodeBase64url(publicKey), d: encodeBase64url(secretKey) }
}
