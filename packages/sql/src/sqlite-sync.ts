/** A store on a SQLite connection of your own: `better-sqlite3`, `libsql`, `bun:sqlite`, or `node:sqlite`. */

import type { StoreGuarantees } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { migrate, type SyncDatabase } from './sqlite-sql/database.ts'
import { sqliteMigrations } from './sqlite-sql/migrations.ts'
import { syncStore, type SqliteStore } from './sqlite-sql/sync-store.ts'

export type { SyncDatabase, SyncStatement } from './sqlite-sql/database.ts'
export type { SqliteStore } from './sqlite-sql/sync-store.ts'

/** Options of {@link syncSqliteStore}. */
export interface SyncSqliteStoreOptions {
  /** How long a commit waits while other processes write, in seconds. Meanwhile the event loop runs on. Default 5. */
  readonly busyTimeout?: number | undefined
  /** Begins the names of the tables. Default `authlib_`. */
  readonly prefix?: string | undefined
  /** `recent-loss` when the connection has `synchronous` other than full, `none` for a database in memory. Default `full`. */
  readonly durability?: StoreGuarantees['durability'] | undefined
}

/**
 * Creates the tables or brings them up to date, and sets `busy_timeout`. The connection should be the store's own: a
 * transaction that you begin on it would take in what the store writes. `close` of the store leaves it open.
 *
 * @example
 * const database = new Database('auth.db') // of 'better-sqlite3'
 * database.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = full')
 * const store = syncSqliteStore(database)
 * @throws AuthlibError `schema_too_new` when a later version of this package has changed the tables
 */
export function syncSqliteStore(
  database: SyncDatabase,
  { busyTimeout = 5, prefix = 'authlib_', durability = 'full', ...others }: SyncSqliteStoreOptions = {},
): SqliteStore {
  refuseUnknownOptions('syncSqliteStore', others)
  database.exec(`PRAGMA busy_timeout = ${busyTimeout * 1000}`) // while it migrates
  migrate(database, sqliteMigrations(prefix), prefix)
  return syncStore(database, { prefix, patience: busyTimeout, durability }, () => undefined)
}
