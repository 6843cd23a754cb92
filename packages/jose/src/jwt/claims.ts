/** JWT claims and the policy they are checked by, RFC 7519 §4 and RFC 8725 §3. */

import { type Clock, systemClock } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import type { JwsAlgorithmName } from '../shared/algorithm-name.ts'
import { JoseError } from '../errors.ts'
import { isObject, isText, isTextList } from '../shared/is-object.ts'
import type { JwsHeader } from '../jws/header.ts'
import { isEmptyMember, listOf, memberFault, type MemberRule, passes } from '../shared/member-rule.ts'

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

/** Claims to be signed: times may be dates too. */
export interface NewJwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number | Date
  readonly nbf?: number | Date
  readonly iat?: number | Date
  readonly jti?: string
  readonly [name: string]: unknown
}

/** What one claim must be. */
export interface ClaimRule extends MemberRule {
  /** Your own test, for a claim that is there. Only true passes. */
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
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** The `typ` header, or one of these; without `application/`, in any case (RFC 7515 §4.1.9). Default: not looked at. */
  readonly typ?: string | readonly string[]
  /** A token without `typ` passes too. Default false. */
  readonly typOptional?: boolean | undefined
  /** The exact `iss`. Default: any. */
  readonly issuer?: string
  /** Who we are: one of these must be in `aud`. Without it, a token that has an `aud` is refused (RFC 7519 §4.1.3). */
  readonly audience?: string | readonly string[]
  /** `aud` must be one text that names us, and no list: the token is for no one else. Default false. */
  readonly soleAudience?: boolean | undefined
  /** Accepts a token for any audience, as when reading one's own. Default false. */
  readonly anyAudience?: boolean | undefined
  /** The exact `sub`. Default: any. */
  readonly subject?: string
  /** Claims that must be there and not empty, besides `exp`. */
  readonly required?: readonly string[] | undefined
  /** Accepts a token without `exp`. Default false. */
  readonly expiryOptional?: boolean | undefined
  /** Seconds since `iat`, which becomes required. Default: no bound. */
  readonly maxAge?: number
  /** Seconds by which clocks may differ, for `exp`, `nbf`, `iat` and `maxAge`. Default 0. */
  readonly leeway?: number | undefined
  /** The token must be encrypted, and is opened by this first. Default: it is not encrypted. */
  readonly decryption?: JwtDecryption | undefined
  /** Rules for single claims. */
  readonly claims?: Readonly<Record<string, ClaimRule>> | undefined
  /** Your own last test; `now` is the clock's. Throws, or returns anything but true for `invalid_claim`. */
  readonly validate?: ((claims: JwtClaims, header: Partial<JwsHeader>, now: number) => boolean) | undefined
  /** Longest token in characters, refused before decoding. Default 16,384. */
  readonly maxSize?: number | undefined
  /** Seconds since 1970. Default: the clock of the machine. */
  readonly clock?: Clock | undefined
}

/** Checks the header's `typ` against the policy. */
export function checkType({ typ }: Partial<JwsHeader>, { typ: expected, typOptional = false }: JwtPolicy): void {
  if (expected === undefined || typ === expected) return
  if (typ === undefined ? typOptional : listOf(expected).some((name) => mediaType(name) === mediaType(typ))) return
  throw new JoseError('invalid_header', 'The token is of another type', { reason: `typ: ${difference(expected, typ)}` }) // RFC 8725 §3.11
}

/** Every member of a policy for JWTs and for SD-JWTs. */
const MEMBERS: Readonly<Record<keyof JwtPolicy | 'schema' | 'keyBinding' | 'signatures', true>> = {
  algorithms: true,
  typ: true,
  typOptional: true,
  issuer: true,
  audience: true,
  soleAudience: true,
  anyAudience: true,
  subject: true,
  required: true,
  expiryOptional: true,
  maxAge: true,
  leeway: true,
  decryption: true,
  claims: true,
  validate: true,
  maxSize: true,
  clock: true,
  schema: true,
  keyBinding: true,
  signatures: true,
}

/** Policies whose members are known: each is used many times. */
const known = new WeakSet<JwtPolicy>()

/** A setting that is there without a value, or under a name that is misspelt, must not become no check at all. */
export function checkPolicy<P extends JwtPolicy>(policy: P): P {
  if (!isObject(policy)) throw new TypeError('A policy is required: algorithms, issuer, audience …')
  for (const name of ['typ', 'issuer', 'audience', 'subject', 'maxAge'] as const)
    if (policy[name] === undefined && name in policy) throw new TypeError(`The policy's ${name} is undefined`)
  if (!known.has(policy)) {
    refuseUnknownOptions('A policy', policy, MEMBERS)
    known.add(policy)
  }
  return policy
}

