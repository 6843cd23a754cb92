/** JWT claims and the policy they are checked by, RFC 7519 §4 and RFC 8725 §3. */

import { type Clock, systemClock } from '@authlib/core'
import { JoseError } from './errors.ts'
import type { JwsHeader } from './header.ts'

/** Registered claims, RFC 7519 §4.1, and any other. */
export interface JwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly [name: string]: unknown
}

/** What one claim must be. */
export interface ClaimRule {
  /** The claim is there and not empty: no empty text, list or null. Default false. */
  readonly essential?: boolean
  /** The one value, compared with `===`; in a list, one of its items. */
  readonly value?: unknown
  /** Like `value`, any of these. */
  readonly values?: readonly unknown[]
  /** Your own test, for a claim that is there. */
  readonly validate?: (value: unknown, claims: JwtClaims) => boolean
}

/** Made by `decryption`: what is not used is not loaded. */
export interface JwtDecryption {
  /** The signed token inside. */
  open(token: string): Promise<string>
}

/** What a token must be to be accepted. A plain object: keep one per use and share it. */
export interface JwtPolicy {
  /** The algorithms that are accepted. Required, unless every key says its own (RFC 8725 §3.1). */
  readonly algorithms?: readonly string[]
  /** The `typ` header, or one of these; without `application/`, in any case (RFC 7515 §4.1.9). Default: not looked at. */
  readonly typ?: string | readonly string[]
  /** A token without `typ` passes too. Default false. */
  readonly typOptional?: boolean
  /** The exact `iss`. Default: any. */
  readonly issuer?: string
  /** Who we are: one of these must be in `aud`. Without it, a token that has an `aud` is refused (RFC 7519 §4.1.3). */
  readonly audience?: string | readonly string[]
  /** Accepts a token for whomever, as when reading one's own. Default false. */
  readonly anyAudience?: boolean
  /** The exact `sub`. Default: any. */
  readonly subject?: string
  /** Claims that must be there and not empty, besides `exp`. */
  readonly required?: readonly string[]
  /** Accepts a token without `exp`. Default false. */
  readonly expiryOptional?: boolean
  /** Seconds since `iat`, which becomes required. Default: no bound. */
  readonly maxAge?: number
  /** Seconds by which clocks may differ, for `exp`, `nbf`, `iat` and `maxAge`. Default 0. */
  readonly leeway?: number
  /** The token must be encrypted, and is opened by this first. Default: it is not encrypted. */
  readonly decryption?: JwtDecryption
  /** Rules for single claims. */
  readonly claims?: Readonly<Record<string, ClaimRule>>
  /** Your own last test; `now` is the clock's. Throws, or returns false for `invalid_claim`. */
  readonly validate?: (claims: JwtClaims, header: Partial<JwsHeader>, now: number) => boolean
  /** Longest token in characters, refused before decoding. Default 16,384. */
  readonly maxSize?: number
  readonly clock?: Clock
}

/** Checks the header's `typ` against the policy. */
export function checkType({ typ }: Partial<JwsHeader>, { typ: expected, typOptional = false }: JwtPolicy): void {
  if (expected === undefined || typ === expected) return
  if (typ === undefined && typOptional) return
  const allowed = typeof expected === 'string' ? [expected] : expected
  if (typ === undefined || !allowed.some((name) => mediaType(name) === mediaType(typ))) {
    throw new JoseError('invalid_header', 'The token is of another type', { reason: 'typ' }) // RFC 8725 §3.11
  }
}

/** Checks the claims against the policy. Throws a `JoseError` that names the claim. */
export function checkClaims(claims: JwtClaims, header: Partial<JwsHeader>, policy: JwtPolicy): void {
  const now = (policy.clock ?? systemClock)()
  checkForms(claims)
  checkTimes(claims, policy, now)
  const { issuer, subject, required } = policy
  if (issuer !== undefined && claims.iss !== issuer) throw mismatch(claims, 'iss')
  if (subject !== undefined && claims.sub !== subject) throw mismatch(claims, 'sub')
  checkAudience(claims, policy)
  if (required !== undefined) for (const name of required) if (isEmpty(claims, name)) throw missingClaim(name)
  if (policy.claims !== undefined) checkRules(claims, policy.claims)
  if (policy.validate !== undefined && !policy.validate(claims, header, now))
    throw invalidClaim('', 'refused by validate')
}

