/** What the cases of the store contract are made of. */

import { LIMITS, NEVER } from '@authlib/core'
import type { Awaitable, Batch, Expectation, ListQuery, Store, StoredRecord } from '@authlib/core'
import { assertEqual } from '../assert.ts'

/** A store to test. */
export interface OpenedStore extends Store {
  /** Called after the case. */
  close?(): Awaitable<void>
  /** For a store that adds to names, as `tenantStore` does: how many bytes it leaves to them. Default `LIMITS.name`. */
  readonly nameLimit?: number | undefined
}

/** Opens an empty store. Several handles on the same data, if given, are raced against each other. */
export type OpenStore = () => Awaitable<OpenedStore | readonly OpenedStore[]>

/** One case of the contract. */
export interface StoreContractCase {
  /** What the store does, as a sentence. */
  readonly name: string
  /** Rejects, with an error that says what was expected, when the store does something else. */
  readonly run: (open: OpenStore) => Promise<void>
}

/** The store of a case. `handle(n)` spreads racers over all handles; with one handle it is always that. */
interface Subject {
  readonly store: Store
  readonly nameLimit: number
  readonly handle: (n: number) => Store
}

export function storeCase(name: string, body: (subject: Subject) => Promise<void>): StoreContractCase {
  return {
    name,
    async run(open) {
      const stores = [await open()].flat()
      try {
        const handle = (n: number) => stores[n % stores.length]!
        await body({ store: handle(0), handle, nameLimit: stores[0]?.nameLimit ?? LIMITS.name })
      } finally {
        for (const store of stores) await store.close?.()
      }
    },
  }
}

/** The time of most cases. */
export const NOW = 1_700_000_000

/** A record that is live at {@link NOW}. */
export function record(changes: Partial<StoredRecord> = {}): StoredRecord {
  return { kind: 'code', id: 'a', partition: 'p', revision: 1, expiresAt: NOW + 600, data: {}, ...changes }
}

/** A batch at {@link NOW}. */
export function batch(changes: Partial<Batch>): Batch {
  return { partition: 'p', now: NOW, expect: [], put: [], remove: [], ...changes }
}

export function expecting(revision: number, id = 'a', kind = 'code'): Expectation {
  return { kind, id, revision }
}

/** Puts the records as they are, one after the other. */
export async function seed(store: Store, ...records: readonly StoredRecord[]): Promise<void> {
  for (const each of records) await store.commit(batch({ partition: each.partition, put: [each] }))
}

export async function getOne(store: Store, id = 'a', kind = 'code', partition = 'p'): Promise<StoredRecord | null> {
  const [found = null] = await store.get(partition, [[kind, id]])
  return found
}

/** All ids with the value in the column, page by page. */
export async function listIds(
  store: Store,
  value: string,
  limit?: number,
  { kind = 'code', by = 'tag' }: Partial<Pick<ListQuery, 'kind' | 'by'>> = {},
): Promise<string[]> {
  const ids: string[] = []
  let after: string | undefined
  for (let page = 0; page < 2000; page++) {
    const { items, next } = await store.list({ kind, by, value, after, limit })
    ids.push(...items.map(({ id }) => id))
    if (next === undefined) return ids
    after = next
  }
  throw new Error('the list does not end')
}

/** Runs `count` attempts at once and says which of them came out true. */
export async function race(count: number, attempt: (n: number) => Promise<boolean>): Promise<number[]> {
  const won = await Promise.all(range(count).map(attempt))
  return range(count).filter((n) => won[n])
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}

/** A time by which everything but {@link NEVER} has expired. */
export const LATE: number = NEVER - 1

/** Whether the store removes expired records by itself, so that they may be gone before they are swept. */
export function removesByItself({ guarantees }: Store): boolean {
  return guarantees.expiry === 'native'
}

/** Asserts what `sweep` returned. A store that removes expired records by itself may find fewer. */
export function assertSwept(store: Store, swept: number, expected: number, what = 'swept'): void {
  if (removesByItself(store))
    assertEqual(swept >= 0 && swept <= expected, true, `${what}: ${swept} of ${expected} or fewer`)
  else assertEqual(swept, expected, what)
}

/** Sweeps until nothing is left, and returns how many there were. */
export async function sweepAll(store: Store, now: number): Promise<number> {
  let total = 0
  for (let swept = -1; swept !== 0; total += swept) swept = await store.sweep(now, 1000)
  return total
}

/** Puts any number of records of one partition, in batches. */
export async function seedMany(store: Store, records: readonly StoredRecord[]): Promise<void> {
  for (let n = 0; n < records.length; n += LIMITS.batch) {
    await store.commit(batch({ put: records.slice(n, n + LIMITS.batch) }))
  }
}
