/** MySQL and MariaDB. A batch is a transaction that locks its records, looks at them, and writes. */

import { INDEX_COLUMNS, type IndexColumn, type StoredRecord } from '@authlib/core'
import { stringifyData } from '@authlib/core/kit'
import { indexCells } from '../shared/sql.ts'
import { tablesOf, type TableNames } from './tables.ts'

/** Names are compared as bytes, so they are sent as bytes. */
export type MysqlValue = Uint8Array | string | number | null

/** The cells of a record, as {@link rowOf} makes them. */
export type MysqlRow = readonly MysqlValue[]

/** A record in the table. */
export type RowKey = readonly [partition: string, kind: string, id: string]

/** SQL with question marks, and what to put there. */
export interface MysqlStatement {
  readonly text: string
  readonly values: readonly MysqlValue[]
}

export interface MysqlStatements {
  get(keys: readonly RowKey[]): MysqlStatement
  /** Locks the records under the keys until the transaction ends; without waiting, only those that nobody else has locked. */
  lock(keys: readonly RowKey[], options: { readonly wait: boolean }): MysqlStatement
  /** Rows of {@link rowOf}. Fails with ER_DUP_ENTRY if one of the records is there. */
  insert(rows: readonly MysqlRow[]): MysqlStatement
  /** Rows of {@link rowOf}. */
  upsert(rows: readonly MysqlRow[]): MysqlStatement
  remove(keys: readonly RowKey[]): MysqlStatement
  list(query: { kind: string; by: IndexColumn; value: string; after: number; limit: number }): MysqlStatement
  sweep(now: number, limit: number): MysqlStatement
  partitionsOf(subject: string): MysqlStatement
  erase(partitions: readonly string[]): MysqlStatement
}

export function mysqlStatements(names: TableNames = {}): MysqlStatements {
  const { records: table } = tablesOf(names)
  const text = (column: string): string => `CONVERT(${column} USING utf8mb4) AS ${column}`
  const columns = `position, ${ROW_KEY.map(text).join(', ')}, revision, expires_at, ${INDEX_COLUMNS.map(text).join(', ')}, data`
  const written = ['revision', 'expires_at', ...INDEX_COLUMNS, 'data']
  const insertInto = `INSERT INTO ${table} (partition_id, kind, id, ${written.join(', ')}) VALUES `
  const replaced = ` ON DUPLICATE KEY UPDATE ${written.map((column) => `${column} = VALUES(${column})`).join(', ')}`
  const row = `(?, ?, ?, ${written.map(() => '?').join(', ')})`
  // Ranges of the primary key: rows of three in an IN are none for every server.
  const keyed = (keys: readonly RowKey[]): string =>
    keys.map(() => '(partition_id = ? AND kind = ? AND id = ?)').join(' OR ')
  const keyValues = (keys: readonly RowKey[]): MysqlValue[] => keys.flat().map(bytes)
  const inserting = (rows: readonly MysqlRow[], then = ''): MysqlStatement => ({
    text: insertInto + rows.map(() => row).join(', ') + then,
    values: rows.flat(),
  })

  return {
    get: (keys) => ({ text: `SELECT ${columns} FROM ${table} WHERE ${keyed(keys)}`, values: keyValues(keys) }),
    lock: (keys, { wait }) => ({
      text: `SELECT ${ROW_KEY.map(text).join(', ')}, revision, expires_at FROM ${table} WHERE ${keyed(keys)} FOR UPDATE${wait ? '' : ' SKIP LOCKED'}`,
      values: keyValues(keys),
    }),
    insert: (rows) => inserting(rows),
    upsert: (rows) => inserting(rows, replaced),
    remove: (keys) => ({ text: `DELETE FROM ${table} WHERE ${keyed(keys)}`, values: keyValues(keys) }),
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

const ROW_KEY = ['partition_id', 'kind', 'id']

/**
 * A record as the table has it, and about how many bytes it is.
 * @throws AuthlibError `invalid_batch` when the data is too long
 */
export function rowOf(record: StoredRecord): { row: MysqlRow; size: number } {
  const { partition, kind, id, revision, expiresAt } = record
  const index = indexCells(record).map((cell) => (cell === null ? null : bytes(cell)))
  const data = stringifyData(record.data)
  return { row: [bytes(partition), bytes(kind), bytes(id), revision, expiresAt, ...index, data], size: data.length }
}

/** A Buffer: drivers take no other bytes. */
function bytes(name: string): Uint8Array {
  return Buffer.from(name)
}
