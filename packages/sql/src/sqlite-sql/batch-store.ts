/** The store on SQLite behind a network, where a transaction is a list of statements that is sent whole. */

import type { StoreGuarantees } from '@authlib/core'
import { attempts, storeUnavailable, refuseUnknownOptions } from '@authlib/core/kit'
import { migrateTables } from '../shared/migrate.ts'
import type { SqlRow, SqlStatement } from '../shared/sql.ts'
import { sqlStore } from '../shared/sql-store.ts'
import type { SqlStore } from '../shared/store.ts'
import { sqliteMigrations } from './migrations.ts'
import { sqliteStatements, type SqliteStatement } from './statements.ts'

/** What a driver has to offer, whatever it is called there. */
export interface BatchDatabase {
  query(statement: SqlStatement): Promise<readonly unknown[]>
  /** Runs the statements in one transaction, which is rolled back when one fails, and returns how many rows each changed. */
  batch(statements: readonly SqlStatement[]): Promise<readonly number[]>
}

/** Options of a store on SQLite behind a network. */
export interface BatchStoreOptions {
  /** Begins the names of the tables. Default `authlib_`. */
  readonly prefix?: string | undefined
  /** Seconds after which a call fails with `store_unavailable` (503). Default 10. */
  readonly timeout?: number | undefined
}

export function batchStore(
  database: BatchDatabase,
  { prefix = 'authlib_', timeout = 10, ...others }: BatchStoreOptions,
  durability: StoreGuarantees['durability'],
): SqlStore {
  refuseUnknownOptions('A SQLite store', others)
  const sql = sqliteStatements(prefix)
  const retryable = (): boolean => false // nothing says whether a batch that failed was written
  const call = <T>(action: () => Promise<T>): Promise<T> => attempts(action, { timeout, retryable })
  const rows = (query: SqlStatement): Promise<SqlRow[]> => call(() => database.query(query)) as Promise<SqlRow[]> // their columns

  const store = sqlStore(
    {
      get: (partition, keys) => rows(sql.get(partition, keys)),
      async commit(batch) {
        try {
          await call(() => database.batch(sql.commit(batch).map(asGuard)))
          return true
        } catch (error) {
          if (isLost(error)) return false
          throw error
        }
      },
      list: (query) => rows(sql.list(query)),
      sweep: async (now, limit) => (await call(() => database.batch([sql.sweep(now, limit)])))[0] ?? 0,
    },
    durability,
  )

  async function version(): Promise<number> {
    const text = 'SELECT name FROM sqlite_schema WHERE name = ?'
    if ((await database.query({ text, values: [`${prefix}migrations`] })).length === 0) return 0
    const query = { text: `SELECT max(version) AS version FROM ${prefix}migrations`, values: [] }
    return Number(((await database.query(query)) as { version: number }[])[0]?.version) // sound: the query says so
  }

  return {
    ...store,
    version,
    migrate: () =>
      migrateTables(sqliteMigrations(prefix), {
        version,
        run: (up) => database.batch(statementsOf(up).map((text) => ({ text, values: [] }))),
      }),
    async eraseSubject(subject) {
      try {
        return (await call(() => database.batch([sql.eraseSubject(subject)])))[0] ?? 0
      } catch (error) {
        throw storeUnavailable(error)
      }
    },
  }
}

/** An expectation as a statement that fails: SQLite refuses to read the word as JSON. */
function asGuard({ text, values, rows }: SqliteStatement): SqlStatement {
  if (rows === undefined) return { text, values }
  return { text: `SELECT CASE WHEN ${rows === 0 ? 'NOT ' : ''}EXISTS (${text}) THEN 1 ELSE json('lost') END`, values }
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message.includes('malformed JSON') || isLost(error.cause)
}

/** A trigger has semicolons of its own, and ends with END. */
function statementsOf(sql: string): string[] {
  return sql
    .split(/;\n(?=\n|$|[A-Z])(?!\s*END)/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
}
