/** Ready policies: what the specifications demand of the JWTs they define. Spread one to add to it. */

import type { Clock } from '@authlib/core'
import type { JwsAlgorithmName } from '../shared/algorithm-name.ts'
import type { JwtClaims, JwtPolicy } from './claims.ts'
import { privateMembers } from '../keys/jwk.ts'
import { pick } from '../shared/pick.ts'
import { isObject } from '../shared/is-object.ts'

/** What every ready policy takes. What it needs besides and does not get is a `TypeError`. */
export interface PolicyOptions {
  /** The algorithms that are accepted. Required, unless every key says its own. */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** Seconds by which clocks may differ. Default 5. */
  readonly leeway?: number | undefined
  /** Seconds since 1970. Default: the clock of the machine. */
  readonly clock?: Clock | undefined
}

/** JWT access tokens, RFC 9068 §4. */
export function accessTokenPolicy({
  issuer,
  audience,
  ...options
}: PolicyOptions & { readonly issuer: string; readonly audience: string | readonly string[] }): JwtPolicy {
  demand({ issuer, audience })
  return {
    ...common(options),
    typ: 'at+jwt',
    issuer,
    audience,
    required: ['iss', 'aud', 'sub', 'client_id', 'iat', 'jti'], // §2.2
  }
}

/** ID Tokens, OpenID Connect Core §3.1.3.7. */
export function idTokenPolicy({
  issuer,
  clientId,
  nonce,
  maxAge,
  ...options
}: PolicyOptions & {
  readonly issuer: string
  readonly clientId: string
  /** What was sent in the authorization request. */
  readonly nonce?: string
  /** Seconds since the end-user authenticated: the `max_age` that was asked for. */
  readonly maxAge?: number
}): JwtPolicy {
  demand({ issuer, clientId })
  const { leeway = 5 } = options
  return {
    ...common(options),
    typ: 'JWT',
    typOptional: true,
    issuer,
    audience: clientId,
    required: [
      'iss',
      'sub',
      'aud',
      'iat',
      ...(nonce === undefined ? [] : ['nonce']),
      ...(maxAge === undefined ? [] : ['auth_time']),
    ],
    claims: { ...(nonce !== undefined && { nonce: { value: nonce } }) },
    validate: (claims, _, now) =>
      !isLogoutEvent(claims['events']) && // Back-Channel Logout §2.4: that token may lack a type of its own
      authorizedParty(claims, clientId) &&
      (maxAge === undefined || recentLogin(claims, now - maxAge - leeway)),
  }
}

function authorizedParty({ aud, azp }: JwtClaims, clientId: string): boolean {
  if (azp !== undefined) return azp === clientId // §3.1.3.7 item 5
  return typeof aud === 'string' || aud?.length === 1 // item 4: several audiences need one
}

function recentLogin({ auth_time: time }: JwtClaims & { readonly auth_time?: unknown }, earliest: number): boolean {
  return typeof time === 'number' && time >= earliest
}

/** Logout tokens, OpenID Connect Back-Channel Logout §2.6. */
export function logoutTokenPolicy({
  issuer,
  clientId,
  ...options
}: PolicyOptions & { readonly issuer: string; readonly clientId: string }): JwtPolicy {
  demand({ issuer, clientId })
  return {
    ...common(options),
    typ: ['logout+jwt', 'JWT'],
    typOptional: true,
    issuer,
    audience: clientId,
    required: ['iss', 'aud', 'iat', 'jti', 'events'], // §2.4
    claims: { events: { validate: isLogoutEvent } },
    validate: (claims) => !('nonce' in claims) && (claims.sub !== undefined || typeof claims['sid'] === 'string'),
  }
}

function isLogoutEvent(events: unknown): boolean {
  if (!isObject(events)) return false
  const event = events['http://schemas.openid.net/event/backchannel-logout']
  return isObject(event)
}

/** Client assertions, RFC 7523 §3. `jti` is required, so that a replay can be noticed. */
export function clientAssertionPolicy({
  clientId,
  audience,
  ...options
}: PolicyOptions & { readonly clientId: string; readonly audience: string | readonly string[] }): JwtPolicy {
  demand({ clientId, audience })
  return {
    ...common(options),
    typ: ['JWT', 'client-authentication+jwt'],
    typOptional: true,
    issuer: clientId,
    subject: clientId,
    audience,
    required: ['iss', 'sub', 'aud', 'jti'],
  }
}

/** DPoP proofs, RFC 9449 §4.3, but for what only the request knows: `htm`, `htu`, `ath`, `nonce`. */
export function dpopProofPolicy({
  maxAge = 300,
  ...options
}: PolicyOptions & {
  /** Seconds since the proof was made. Default 300. */
  readonly maxAge?: number | undefined
} = {}): JwtPolicy {
  return {
    ...common(options),
    typ: 'dpop+jwt',
    expiryOptional: true,
    maxAge,
    required: ['jti', 'htm', 'htu', 'iat'],
    validate: (_, { jwk }) => isPublicJwk(jwk), // §4.3 item 7
  }
}

function isPublicJwk(jwk: unknown): boolean {
  return isObject(jwk) && !privateMembers.some((name) => name in jwk)
}

/** Request objects, RFC 9101 §6. */
export function requestObjectPolicy({
  clientId,
  audience,
  ...options
}: PolicyOptions & { readonly clientId: string; readonly audience: string | readonly string[] }): JwtPolicy {
  demand({ clientId, audience })
  return {
    ...common(options),
    typ: ['oauth-authz-req+jwt', 'JWT'],
    typOptional: true,
    issuer: clientId,
    audience,
    expiryOptional: true,
    claims: { client_id: { essential: true, value: clientId } }, // §5.2.1
  }
}

function common(options: PolicyOptions): JwtPolicy {
  return { leeway: 5, ...pick(options, ['algorithms', 'leeway', 'clock']) }
}

/** A forgotten setting must not become a policy without that check. */
function demand(settings: Readonly<Record<string, string | readonly string[] | undefined>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!value?.length) throw new TypeError(`The policy needs ${name}`)
  }
}
