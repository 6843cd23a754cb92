/**
 * How a client is registered for answers that are signed, and perhaps encrypted.
 *
 * @spec JARM §3
 * @spec RFC 9701 §6
 */

import type { JweEncryptionName } from '@authlib/jose'
import { OAuth2Error } from '../../errors.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import type { RegistrationRequest } from '../contract/registration.ts'

/** Algorithms of `…_encrypted_response_alg` that are published. */
export const ANSWER_KEY_ALGORITHMS: readonly string[] = [
  ...['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'],
]

/** Algorithms of `…_encrypted_response_enc` that are published. */
export const ANSWER_ENCRYPTIONS: readonly JweEncryptionName[] = [
  ...(['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'] as const),
]

/** Refuses what these answers cannot be. @throws OAuth2Error `invalid_client_metadata` */
export function checkAnswerMembers(
  answer: 'authorization' | 'introspection',
  { server, metadata }: RegistrationRequest,
): void {
  const member = (name: string): string | undefined =>
    clientMember(`${answer}_${name}`, memberTypes.string).read({ metadata })
  const [signed, alg, enc] = ['signed_response_alg', 'encrypted_response_alg', 'encrypted_response_enc'].map(member)
  if (signed !== undefined && !server.requireKeys().algorithms.some((one) => one === signed)) {
    throw refused(`${answer}_signed_response_alg is not supported`)
  }
  if (enc !== undefined && alg === undefined) {
    throw refused(`${answer}_encrypted_response_enc without ${answer}_encrypted_response_alg`)
  }
  if (alg === undefined) return
  if (!ANSWER_KEY_ALGORITHMS.includes(alg)) throw refused(`${answer}_encrypted_response_alg is not supported`)
  if (enc !== undefined && !ANSWER_ENCRYPTIONS.some((known) => known === enc)) {
    throw refused(`${answer}_encrypted_response_enc is not supported`)
  }
  if (metadata['jwks'] === undefined && metadata['jwks_uri'] === undefined) {
    throw refused(`${answer}_encrypted_response_alg lacks jwks or jwks_uri`)
  }
}

function refused(description: string): OAuth2Error {
  return new OAuth2Error('invalid_client_metadata', description)
}
