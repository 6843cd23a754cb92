/** The store in memory: for development, for tests, and for a single process whose state may die with it. */

import { frozenCopy } from './frozen-copy.ts'
import type { JsonObject } from './json.ts'
import { minHeap } from './min-heap.ts'
import type { HeapNode } from './min-heap.ts'
import { pagedList } from './paged-list.ts'
import type { PagedList, Slot } from './paged-list.ts'
import { assertBatch, indexValues, isMet, pageSize, parsePosition, stringifyData } from './store-rules.ts'
import { NEVER } from './store.ts'
import type { Batch, IndexColumn, Store, StoredRecord } from './store.ts'

/** Seconds that an expired record stays, for callers whose clocks differ. */
const GRACE = 10

/** Expired records that each commit may remove: more than it usually adds, so that they never pile up. */
const REMOVED_PER_COMMIT = 8

/** Records that are kept as objects because they were read last. All others are kept as JSON, in a third of the memory. */
const READY = 1024

/** Records that one call of `sweep` removes at most, so that it does not hold up the event loop. */
const SWEPT_AT_ONCE = 100

/**
 * A store that lives as long as the process. Nothing is shared with the caller: records are copied when they are
 * committed, and those handed out are frozen. It removes expired records by itself, a few with each commit.
 *
 * @example
 * new AuthorizationServer({ issuer: 'http://localhost:4000', store: memoryStore(), secrets })
 */
export function memoryStore(): Store {
  const entries = shardedMap<Entry>()
  const lists = new Map<string, PagedList<Entry>>()
  const expiring = minHeap<Entry>()
  const ready = recordsAtHand()
  let position = 0 // of the newest slot of any list: a cursor outlives the list it came from

  return {
    guarantees: { commit: 'atomic', reads: 'strong', expiry: 'native', durability: 'none' },

    async get(partition, keys) {
      return keys.map(([kind, id]) => {
        const entry = entries.get(nameOf(partition, kind, id))
        return entry ? ready.recordOf(entry) : null
      })
    },

    async commit(batch) {
      return write(batch)
    },

    async list({ kind, by, value, after, limit }) {
      const size = pageSize(limit)
      const slots = lists.get(listName(kind, by, value))?.page(parsePosition(after), size + 1) ?? []
      const page = slots.slice(0, size)
      const items = page.flatMap(({ item }) => (item ? [ready.recordOf(item)] : []))
      const last = page.at(-1)
      return slots.length > size && last ? { items, next: String(last.position) } : { items }
    },

    async sweep(now, limit) {
      return removeExpired(now, Math.min(limit, SWEPT_AT_ONCE))
    },
  }

  /** Without an await between check and write: what happens in one tick is atomic. */
  function write(batch: Batch): boolean {
    assertBatch(batch)
    const { partition, now, expect, put, remove } = batch
    for (const expected of expect) {
      const entry = entries.get(nameOf(partition, expected.kind, expected.id))
      if (!isMet(expected, entry, now)) return false
    }
    const texts = put.map(({ data }) => stringifyData(data)) // before the first write, because it may throw
    removeExpired(now - GRACE, REMOVED_PER_COMMIT)
    for (const [kind, id] of remove) take(nameOf(partition, kind, id))
    for (let n = 0; n < put.length; n++) place(put[n]!, texts[n]!)
    return true
  }

  function removeExpired(now: number, limit: number): number {
    let removed = 0
    for (; removed < limit; removed++) {
      const entry = expiring.first()
      if (!entry || entry.rank > now) break
      take(entry.name)
    }
    return removed
  }

  function place({ partition, kind, id, revision, expiresAt, index }: StoredRecord, json: string): void {
    const name = nameOf(partition, kind, id)
    const before = entries.get(name)
    if (before && before.rank !== NEVER) expiring.remove(before)
    const entry = new Entry(name, json, revision, expiresAt)
    entries.set(name, entry)
    if (expiresAt !== NEVER) expiring.add(entry)
    if (index) entry.slots = indexValues(index).map(([by, value]) => join(listName(kind, by, value), entry, before))
    if (before) leave(before)
  }

  function take(name: string): void {
    const entry = entries.get(name)
    if (!entry) return
    entries.delete(name)
    if (entry.rank !== NEVER) expiring.remove(entry)
    leave(entry)
  }

  /** A record that stays in a list keeps its place. */
  function join(name: string, entry: Entry, before: Entry | undefined): Slot<Entry> {
    const list = lists.get(name) ?? pagedList<Entry>(name)
    lists.set(name, list)
    const kept = before?.slots.find((slot) => slot.list === list)
    if (kept) kept.item = entry
    return kept ?? list.add(++position, entry)
  }

  function leave(entry: Entry): void {
    for (const slot of entry.slots) {
      if (slot.item !== entry) continue // its successor has the place
      slot.list.remove(slot)
      if (slot.list.size === 0) lists.delete(slot.list.name)
    }
  }
}

const NO_SLOTS: readonly Slot<Entry>[] = []

/** A record, with its place in the queue of expiry (by `rank`) and in the lists it is on. */
class Entry implements HeapNode {
  readonly name: string
  readonly json: string
  readonly revision: number
  /** When it expires. */
  readonly rank: number
  place = 0
  slots = NO_SLOTS
  record: StoredRecord | undefined = undefined

  constructor(name: string, json: string, revision: number, expiresAt: number) {
    this.name = name
    this.json = json
    this.revision = revision
    this.rank = expiresAt
  }

  get expiresAt(): number {
    return this.rank
  }
}

/** Many small maps in place of a large one, which would hold up the event loop for long when it grows. */
function shardedMap<T>(): Pick<Map<string, T>, 'get' | 'set' | 'delete'> {
  const shards = Array.from({ length: 256 }, () => new Map<string, T>())
  const shardOf = (name: string): Map<string, T> => {
    const end = name.length - 1
    return shards[(31 * name.charCodeAt(end) + name.charCodeAt(end - 1)) & 255]!
  }
  return {
    get: (name) => shardOf(name).get(name),
    set: (name, value) => shardOf(name).set(name, value),
    delete: (name) => shardOf(name).delete(name),
  }
}

/** Makes records of entries, and keeps those that were asked for last. */
function recordsAtHand(): { recordOf(entry: Entry): StoredRecord } {
  const kept: Entry[] = []
  let next = 0
  return {
    recordOf(entry) {
      if (entry.record) return entry.record
      const oldest = kept[next]
      if (oldest) oldest.record = undefined
      kept[next] = entry
      next = (next + 1) % READY
      return (entry.record = readRecord(entry))
    },
  }
}

function readRecord({ name, json, revision, rank: expiresAt, slots }: Entry): StoredRecord {
  const [partition = '', kind = '', id = ''] = name.split('\0')
  const data = frozenCopy(JSON.parse(json) as JsonObject) // written by commit
  if (slots.length === 0) return Object.freeze({ kind, id, partition, revision, expiresAt, data })
  const index: { [Column in IndexColumn]?: string } = {}
  for (const { list } of slots) {
    const [, by, value] = list.name.split('\0') // of `listName`
    index[by as IndexColumn] = value!
  }
  return Object.freeze({ kind, id, partition, revision, expiresAt, index: Object.freeze(index), data })
}

/** No two keys share one, since no part may have a NUL. */
function nameOf(partition: string, kind: string, id: string): string {
  return `${partition}\0${kind}\0${id}`
}

function listName(kind: string, by: IndexColumn, value: string): string {
  return `${kind}\0${by}\0${value}`
}
