/** The store contract: four verbs, one guarded batch. */

import type { JsonObject } from './json.ts'

/**
 * One stored record. `(kind, id)` is its key inside its partition. `kind`, `id`, `partition` and the index entries are
 * non-empty, well-formed Unicode without NUL, so that every database can hold them as they are.
 */
export interface StoredRecord {
  readonly kind: string
  /** A hash for anything secret: a dump of the store gives an attacker nothing. Never reused. */
  readonly id: string
  /** Every batch lives in one partition, so that the contract fits SQL, Redis Cluster, DynamoDB and Durable Objects. */
  readonly partition: string
  /** 1 for a fresh record; a guarded put carries the expected revision + 1. */
  readonly revision: number
  /** NumericDate from which on the record is as good as gone; {@link NEVER} for one that stays. */
  readonly expiresAt: number
  /** Entries by which `list` finds the record, such as `client:abc`. May change on a put. */
  readonly index?: readonly string[] | undefined
  readonly data: JsonObject
}

/** `expiresAt` of a record that does not expire. */
export const NEVER: number = Number.MAX_SAFE_INTEGER

/** What a record is found by, inside its partition. */
export type RecordKey = readonly [kind: string, id: string]

/** What must hold for a batch to be written. */
export interface Expectation {
  readonly kind: string
  readonly id: string
  /** The revision the record must have; 0: it must be absent. A record expired at the batch's `now` is absent. */
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
  readonly index: string
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** At most this many records. Default 100; more than 1,000 counts as 1,000. */
  readonly limit?: number | undefined
}

/** Records of one index entry, a page of them. */
export interface ListPage {
  readonly items: readonly StoredRecord[]
  /** Present when there may be more. */
  readonly next?: string | undefined
}

/** What a store holds itself to: servers refuse one whose commits are not atomic. */
export interface StoreGuarantees {
  readonly commit: 'atomic' | 'best-effort'
  readonly reads: 'strong' | 'eventual'
}

/** What every storage package implements; `@authlib/testing` has the suite that proves one. */
export interface Store {
  readonly guarantees: StoreGuarantees
  /** The records as they are, expired ones too: the caller judges them by its own clock. In the order of the keys. */
  get(partition: string, keys: readonly RecordKey[]): Promise<readonly (StoredRecord | null)[]>
  /**
   * False: an expectation failed and nothing was written. What the caller does to the batch after the call has no effect.
   * @throws AuthlibError `invalid_batch` when the batch breaks the rules above; `store_unavailable` (503) when it could not be written
   */
  commit(batch: Batch): Promise<boolean>
  /**
   * By index entry, in an order that stays while records come and go. Expired records may show.
   * @throws AuthlibError `invalid_cursor` (400) when `after` is not a `next` of this store
   */
  list(query: ListQuery): Promise<ListPage>
  /** Removes up to `limit` records that have expired at `now`, and says how many. Never one that was renewed meanwhile. */
  sweep(now: number, limit: number): Promise<number>
}
