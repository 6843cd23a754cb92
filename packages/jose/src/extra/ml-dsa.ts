/** ML-DSA, RFC 9964, in JavaScript. */

import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { constantTimeEqual, systemRandom } from '@authlib/core'
import { decodeBase64url, encodeBase64url } from '@authlib/core/kit'
import { findJwsRow } from '../algorithms.ts'
import { invalidKey } from '../keys/jwk.ts'
import { signatureAlgorithm, type SignatureAlgorithm } from '../keys/signature-algorithm.ts'

/** For runtimes without ML-DSA: Node.js 22, Deno, workers, browsers. */
export const mlDsa44: SignatureAlgorithm = mlDsa('ML-DSA-44', ml_dsa44)
/** As {@link mlDsa44}. */
export const mlDsa65: SignatureAlgorithm = mlDsa('ML-DSA-65', ml_dsa65)
/** As {@link mlDsa44}. */
export const mlDsa87: SignatureAlgorithm = mlDsa('ML-DSA-87', ml_dsa87)

const SEED = 32 // bytes: §4

function mlDsa(alg: string, code: typeof ml_dsa44): SignatureAlgorithm {
  return signatureAlgorithm({
    row: findJwsRow(alg)!, // sound: it is in the table
    prepareSigner({ priv = '', pub = '' }) {
      const { secretKey, publicKey } = code.keygen(decodeBase64url(priv))
      if (!constantTimeEqual(publicKey, decodeBase64url(pub))) throw invalidKey('the two halves do not belong together')
      return (input) => code.sign(input, secretKey)
    },
    prepareVerifier({ pub = '' }) {
      const open = decodeBase64url(pub)
      return (input, signature) => code.verify(signature, input, open)
    },
    generate() {
      const seed = systemRandom(SEED)
      const pub = encodeBase64url(code.keygen(seed).publicKey)
      return { kty: 'AKP', alg, pub, priv: encodeBase64url(seed) }
    },
  })
}
