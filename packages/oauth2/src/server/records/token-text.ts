/** How our codes and tokens are written: a prefix for secret scanners, the partition, then randomness. */

import { randomToken, type Random } from '@authlib/core'

/** `at_<authorization>.<random>` */
export function createTokenText(prefix: string, authorizationId: string, random: Random): string {
  return `${prefix}_${authorizationId}.${randomToken(random, 32)}`
}

/** The authorization a token names, or null for text that is not such a token. Says nothing about its validity. */
export function authorizationIdOf(prefix: string, token: string): string | null {
  const match = /^([a-z]{2})_([A-Za-z0-9_-]{22})\./.exec(token)
  return match?.[1] === prefix && token.length <= 512 ? (match[2] ?? null) : null
}
