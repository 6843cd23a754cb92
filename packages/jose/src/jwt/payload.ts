/** The payload of a JWT: from claims to text and back. RFC 7519 §7 */

import { type Clock, systemClock } from '@authlib/core'
import { type JwtClaims, malformedName, type NewJwtClaims } from './claims.ts'
import { JoseError } from '../errors.ts'
import { isObject } from '../shared/is-object.ts'
import { readObject } from '../shared/read-object.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What the signer or encrypter of claims may say about their time. */
export interface LifetimeOptions {
  /**
   * Seconds from now to `exp`; `iat` becomes now, unless the claims have one. Needed unless the claims have `exp`. Null: the
   * token has no `exp`, and verifiers that demand it, as `verifyJwt` does, refuse the token.
   */
  readonly lifetime?: number | null | undefined
  /** Seconds since 1970. Default: the clock of the machine. */
  readonly clock?: Clock | undefined
}

/** Claims that say when the token ends. */
export type ExpiringClaims = NewJwtClaims & { readonly exp: number | Date }

/** What a caller without types forgets: the token would never end, and `verifyJwt` would refuse it. */
export function assertEnd({ exp }: NewJwtClaims, { lifetime }: LifetimeOptions): void {
  if (exp !== undefined || lifetime !== undefined) return
  throw new TypeError('Pass a `lifetime`, or claims with `exp`; with `lifetime: null` the token does not expire')
}

/** The claims as they go into a token. What no verifier would accept is a `TypeError`. */
export function prepareClaims(claims: NewJwtClaims, { lifetime, clock = systemClock }: LifetimeOptions): JwtClaims {
  if (!isObject(claims)) throw new TypeError('Claims must be an object')
  const { exp, nbf, iat } = claims
  const dated = exp instanceof Date || nbf instanceof Date || iat instanceof Date
  const stated = dated ? withNumericDates(claims) : claims
  const fault = malformedName(stated)
  if (fault !== null) throw new TypeError(`${fault} must not be a ${typeof stated[fault]} (RFC 7519 §4.1)`)
  const numeric = stated as JwtClaims // no Date is left
  if (lifetime === undefined || lifetime === null) return numeric
  if (exp !== undefined) throw new TypeError('Pass exp or lifetime, not both')
  if (!(Number.isFinite(lifetime) && lifetime > 0)) throw new TypeError('lifetime must be a positive number of seconds')
  const now = clock()
  return { ...numeric, iat: numeric.iat ?? now, exp: now + lifetime }
}

/** Whole seconds: what is still valid in between has expired a little early. RFC 7519 §2 */
function withNumericDates(claims: NewJwtClaims): NewJwtClaims {
  const dates = ['exp', 'nbf', 'iat'].filter((name) => claims[name] instanceof Date)
  const seconds = dates.map((name): [string, number] => [name, Math.floor(Number(claims[name]) / 1000)])
  return { ...claims, ...Object.fromEntries(seconds) }
}

/** The JSON object that a payload must be. Throws `invalid_payload`, also for whatever reading its text throws. */
export function parseClaims(read: () => string): JwtClaims {
  // its registered members are checked by the policy
  return readObject(read, (cause) => new JoseError('invalid_payload', 'The payload is not a JSON object', { cause }))
}

/** Names where it does not fit, and no value. */
export async function validateSchema<C>(claims: JwtClaims, schema: StandardSchema<C>): Promise<C> {
  const result = await schema['~standard'].validate(claims)
  if (result.issues === undefined) return result.value
  const paths = result.issues.map(({ path = [] }) =>
    path.map((part) => (typeof part === 'object' ? part.key : part)).join('.'),
  )
  throw new JoseError('invalid_payload', 'The claims do not fit the schema', { reason: paths.join(', ') })
}
