/** The store on Redis or Valkey: one script per commit, expiry by the server. */

import { createHash } from 'node:crypto'
import {
  INDEX_COLUMNS,
  NEVER,
  type IndexColumn,
  type JsonObject,
  type RecordIndex,
  type Store,
  type StoreGuarantees,
  type StoredRecord,
} from '@authlib/core'
import {
  assertBatch,
  attempts,
  decodeBase64url,
  decodeUtf8,
  encodeBase64url,
  encodeUtf8,
  indexValues,
  invalidCursor,
  isStorable,
  pageSize,
  storeUnavailable,
  stringifyData,
  refuseUnknownOptions,
} from '@authlib/core/kit'
import { redisOf, type RedisClient } from './client.ts'
import { ADD_TO_LIST, COMMIT, TAKE_OFF_LIST } from './scripts.ts'
import { assertSafeSettings } from './settings.ts'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** Begins every key. Without braces. Default `authlib:`. */
  readonly prefix?: string | undefined
  /** Seconds after which a call fails with `store_unavailable` (503), whatever it waits for. Default 10. */
  readonly timeout?: number | undefined
  /**
   * What the server is set up for, which is checked before the first call: `full` needs `appendonly yes` and `appendfsync
   * always`, `recent-loss` needs `appendonly yes`, `none` needs nothing. Default `recent-loss`.
   */
  readonly durability?: StoreGuarantees['durability'] | undefined
  /**
   * Replicas that must have a commit before it counts, by `WAIT`; with fewer, it fails with `store_unavailable`. Without, a
   * failover loses the commits that no replica has, and a code could be redeemed twice. One node only. Default 0.
   */
  readonly replicas?: number | undefined
}

/** Seconds that the server keeps a record beyond its expiry, for callers whose clocks differ. */
const GRACE = 300

/** The longest life that the server can count, in seconds. */
const LONGEST = 9e9

/**
 * A store on a connected client of `redis` or `ioredis`, one node or a cluster.
 *
 * @example
 * const client = await createClient({ url: 'redis://localhost:6379' }).connect() // of 'redis'
 * const store = redisStore(client)
 */
