/** The store contract over a SQL database: what all of them have in common. */

import type { Awaitable, Batch, IndexColumn, RecordKey, Store, StoreGuarantees } from '@authlib/core'
import {
  assertBatch,
  attempts,
  isStorable,
  pageSize,
  parsePosition,
  recordName,
  storeUnavailable,
} from '@authlib/core/kit'
import { readRecord, type SqlRow } from './sql.ts'

/** The four verbs in the SQL of one database. Names are storable, batches valid, and lists of keys not empty. */
export interface SqlBackend {
  /** In any order; all of one moment. */
  get(partition: string, keys: readonly RecordKey[]): Awaitable<readonly SqlRow[]>
  commit(batch: Batch): Awaitable<boolean>
  /** By position, after the one given. */
  list(query: {
    kind: string
    by: IndexColumn
    value: string
    after: number
    limit: number
  }): Awaitable<readonly SqlRow[]>
  /** One statement, which looks at each record again while it deletes. */
  sweep(now: number, limit: number): Awaitable<number>
}

/** Rows that one statement deletes at most: locks are short, and a turn of the event loop too. */
const STEP = 100

/** `timeout`: seconds for a read or a commit, for backends where one may take several statements. */
export function sqlStore(backend: SqlBackend, durability: StoreGuarantees['durability'], timeout?: number): Store {
  const inTime = <T>(action: () => Awaitable<T>): Promise<T> =>
    attempt(() =>
      timeout === undefined ? action() : attempts(async () => action(), { timeout, retryable: () => false }),
    )

  return {
    guarantees: { commit: 'atomic', reads: 'strong', expiry: 'swept', durability },

    async get(partition, keys) {
      const known = isStorable(partition) ? keys.filter((key) => key.every(isStorable)) : []
      if (known.length === 0) return keys.map(() => null)
      const rows = await inTime(() => backend.get(partition, known))
      const found = new Map(rows.map((row) => [recordName(row.kind, row.id), row]))
      return keys.map(([kind, id]) => {
        const row = found.get(recordName(kind, id))
        return row ? readRecord(row) : null
      })
    },

    async commit(batch) {
      assertBatch(batch)
      if (batch.expect.length + batch.put.length + batch.remove.length === 0) return true
      return inTime(() => backend.commit(batch))
    },

    async list({ kind, by, value, after, limit }) {
      const size = pageSize(limit)
      const position = parsePosition(after)
      if (!isStorable(kind) || !isStorable(value)) return { items: [] }
      const rows = await attempt(() => backend.list({ kind, by, value, after: position, limit: size + 1 }))
      const page = rows.slice(0, size)
      const items = page.map(readRecord)
      const last = page.at(-1)
      return rows.length > size && last ? { items, next: String(last.position) } : { items }
    },

    async sweep(now, limit) {
      let swept = 0
      for (let wanted = Math.min(limit, STEP); wanted >= 1; wanted = Math.min(limit - swept, STEP)) {
        const step = await attempt(() => backend.sweep(now, Math.trunc(wanted)))
        swept += step
        if (step < Math.trunc(wanted)) break
      }
      return swept
    },
  }
}

/** @throws AuthlibError `store_unavailable` for whatever the driver throws */
async function attempt<T>(action: () => Awaitable<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw storeUnavailable(error)
  }
}
