/** The store contract: four verbs, one guarded batch. */

import type { JsonObject } from './json.ts'

/** The columns by which `list` finds records. Four and no more, so that a database can have an index on each. */
export const INDEX_COLUMNS = ['client', 'subject', 'session', 'tag'] as const

/** One of the four. */
export type IndexColumn = (typeof INDEX_COLUMNS)[number]

/** What `list` finds a record by. `tag` is for anything that is not one of the other three. */
export type RecordIndex = { readonly [Column in IndexColumn]?: string | undefined }

/**
 * One stored record. `(kind, id)` is its key inside its partition. `id`, `partition` and the values of the index are names:
 * see {@link LIMITS} and `isStorable`.
 */
export interface StoredRecord {
  /** What it is, such as `refresh_token`: `[a-z][a-z0-9_]{0,62}`. */
  readonly kind: string
  /** A hash for anything secret: a dump of the store gives an attacker nothing. Never reused. */
  readonly id: string
  /** Every batch lives in one partition, so that the contract fits SQL, Redis Cluster, DynamoDB and Durable Objects. */
  readonly partition: string
  /** 1 for a fresh record; a guarded put carries the expected revision + 1. */
  readonly revision: number
  /** NumericDate from which on the record counts as absent; {@link NEVER} for one that stays. */
  readonly expiresAt: number
  /** May change on a put. */
  readonly index?: RecordIndex | undefined
  readonly data: JsonObject
}

/** `expiresAt` of a record that does not expire. */
export const NEVER: number = Number.MAX_SAFE_INTEGER

/** What every store holds, and no batch may exceed. */
export const LIMITS = {
  /** UTF-8 bytes of a name, the prefix of `tenantStore` included. */
  name: 255,
  /** Characters of the `data` of a record as JSON. */
  data: 262_144,
  /** Records that a batch puts and removes; and expectations. */
  batch: 100,
} as const

/** What a record is found by, inside its partition. */
export type RecordKey = readonly [kind: string, id: string]

/** What must hold for a batch to be written. */
export interface Expectation {
  readonly kind: string
  readonly id: string
  /**
   * The revision the record must have. A record that has expired at the batch's `now` is absent. 0: it must be absent, which
   * may be asked only of a record that the batch puts: few databases can guard what they do not write.
   */
  readonly revision: number
}

/**
 * Written whole or not at all; the expectations are judged on what stood before it. A key appears at most once among
 * `put` and `remove`. A put without an expectation replaces whatever is there, so it is for fresh random ids.
 */
export interface Batch {
  readonly partition: string
  /** The caller's clock, by which expiry is judged: the store's own clock never decides. */
  readonly now: number
  readonly expect: readonly Expectation[]
  readonly put: readonly StoredRecord[]
  readonly remove: readonly RecordKey[]
}

/** Which records to list. */
export interface ListQuery {
  readonly kind: string
  readonly by: IndexColumn
  readonly value: string
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** At most this many records. Default 100; more than 1,000 counts as 1,000. */
  readonly limit?: number | undefined
}

/** Records of one index value, a page of them. */
export interface ListPage {
  readonly items: readonly StoredRecord[]
  /** Present when there may be more. */
  readonly next?: string | undefined
}

/** What a store can be relied on for. Servers refuse one whose commits are not atomic or whose reads are not strong. */
export interface StoreGuarantees {
  /** `atomic`: a batch is written whole or not at all, and of several that expect one revision, one wins. */
  readonly commit: 'atomic' | 'best-effort'
  /** `strong`: a read shows every commit that was acknowledged before it began, by any process. */
  readonly reads: 'strong' | 'eventual'
  /** `swept`: expired records stay until `sweep` removes them. `native`: the store removes them by itself. */
  readonly expiry: 'swept' | 'native'
  /** What a crash or a loss of power takes: `full`: nothing that was acknowledged. `recent-loss`: the last commits. `none`: all. */
  readonly durability: 'full' | 'recent-loss' | 'none'
}

/** What every storage package implements; `@authlib/testing` has the suite that proves one. */
export interface Store {
  readonly guarantees: StoreGuarantees
  /**
   * The records as they are, in the order of the keys; null for one that is absent, and for a name that no store holds.
   * Expired ones may show: the caller judges them by its own clock.
   * @throws AuthlibError `store_unavailable` (503)
   */
  get(partition: string, keys: readonly RecordKey[]): Promise<readonly (StoredRecord | null)[]>
  /**
   * False: an expectation failed and nothing was written. What the caller does to the batch after the call has no effect.
   * @throws AuthlibError `invalid_batch` when the batch breaks the rules above; `store_unavailable` (503) when the store
   *   failed: the batch may or may not have been written, whole or not at all
   */
  commit(batch: Batch): Promise<boolean>
  /**
   * The records with this value in this column, in an order that stays while records come and go. Expired ones may show.
   * @throws AuthlibError `invalid_cursor` (400) when `after` is not a `next` of this store; `store_unavailable` (503)
   */
  list(query: ListQuery): Promise<ListPage>
  /**
   * Removes up to `limit` records that have expired at `now`, and returns how many. Never one that was renewed meanwhile.
   * May stop below the limit: nothing is left only when it returns 0.
   * @throws AuthlibError `store_unavailable` (503)
   */
  sweep(now: number, limit: number): Promise<number>
}
