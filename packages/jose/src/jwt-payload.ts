import { parseJson } from '@authlib/core'
import type { JwtClaims } from './claims.ts'
import { JoseError } from './errors.ts'

/** The JSON object that a payload must be. Throws `invalid_payload`, also for whatever reading its text throws. */
export function parseClaims(read: () => string): JwtClaims {
  let claims: unknown
  try {
    claims = parseJson(read())
  } catch (cause) {
    throw new JoseError('invalid_payload', 'The payload is not JSON', { cause })
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new JoseError('invalid_payload', 'The payload is not a JSON object')
  }
  return claims as JwtClaims // sound: an object; its registered members are checked by the policy
}
