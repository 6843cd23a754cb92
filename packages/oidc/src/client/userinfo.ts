/**
 * The userinfo request.
 *
 * @spec OpenID Connect Core 1.0 §5.3
 */

import { AuthlibError, type Clock } from '@authlib/core'
import { parseJsonObject, send } from '@authlib/core/kit'
import { verifyJwt, type VerificationKeys } from '@authlib/jose'
import type { UserClaims } from '../claims.ts'

export interface UserinfoRequest {
  readonly url: string
  readonly accessToken: string
  /** Whose claims are expected: the `sub` of the ID Token. */
  readonly subject: string
  readonly issuer: string
  readonly clientId: string
  /** How the answer is signed, when the client is registered for signed answers; then nothing else is accepted. */
  readonly signed?: { readonly alg: string; readonly keys: VerificationKeys } | undefined
  readonly clock: Clock
  readonly leeway: number
  readonly timeout?: number | undefined
  readonly fetch?: typeof fetch | undefined
}

/** @throws AuthlibError `invalid_token` when the access token is refused, `invalid_userinfo` for an answer that is not valid */
export async function requestUserinfo(request: UserinfoRequest): Promise<UserClaims> {
  const { url, accessToken, subject, signed, timeout, fetch } = request
  const accept = signed === undefined ? 'application/json' : 'application/jwt'
  const { status, headers, text } = await send(url, {
    headers: { accept, authorization: `Bearer ${accessToken}` }, // RFC 6750 §2.1
    timeout,
    fetch,
  })
  if (status === 401 || status === 403) {
    throw new AuthlibError('invalid_token', 'The provider refused the access token', {
      status: 401,
      reason: `it answered ${status}`,
    })
  }
  if (status !== 200) throw invalidUserinfo(`it answered ${status}`)
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== accept) throw invalidUserinfo(`its content type is not ${accept}`)
  const claims = signed === undefined ? readJson(text) : await readSigned(text, signed, request)
  if (Object.hasOwn(claims, '__proto__')) throw invalidUserinfo('it has a member named __proto__') // profiles are merged
  if (claims['sub'] !== subject) throw invalidUserinfo('it is about somebody else') // §5.3.2: must not be used
  return claims as UserClaims // sound: sub is checked; the rest is optional and for the reader to judge
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
  { alg, keys }: NonNullable<UserinfoRequest['signed']>,
  { issuer, clientId, clock, leeway }: UserinfoRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const required = { algorithms: [alg], issuer, audience: clientId, required: ['sub'] } // §5.3.2
  try {
    return (await verifyJwt(text, keys, { ...required, expiryOptional: true, clock, leeway })).claims
  } catch (error) {
    throw invalidUserinfo('its signature or claims are not valid', error)
  }
}

function invalidUserinfo(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('invalid_userinfo', 'The answer of the userinfo endpoint is not valid', {
    status: 502,
    reason,
    cause,
  })
}
