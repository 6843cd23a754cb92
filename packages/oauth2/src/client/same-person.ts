/** A login that brings no refresh token, after one that did. */

import { decodeBase64url, decodeUtf8 } from '@authlib/core/kit'
import type { Token } from './token.ts'

/** The new token with the refresh token of the one before, unless that one is of another person. */
export function withOldRefreshToken(fresh: Token, before: Token | null): Token {
  if (before?.refreshToken === undefined || fresh.refreshToken !== undefined) return fresh
  const [now, then] = [subjectOf(fresh), subjectOf(before)]
  const other = now !== undefined && then !== undefined && now !== then
  return other ? fresh : { ...fresh, refreshToken: before.refreshToken }
}

/** Of an ID Token that was validated when it came. */
function subjectOf({ idToken }: Token): unknown {
  try {
    const payload = JSON.parse(decodeUtf8(decodeBase64url(idToken?.split('.')[1] ?? ''))) as { sub?: unknown }
    return payload.sub
  } catch {
    return undefined
  }
}
