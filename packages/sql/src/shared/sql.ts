/** Words that all databases share. */

import type { IndexColumn, JsonObject, RecordIndex, StoredRecord } from '@authlib/core'
import { INDEX_COLUMNS } from '@authlib/core'

/** What a statement may be given. */
export type SqlValue = string | number | null

/** SQL with placeholders, and what to put there. */
export interface SqlStatement {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** A record as a query returns it. Numbers may arrive as strings, as some drivers hand out 64-bit integers. */
export type SqlRow = { readonly [Column in IndexColumn]: string | null } & {
  /** The place in every list, rising from 1. */
  readonly position: number | string
  readonly partition_id: string
  readonly kind: string
  readonly id: string
  readonly revision: number | string
  readonly expires_at: number | string
  /** JSON. */
  readonly data: string
}

export function readRecord(row: SqlRow): StoredRecord {
  const { kind, id, partition_id: partition, revision, expires_at: expiresAt, data } = row
  const index = readIndex(row)
  return {
    ...{ kind, id, partition },
    revision: Number(revision),
    expiresAt: Number(expiresAt),
    ...(index && { index }),
    data: JSON.parse(data) as JsonObject, // written by commit
  }
}

function readIndex(row: SqlRow): RecordIndex | null {
  const entries = INDEX_COLUMNS.flatMap((column) => (row[column] === null ? [] : [[column, row[column]] as const]))
  return entries.length > 0 ? Object.fromEntries(entries) : null
}

/** The four columns in their order, null where the record has no value. */
export function indexCells({ index }: StoredRecord): (string | null)[] {
  return INDEX_COLUMNS.map((column) => index?.[column] ?? null)
}
