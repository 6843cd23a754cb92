/** Removing everything that an index entry finds. */

import type { ListQuery, Store } from '@authlib/core'

/** Returns how many. Records that are added meanwhile may stay. */
export async function removeAll(store: Store, query: ListQuery, now: number): Promise<number> {
  let removed = 0
  let after: string | undefined
  do {
    const page = await store.list({ ...query, after, limit: 100 })
    const removals = page.items.map(({ kind, id, partition }) =>
      store.commit({ partition, now, expect: [], put: [], remove: [[kind, id]] }),
    )
    await Promise.all(removals)
    removed += page.items.length
    after = page.next
  } while (after !== undefined)
  return removed
}
