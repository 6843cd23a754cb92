/** A token as a client keeps it: plain JSON, fit for any `TokenStore`. */

import { AuthlibError, type JsonObject, type StoredToken } from '@authlib/core'

/** Token credentials: an access token and the secret that requests are signed with. RFC 5849 §2.3 */
export type OAuth1Token = {
  readonly version: 1
  /** Fresh for every write; what compare-and-set compares. */
  readonly id: string
  readonly clientId: string
  readonly accessToken: string
  readonly tokenSecret: string
  /** NumericDate. */
  readonly obtainedAt: number
  /** NumericDate; absent when the provider did not say (`oauth_expires_in`). */
  readonly expiresAt?: number | undefined
  /** Further members of the answer, such as the id and the name of the account. */
  readonly extra?: JsonObject | undefined
}

/** What is enough to sign with, such as a token that another program has obtained. */
export type TokenCredentials = Pick<OAuth1Token, 'accessToken' | 'tokenSecret'>

/**
 * A token from a store.
 *
 * @throws AuthlibError `foreign_token` for a token of another client, which must not be signed with by this one
 */
export function readToken(stored: StoredToken | null, clientId: string): OAuth1Token | null {
  if (stored?.['version'] !== 1 || typeof stored['tokenSecret'] !== 'string') return null
  const token = stored as unknown as OAuth1Token // sound: version 1 with a token secret is what this package writes
  if (token.clientId === clientId) return token
  throw new AuthlibError('foreign_token', 'The stored token belongs to another client', {
    hint: 'Give every client keys of its own in the token store.',
  })
}