/** Checks claims, wherever they come from, against a policy. Throws a `JoseError` that names the claim. */
export function checkClaims(claims: JwtClaims, policy: JwtPolicy, header: Partial<JwsHeader> = {}): void {
  applyPolicy(claims, checkPolicy(policy), header)
}

/** The same, by a policy that was checked. */
export function applyPolicy(claims: JwtClaims, policy: JwtPolicy, header: Partial<JwsHeader>): void {
  const { clock = systemClock, issuer, subject, required = [], claims: rules } = policy
  const now = clock()
  const malformed = malformedName(claims)
  if (malformed !== null) throw invalidClaim(malformed, `a ${typeof claims[malformed]} is not its type`)
  checkTimes(claims, policy, now)
  checkExact(claims, 'iss', issuer)
  checkExact(claims, 'sub', subject)
  checkAudience(claims, policy)
  for (const name of required) if (isEmptyMember(claims, name)) throw missingClaim(name)
  for (const [name, rule] of rules === undefined ? [] : Object.entries(rules)) {
    const fault = memberFault(claims, name, rule)
    if (fault === 'missing') throw missingClaim(name)
    if (fault !== null) throw invalidClaim(name, fault)
  }
  if (policy.validate !== undefined && !passes(policy.validate(claims, header, now)))
    throw invalidClaim('', 'refused by validate')
}

/** The first of the registered names that is not of its type, or null. RFC 7519 §4.1 */
export function malformedName({ iss, sub, jti, aud, exp, nbf, iat }: NewJwtClaims): string | null {
  if (!isText(iss)) return 'iss'
  if (!isText(sub)) return 'sub'
  if (!isText(jti)) return 'jti'
  if (!isTime(exp)) return 'exp'
  if (!isTime(nbf)) return 'nbf'
  if (!isTime(iat)) return 'iat'
  return isText(aud) || isTextList(aud) ? null : 'aud'
}

function isTime(value: unknown): boolean {
  return value === undefined || Number.isFinite(value)
}

/**
 * At `exp` a token is expired, at `nbf` it is valid (RFC 7519 §4.1.4, §4.1.5). NaN fails every check. We subtract, because +
 * would concatenate strings.
 */
function checkTimes(claims: JwtClaims, { leeway = 0, maxAge, expiryOptional = false }: JwtPolicy, now: number): void {
  const { exp, nbf, iat } = claims
  if (exp !== undefined && !(now - leeway < exp)) throw expired('exp')
  if (exp === undefined && !expiryOptional) throw missingClaim('exp', 'Sign with a `lifetime`, or set `expiryOptional`')
  if (nbf !== undefined && !(nbf - leeway <= now)) throw immature('nbf')
  if (iat !== undefined && !(iat - leeway <= now)) throw immature('iat')
  if (maxAge === undefined) return
  if (iat === undefined) throw missingClaim('iat')
  if (!(now - iat - leeway <= maxAge)) throw expired('iat')
}

function checkExact(claims: JwtClaims, name: 'iss' | 'sub', expected: string | undefined): void {
  const found = claims[name]
  if (expected === undefined || found === expected) return
  if (found === undefined) throw missingClaim(name)
  throw invalidClaim(name, `${JSON.stringify(expected)} expected, found another`)
}

function checkAudience({ aud }: JwtClaims, { audience, anyAudience = false, soleAudience = false }: JwtPolicy): void {
  if (anyAudience) return
  if (audience === undefined) {
    if (aud === undefined) return
    throw invalidClaim('aud', 'the policy names none', 'Pass your `audience`')
  }
  if (aud === undefined) throw missingClaim('aud')
  if (soleAudience && typeof aud !== 'string') throw invalidClaim('aud', 'a list')
  const fits = (item: string): boolean => (typeof audience === 'string' ? item === audience : audience.includes(item))
  if (!listOf(aud).some(fits)) throw invalidClaim('aud', difference(audience, aud))
}

/** Without `application/`, in lower case. RFC 7515 §4.1.9 */
export function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}

function expired(claim: 'exp' | 'iat'): JoseError {
  return new JoseError('expired_token', 'The token has expired', { claim, reason: claim })
}

function immature(claim: 'nbf' | 'iat'): JoseError {
  return new JoseError('immature_token', 'The token is not valid yet', {
    claim,
    reason: claim,
    hint: 'Allow a `leeway`, and check that times are in seconds',
  })
}

/** For logs: a `reason` is never sent. Only of what is no personal data. */
function difference(expected: unknown, found: unknown): string {
  return [expected, found].map((value) => JSON.stringify(value ?? null).slice(0, 200)).join(' expected, found ')
}

function missingClaim(claim: string, hint?: string): JoseError {
  return new JoseError('missing_claim', 'A claim is missing', { claim, reason: claim, hint })
}

function invalidClaim(claim: string, reason: string, hint?: string): JoseError {
  return new JoseError('invalid_claim', 'Invalid claim', {
    claim,
    reason: `${claim}: ${reason}`,
    hint,
  })
}
