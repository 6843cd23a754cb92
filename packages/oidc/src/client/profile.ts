/**
 * What is said about the person, in the types that the specification gives it.
 *
 * @spec OpenID Connect Core 1.0 §5.1 §5.3.2
 */

import { isObject } from '@authlib/core/kit'
import type { UserClaims } from '../claims.ts'
import { claimsOfScope, pickClaims, scopeClaims } from '../scopes.ts'

const USER_CLAIMS = claimsOfScope(Object.keys(scopeClaims))

/** The claims of §5.1 among those of an ID Token. */
export function pickUserClaims(claims: Readonly<Record<string, unknown>> & { readonly sub: string }): UserClaims {
  return readUserClaims({ sub: claims.sub, ...pickClaims(claims, USER_CLAIMS) })
}

/** Claims as providers write them, in the types of §5.1: `"false"` is false. What cannot be read is left out. */
export function readUserClaims(claims: Readonly<Record<string, unknown>> & { readonly sub: string }): UserClaims {
  const read = Object.entries(claims).map(([name, value]) => [name, readClaim(name, value)] as const)
  return { ...Object.fromEntries(read.filter(([, value]) => value !== undefined)), sub: claims.sub }
}

function readClaim(name: string, value: unknown): unknown {
  const claim = name.split('#', 1)[0]!
  if (claim === 'email_verified' || claim === 'phone_number_verified') return readBoolean(value)
  if (claim === 'updated_at') return readTime(value)
  if (claim === 'address' && isObject(value)) return value
  if (claim === 'address') return typeof value === 'string' ? { formatted: value } : undefined
  if (!USER_CLAIMS.has(claim)) return value
  return typeof value === 'string' ? value : undefined
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}

/** NumericDate, or a date in words, as Auth0 writes it. */
function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : Date.parse(value) / 1000) : value
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined
}
