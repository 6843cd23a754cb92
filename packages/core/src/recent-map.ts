/** A bounded memory from texts to values, for caches: what nobody has used lately goes. */

export interface RecentMap<Value> {
  get(name: string): Value | undefined
  set(name: string, value: Value): void
  delete(name: string): void
}

/**
 * Holds `size` values at the most. Two generations: when the young one is full it becomes the old one, and the old one is
 * dropped with what was not asked for meanwhile.
 */
export function recentMap<Value>(size: number): RecentMap<Value> {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()

  function set(name: string, value: Value): void {
    if (young.size >= size / 2) {
      old = young
      young = new Map()
    }
    young.set(name, value)
  }

  return {
    get(name) {
      const found = young.get(name)
      if (found !== undefined) return found
      const kept = old.get(name)
      if (kept !== undefined) set(name, kept)
      return kept
    },
    set,
    delete(name) {
      young.delete(name)
      old.delete(name)
    },
  }
}
