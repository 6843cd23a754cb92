/** Stores and locks on PostgreSQL through `pg` (node-postgres). */

import type { TokenStore } from '@authlib/core'
import { advisoryLock, type AdvisoryLockOptions } from './postgres-sql/advisory-lock.ts'
import { postgresStore, type PostgresStoreOptions } from './postgres-sql/store.ts'
import type { SqlStore } from './shared/store.ts'

export type { AdvisoryLockOptions } from './postgres-sql/advisory-lock.ts'
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

/** A `Pool` of `pg` that hands out connections. */
export interface PgConnections {
  connect(): Promise<{
    query(config: { text: string; values: unknown[]; query_timeout: number }): Promise<{ rows: unknown[] }>
    on(event: 'error', listener: () => void): unknown
    off(event: 'error', listener: () => void): unknown
    release(destroy?: boolean): void
  }>
  readonly options?: { readonly max?: number | undefined }
}

/**
 * The `lock` of a token store, made of advisory locks: one process at a time refreshes a token. A process that ends frees its
 * locks. It uses one connection of the pool while a token is refreshed, and needs a connection to the database itself, not to a
 * proxy that hands out connections per transaction.
 *
 * @throws TypeError for a pool of one connection, which would be taken by the lock when the token is saved
 * @example
 * const tokens: TokenStore = { ...storeTokens(pgStore(pool), { secrets }), lock: pgLock(pool) }
 */
export function pgLock(pool: PgConnections, options: AdvisoryLockOptions = {}): NonNullable<TokenStore['lock']> {
  if (pool.options?.max === 1) throw new TypeError('pgLock needs a pool of at least two connections')
  return advisoryLock(async () => {
    const client = await pool.connect()
    const ignore = (): void => undefined // the next query fails; without a listener the process would end
    client.on('error', ignore)
    return {
      query: async (text, values) => (await client.query({ text, values: [...values], query_timeout: 10_000 })).rows,
      release(broken) {
        client.off('error', ignore)
        client.release(broken)
      },
    }
  }, options)
}
