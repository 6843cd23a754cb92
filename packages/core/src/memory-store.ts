/** The store in memory: for development, for tests, and for a single process whose state may die with it. */

import { frozenCopy } from './frozen-copy.ts'
import { minHeap } from './min-heap.ts'
import type { HeapNode } from './min-heap.ts'
import { pagedList } from './paged-list.ts'
import type { PagedList, Slot } from './paged-list.ts'
import { assertBatch, isMet, pageSize, parsePosition, recordName } from './store-rules.ts'
import { NEVER } from './store.ts'
import type { RecordKey, Store, StoredRecord } from './store.ts'

/**
 * A store that lives as long as the process. Nothing is shared with the caller: records are copied when they are
 * committed, and those handed out are frozen. Expired records stay until `sweep` takes them.
 */
export function memoryStore(): Store {
  const partitions = new Map<string, Map<string, Entry>>()
  const lists = new Map<string, PagedList<Entry>>()
  const expiring = minHeap<Entry>()
  let position = 0 // of the newest slot of any list: a cursor outlives the list it came from

  return {
    guarantees: { commit: 'atomic', reads: 'strong' },

    async get(partition, keys) {
      const entries = partitions.get(partition)
      return keys.map(([kind, id]) => entries?.get(recordName(kind, id))?.record ?? null)
    },

    // Without an await between check and write: what happens in one tick is atomic.
    async commit(batch) {
      assertBatch(batch)
      const { partition, now, expect, put, remove } = batch
      const entries = partitions.get(partition)
      const met = expect.every((expected) => {
        return isMet(expected, entries?.get(recordName(expected.kind, expected.id))?.record, now)
      })
      if (!met) return false
      const records = put.map(frozenRecord) // before the first write, because it may throw
      for (const key of remove) take(partition, key)
      for (const record of records) place(record)
      return true
    },

    async list({ kind, index, after, limit }) {
      const size = pageSize(limit)
      const slots = lists.get(recordName(kind, index))?.page(parsePosition(after), size + 1) ?? []
      const page = slots.slice(0, size)
      const items = page.flatMap(({ item }) => (item ? [item.record] : []))
      const last = page.at(-1)
      return slots.length > size && last ? { items, next: String(last.position) } : { items }
    },

    async sweep(now, limit) {
      let swept = 0
      for (let entry = expiring.first(); entry && entry.rank <= now && swept < limit; entry = expiring.first()) {
        take(entry.record.partition, [entry.record.kind, entry.record.id])
        swept++
      }
      return swept
    },
  }

  function place(record: StoredRecord): void {
    const { partition, kind, id, expiresAt } = record
    const name = recordName(kind, id)
    const entries = partitions.get(partition) ?? new Map<string, Entry>()
    partitions.set(partition, entries)
    const before = entries.get(name)
    if (before && before.rank !== NEVER) expiring.remove(before)
    const entry: Entry = { record, rank: expiresAt, place: 0, slots: new Map() }
    entries.set(name, entry)
    if (expiresAt !== NEVER) expiring.add(entry)
    for (const index of record.index ?? []) {
      const slot = before?.slots.get(index) // who stays in a list keeps the place
      if (slot) slot.item = entry
      entry.slots.set(index, slot ?? join(recordName(kind, index), entry))
      before?.slots.delete(index)
    }
    if (before) leave(before)
  }

  function take(partition: string, [kind, id]: RecordKey): void {
    const entries = partitions.get(partition)
    const entry = entries?.get(recordName(kind, id))
    if (!entries || !entry) return
    entries.delete(recordName(kind, id))
    if (entries.size === 0) partitions.delete(partition)
    if (entry.rank !== NEVER) expiring.remove(entry)
    leave(entry)
  }

  function join(listName: string, entry: Entry): Slot<Entry> {
    const list = lists.get(listName) ?? pagedList<Entry>()
    lists.set(listName, list)
    return list.add(++position, entry)
  }

  function leave({ record, slots }: Entry): void {
    for (const [index, slot] of slots) {
      const listName = recordName(record.kind, index)
      const list = lists.get(listName)
      list?.remove(slot)
      if (list?.size === 0) lists.delete(listName)
    }
  }
}

/** A record with its place in the queue of expiry (by `rank`) and in the lists it is on. */
interface Entry extends HeapNode {
  readonly record: StoredRecord
  readonly slots: Map<string, Slot<Entry>>
}

function frozenRecord({ kind, id, partition, revision, expiresAt, index, data }: StoredRecord): StoredRecord {
  const entries = [...new Set(index)]
  return Object.freeze({
    ...{ kind, id, partition, revision, expiresAt },
    ...(entries.length > 0 && { index: Object.freeze(entries) }),
    data: frozenCopy(data),
  })
}
