/** A bounded cache from the whole text of a token. */

import { recentMap } from '@authlib/core/kit'

export interface TokenCache<Value> {
  /** The value, unless it is past its time. */
  get(token: string, now: number): Value | undefined
  /** Keeps a value until a NumericDate. */
  set(token: string, value: Value, until: number, now: number): void
}

/** Holds `size` values at the most, those used lately. */
export function tokenCache<Value>(size: number = 10_000): TokenCache<Value> {
  const entries = recentMap<{ readonly value: Value; readonly until: number }>(size)
  return {
    get(token, now) {
      const entry = entries.get(token)
      return entry === undefined || entry.until <= now ? undefined : entry.value
    },
    set(token, value, until, now) {
      if (until > now) entries.set(token, { value, until })
    },
  }
}
