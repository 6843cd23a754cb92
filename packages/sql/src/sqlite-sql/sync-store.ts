/** The store on a SQLite connection that answers at once. */

import { AuthlibError } from '@authlib/core'
import type { Store, StoreGuarantees } from '@authlib/core'
import { storeUnavailable } from '@authlib/core/kit'
import type { SqlRow, SqlStatement } from '../shared/sql.ts'
import { sqlStore } from '../shared/sql-store.ts'
import { isBusy, rollBack, type SyncDatabase, type SyncStatement } from './database.ts'
import { groupCommit, Undone } from './group-commit.ts'
import { sqliteStatements, type SqliteStatement } from './statements.ts'

export interface SyncStoreOptions {
  readonly prefix: string
  /** How long a commit waits while other processes write, in seconds. */
  readonly patience: number
  readonly durability: StoreGuarantees['durability']
}

/** A store on a SQLite file. */
export interface SqliteStore extends Store {
  /**
   * Deletes everything that belongs to a subject: sessions, consents, authorizations, and their codes and tokens. Returns how
   * many records. The subject must not be able to log in any more, or new ones come.
   * @throws AuthlibError `store_unavailable` (503)
   */
  eraseSubject(subject: string): Promise<number>
  /** Writes what waits, and closes the file. The store cannot be used afterwards. */
  close(): void
}

/** Milliseconds that a statement may hold up the event loop because another process writes. */
const SHORT = 1

/** The tables must be up to date. `close` is called when the store is closed. */
export function syncStore(
  database: SyncDatabase,
  { prefix, patience, durability }: SyncStoreOptions,
  close: () => void,
): SqliteStore {
  database.exec(`PRAGMA busy_timeout = ${SHORT}`)
  const sql = sqliteStatements(prefix)
  const statements = new Map<string, SyncStatement>()
  const group = groupCommit({ write, isBusy, patience })
  let closed = false

  const store = sqlStore(
    {
      get: (partition, keys) => rows(sql.get(partition, keys)),
      commit: async (batch) => (await whileOpen(() => group.add(sql.commit(batch)))) !== null,
      list: (query) => rows(sql.list(query)),
      sweep: async (now, limit) => (await whileOpen(() => group.add([sql.sweep(now, limit)]))) ?? 0,
    },
    durability,
  )

  return {
    ...store,
    async eraseSubject(subject) {
      try {
        return (await whileOpen(() => group.add([sql.eraseSubject(subject)]))) ?? 0
      } catch (error) {
        throw storeUnavailable(error)
      }
    },
    close() {
      if (closed) return
      closed = true
      database.exec(`PRAGMA busy_timeout = ${patience * 1000}`) // no event loop to wait in any more
      group.flush()
      close()
    },
  }

  function whileOpen<T>(action: () => T): T {
    if (closed) throw new AuthlibError('store_unavailable', 'The store has been closed', { status: 503 })
    return action()
  }

  function rows(query: SqlStatement): SqlRow[] {
    return whileOpen(() => all(query) as SqlRow[]) // sound: the columns of the table are those of a row
  }

  /** Each batch judged by itself, in order: the later ones see what the earlier ones wrote. One COMMIT for all. */
  function write(batches: readonly (readonly SqliteStatement[])[]): (number | null)[] {
    prepared('BEGIN IMMEDIATE').run()
    try {
      const outcomes = batches.map(apply)
      prepared('COMMIT').run()
      return outcomes
    } catch (error) {
      throw rollBack(database) ? new Undone(error) : error
    }
  }

  /** Only checks name a number of rows, and they come before the first change: a lost batch leaves nothing to undo. */
  function apply(batch: readonly SqliteStatement[]): number | null {
    let changed = 0
    for (const statement of batch) {
      const { rows: expected } = statement
      if (expected === undefined) changed += Number(prepared(statement.text).run(...statement.values).changes)
      else if (all(statement).length !== expected) return null
    }
    return changed
  }

  function all({ text, values }: SqlStatement): unknown[] {
    return prepared(text).all(...values)
  }

  function prepared(text: string): SyncStatement {
    const statement = statements.get(text) ?? database.prepare(text)
    statements.set(text, statement)
    return statement
  }
}
