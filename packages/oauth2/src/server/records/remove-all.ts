/** Reading and removing everything that an index entry finds. */

import type { ListQuery, Store, StoredRecord } from '@authlib/core'
import { batchOf } from './changes.ts'

/** Returns how many. Records that are added meanwhile may stay. */
export async function removeAll(store: Store, query: ListQuery, now: number): Promise<number> {
  let removed = 0
  for await (const page of pagesOf(store, query)) {
    const remove = ({ partition, kind, id }: StoredRecord): Promise<boolean> =>
      store.commit(batchOf(partition, now, { remove: [[kind, id]] }))
    await Promise.all(page.map(remove))
    removed += page.length
  }
  return removed
}

/** Pages of as many records as are worth writing at once: a store may write them together. */
export async function* pagesOf(store: Store, query: ListQuery): AsyncGenerator<readonly StoredRecord[]> {
  let after: string | undefined
  do {
    const page = await store.list({ ...query, after, limit: 250 })
    yield page.items
    after = page.next
  } while (after !== undefined)
}
