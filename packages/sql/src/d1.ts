/** Stores on SQLite behind a network: Cloudflare D1, and `@libsql/client` for Turso. */

import { batchStore, type BatchStoreOptions } from './sqlite-sql/batch-store.ts'
import type { SqlValue } from './shared/sql.ts'
import type { SqlStore } from './shared/store.ts'

export type { BatchStoreOptions } from './sqlite-sql/batch-store.ts'
export type { SqlStore } from './shared/store.ts'

/** The binding of a D1 database. */
export interface D1Database {
  prepare(sql: string): D1Statement
  batch(statements: never[]): Promise<readonly { readonly meta: object }[]>
}

/** A prepared statement of D1. */
export interface D1Statement {
  bind(...values: SqlValue[]): D1Statement
  all(): Promise<{ readonly results: readonly unknown[] }>
}

/**
 * A store on Cloudflare D1. Do not read from replicas: a session of `withSession` belongs to one request, and its reads are
 * not those of all.
 *
 * @example
 * const store = d1Store(env.DB)
 */
export function d1Store(database: D1Database, options: BatchStoreOptions = {}): SqlStore {
  const prepared = ({ text, values }: { text: string; values: readonly SqlValue[] }): D1Statement =>
    database.prepare(text).bind(...values)
  return batchStore(
    {
      query: async (statement) => (await prepared(statement).all()).results,
      async batch(statements) {
        const results = await database.batch(statements.map(prepared) as never[]) // sound: made by the database itself
        return results.map(({ meta }) => ('changes' in meta ? Number(meta.changes) : 0))
      },
    },
    options,
    'full',
  )
}

/** A client of `@libsql/client`, as far as the store uses it. */
export interface LibsqlClient {
  execute(statement: { sql: string; args: SqlValue[] }): Promise<{ readonly rows: readonly unknown[] }>
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    mode: 'write',
  ): Promise<readonly { readonly rowsAffected: number }[]>
}

/**
 * A store on Turso or a libSQL server. Connect to the primary, not to a replica of it.
 *
 * @example
 * const store = libsqlStore(createClient({ url, authToken })) // of '@libsql/client'
 */
export function libsqlStore(client: LibsqlClient, options: BatchStoreOptions = {}): SqlStore {
  return batchStore(
    {
      query: async ({ text, values }) => (await client.execute({ sql: text, args: [...values] })).rows,
      async batch(statements) {
        const sent = statements.map(({ text, values }) => ({ sql: text, args: [...values] }))
        return (await client.batch(sent, 'write')).map(({ rowsAffected }) => rowsAffected)
      },
    },
    options,
    'full',
  )
}
