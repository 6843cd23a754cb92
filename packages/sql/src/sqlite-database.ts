/** Opening a SQLite file so that several processes may write to it and nothing acknowledged is lost. */

import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AuthlibError } from '@authlib/core'
import { sqliteMigrations } from './migrations.ts'

export interface DatabaseOptions {
  readonly synchronous: 'full' | 'normal'
  /** How long to wait for other processes, in seconds. */
  readonly patience: number
}

/**
 * Opens the file, creating it for this user alone, and brings its tables up to date.
 * @throws AuthlibError `store_unavailable` (503), `schema_too_new`
 */
export function openDatabase(path: string, { synchronous, patience }: DatabaseOptions): DatabaseSync {
  const file = path === ':memory:' ? path : resolve(path) // absolute, because SQLite takes `file:…` for a URL
  let database: DatabaseSync | undefined
  try {
    if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600)) // SQLite gives the files beside it the same mode
    const opened = (database = new DatabaseSync(file))
    whenFree(patience, () => {
      opened.exec('PRAGMA journal_mode = wal')
      opened.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA fullfsync = on`) // plain fsync is not enough on macOS
      migrate(opened)
    })
    opened.exec(`PRAGMA busy_timeout = ${SHORT}`)
    return opened
  } catch (error) {
    database?.close()
    throw unavailable(error)
  }
}

/** Milliseconds that a statement may hold up the event loop because another process writes. */
const SHORT = 1

/** Waits as SQLite would, for the statements whose lock it does not wait for. */
function whenFree(patience: number, action: () => void): void {
  const deadline = performance.now() + patience * 1000
  for (;;) {
    try {
      action()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SHORT)
    }
  }
}

function migrate(database: DatabaseSync): void {
  const latest = sqliteMigrations.length
  if (version(database) === latest) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const from = version(database) // again: another process may have been faster
    if (from > latest) {
      throw new AuthlibError('schema_too_new', 'The tables were made by a later version of this package', {
        hint: 'Install the version of @authlib/sql that the other processes on this file use.',
      })
    }
    for (const { sql } of sqliteMigrations.slice(from)) database.exec(sql)
    database.exec('COMMIT')
  } catch (error) {
    undo(database)
    throw error
  }
}

/** How many migrations have been applied. */
function version(database: DatabaseSync): number {
  const table = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'authlib_migrations'").get()
  if (!table) return 0
  return Number(database.prepare('SELECT max(version) AS version FROM authlib_migrations').get()?.['version'])
}

/** Rolls back, unless the failure that brought us here has done so itself. */
export function undo(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // "no transaction is active": SQLite rolls back by itself when the disk is full or gone
  }
}

/** Whether another process holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return (code & 0xff) === 5 // SQLITE_BUSY, and the extended codes that end in it
}

/** What a caller sees of a failure of the database. */
export function unavailable(error: unknown): AuthlibError {
  if (error instanceof AuthlibError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new AuthlibError('store_unavailable', 'The database cannot be reached', { status: 503, reason, cause: error })
}
