/** The store on PostgreSQL, over any driver. */

import type { Batch, StoreGuarantees } from '@authlib/core'
import { attempts, errorCode, storeUnavailable, refuseUnknownOptions } from '@authlib/core/kit'
import { migrateTables } from '../shared/migrate.ts'
import type { SqlRow } from '../shared/sql.ts'
import { grouped } from '../shared/groups.ts'
import {
  batchJob,
  LONGEST_WAIT,
  onlyPuts,
  putJob,
  readJob,
  type BatchJob,
  type PutJob,
  type ReadJob,
} from '../shared/jobs.ts'
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

  const isAboutData = (error: unknown): boolean => ABOUT_DATA.test(errorCode(error))
  const isAboutSome = (error: unknown): boolean => isAboutData(error) || LOCKED.test(errorCode(error))
  const read = grouped<ReadJob, readonly SqlRow[]>({
    async run(jobs) {
      const [job] = jobs
      if (job && jobs.length === 1) return [await rows<SqlRow>(sql.get(job.partition, job.keys))]
      const found: SqlRow[][] = jobs.map(() => [])
      for (const row of await rows<SqlRow & { n: number | string }>(sql.getAll(jobs))) found[Number(row.n)]?.push(row)
      return found
    },
    isAboutSome: isAboutData,
    longestWait: LONGEST_WAIT.read,
  })
  const put = grouped<PutJob<string>, void>({
    async run(jobs) {
      await rows(sql.putAll(jobs.flatMap(({ written }) => written)))
      return []
    },
    isAboutSome,
    longestWait: LONGEST_WAIT.write,
  })
  /** Whether each is written; null: it has to be tried alone. */
  const change = grouped<BatchJob<string>, boolean | null>({
    async run(jobs) {
      const [job] = jobs
      if (job && jobs.length === 1) return [await commitAlone(job.batch)]
      const done = new Set((await rows<{ n: number | string }>(sql.commitAll(jobs))).map(({ n }) => Number(n)))
      return jobs.map((_, n) => done.has(n) || null)
    },
    isAboutSome,
    longestWait: LONGEST_WAIT.write,
  })

  async function commitAlone(batch: Batch): Promise<boolean> {
    const statement = sql.commit(batch)
    if (!statement) return false
    try {
      const [row] = await rows<{ done: number | string }>(statement)
      return Number(row?.done) === 1
    } catch (error) {
      if (errorCode(error) === DIVISION_BY_ZERO) return false
      throw error
    }
  }

  const store = sqlStore(
    {
      get: (partition, keys) => read(readJob(partition, keys)),
      async commit(batch) {
        if (batch.expect.length + batch.remove.length === 0) {
          await put(putJob(batch.put, rowOf))
          return true
        }
        return (onlyPuts(batch) ? await change(batchJob(batch, rowOf)) : null) ?? commitAlone(batch)
      },
      list: (query) => rows<SqlRow>(sql.list(query)),
      sweep: (now, limit) => count(sql.sweep(now, limit)),
    },
    durability,
    timeout,
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

/** Data that the database cannot take or find: JSON that is too deep, a subject that is no user, a row that is damaged. */
const ABOUT_DATA = /^(?:22|23|44|54|P0|XX)/

/** A row that stays locked: lock_not_available, query_canceled. */
const LOCKED = /^(?:55P03|57014)$/

const DIVISION_BY_ZERO = '22012'

/** serialization_failure, deadlock_detected: everything was rolled back. */
function retryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(errorCode(error))
}

/** undefined_table, invalid_schema_name, undefined_column */
function explained(error: unknown): unknown {
  return ['42P01', '3F000', '42703'].includes(errorCode(error)) ? schemaMissing(error) : error
}
