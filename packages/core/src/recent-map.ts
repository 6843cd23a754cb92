/** A bounded memory from strings to values, for caches: what was not used lately goes. */

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
  type Entry = { readonly name: string; readonly value: Value }
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()

  function keep(entry: Entry): Entry {
    if (young.size >= size / 2) {
      old = young
      young = new Map()
    }
    young.set(entry.name, entry)
    return entry
  }

  /** Under the name it was set with: that of the question may be a part of something large. */
  function rejuvenate(name: string): Entry | undefined {
    const entry = old.get(name)
    return entry && keep(entry)
  }

  return {
    get: (name) => (young.get(name) ?? rejuvenate(name))?.value,
    set(name, value) {
      keep({ name, value })
    },
    delete(name) {
      young.delete(name)
      old.delete(name)
    },
  }
}
