/** Issuing an SD-JWT. RFC 9901 §4, §6 */

import type { NewJwtClaims } from '../jwt/claims.ts'
import { signJwt, type SignJwtOptions } from '../jwt/signed.ts'
import type { Key } from '../keys/key.ts'
import { concealClaims, type ConcealOptions } from './conceal.ts'

export interface IssueSdJwtOptions extends SignJwtOptions, ConcealOptions {}

/** The signed token, then every disclosure: for the holder. A path that leads nowhere is a `TypeError`. */
export async function issueSdJwt(claims: NewJwtClaims, key: Key, options: IssueSdJwtOptions): Promise<string> {
  const { claims: visible, disclosures } = await concealClaims(claims, options)
  return [await signJwt(visible, key, options), ...disclosures, ''].join('~')
}
