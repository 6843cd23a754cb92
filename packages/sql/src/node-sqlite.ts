/** The embedded store: SQLite through `node:sqlite`, which Node.js, Bun and Deno bring along. */

import type { StatementSync } from 'node:sqlite'
import { AuthlibError } from '@authlib/core'
import type { Awaitable, Store } from '@authlib/core'
import type { SqlRow, SqlStatement } from './dialect.ts'
import { groupCommit } from './group-commit.ts'
import { isBusy, openDatabase, unavailable, undo } from './sqlite-database.ts'
import { sqlStore } from './sql-store.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

export interface SqliteStoreOptions {
  /**
   * How long a commit waits while other processes write, in seconds; then it fails with `store_unavailable` (503).
   * Meanwhile the event loop runs on. Default 5.
   */
  busyTimeout?: number | undefined
  /**
   * `full`: an acknowledged commit survives a loss of power. `normal`: the last ones may be lost then, though never a part
   * of one; several times as fast. Default `full`: a revocation that was acknowledged must not come undone.
   */
  synchronous?: 'full' | 'normal' | undefined
}

/** A store on a SQLite file. */
export interface SqliteStore extends Store {
  /** Writes what waits, and closes the file. The store cannot be used afterwards. */
  close(): void
}

/**
 * Opens the store in a file, which is created with mode 0600 if need be; `:memory:` lives as long as the store. Tables
 * are created and brought up to date. Several processes may use one file, if it lies on a local disk.
 * @throws AuthlibError `store_unavailable` (503) when the file cannot be opened; `schema_too_new` when a later version of
 *   this package has changed its tables
 */
export function sqliteStore(
  path: string,
  { busyTimeout = 5, synchronous = 'full' }: SqliteStoreOptions = {},
): SqliteStore {
  const database = openDatabase(path, { synchronous, patience: busyTimeout })
  const statements = new Map<string, StatementSync>()
  const group = groupCommit({ write, isBusy, patience: busyTimeout })
  let closed = false

  const store = sqlStore({
    dialect: sqliteDialect,
    driver: {
      read: (query) => whileOpen(() => all(query) as unknown as SqlRow[]), // the columns of the table are those of a row
      write: (batch) => whileOpen(() => group.add(batch)),
    },
  })

  return {
    ...store,
    close() {
      if (closed) return
      closed = true
      database.exec(`PRAGMA busy_timeout = ${busyTimeout * 1000}`) // no event loop to wait in any more
      group.flush()
      database.close()
    },
  }

  async function whileOpen<T>(action: () => Awaitable<T>): Promise<T> {
    if (closed) throw new AuthlibError('store_unavailable', 'The store has been closed', { status: 503 })
    try {
      return await action()
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** Each batch judged by itself, in order: the later ones see what the earlier ones wrote. One COMMIT for all. */
  function write(batches: readonly (readonly SqlStatement[])[]): (number | null)[] {
    prepared('BEGIN IMMEDIATE').run()
    try {
      const outcomes = batches.map(apply)
      prepared('COMMIT').run()
      return outcomes
    } catch (error) {
      undo(database)
      throw error
    }
  }

  /** Only checks name a number of rows, and they come before the first change: a lost batch leaves nothing to undo. */
  function apply(batch: readonly SqlStatement[]): number | null {
    let changed = 0
    for (const statement of batch) {
      const { rows } = statement
      if (rows === undefined) changed += Number(prepared(statement.text).run(...statement.values).changes)
      else if (all(statement).length !== rows) return null
    }
    return changed
  }

  function all({ text, values }: SqlStatement): unknown[] {
    return prepared(text).all(...values)
  }

  function prepared(text: string): StatementSync {
    const statement = statements.get(text) ?? database.prepare(text)
    statements.set(text, statement)
    return statement
  }
}
