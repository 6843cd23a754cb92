/**
 * Answers of an introspection endpoint that the authorization server has signed.
 *
 * @spec RFC 9701 §5
 */

import type { Clock } from '@authlib/core'
import type { SendResponse } from '@authlib/core/kit'
import {
  decryption,
  JoseError,
  verifyJwt,
  type JwsAlgorithmName,
  type JwtClaims,
  type KeySetLike,
  type VerificationKeys,
} from '@authlib/jose'
import { cannotValidate } from './bearer-errors.ts'
import { asymmetricAlgorithms, publishedKeys, type IssuerConnection } from './published-keys.ts'

/** How signed answers are checked. */
export interface SignedAnswers {
  /** Keys of the authorization server. Default: the published ones of `issuer`. */
  readonly keys?: VerificationKeys | undefined
  /** Signature algorithms to accept. Default: every one of a key pair. */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** Private keys, for a server that encrypts its answers. Then only encrypted ones are accepted. */
  readonly decryptionKeys?: KeySetLike | undefined
}

/** The media type of a signed answer. §5 */
export const TOKEN_INTROSPECTION_JWT = 'application/token-introspection+jwt'

/** Seconds after which an answer is out of date. */
const MAX_AGE = 60

type Answer = JwtClaims & { readonly token_introspection?: unknown }

/** Reads a signed answer as the JSON that it carries. @throws TypeError without an issuer */
export function signedAnswers(
  { keys, algorithms = asymmetricAlgorithms(), decryptionKeys }: SignedAnswers,
  { issuer, clientId, ...connection }: IssuerConnection & { issuer: string | undefined; clientId: string },
): (answer: SendResponse, clock: Clock) => Promise<SendResponse> {
  if (issuer === undefined) throw new TypeError('signed introspection needs an issuer')
  const findKeys = keys === undefined ? publishedKeys(issuer, connection) : () => keys
  return async (answer, clock) => {
    if (answer.status !== 200) return answer
    const [type = ''] = (answer.headers.get('content-type') ?? '').split(';')
    if (type.trim().toLowerCase() !== TOKEN_INTROSPECTION_JWT) throw cannotValidate('the answer is not signed')
    const policy = {
      typ: 'token-introspection+jwt', // an access token of the same server must not pass for an answer. §8.1
      issuer,
      audience: clientId,
      required: ['iat', 'token_introspection'],
      expiryOptional: true,
      maxAge: MAX_AGE,
      ...{ algorithms, clock },
      ...(decryptionKeys && { decryption: decryption(decryptionKeys) }),
    }
    if (decryptionKeys && answer.text.split('.').length !== 5) throw cannotValidate('the answer is not encrypted')
    try {
      const { claims } = await verifyJwt<Answer>(answer.text, await findKeys(clock), policy)
      return { ...answer, text: JSON.stringify(claims.token_introspection) }
    } catch (error) {
      if (!(error instanceof JoseError)) throw error
      throw cannotValidate('the signed answer of the introspection endpoint is not valid', error)
    }
  }
}