export function redisStore(
  client: RedisClient,
  { prefix = 'authlib:', timeout = 10, durability = 'recent-loss', replicas = 0, ...others }: RedisStoreOptions = {},
): Store {
  refuseUnknownOptions('redisStore', others)
  if (/[{}]/.test(prefix)) throw new TypeError('prefix must not have braces')
  const redis = redisOf(client)
  if (redis.cluster && replicas > 0) throw new TypeError('replicas is for one node: set min-replicas-to-write')
  const keyOf = (partition: string, kind: string, id: string): string => `${prefix}r{${tag(partition)}}${kind}\0${id}`
  const listOf = (kind: string, by: IndexColumn, value: string): readonly [members: string, expiries: string] => {
    const name = `{${tag(`${kind}\0${by}\0${value}`)}}`
    return [`${prefix}i${name}`, `${prefix}x${name}`]
  }
  let checked: Promise<void> | undefined

  return {
    guarantees: { commit: 'atomic', reads: 'strong', expiry: 'native', durability },

    async get(partition, keys) {
      const known = isStorable(partition)
        ? keys.map((key) => (key.every(isStorable) ? key : null))
        : keys.map(() => null)
      const names = known.flatMap((key) => (key ? [keyOf(partition, ...key)] : []))
      if (names.length === 0) return keys.map(() => null)
      const values = (await bounded(() => redis.call(names[0]!, ['MGET', ...names]))) as (string | null)[]
      let next = 0
      return known.map((key) => {
        const value = key ? values[next++] : null
        return key && typeof value === 'string' ? parse(value, partition, ...key) : null
      })
    },

    async commit(batch) {
      assertBatch(batch)
      const { partition, now, expect, put, remove } = batch
      const keys: string[] = []
      const places = new Map<string, string>()
      const place = (name: string): string => {
        const known = places.get(name) ?? String(keys.push(name))
        places.set(name, known)
        return known
      }
      const args = [String(now), String(now - GRACE), String(expect.length)]
      for (const { kind, id, revision } of expect) args.push(place(keyOf(partition, kind, id)), String(revision))
      args.push(String(put.length))
      const entries: Entry[] = []
      for (const record of put) {
        const life = lifetime(record, now)
        args.push(place(keyOf(partition, record.kind, record.id)), format(record), life)
        const member = `${partition}\0${record.id}`
        const expires = String(record.expiresAt)
        for (const [by, value] of indexValues(record.index)) {
          entries.push({ lists: listOf(record.kind, by, value), member, expires, life })
        }
      }
      args.push(String(remove.length), ...remove.map(([kind, id]) => place(keyOf(partition, kind, id))))
      if (keys.length === 0) return true
      const own = redis.cluster ? [] : entries
      args.push(String(own.length))
      for (const { lists, member, expires, life } of own) args.push(...lists.map(place), member, expires, life)
      return bounded(async () => {
        // A list is read against the records, so an entry too many is harmless; one too few is not.
        if (redis.cluster) await Promise.all(entries.map((entry) => add(entry, now)))
        const done = (await run(COMMIT, keys, args)) === 1
        if (done && replicas > 0) await awaitReplicas()
        return done
      })
    },

    async list({ kind, by, value, after, limit }) {
      const size = pageSize(limit)
      let from = after === undefined ? '-' : `(${parseCursor(after)}`
      if (!isStorable(kind) || !isStorable(value)) return { items: [] }
      const lists = listOf(kind, by, value)
      const found: { member: string; record: StoredRecord }[] = []
      for (;;) {
        const wanted = size + 1 - found.length
        const range = ['ZRANGEBYLEX', lists[0], from, '+', 'LIMIT', '0', String(wanted)]
        const members = (await bounded(() => redis.call(lists[0], range))) as string[]
        found.push(...(await present(members, { kind, by, value, lists })))
        if (members.length < wanted || found.length > size) break
        from = `(${members.at(-1)!}`
      }
      const page = found.slice(0, size)
      const items = page.map(({ record }) => record)
      const last = page.at(-1)
      return found.length > size && last ? { items, next: encodeBase64url(encodeUtf8(last.member)) } : { items }
    },

    sweep: () => Promise.resolve(0), // the server removes what has expired
  }

  /** The records of the members that still have the value. */
  async function present(
    members: readonly string[],
    { kind, by, value, lists }: { kind: string; by: IndexColumn; value: string; lists: readonly [string, string] },
  ): Promise<{ member: string; record: StoredRecord }[]> {
    const names = members.map((member) => {
      const [partition = '', id = ''] = member.split('\0')
      return { member, partition, id, key: keyOf(partition, kind, id) }
    })
    const values = await bounded(() => readAll(names.map(({ key }) => key)))
    const stale: Promise<unknown>[] = []
    const records = names.flatMap(({ member, partition, id, key }, n) => {
      const text = values[n]
      const record = typeof text === 'string' ? parse(text, partition, kind, id) : null
      if (record?.index?.[by] === value) return [{ member, record }]
      // In a cluster nothing can look at the record and the list at once: expiry takes the member off.
      if (!redis.cluster) {
        const pair = JSON.stringify({ [by]: value }).slice(1, -1)
        stale.push(bounded(() => run(TAKE_OFF_LIST, [...lists, key], [member, pair])))
      }
      return []
    })
    await Promise.all(stale)
    return records
  }

  async function readAll(keys: readonly string[]): Promise<unknown[]> {
    if (keys.length === 0) return []
    if (!redis.cluster) return (await redis.call(keys[0]!, ['MGET', ...keys])) as unknown[]
    return Promise.all(keys.map((key) => redis.call(key, ['GET', key])))
  }

  function add({ lists, member, expires, life }: Entry, now: number): Promise<unknown> {
    return run(ADD_TO_LIST, lists, [String(now - GRACE), member, expires, life])
  }

  async function run(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const words = [String(keys.length), ...keys, ...args]
    try {
      return await redis.call(keys[0]!, ['EVALSHA', hashOf(script), ...words])
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error
      return redis.call(keys[0]!, ['EVAL', script, ...words])
    }
  }

  async function awaitReplicas(): Promise<void> {
    const have = Number(await redis.call(prefix, ['WAIT', String(replicas), String(timeout * 500)]))
    if (have < replicas) throw new Error(`Only ${have} of ${replicas} replicas have the commit`)
  }

  async function bounded<T>(action: () => Promise<T>): Promise<T> {
    try {
      checked ??= assertSafeSettings(redis, durability)
      const ready = checked
      return await attempts(() => ready.then(action), { timeout, retryable: () => false })
    } catch (error) {
      checked = checked?.catch(() => (checked = undefined))
      throw storeUnavailable(error)
    }
  }
}

/** A record on a list. */
interface Entry {
  readonly lists: readonly [members: string, expiries: string]
  readonly member: string
  readonly expires: string
  readonly life: string
}

const hashes = new Map<string, string>()

function hashOf(script: string): string {
  const known = hashes.get(script) ?? createHash('sha1').update(script).digest('hex')
  hashes.set(script, known)
  return known
}

/** What is in braces decides on the slot, and must have none itself. */
function tag(name: string): string {
  return name.replace(/[%{}]/g, (brace) => `%${brace.charCodeAt(0).toString(16)}`)
}

/** Milliseconds, relative to the clock of the caller; nothing for a record that stays. */
function lifetime({ expiresAt }: StoredRecord, now: number): string {
  return expiresAt === NEVER ? '' : String(Math.min(Math.max(expiresAt - now, 0) + GRACE, LONGEST) * 1000)
}

function format({ revision, expiresAt, index, data }: StoredRecord): string {
  const columns = Object.fromEntries(INDEX_COLUMNS.map((column) => [column, index?.[column]])) // always in this order
  return `${revision}\n${expiresAt}\n${JSON.stringify(columns)}\n${stringifyData(data)}`
}

function parse(value: string, partition: string, kind: string, id: string): StoredRecord {
  const [revision = '', expiresAt = '', index = ''] = value.split('\n', 3)
  const data = value.slice(revision.length + expiresAt.length + index.length + 3)
  return {
    ...{ kind, id, partition, revision: Number(revision), expiresAt: Number(expiresAt) },
    ...(index !== '{}' && { index: JSON.parse(index) as RecordIndex }), // both written by format
    data: JSON.parse(data) as JsonObject,
  }
}

function parseCursor(after: string): string {
  try {
    const member = decodeUtf8(decodeBase64url(after))
    if (member.includes('\0')) return member
  } catch {
    // no cursor of this store
  }
  throw invalidCursor()
}
