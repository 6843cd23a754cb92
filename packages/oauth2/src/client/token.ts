/** A token as a client keeps it: plain JSON, fit for any `TokenStore`. */

import { AuthlibError, type JsonObject, type StoredToken } from '@authlib/core'

/** What a token response granted, and to whom. Secret. */
export type Token = {
  readonly version: 1
  /** Fresh for every write; what compare-and-set compares. */
  readonly id: string
  /** Who issued it; absent when the client knows no issuer. */
  readonly issuer?: string | undefined
  readonly clientId: string
  /** `Bearer`, or a type of an extension such as `DPoP`. */
  readonly tokenType: string
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  readonly idToken?: string | undefined
  /** The granted scope. */
  readonly scope: readonly string[]
  /** The resources asked for, RFC 8707; asked for again with every refresh. */
  readonly resource?: readonly string[] | undefined
  /** NumericDate. */
  readonly obtainedAt: number
  /** NumericDate; absent when the server did not say. */
  readonly expiresAt?: number | undefined
  /** Further members of the token response, as listed in `keep`. */
  readonly extra?: JsonObject | undefined
  /** What extensions keep, such as the key that DPoP signs with. */
  readonly data?: JsonObject | undefined
}

/**
 * A token from a store.
 *
 * @throws AuthlibError `foreign_token` for a token of another client or issuer, which must not travel to this one
 */
export function readToken(stored: StoredToken | null, clientId: string, issuer: string | undefined): Token | null {
  if (stored?.['version'] !== 1) return null
  const token = stored as unknown as Token // sound: version 1 is what this file writes
  const foreignIssuer = issuer !== undefined && token.issuer !== undefined && token.issuer !== issuer
  if (token.clientId !== clientId || foreignIssuer) {
    throw new AuthlibError('foreign_token', 'The stored token belongs to another client or issuer', {
      hint: 'Give every client keys of its own in the token store, and drop tokens when a client moves to another issuer.',
    })
  }
  return token
}

export function isExpired({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt
}
