/** A key that signs elsewhere: a hardware module, a key management service. */

import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import type { JwsRow } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { invalidKey, isPrivateJwk, type Jwk, parseJwk } from './jwk.ts'
import { Key } from './key.ts'
import { keyExtras } from './extras.ts'
import type { SigningInput } from '../runtime/types.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/** A service that signs with a key it does not give away. */
export interface ExternalSigner {
  /** The signature in JOSE form: of ECDSA r ‖ s (RFC 7518 §3.4). Turn DER into it by `ecdsaSignatureFromDer`. */
  sign(input: Uint8Array, alg: string): Promise<Uint8Array>
}

export interface ExternalKeyOptions {
  /** Signature algorithms beyond those of the library and the runtime: their code checks the first signature. */
  readonly implementations?: readonly SignatureAlgorithm[] | undefined
}

/**
 * From the public half, whose `alg` says what the service signs with. Its first signature is checked against that half.
 *
 * @example
 * const key = externalKey(publicJwk, { sign: async (data) => (await kms.sign(data)).signature })
 */
export function externalKey(
  publicJwk: Jwk,
  signer: ExternalSigner,
  { implementations = [] }: ExternalKeyOptions = {},
): Key {
  const jwk = parseJwk(publicJwk, keyExtras(implementations))
  if (isPrivateJwk(jwk)) throw invalidKey('only the public half belongs here')
  if (jwk.alg === undefined) throw new TypeError('The JWK of an external key must have `alg`')
  const prepareSigner = (row: JwsRow) => {
    return async (input: SigningInput): Promise<string> => {
      const bytes = typeof input === 'string' ? encodeUtf8(input) : input
      const signature = await signer.sign(bytes, row.alg)
      if (row.family === 'ECDSA' && signature.length !== row.signatureLength) throw answeredInDer()
      return encodeBase64url(signature)
    }
  }
  return new Key(jwk, { extras: keyExtras(implementations, { custody: { prepareSigner } }) })
}

/** As most services do: AWS KMS, Google Cloud KMS, PKCS#11 tools. */
function answeredInDer(): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', {
    reason: 'its service answered a signature of another length than r ‖ s, perhaps in DER',
    hint: 'Return ecdsaSignatureFromDer(signature, alg)',
  })
}
