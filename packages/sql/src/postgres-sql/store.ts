/** The store on PostgreSQL, over any driver. */

import type { StoreGuarantees } from '@authlib/core'
import { attempts, errorCode, storeUnavailable, refuseUnknownOptions } from '@authlib/core/kit'
import { migrateTables } from '../shared/migrate.ts'
import type { SqlRow } from '../shared/sql.ts'
import { putGroups, putJob } from '../shared/put-groups.ts'
import { sqlStore } from '../shared/sql-store.ts'
import { schemaMissing, type SqlStore } from '../shared/store.ts'
import { postgresMigrations } from './migrations.ts'
import { postgresStatements, rowOf, type PostgresStatement } from './statements.ts'
import { tablesOf, type TableNames } from './tables.ts'

/** What a driver has to offer, whatever it is called there. */
export interface PostgresDriver {
  /** Runs one statement in a transaction of its own. Numbers may come back as strings. */
  query(statement: PostgresStatement): Promise<readonly unknown[]>
  /** Runs several statements without values in one transaction. */
  exec(sql: string): Promise<unknown>
}

/** Options of every store on PostgreSQL. */
export interface PostgresStoreOptions extends TableNames {
  /** Seconds after which a call fails with `store_unavailable` (503), whatever it waits for. Default 10. */
  readonly timeout?: number | undefined
  /**
   * `recent-loss` when the connections have `synchronous_commit` off: a crash then loses commits that were acknowledged, such
   * as revocations. Default `full`.
   */
  readonly durability?: StoreGuarantees['durability'] | undefined
}

export function postgresStore(
  driver: PostgresDriver,
  { timeout = 10, durability = 'full', schema, prefix, ...others }: PostgresStoreOptions = {},
): SqlStore {
  refuseUnknownOptions('A PostgreSQL store', others)
  const names = { schema, prefix }
  const sql = postgresStatements(names)
  const call = <T>(action: () => Promise<T>): Promise<T> => attempts(action, { timeout, retryable })
  const rows = <Row>(statement: PostgresStatement): Promise<readonly Row[]> =>
    call(() => driver.query(statement) as Promise<readonly Row[]>).catch((error: unknown) => {
      throw explained(error)
    })
  const count = async (statement: PostgresStatement): Promise<number> =>
    Number((await rows<{ n: number | string }>(statement))[0]?.n)

  const putTogether = putGroups<string>({
    write: (all) => rows(sql.putAll(all)),
    isAboutRows: (error) => ABOUT_ROWS.test(errorCode(error)),
  })

  const store = sqlStore(
    {
      get: (partition, keys) => rows<SqlRow>(sql.get(partition, keys)),
      async commit(batch) {
        const { expect, put, remove } = batch
        if (expect.length + remove.length === 0) {
          await putTogether(putJob(put, rowOf))
          return true
        }
        const statement = sql.commit(batch)
        if (!statement) return false
        try {
          const [row] = await rows<{ done: number | string }>(statement)
          return Number(row?.done) === 1
        } catch (error) {
          if (errorCode(error) === DIVISION_BY_ZERO) return false
          throw error
        }
      },
      list: (query) => rows<SqlRow>(sql.list(query)),
      sweep: (now, limit) => count(sql.sweep(now, limit)),
    },
    durability,
  )

  async function version(): Promise<number> {
    const { migrations } = tablesOf(names)
    const text = 'SELECT to_regclass($1) IS NOT NULL AS there'
    const [found] = (await driver.query({ text, values: [migrations] })) as { there: boolean }[]
    if (found?.there !== true) return 0
    const query = { text: `SELECT max(version) AS version FROM ${migrations}`, values: [] }
    const [row] = (await driver.query(query)) as { version: number | string }[]
    return Number(row?.version)
  }

  return {
    ...store,
    version,
    migrate: () => migrateTables(postgresMigrations(names), { version, run: (up) => driver.exec(up) }),
    eraseSubject: (subject) =>
      count(sql.eraseSubject(subject)).catch((error: unknown) => {
        throw storeUnavailable(error)
      }),
  }
}

/** Data that it cannot take, such as JSON that is too deep; a row that others keep locked (lock_not_available, query_canceled). */
const ABOUT_ROWS = /^(?:22|54|55P03$|57014$)/

const DIVISION_BY_ZERO = '22012'

/** serialization_failure, deadlock_detected: everything was rolled back. */
function retryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(errorCode(error))
}

/** undefined_table, invalid_schema_name, undefined_column */
function explained(error: unknown): unknown {
  return ['42P01', '3F000', '42703'].includes(errorCode(error)) ? schemaMissing(error) : error
}
