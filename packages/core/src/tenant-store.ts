/** One store for several tenants, each of which sees its own records alone. */

import { assertBatch, indexValues } from './store-rules.ts'
import type { Store, StoredRecord } from './store.ts'

/**
 * The part of a store that belongs to one tenant, by its name. `sweep` clears the whole store: once for all tenants is
 * enough. The name, encoded as in a URL, counts towards the length of every name: see `LIMITS`.
 *
 * @example
 * const acme = server.at({ issuer: 'https://acme.example', store: tenantStore(store, 'acme') })
 */
export function tenantStore(store: Store, tenant: string): Store {
  const prefix = `${encodeURIComponent(tenant)} ` // has no space itself, so that no two tenants share a name
  const inside = (name: string): string => prefix + name
  const outside = (name: string): string => name.slice(prefix.length)
  const renamed = (record: StoredRecord, rename: (name: string) => string): StoredRecord => ({
    ...record,
    partition: rename(record.partition),
    ...(record.index === undefined
      ? {}
      : { index: Object.fromEntries(indexValues(record.index).map(([column, value]) => [column, rename(value)])) }),
  })
  return {
    guarantees: store.guarantees,
    async get(partition, keys) {
      const records = await store.get(inside(partition), keys)
      return records.map((record) => record && renamed(record, outside))
    },
    async commit(batch) {
      assertBatch(batch) // a bad name is bad under the prefix too
      const put = batch.put.map((record) => renamed(record, inside))
      return store.commit({ ...batch, partition: inside(batch.partition), put })
    },
    async list(query) {
      const { items, ...page } = await store.list({ ...query, value: inside(query.value) })
      return { ...page, items: items.map((record) => renamed(record, outside)) }
    },
    sweep: (now, limit) => store.sweep(now, limit),
  }
}