function checkForms(claims: JwtClaims): void {
  const { iss, sub, jti, aud } = claims
  if (iss !== undefined && typeof iss !== 'string') throw invalidClaim('iss', 'not a string')
  if (sub !== undefined && typeof sub !== 'string') throw invalidClaim('sub', 'not a string')
  if (jti !== undefined && typeof jti !== 'string') throw invalidClaim('jti', 'not a string')
  if (aud === undefined || typeof aud === 'string') return
  if (!Array.isArray(aud) || !aud.every((item) => typeof item === 'string')) throw invalidClaim('aud', 'not strings')
}

/** At `exp` a token is expired, at `nbf` it is valid. RFC 7519 §4.1.4, §4.1.5 */
function checkTimes(claims: JwtClaims, { leeway = 0, maxAge, expiryOptional = false }: JwtPolicy, now: number): void {
  const { exp, nbf, iat } = claims
  if (exp === undefined) {
    if (!expiryOptional) throw missingClaim('exp')
  } else if (!isTime(exp)) throw invalidClaim('exp', 'not a NumericDate')
  else if (now >= exp + leeway) throw new JoseError('expired_token', 'The token has expired', { claim: 'exp' })
  if (nbf !== undefined) checkStart('nbf', nbf, now + leeway)
  if (iat !== undefined) checkStart('iat', iat, now + leeway)
  if (maxAge === undefined) return
  if (iat === undefined) throw missingClaim('iat')
  if (now - iat > maxAge + leeway) throw new JoseError('expired_token', 'The token is too old', { claim: 'iat' })
}

function checkStart(claim: 'nbf' | 'iat', value: unknown, latest: number): void {
  if (!isTime(value)) throw invalidClaim(claim, 'not a NumericDate')
  if (value > latest) throw new JoseError('immature_token', 'The token is not valid yet', { claim })
}

function checkAudience({ aud }: JwtClaims, { audience, anyAudience = false }: JwtPolicy): void {
  if (anyAudience) return
  if (audience === undefined) {
    if (aud !== undefined) throw invalidClaim('aud', 'an audience, but the policy names none')
    return
  }
  if (aud === undefined) throw missingClaim('aud')
  const fits = (item: string): boolean => (typeof audience === 'string' ? item === audience : audience.includes(item))
  if (!(typeof aud === 'string' ? fits(aud) : aud.some(fits))) throw invalidClaim('aud', 'for another audience')
}

function checkRules(claims: JwtClaims, rules: Readonly<Record<string, ClaimRule>>): void {
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.essential && isEmpty(claims, name)) throw missingClaim(name)
    if (!Object.hasOwn(claims, name)) continue
    const value = claims[name]
    const values = 'value' in rule ? [rule.value] : rule.values
    const given: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (values !== undefined && !given.some((item) => values.includes(item))) throw invalidClaim(name, 'another value')
    if (rule.validate !== undefined && !rule.validate(value, claims)) throw invalidClaim(name, 'refused by its rule')
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isEmpty(claims: JwtClaims, name: string): boolean {
  if (!Object.hasOwn(claims, name)) return true
  const value = claims[name]
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Without `application/`, in lower case. RFC 7515 §4.1.9 */
export function mediaType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}

function mismatch(claims: JwtClaims, claim: string): JoseError {
  return claims[claim] === undefined ? missingClaim(claim) : invalidClaim(claim, 'another value')
}

function missingClaim(claim: string): JoseError {
  return new JoseError('missing_claim', 'A claim is missing', { claim, reason: claim })
}

function invalidClaim(claim: string, reason: string): JoseError {
  return new JoseError('invalid_claim', 'A claim is not what it must be', { claim, reason: `${claim}: ${reason}` })
}
