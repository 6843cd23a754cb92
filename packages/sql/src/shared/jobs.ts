/** Reads and writes as jobs that go together in one statement. */

import type { Batch, RecordKey, StoredRecord } from '@authlib/core'
import { recordName } from '@authlib/core/kit'
import type { Job } from './groups.ts'

/** Milliseconds that a group waits at most for those before it: they may be held up, or the database far away. */
export const LONGEST_WAIT = { read: 2, write: 20 } as const

/** Records that are wanted. */
export interface ReadJob extends Job {
  readonly partition: string
  readonly keys: readonly RecordKey[]
}

export function readJob(partition: string, keys: readonly RecordKey[]): ReadJob {
  return { names: [], rows: keys.length, size: 0, partition, keys }
}

/** Rows that are written together, or not at all. */
export interface PutJob<Row> extends Job {
  readonly written: readonly Row[]
}

/** @throws whatever `rowOf` throws */
export function putJob<Row>(
  put: readonly StoredRecord[],
  rowOf: (record: StoredRecord) => { readonly row: Row; readonly size: number },
): PutJob<Row> {
  const written = put.map(rowOf)
  return {
    names: put.map(({ partition, kind, id }) => rowName(partition, kind, id)),
    rows: put.length,
    size: written.reduce((sum, { size }) => sum + size, 0),
    written: written.map(({ row }) => row),
  }
}

/** A batch with the rows that it puts. */
export interface BatchJob<Row> extends PutJob<Row> {
  readonly batch: Batch
}

/** @throws whatever `rowOf` throws */
export function batchJob<Row>(
  batch: Batch,
  rowOf: (record: StoredRecord) => { readonly row: Row; readonly size: number },
): BatchJob<Row> {
  return { ...putJob(batch.put, rowOf), batch }
}

/** Whether a batch can go with others: it removes nothing, and holds nothing that it does not write. */
export function onlyPuts({ expect, put, remove }: Batch): boolean {
  if (remove.length > 0) return false
  const names = new Set(put.map(({ kind, id }) => recordName(kind, id)))
  return expect.every(({ kind, id }) => names.has(recordName(kind, id)))
}

/** A name for a row, which no other has. */
export function rowName(partition: string, kind: string, id: string): string {
  return `${partition}\0${recordName(kind, id)}` // no name has a NUL
}
