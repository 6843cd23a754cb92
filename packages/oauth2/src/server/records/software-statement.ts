/**
 * Software statements: metadata that a publisher has signed.
 *
 * @spec RFC 7591 §2.3
 */

import type { JsonObject } from '@authlib/core'
import { decodeUnverifiedJwt, JoseError, verifyJwt, type JwsAlgorithmName, type VerificationKeys } from '@authlib/jose'
import { OAuth2Error } from '../../errors.ts'
import type { Environment } from '../contract/server.ts'

/** Someone whose software statements are accepted. */
export interface SoftwarePublisher {
  /** `iss` of the statements. */
  readonly issuer: string
  readonly keys: VerificationKeys
  /** Signature algorithms to accept. */
  readonly algorithms: readonly JwsAlgorithmName[]
}

const MAX_SIZE = 16_384

/** The claims. @throws OAuth2Error `invalid_software_statement`, `unapproved_software_statement` */
export async function verifySoftwareStatement(
  { issuer: audience, clock }: Environment,
  statement: string,
  publishers: readonly SoftwarePublisher[],
): Promise<JsonObject> {
  try {
    const { iss, aud } = decodeUnverifiedJwt(statement, { maxSize: MAX_SIZE }).claims
    const publisher = publishers.find(({ issuer }) => issuer === iss)
    if (!publisher) throw new OAuth2Error('unapproved_software_statement', 'its issuer is not trusted') // §3.2.2
    const { issuer, keys, algorithms } = publisher
    const { claims } = await verifyJwt(statement, keys, {
      ...{ issuer, algorithms, clock, expiryOptional: true, maxSize: MAX_SIZE },
      ...(aud !== undefined && { audience }), // a statement for all servers names none
    })
    return claims as JsonObject // sound: verified claims are JSON
  } catch (error) {
    if (!(error instanceof JoseError) || error.status >= 500) throw error
    throw new OAuth2Error('invalid_software_statement', '', { reason: error.reason ?? error.code, cause: error })
  }
}
