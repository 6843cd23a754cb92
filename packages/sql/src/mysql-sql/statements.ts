/** MySQL and MariaDB. A batch is a transaction that locks its records, looks at them, and writes. */

import { INDEX_COLUMNS, type IndexColumn, type RecordKey, type StoredRecord } from '@authlib/core'
import { stringifyData } from '@authlib/core/kit'
import { indexCells } from '../shared/sql.ts'
import { tablesOf, type TableNames } from './tables.ts'

/** Names are compared as bytes, so they are sent as bytes. */
export type MysqlValue = Uint8Array | string | number | null

/** SQL with question marks, and what to put there. */
export interface MysqlStatement {
  readonly text: string
  readonly values: readonly MysqlValue[]
}

export interface MysqlStatements {
  get(partition: string, keys: readonly RecordKey[]): MysqlStatement
  /** Locks the records under the keys until the transaction ends. */
  lock(partition: string, keys: readonly RecordKey[]): MysqlStatement
  /** Fails with ER_DUP_ENTRY if one of the records is there. */
  insert(records: readonly StoredRecord[]): MysqlStatement
  upsert(records: readonly StoredRecord[]): MysqlStatement
  /** The same with rows of {@link rowOf}. */
  putAll(rows: readonly (readonly MysqlValue[])[]): MysqlStatement
  remove(partition: string, keys: readonly RecordKey[]): MysqlStatement
  list(query: { kind: string; by: IndexColumn; value: string; after: number; limit: number }): MysqlStatement
  sweep(now: number, limit: number): MysqlStatement
  partitionsOf(subject: string): MysqlStatement
  erase(partitions: readonly string[]): MysqlStatement
}

export function mysqlStatements(names: TableNames = {}): MysqlStatements {
  const { records: table } = tablesOf(names)
  const text = (column: string): string => `CONVERT(${column} USING utf8mb4) AS ${column}`
  const columns = `position, ${['partition_id', 'kind', 'id'].map(text).join(', ')}, revision, expires_at, ${INDEX_COLUMNS.map(text).join(', ')}, data`
  const written = ['revision', 'expires_at', ...INDEX_COLUMNS, 'data']
  const insertInto = `INSERT INTO ${table} (partition_id, kind, id, ${written.join(', ')}) VALUES `
  const replaced = ` ON DUPLICATE KEY UPDATE ${written.map((column) => `${column} = VALUES(${column})`).join(', ')}`
  const row = `(?, ?, ?, ${written.map(() => '?').join(', ')})`
  const keyed = (keys: readonly RecordKey[]): string =>
    keys.length === 1
      ? 'partition_id = ? AND kind = ? AND id = ?'
      : `partition_id = ? AND (kind, id) IN (${keys.map(() => '(?, ?)').join(', ')})`
  const keyValues = (partition: string, keys: readonly RecordKey[]): MysqlValue[] =>
    [partition, ...keys.flat()].map(bytes)
  const inserting = (rows: readonly (readonly MysqlValue[])[], then = ''): MysqlStatement => ({
    text: insertInto + rows.map(() => row).join(', ') + then,
    values: rows.flat(),
  })

  return {
    get: (partition, keys) => ({
      text: `SELECT ${columns} FROM ${table} WHERE ${keyed(keys)}`,
      values: keyValues(partition, keys),
    }),
    lock: (partition, keys) => ({
      text: `SELECT ${text('kind')}, ${text('id')}, revision, expires_at FROM ${table} WHERE ${keyed(keys)} FOR UPDATE`,
      values: keyValues(partition, keys),
    }),
    insert: (records) => inserting(records.map(cellsOf)),
    upsert: (records) => inserting(records.map(cellsOf), replaced),
    putAll: (rows) => inserting(rows, replaced),
    remove: (partition, keys) => ({
      text: `DELETE FROM ${table} WHERE ${keyed(keys)}`,
      values: keyValues(partition, keys),
    }),
    list: ({ kind, by, value, after, limit }) => ({
      text: `SELECT ${columns} FROM ${table} WHERE ${by} = ? AND kind = ? AND position > ? ORDER BY position LIMIT ${limit}`,
      values: [bytes(value), bytes(kind), after],
    }),
    sweep: (now, limit) => ({
      text: `DELETE FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${limit}`,
      values: [now],
    }),
    partitionsOf: (subject) => ({
      text: `SELECT DISTINCT ${text('partition_id')} FROM ${table} WHERE subject = ?`,
      values: [bytes(subject)],
    }),
    erase: (partitions) => ({
      text: `DELETE FROM ${table} WHERE partition_id IN (${partitions.map(() => '?').join(', ')})`,
      values: partitions.map(bytes),
    }),
  }
}

/**
 * A record for {@link MysqlStatements.putAll}, and about how many bytes it is.
 * @throws AuthlibError `invalid_batch` when the data is too long
 */
export function rowOf(record: StoredRecord): { row: readonly MysqlValue[]; size: number } {
  const row = cellsOf(record)
  return { row, size: String(row.at(-1)).length } // the data is last, and the rest is short
}

function cellsOf(record: StoredRecord): MysqlValue[] {
  const { partition, kind, id, revision, expiresAt, data } = record
  const index = indexCells(record).map((cell) => (cell === null ? null : bytes(cell)))
  return [bytes(partition), bytes(kind), bytes(id), revision, expiresAt, ...index, stringifyData(data)]
}

/** A Buffer: drivers take no other bytes. */
function bytes(name: string): Uint8Array {
  return Buffer.from(name)
}
