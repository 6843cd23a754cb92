/** What is made of a key once and used for every token. */

import type { Key } from './key.ts'

/** A cache that lives as long as its keys. Each key has a few names at the most. */
export function perKey<T>(): (key: Key, name: string, make: () => T) => T {
  const all = new WeakMap<Key, Map<string, T>>()
  return (key, name, make) => {
    let known = all.get(key)
    if (known === undefined) all.set(key, (known = new Map<string, T>()))
    let made = known.get(name)
    if (made === undefined) known.set(name, (made = make()))
    return made
  }
}
