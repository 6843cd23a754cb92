/** Stores on the connections of a Kysely that the application has already. */

import { CompiledQuery, type Kysely } from 'kysely'
import { mysqlStoreOn, type MysqlQuery, type MysqlStoreOptions } from './mysql-sql/store.ts'
import { postgresStore, type PostgresStoreOptions } from './postgres-sql/store.ts'
import type { SqlStore } from './shared/store.ts'

export type { MysqlStoreOptions } from './mysql-sql/store.ts'
export type { PostgresStoreOptions } from './postgres-sql/store.ts'
export type { SqlStore } from './shared/store.ts'

/**
 * A store on a Kysely with the PostgreSQL dialect.
 *
 * @example
 * const store = kyselyPostgresStore(db)
 */
export function kyselyPostgresStore<Tables>(db: Kysely<Tables>, options: PostgresStoreOptions = {}): SqlStore {
  return postgresStore(
    {
      query: async ({ text, values }) => (await db.executeQuery(CompiledQuery.raw(text, [...values]))).rows,
      exec: (sql) => db.executeQuery(CompiledQuery.raw(sql)),
    },
    options,
  )
}

/**
 * A store on a Kysely with the MySQL dialect.
 *
 * @example
 * const store = kyselyMysqlStore(db)
 */
export function kyselyMysqlStore<Tables>(db: Kysely<Tables>, options: MysqlStoreOptions = {}): SqlStore {
  return mysqlStoreOn(
    {
      query: queryOn(db),
      async transaction(body) {
        try {
          return await db
            .transaction()
            .setIsolationLevel('read committed')
            .execute(async (transaction) => {
              if (await body(queryOn(transaction))) return true
              throw new Lost()
            })
        } catch (error) {
          if (error instanceof Lost) return false
          throw error
        }
      },
    },
    options,
  )
}

/** Rolls a transaction back. */
class Lost extends Error {}

function queryOn(db: Pick<Kysely<unknown>, 'executeQuery'>): MysqlQuery {
  return async ({ text, values }) => {
    const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...values]))
    return { rows, affected: Number(numAffectedRows ?? 0) }
  }
}
