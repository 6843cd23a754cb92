/** A store on PostgreSQL through `pg` (node-postgres). */

import { postgresStore, type PostgresStoreOptions } from './postgres-sql/store.ts'
import type { SqlStore } from './shared/store.ts'

export type { PostgresStoreOptions } from './postgres-sql/store.ts'
export type { SqlStore } from './shared/store.ts'

/** A `Pool` of `pg`, or whatever has its `query`, such as PGlite or a serverless driver. */
export interface PgPool {
  query(config: { name?: string; text: string; values?: unknown[]; query_timeout?: number }): Promise<{
    rows: unknown[]
  }>
  on?(event: 'error', listener: (error: Error) => void): unknown
  listenerCount?(event: 'error'): number
}

export interface PgStoreOptions extends PostgresStoreOptions {
  /** Prepares statements by name. False for a proxy that hands out connections per transaction and cannot. Default true. */
  readonly prepare?: boolean | undefined
}

/**
 * Give the pool a limit for every wait, so that it frees its connections when the database hangs:
 *
 * @example
 * const pool = new Pool({ connectionString, connectionTimeoutMillis: 5000, statement_timeout: 8000, lock_timeout: 5000 })
 * const store = pgStore(pool)
 * await store.migrate()
 */
export function pgStore(pool: PgPool, { prepare = true, ...options }: PgStoreOptions = {}): SqlStore {
  const { timeout = 10 } = options
  // Without a listener, an idle connection that the database closes would end the process.
  if (pool.listenerCount?.('error') === 0) pool.on?.('error', () => undefined)
  return postgresStore(
    {
      async query({ name, text, values }) {
        // The pool must not keep a connection that has fallen silent.
        const config = { text, values: [...values], query_timeout: timeout * 1000 }
        return (await pool.query(prepare && name !== undefined ? { ...config, name } : config)).rows
      },
      exec: (sql) => pool.query({ text: sql }),
    },
    options,
  )
}
