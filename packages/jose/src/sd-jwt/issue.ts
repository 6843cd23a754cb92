/** Issuing an SD-JWT. RFC 9901 §4, §6 */

import type { NewJwtClaims } from '../jwt/claims.ts'
import { signJwt, type SignJwtOptions } from '../jwt/signed.ts'
import type { Key } from '../keys/key.ts'
import { concealClaims, type ConcealOptions } from './conceal.ts'

/** As of `signJwt`, except that the token has no `exp` unless you say so: many credentials do not expire. */
export interface IssueSdJwtOptions extends SignJwtOptions, ConcealOptions {}

/**
 * The signed token, then every disclosure: for the holder. A path that leads nowhere is a `TypeError`.
 *
 * @example
 * const sdJwt = await issueSdJwt({ iss, sub, birthdate: '1990-04-12' }, key, { disclosable: [['birthdate']] })
 */
export async function issueSdJwt(claims: NewJwtClaims, key: Key, options: IssueSdJwtOptions): Promise<string> {
  const { claims: visible, disclosures } = await concealClaims(claims, options)
  return [await signJwt(visible, key, { ...options, lifetime: options.lifetime ?? null }), ...disclosures, ''].join('~')
}
