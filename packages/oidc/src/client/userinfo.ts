/**
 * The userinfo request.
 *
 * @spec OpenID Connect Core 1.0 §5.3
 */

import { AuthlibError, type Clock } from '@authlib/core'
import { parseJsonObject, send, type SendOptions } from '@authlib/core/kit'
import { verifyJwt, type JwtDecryption, type VerificationKeys } from '@authlib/jose'
import { matchIssuer, type Issuers } from '@authlib/oauth2/client'
import type { UserClaims } from '../claims.ts'
import { readUserClaims } from './profile.ts'

export interface UserinfoRequest {
  readonly url: string
  /** Sends the request with the access token. */
  readonly fetch: typeof fetch
  /** Whose claims are expected: the `sub` of the ID Token. */
  readonly subject: string
  readonly issuers: Issuers
  readonly clientId: string
  /** How the answer is signed, when the client is registered for signed answers; then nothing else is accepted. */
  readonly signed?: { readonly algorithms: readonly string[]; readonly keys: VerificationKeys } | undefined
  /** Opens encrypted answers. */
  readonly decryption?: JwtDecryption | undefined
  readonly clock: Clock
  readonly leeway: number
  readonly limits: Pick<SendOptions, 'timeout' | 'addresses' | 'allowInsecureTransport'>
}

/** Claims of a signed answer that are about the answer, not about the person. */
const ABOUT_ANSWER = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti']

/** @throws AuthlibError `invalid_token` when the access token is refused, `invalid_userinfo` for an answer that is not valid */
export async function requestUserinfo(request: UserinfoRequest): Promise<UserClaims> {
  const { url, fetch, subject, signed, limits } = request
  const accept = signed === undefined ? 'application/json' : 'application/jwt'
  const { status, headers, text } = await send(url, { ...limits, headers: { accept }, fetch })
  if (status === 401 || status === 403) {
    throw new AuthlibError('invalid_token', 'The provider refused the access token', {
      status: 401,
      reason: `it answered ${status}`,
    })
  }
  if (status !== 200) throw invalidUserinfo(`it answered ${status}`)
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== accept) {
    const hint = type === 'application/jwt' ? 'Name the algorithm of the registration as `userinfoAlg`.' : undefined
    throw invalidUserinfo(`its content type is ${type ?? 'missing'}, not ${accept}`, undefined, hint)
  }
  const claims = signed === undefined ? readJson(text) : await readSigned(text, signed, request)
  if (Object.hasOwn(claims, '__proto__')) throw invalidUserinfo('it has a member named __proto__') // profiles are merged
  if (claims['sub'] !== subject) throw invalidUserinfo('it is about somebody else') // §5.3.2: must not be used
  return readUserClaims({ ...claims, sub: subject })
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch (error) {
    throw invalidUserinfo('it is not a JSON object', error)
  }
}

async function readSigned(
  text: string,
  { algorithms, keys }: NonNullable<UserinfoRequest['signed']>,
  { issuers, clientId, decryption, clock, leeway }: UserinfoRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const audience = { audience: clientId, required: ['iss', 'sub'], ...(decryption && { decryption }) } // §5.3.2
  try {
    const { claims } = await verifyJwt(text, keys, { ...audience, algorithms, expiryOptional: true, clock, leeway })
    if (matchIssuer(issuers, claims.iss ?? '') === null) throw invalidUserinfo('iss is another issuer')
    return Object.fromEntries(Object.entries(claims).filter(([name]) => !ABOUT_ANSWER.includes(name)))
  } catch (error) {
    throw invalidUserinfo('its signature or claims are not valid', error)
  }
}

function invalidUserinfo(reason: string, cause?: unknown, hint?: string): AuthlibError {
  return new AuthlibError('invalid_userinfo', 'The answer of the userinfo endpoint is not valid', {
    status: 502,
    reason,
    cause,
    hint,
  })
}
