/** A bounded cache from the whole text of a token. */

export interface TokenCache<Value> {
  /** The value, unless it is past its time. */
  get(token: string, now: number): Value | undefined
  /** Keeps a value until a NumericDate. */
  set(token: string, value: Value, until: number, now: number): void
}

/** Two generations: when the young one is full it becomes the old one, and the old one is dropped with what nobody used. */
export function tokenCache<Value>(size: number = 10_000): TokenCache<Value> {
  type Entry = { readonly value: Value; readonly until: number }
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()

  function keep(token: string, entry: Entry): void {
    if (young.size >= size / 2) {
      old = young
      young = new Map()
    }
    young.set(token, entry)
  }

  return {
    get(token, now) {
      const entry = young.get(token) ?? old.get(token)
      if (entry === undefined || entry.until <= now) return undefined
      if (!young.has(token)) keep(token, entry)
      return entry.value
    },
    set(token, value, until, now) {
      if (until > now) keep(token, { value, until })
    },
  }
}
