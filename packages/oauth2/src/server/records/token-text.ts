/** How our codes and tokens are written: a prefix for secret scanners, the authorization, then randomness. */

import { randomToken, type Random } from '@authlib/core'

/** `kind` of an opaque access token in the store. */
export const ACCESS_TOKEN_KIND = 'access_token'

/** `at_<authorization>.<random>` */
export function createTokenText(prefix: string, authorizationId: string, random: Random): string {
  return `${prefix}_${authorizationId}.${randomToken(random, 32)}`
}

/** The authorization a token names, or null for text that is not such a token. Says nothing about its validity. */
export function authorizationIdOf(prefix: string, token: string): string | null {
  const match = TOKEN.exec(token)
  return match?.[1] === prefix && token.length <= 512 ? (match[2] ?? null) : null
}

/** The id of a derived authorization has up to eight parts of its own. */
const TOKEN = /^([a-z]{2})_([A-Za-z0-9_-]{22}(?:~[A-Za-z0-9_-]{12}){0,8})\./
