/** SQLite. Writers come one at a time, so a transaction that begins IMMEDIATE may look first and write then. */

import { INDEX_COLUMNS, NEVER } from '@authlib/core'
import type { Batch, Expectation, IndexColumn, RecordKey, StoredRecord } from '@authlib/core'
import { stringifyData } from '@authlib/core/kit'
import { indexCells, type SqlStatement } from '../shared/sql.ts'

/** A statement of a batch. */
export interface SqliteStatement extends SqlStatement {
  /** A query, which must find this many rows; with another number its batch is lost. */
  readonly rows?: 0 | 1 | undefined
}

export interface SqliteStatements {
  get(partition: string, keys: readonly RecordKey[]): SqlStatement
  /** All expectations before the first write: what turns out lost has written nothing, and others may share its transaction. */
  commit(batch: Batch): readonly SqliteStatement[]
  list(query: { kind: string; by: IndexColumn; value: string; after: number; limit: number }): SqlStatement
  sweep(now: number, limit: number): SqlStatement
  eraseSubject(subject: string): SqlStatement
}

export function sqliteStatements(prefix = 'authlib_'): SqliteStatements {
  const table = `${prefix}records`
  const columns = INDEX_COLUMNS.join(', ')
  const replaced = ['revision', 'expires_at', ...INDEX_COLUMNS, 'data']
  const key = 'partition_id = ? AND kind = ? AND id = ?'
  const live = `SELECT 1 FROM ${table} WHERE ${key} AND expires_at > ?`
  const upsert = `INSERT INTO ${table} (partition_id, kind, id, revision, expires_at, ${columns}, data)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (partition_id, kind, id) DO UPDATE SET
    ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')}`

  function check(partition: string, { kind, id, revision }: Expectation, now: number): SqliteStatement {
    if (revision === 0) return { text: live, values: [partition, kind, id, now], rows: 0 }
    return { text: `${live} AND revision = ?`, values: [partition, kind, id, now, revision], rows: 1 }
  }

  function put(record: StoredRecord): SqliteStatement {
    const { partition, kind, id, revision, expiresAt, data } = record
    const cells = indexCells(record)
    return { text: upsert, values: [partition, kind, id, revision, expiresAt, ...cells, stringifyData(data)] }
  }

  return {
    get(partition, keys) {
      const few = keys.length <= FEW
      const places = few
        ? `VALUES ${padded(keys)
            .map(() => '(?, ?)')
            .join(', ')}`
        : FROM_JSON
      return {
        text: `SELECT * FROM ${table} WHERE partition_id = ? AND (kind, id) IN (${places})`,
        values: [partition, ...(few ? padded(keys).flat() : [JSON.stringify(keys)])],
      }
    },

    commit: ({ partition, now, expect, put: records, remove }) => [
      ...expect.map((expectation) => check(partition, expectation, now)),
      ...remove.map(([kind, id]) => ({ text: `DELETE FROM ${table} WHERE ${key}`, values: [partition, kind, id] })),
      ...records.map(put),
    ],

    list: ({ kind, by, value, after, limit }) => ({
      text: `SELECT * FROM ${table} WHERE ${by} = ? AND kind = ? AND position > ? ORDER BY position LIMIT ?`,
      values: [value, kind, after, limit],
    }),

    sweep: (now, limit) => ({
      text: `DELETE FROM ${table} WHERE position IN
        (SELECT position FROM ${table} WHERE expires_at <= ? AND expires_at < ${NEVER} ORDER BY expires_at LIMIT ?)`,
      values: [now, limit],
    }),

    eraseSubject: (subject) => ({
      text: `DELETE FROM ${table} WHERE partition_id IN (SELECT partition_id FROM ${table} WHERE subject = ?)`,
      values: [subject],
    }),
  }
}

/** Up to so many keys have placeholders of their own; more come as JSON, because D1 allows a hundred placeholders. */
const FEW = 4
const FROM_JSON = 'SELECT value ->> 0, value ->> 1 FROM json_each(?)'

/** Repeats the last key up to a power of two, so that few strings, and few prepared statements, serve any number of keys. */
function padded(keys: readonly RecordKey[]): RecordKey[] {
  const size = 2 ** Math.ceil(Math.log2(keys.length))
  return Array.from({ length: size }, (_, n) => keys[Math.min(n, keys.length - 1)]!)
}
