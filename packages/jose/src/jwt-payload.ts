import { parseJson } from '@authlib/core'
import type { JwtClaims } from './claims.ts'
import { JoseError } from './errors.ts'
import { isObject } from './is-object.ts'
import type { StandardSchema } from './standard-schema.ts'

/** The JSON object that a payload must be. Throws `invalid_payload`, also for whatever reading its text throws. */
export function parseClaims(read: () => string): JwtClaims {
  let claims: unknown
  try {
    claims = parseJson(read())
  } catch (cause) {
    throw new JoseError('invalid_payload', 'The payload is not JSON', { cause })
  }
  if (!isObject(claims)) {
    throw new JoseError('invalid_payload', 'The payload is not a JSON object')
  }
  return claims // its registered members are checked by the policy
}

/** Names where it does not fit, and no value. */
export async function validateSchema<C>(claims: JwtClaims, schema: StandardSchema<C>): Promise<C> {
  const result = await schema['~standard'].validate(claims)
  if (result.issues === undefined) return result.value
  const paths = result.issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  )
  throw new JoseError('invalid_payload', 'The claims do not fit the schema', { reason: paths.join(', ') })
}
