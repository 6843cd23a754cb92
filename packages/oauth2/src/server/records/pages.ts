/** Everything that an index entry finds, a page at a time. */

import type { ListQuery, Store, StoredRecord } from '@authlib/core'
import { batchOf } from './changes.ts'

/** As many records at once as are worth writing at once: a store may write them together. */
export async function* pagesOf(store: Store, query: ListQuery): AsyncGenerator<readonly StoredRecord[]> {
  let after: string | undefined
  do {
    const page = await store.list({ ...query, after, limit: 250 })
    yield page.items
    after = page.next
  } while (after !== undefined)
}

/** Returns how many. Records that are added meanwhile may stay. */
export async function removeAll(store: Store, query: ListQuery, now: number): Promise<number> {
  let removed = 0
  for await (const page of pagesOf(store, query)) {
    await Promise.all(
      page.map(({ kind, id, partition }) => store.commit(batchOf(partition, now, { remove: [[kind, id]] }))),
    )
    removed += page.length
  }
  return removed
}
