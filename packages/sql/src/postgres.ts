/** A store on PostgreSQL through `postgres` (postgres.js). */

import { postgresStore, type PostgresStoreOptions } from './postgres-sql/store.ts'
import type { SqlStore } from './shared/store.ts'

export type { PostgresStoreOptions } from './postgres-sql/store.ts'
export type { SqlStore } from './shared/store.ts'

/** What `postgres()` returns, as far as the store uses it. */
export interface PostgresJs {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>
}

export interface PostgresJsStoreOptions extends PostgresStoreOptions {
  /** Prepares statements. False for a proxy that hands out connections per transaction and cannot. Default true. */
  readonly prepare?: boolean | undefined
}

/**
 * Give the connections a limit for every wait:
 *
 * @example
 * const sql = postgres(url, { connect_timeout: 5, connection: { statement_timeout: 8000, lock_timeout: 5000 } })
 * const store = postgresJsStore(sql)
 * await store.migrate()
 */
export function postgresJsStore(
  sql: PostgresJs,
  { prepare = true, ...options }: PostgresJsStoreOptions = {},
): SqlStore {
  return postgresStore(
    {
      query: async ({ name, text, values }) =>
        // sound: strings, numbers and null are values of every version of the driver
        await sql.unsafe(text, [...values] as never[], { prepare: prepare && name !== undefined }),
      exec: async (text) => await sql.unsafe(text),
    },
    options,
  )
}
