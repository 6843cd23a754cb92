/**
 * The userinfo request.
 *
 * @spec OpenID Connect Core 1.0 §5.3
 */

import { AuthlibError, type CallOptions } from '@authlib/core'
import { parseJsonObject, send, untilAborted } from '@authlib/core/kit'
import { decodeUnverifiedJwt, verifyJwt } from '@authlib/jose'
import { fetchWith, matchIssuer, type Token } from '@authlib/oauth2/client'
import type { UserClaims } from '../claims.ts'
import type { ProviderClient } from './openid-context.ts'
import { readUserClaims } from './profile.ts'

/** Claims of a signed answer that are about the answer, not about the person. */
const ABOUT_ANSWER = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti']

/**
 * What the userinfo endpoint says about the person whom the ID Token names; `subject` when the token has none. As an option
 * of the client, it is asked at the end of each login.
 *
 * @throws AuthlibError `invalid_token` when the access token is refused, `invalid_userinfo` for an answer that is not valid,
 * `missing_endpoint`
 * @example
 * const claims = await fetchUserinfo(client, token)
 * @example
 * oauth.register('example', oidc({ issuer, clientId, clientSecret, userinfo: fetchUserinfo }))
 */
export async function fetchUserinfo(
  client: ProviderClient,
  token: Token,
  subject: string = subjectOf(token),
  { signal }: CallOptions = {},
): Promise<UserClaims> {
  return untilAborted(signal, askUserinfo(client, token, subject, signal))
}

async function askUserinfo(
  client: ProviderClient,
  token: Token,
  subject: string,
  signal: AbortSignal | undefined,
): Promise<UserClaims> {
  const { context, openid } = client
  const { timeout, addresses, allowInsecureTransport } = context
  const { userinfo_endpoint: url } = await context.metadata()
  if (url === undefined) throw new AuthlibError('missing_endpoint', 'The provider has no userinfo_endpoint')
  const accept = openid.userinfoAlg === undefined ? 'application/json' : 'application/jwt'
  const fetch = fetchWith(context, token)
  const limits = { timeout, addresses, allowInsecureTransport, signal }
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
  const claims = openid.userinfoAlg === undefined ? readJson(text) : await readSigned(text, client)
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
  { context, openid }: ProviderClient,
): Promise<Readonly<Record<string, unknown>>> {
  const { clientId, clock } = context
  const { issuers, leeway, userinfoDecryption: decryption } = openid
  const { algorithms, keys } = await openid.keys(context, openid.userinfoAlg)
  const audience = { audience: clientId, required: ['iss', 'sub'], ...(decryption && { decryption }) } // §5.3.2
  try {
    const { claims } = await verifyJwt(text, keys, { ...audience, algorithms, expiryOptional: true, clock, leeway })
    if ((await matchIssuer(issuers, claims.iss ?? '')) === null) throw invalidUserinfo('iss is another issuer')
    return Object.fromEntries(Object.entries(claims).filter(([name]) => !ABOUT_ANSWER.includes(name)))
  } catch (error) {
    throw invalidUserinfo('its signature or claims are not valid', error)
  }
}

/** Validated when the token was obtained; here it is only read again. */
function subjectOf({ idToken }: Token): string {
  const subject = idToken === undefined ? undefined : decodeUnverifiedJwt(idToken).claims.sub
  if (subject === undefined) throw new TypeError('Without an ID Token, say whose userinfo is expected: `subject`')
  return subject
}

function invalidUserinfo(reason: string, cause?: unknown, hint?: string): AuthlibError {
  return new AuthlibError('invalid_userinfo', 'The answer of the userinfo endpoint is not valid', {
    status: 502,
    reason,
    cause,
    hint,
  })
}
