/**
 * Validation of ID Tokens: the signature always, whichever way the token came.
 *
 * @spec OpenID Connect Core 1.0 §3.1.3.7 §3.1.3.8
 */

import { AuthlibError, constantTimeEqual } from '@authlib/core'
import { isTextList } from '@authlib/core/kit'
import { decodeUnverifiedJwt, idTokenPolicy, JoseError, verifyJwt } from '@authlib/jose'
import { matchIssuer, type Issuers } from '@authlib/oauth2/client'
import type { IdTokenClaims } from '../claims.ts'
import { halfHash } from '../hashes.ts'
import type { OpenIDContext, ProviderClient } from './openid-context.ts'

/** What a token must be for this login, besides what the client knows of its provider. */
export interface IdTokenExpectation {
  /** What was sent with the authorization request; null: none was, and the token must not have one. */
  readonly nonce?: string | null | undefined
  readonly maxAge?: number | undefined
  /** What came with it, checked when the token has an `at_hash`. */
  readonly accessToken?: string | undefined
  /** Checked when the token has a `c_hash`. */
  readonly code?: string | undefined
  /** Checked when the token has an `s_hash`. */
  readonly state?: string | undefined
  /** Seconds since it was issued at most: for tokens that no nonce binds to this moment. §3.1.3.7 item 10 */
  readonly maxTokenAge?: number | undefined
}

/** @throws AuthlibError `invalid_id_token`, with what is wrong in `reason`; `key_set_unavailable` */
export async function validateIdToken(
  { context, openid }: ProviderClient,
  idToken: string,
  { nonce, maxAge, accessToken, code, state, maxTokenAge = Infinity }: IdTokenExpectation,
): Promise<IdTokenClaims> {
  const { clientId, clock } = context
  const { issuers, leeway, trustedAudiences: trusted } = openid
  const { algorithms, keys } = await openid.keys(context, openid.idTokenAlg)
  const { issuer, demanded } = await expectedIssuer(idToken, issuers)
  const policy = idTokenPolicy({
    issuer,
    clientId,
    algorithms,
    clock,
    leeway,
    ...(typeof nonce === 'string' && { nonce }),
    ...(maxAge !== undefined && { maxAge }),
  })
  const verified = await verifyJwt<IdTokenClaims>(idToken, keys, policy).catch(async (error: unknown) => {
    if (!(error instanceof JoseError) || error.code === 'key_set_unavailable') throw error
    const { hintFor } = await import('./id-token-hints.ts')
    throw invalidIdToken(`${error.code} ${error.reason ?? error.claim ?? ''}`.trim(), error, hintFor(error, issuers))
  })
  const { claims, header, key } = verified
  checkForms(claims)
  if (nonce === null && claims.nonce !== undefined) throw invalidIdToken('nonce was not sent') // §2
  if (trusted && [claims.aud].flat().some((one) => one !== clientId && !trusted.includes(one))) {
    throw invalidIdToken('aud names a client that is not trusted')
  }
  if (claims.iat < clock() - maxTokenAge - leeway) throw invalidIdToken('it was issued long ago')
  for (const [name, value] of Object.entries(demanded)) {
    if (claims[name] !== value) throw invalidIdToken(`${name} is not the one that its issuer names`)
  }
  for (const [name, value] of Object.entries({ at_hash: accessToken, c_hash: code, s_hash: state })) {
    const hash = claims[name]
    if (value === undefined || hash === undefined) continue
    if (typeof hash !== 'string' || !constantTimeEqual(hash, await halfHash(value, header.alg, key.crv)))
      throw invalidIdToken(`${name} is of something else`) // §3.1.3.8, §3.3.2.10
  }
  return claims
}

/** The signed token inside an encrypted one. @throws AuthlibError `invalid_id_token` */
export async function openIdToken({ idTokenDecryption }: OpenIDContext, idToken: string): Promise<string> {
  if (idTokenDecryption === undefined) return idToken
  return idTokenDecryption.open(idToken).catch((error: unknown) => {
    throw invalidIdToken('it cannot be decrypted', error)
  })
}

export function invalidIdToken(reason: string, cause?: unknown, hint?: string): AuthlibError {
  return new AuthlibError('invalid_id_token', 'The ID Token is not valid', { status: 400, reason, cause, hint })
}

/** The one issuer that this token may have, and the claims that its template demands. Nothing is verified here. */
async function expectedIssuer(
  idToken: string,
  issuers: Issuers,
): Promise<{ readonly issuer: string; readonly demanded: Readonly<Record<string, string>> }> {
  const named = readIssuer(idToken)
  const demanded = typeof named === 'string' ? await matchIssuer(issuers, named) : null
  if (demanded !== null) return { issuer: String(named), demanded }
  return { issuer: [issuers].flat()[0] ?? '', demanded: {} } // the verification refuses it, with its reason
}

function readIssuer(idToken: string): unknown {
  try {
    return decodeUnverifiedJwt(idToken).claims.iss
  } catch {
    return undefined
  }
}

const FORMS = { nonce: 'string', acr: 'string', azp: 'string', at_hash: 'string', sid: 'string', auth_time: 'number' }

/** The forms of §2 that a policy does not look at: what is there must be what its type says. */
function checkForms(claims: IdTokenClaims): void {
  if (claims.sub.length > 255) throw invalidIdToken('sub is too long')
  for (const [name, type] of Object.entries(FORMS)) {
    if (claims[name] !== undefined && typeof claims[name] !== type) throw invalidIdToken(`${name} is not a ${type}`)
  }
  if (claims.amr !== undefined && !isTextList(claims.amr)) throw invalidIdToken('amr is not a list of strings')
}
