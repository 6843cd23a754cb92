/** What a resource server knows of an access token, however it learnt it. */

import type { Json } from '@authlib/core'
import { invalidToken } from './bearer-errors.ts'

/** An access token that has been validated. */
export interface ResourceToken {
  /** Who the token speaks for. For client credentials it may name the client. RFC 9068 §2.2. */
  readonly subject?: string | undefined
  readonly clientId?: string | undefined
  /** The granted scope, one value an item. */
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuer?: string | undefined
  /** NumericDate. Absent when the authorization server does not say. */
  readonly expiresAt?: number | undefined
  /** `Bearer` unless the authorization server says otherwise. */
  readonly tokenType: string
  /** Everything that was said about the token, under its wire names. */
  readonly claims: TokenClaims
}

/** Claims of a JWT, or members of an introspection response. */
export type TokenClaims = Readonly<Record<string, Json | undefined>>

/**
 * Reads claims into a token.
 *
 * @throws ResourceError `invalid_token` when a claim has the wrong type
 */
export function readResourceToken(claims: TokenClaims): ResourceToken {
  return {
    subject: text(claims, 'sub'),
    clientId: text(claims, 'client_id'),
    scope: (text(claims, 'scope') ?? '').split(' ').filter((value) => value !== ''),
    audience: texts(claims, 'aud'),
    issuer: text(claims, 'iss'),
    expiresAt: number(claims, 'exp'),
    tokenType: text(claims, 'token_type') ?? 'Bearer',
    claims,
  }
}

function text(claims: TokenClaims, name: string): string | undefined {
  const value = claims[name]
  if (value === undefined || typeof value === 'string') return value
  throw invalidToken(`${name} is not a string`)
}

function texts(claims: TokenClaims, name: string): readonly string[] {
  const value = claims[name] ?? []
  const values: readonly Json[] = Array.isArray(value) ? value : [value]
  return values.map((item) => {
    if (typeof item === 'string') return item
    throw invalidToken(`${name} is not a list of strings`)
  })
}

function number(claims: TokenClaims, name: string): number | undefined {
  const value = claims[name]
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
  throw invalidToken(`${name} is not a number`)
}
