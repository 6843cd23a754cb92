/**
 * Validation of ID Tokens: the signature always, whichever way the token came.
 *
 * @spec OpenID Connect Core 1.0 §3.1.3.7 §3.1.3.8
 */

import { AuthlibError, constantTimeEqual, type Clock } from '@authlib/core'
import { isTextList } from '@authlib/core/kit'
import { decodeUnverifiedJwt, idTokenPolicy, JoseError, verifyJwt, type VerificationKeys } from '@authlib/jose'
import { matchIssuer, type Issuers } from '@authlib/oauth2/client'
import type { IdTokenClaims } from '../claims.ts'
import { halfHash } from '../hashes.ts'

export interface IdTokenExpectation {
  /** Who may have issued it. A template demands its claims. */
  readonly issuers: Issuers
  readonly clientId: string
  /** Fixed by registration or metadata, never by the token. */
  readonly algorithms: readonly string[]
  readonly keys: VerificationKeys
  /** Audiences that are trusted beside the client. Default: any, when `azp` is the client. §3.1.3.7 item 3 */
  readonly trustedAudiences?: readonly string[] | undefined
  /** What was sent with the authorization request; null: none was, and the token must not have one. */
  readonly nonce?: string | null | undefined
  readonly maxAge?: number | undefined
  /** What came with it, checked when the token has an `at_hash`. */
  readonly accessToken?: string | undefined
  /** What came with it in the callback of a hybrid flow: `c_hash` is required then. §3.3.2.11 */
  readonly code?: string | undefined
  /** Seconds since it was issued at most: for tokens that no nonce binds to this moment. §3.1.3.7 item 10 */
  readonly maxTokenAge?: number | undefined
  /** Checked when the token has an `s_hash`. */
  readonly state?: string | undefined
  readonly clock: Clock
  readonly leeway: number
}

/** @throws AuthlibError `invalid_id_token`, with what is wrong in `reason`; `key_set_unavailable` */
export async function validateIdToken(idToken: string, expected: IdTokenExpectation): Promise<IdTokenClaims> {
  const { issuers, clientId, algorithms, keys, nonce, maxAge, accessToken, code, state, clock, leeway } = expected
  const { maxTokenAge = Number.POSITIVE_INFINITY, trustedAudiences: trusted } = expected
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
  const vouchesFor = async (value: string | undefined, name: 'at_hash' | 'c_hash' | 's_hash'): Promise<void> => {
    const hash = claims[name]
    if (value === undefined || hash === undefined) return
    if (typeof hash !== 'string' || !constantTimeEqual(hash, await halfHash(value, header.alg, key.crv)))
      throw invalidIdToken(`${name} is of something else`) // §3.1.3.8, §3.3.2.10
  }
  if (code !== undefined && claims['c_hash'] === undefined) throw invalidIdToken('there is no c_hash')
  await vouchesFor(accessToken, 'at_hash')
  await vouchesFor(code, 'c_hash')
  await vouchesFor(state, 's_hash')
  return claims
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

/** The forms of §2 that a policy does not look at: what is there must be what its type says. */
function checkForms({ sub, nonce, auth_time, acr, amr, azp, at_hash, sid }: IdTokenClaims): void {
  if (sub.length > 255) throw invalidIdToken('sub is too long')
  for (const [name, value] of Object.entries({ nonce, acr, azp, at_hash, sid })) {
    if (value !== undefined && typeof value !== 'string') throw invalidIdToken(`${name} is not a string`)
  }
  if (auth_time !== undefined && typeof auth_time !== 'number') throw invalidIdToken('auth_time is not a number')
  if (amr !== undefined && !isTextList(amr)) throw invalidIdToken('amr is not a list of strings')
}
