/** What differs from one database to the next: how the four verbs are said, and the tables they are said to. */

import type { Batch, RecordKey } from '@authlib/core'
import type { Migration } from './migrations.ts'

/** What a statement may be given. */
export type SqlValue = string | number | null

/** Text with placeholders, and what to put there. */
export interface SqlStatement {
  readonly text: string
  readonly values: readonly SqlValue[]
  /** How many rows it must find or change; with another number its batch is lost. Absent: any number will do. */
  readonly rows?: number | undefined
}

/** A record as a query returns it. Numbers may arrive as text, as some drivers hand out 64-bit integers. */
export interface SqlRow {
  /** The place in every list, rising from 1. */
  readonly position: number | string
  readonly partition: string
  readonly kind: string
  readonly id: string
  readonly revision: number | string
  readonly expires_at: number | string
  /** The index, as a JSON array. */
  readonly entries: string | null
  /** JSON. */
  readonly data: string
}

/** The statements of the store contract in the SQL of one database. */
export interface SqlDialect {
  /** A query for the records under the keys, at least one, in any order. One statement, so that all are of one moment. */
  get(partition: string, keys: readonly RecordKey[]): SqlStatement
  /** The statements of a batch, to be run in one transaction. */
  commit(batch: Batch): readonly SqlStatement[]
  /** A query for up to `limit` records of an index entry, by position, after the one given. */
  list(kind: string, index: string, after: number, limit: number): SqlStatement
  /** Deletes up to `limit` records that have expired, looking again while it deletes. */
  sweep(now: number, limit: number): SqlStatement
  readonly migrations: readonly Migration[]
}
