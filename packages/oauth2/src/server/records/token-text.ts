/** How our codes and tokens are written: a prefix for secret scanners, the authorization, then randomness. */

import { randomToken } from '@authlib/core'
import type { Environment } from '../contract/server.ts'

/** `kind` of an opaque access token in the store. */
export const ACCESS_TOKEN_KIND = 'access_token'

/** `at_<authorization>.<random>`, after the prefix of the server. */
export function createTokenText(
  { tokenPrefix, random }: Pick<Environment, 'tokenPrefix' | 'random'>,
  kind: string,
  authorizationId: string,
): string {
  return `${tokenPrefix}${kind}_${authorizationId}.${randomToken(random, 32)}`
}

/** The authorization a token names, or null for text that is not such a token. Says nothing about its validity. */
export function authorizationIdOf(kind: string, token: string): string | null {
  const match = TOKEN.exec(token)
  return match?.[1] === kind && token.length <= 512 ? (match[2] ?? null) : null
}

/** The id of a derived authorization has up to eight parts of its own. A server may have had any prefix before. */
const TOKEN = /^(?:[a-z][a-z0-9]{0,15}_)?([a-z]{2})_([A-Za-z0-9_-]{22}(?:~[A-Za-z0-9_-]{12}){0,8})\./
