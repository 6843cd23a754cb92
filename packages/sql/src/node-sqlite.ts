/** The embedded store: SQLite through `node:sqlite`, which Node.js, Bun and Deno bring along. */

import { refuseUnknownOptions } from '@authlib/core/kit'
import { openDatabase } from './sqlite-sql/open.ts'
import { syncStore, type SqliteStore } from './sqlite-sql/sync-store.ts'

export type { SqliteStore } from './sqlite-sql/sync-store.ts'

export interface SqliteStoreOptions {
  /**
   * How long a commit waits while other processes write, in seconds; then it fails with `store_unavailable` (503).
   * Meanwhile the event loop runs on. Default 5.
   */
  readonly busyTimeout?: number | undefined
  /**
   * `full`: an acknowledged commit survives a loss of power. `normal`: the last ones may be lost then, though never a part
   * of one; several times as fast. Default `full`: a revocation that was acknowledged must not come undone.
   */
  readonly synchronous?: 'full' | 'normal' | undefined
  /**
   * Permissions of the file, at most: an existing one loses what it has beyond them. Default `0o600`, this user alone;
   * `0o660` for processes of several users of a group.
   */
  readonly mode?: number | undefined
  /** Begins the names of the tables. Default `authlib_`. */
  readonly prefix?: string | undefined
}

/**
 * Opens the store in a file, which is created if need be; `:memory:` lives as long as the store. Tables are created and
 * brought up to date. Several processes may use one file, if it lies on a local disk.
 *
 * @example
 * const store = sqliteStore('auth.db')
 * @throws AuthlibError `store_unavailable` (503) when the file cannot be opened; `insecure_file` when others may read it
 *   and its mode cannot be changed; `schema_too_new` when a later version of this package has changed its tables
 */
export function sqliteStore(
  path: string,
  { busyTimeout = 5, synchronous = 'full', mode = 0o600, prefix = 'authlib_', ...others }: SqliteStoreOptions = {},
): SqliteStore {
  refuseUnknownOptions('sqliteStore', others)
  const database = openDatabase(path, { prefix, synchronous, patience: busyTimeout, mode })
  const durability = path === ':memory:' ? 'none' : synchronous === 'full' ? 'full' : 'recent-loss'
  return syncStore(database, { prefix, patience: busyTimeout, durability }, () => database.close())
}
