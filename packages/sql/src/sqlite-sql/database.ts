/** What the SQLite drivers have in common, and what can go wrong with them. */

import { AuthlibError } from '@authlib/core'
import type { Migration } from '../shared/migrations.ts'
import type { SqlValue } from '../shared/sql.ts'

/** A connection that answers at once: that of `node:sqlite`, `better-sqlite3`, `libsql` and `bun:sqlite`. */
export interface SyncDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SyncStatement
}

/** A prepared statement. */
export interface SyncStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint }
  all(...values: SqlValue[]): unknown[]
}

/**
 * Creates the tables, or brings them up to date.
 * @throws AuthlibError `schema_too_new`
 */
export function migrate(database: SyncDatabase, migrations: readonly Migration[], prefix: string): void {
  const latest = migrations.length
  if (versionOf(database, prefix) === latest) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const from = versionOf(database, prefix) // again: another process may have been faster
    if (from > latest) {
      throw new AuthlibError('schema_too_new', 'The tables were made by a later version of this package', {
        hint: 'Install the version of @authlib/sql that the other processes on this file use.',
      })
    }
    for (const { up } of migrations.slice(from)) database.exec(up)
    database.exec('COMMIT')
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/** How many migrations have been applied. */
export function versionOf(database: SyncDatabase, prefix: string): number {
  const tables = database.prepare('SELECT name FROM sqlite_schema WHERE name = ?').all(`${prefix}migrations`)
  if (tables.length === 0) return 0
  const rows = database.prepare(`SELECT max(version) AS version FROM ${prefix}migrations`).all()
  return Number((rows[0] as { version: number | bigint }).version) // sound: the query says so
}

/** Whether there was a transaction to roll back. After some failures SQLite has done it by itself. */
export function rollBack(database: SyncDatabase): boolean {
  try {
    database.exec('ROLLBACK')
    return true
  } catch {
    return false // "no transaction is active": the disk is full or gone
  }
}

/** Whether another process holds the lock. Node.js has the number, the others the name. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return (Number(error.errcode) & 0xff) === 5 // SQLITE_BUSY, and the extended codes that end in it
  return 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
