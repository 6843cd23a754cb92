/**
 * What makes and verifies signatures. The methods of the family are values to import; your own is an object of this shape.
 *
 * @spec RFC 5849 §3.4
 */

import { constantTimeEqual, type Awaitable } from '@authlib/core'
import type { KeyMaterial } from '@authlib/jose'
import { percentEncode } from './percent-encoding.ts'
import type { Hash } from './runtime/runtime.ts'

/** The secrets that the two sides share. Empty where there is none. */
export interface SharedSecrets {
  readonly clientSecret: string
  readonly tokenSecret: string
}

/** What a client signs with. */
export interface SigningSecrets extends SharedSecrets {
  /** For RSA: PKCS#1 or PKCS#8 in PEM or DER, a JWK, a `CryptoKey` or a Node.js `KeyObject`. */
  readonly privateKey?: KeyMaterial | undefined
}

/** What a server verifies with. */
export interface VerificationSecrets extends SharedSecrets {
  /** For RSA: SPKI, PKCS#1 or a certificate in PEM or DER, a JWK, a `CryptoKey` or a Node.js `KeyObject`. */
  readonly publicKey?: KeyMaterial | undefined
}

/**
 * A signature method.
 *
 * @example
 * const mine: SignatureMethod = {
 *   name: 'EXAMPLE-MD5',
 *   hash: 'SHA-256',
 *   key: 'secret',
 *   sign: (baseString, { clientSecret, tokenSecret }) => md5(`${baseString}&${clientSecret}&${tokenSecret}`),
 *   verify: async (baseString, signature, secrets) => constantTimeEqual(signature, await mine.sign(baseString, secrets)),
 * }
 */
export interface SignatureMethod {
  /** The value of `oauth_signature_method`. */
  readonly name: string
  /** What a body hash is made with. */
  readonly hash: Hash
  /** What a server needs of a client. */
  readonly key: 'secret' | 'publicKey'
  /** Only over TLS, without timestamp and nonce: the signature is the secret. Default false. RFC 5849 §3.4.4 */
  readonly sendsSecret?: boolean | undefined
  sign(baseString: string, secrets: SigningSecrets): Awaitable<string>
  verify(baseString: string, signature: string, secrets: VerificationSecrets): Awaitable<boolean>
}

/** The two secrets as one key. RFC 5849 §3.4.2 */
export function secretKey({ clientSecret, tokenSecret }: SharedSecrets): string {
  return `${percentEncode(clientSecret)}&${percentEncode(tokenSecret)}`
}

/** A method whose server makes the same signature and compares. */
export function symmetricMethod(
  method: Pick<SignatureMethod, 'name' | 'hash' | 'sendsSecret'> & {
    readonly sign: (baseString: string, secrets: SharedSecrets) => Awaitable<string>
  },
): SignatureMethod {
  return {
    ...method,
    key: 'secret',
    verify(baseString, signature, secrets) {
      const own = method.sign(baseString, secrets)
      return typeof own === 'string'
        ? constantTimeEqual(signature, own)
        : own.then((text) => constantTimeEqual(signature, text))
    },
  }
}
