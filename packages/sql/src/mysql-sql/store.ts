/** The store on MySQL and MariaDB, over any driver. */

import type { StoreGuarantees, StoredRecord } from '@authlib/core'
import { attempts, errorCode, isMet, storeUnavailable, refuseUnknownOptions } from '@authlib/core/kit'
import { migrateTables } from '../shared/migrate.ts'
import type { SqlRow } from '../shared/sql.ts'
import { grouped } from '../shared/groups.ts'
import {
  batchJob,
  LONGEST_WAIT,
  onlyPuts,
  putJob,
  readJob,
  rowName,
  type BatchJob,
  type PutJob,
  type ReadJob,
} from '../shared/jobs.ts'
import { sqlStore } from '../shared/sql-store.ts'
import { schemaMissing, type SqlStore } from '../shared/store.ts'
import { mysqlMigrations } from './migrations.ts'
import { mysqlStatements, rowOf, type MysqlRow, type MysqlStatement, type RowKey } from './statements.ts'
import { tablesOf, type TableNames } from './tables.ts'

/** The rows of a query, or how many rows a statement has changed. */
export interface MysqlResult {
  readonly rows: readonly unknown[]
  readonly affected: number
}

/** Runs one statement. */
export type MysqlQuery = (statement: MysqlStatement) => Promise<MysqlResult>

/** What a driver has to offer, whatever it is called there. */
export interface MysqlDriver {
  /** On any connection, in a transaction of its own. */
  readonly query: MysqlQuery
  /** On one connection, READ COMMITTED. False from `body`: rolled back. */
  transaction(body: (query: MysqlQuery) => Promise<boolean>): Promise<boolean>
}

/** Options of every store on MySQL and MariaDB. */
export interface MysqlStoreOptions extends TableNames {
  /** Seconds after which a call fails with `store_unavailable` (503), whatever it waits for. Default 10. */
  readonly timeout?: number | undefined
  /**
   * `recent-loss` when `innodb_flush_log_at_trx_commit` is not 1: a crash then loses commits that were acknowledged, such as
   * revocations. Default `full`.
   */
  readonly durability?: StoreGuarantees['durability'] | undefined
}

export function mysqlStoreOn(
  driver: MysqlDriver,
  { timeout = 10, durability = 'full', schema, prefix, ...others }: MysqlStoreOptions = {},
): SqlStore {
  refuseUnknownOptions('A MySQL store', others)
  const names = { schema, prefix }
  const statements = mysqlStatements(names)
  const call = <T>(action: () => Promise<T>): Promise<T> =>
    attempts(action, { timeout, retryable }).catch((error: unknown) => {
      throw explained(error)
    })
  const rows = async <Row>(statement: MysqlStatement): Promise<readonly Row[]> =>
    (await call(() => driver.query(statement))).rows as readonly Row[] // sound: what the query selects

  const read = grouped<ReadJob, readonly SqlRow[]>({
    async run(jobs) {
      const keys = jobs.flatMap(({ partition, keys: wanted }) => wanted.map((key): RowKey => [partition, ...key]))
      const found = new Map<string, SqlRow>()
      for (const row of await rows<SqlRow>(statements.get(keys)))
        found.set(rowName(row.partition_id, row.kind, row.id), row)
      return jobs.map(({ partition, keys: wanted }) =>
        wanted.flatMap((key) => found.get(rowName(partition, ...key)) ?? []),
      )
    },
    isAboutSome: () => false, // nothing in a read can be wrong
    longestWait: LONGEST_WAIT.read,
  })
  const put = grouped<PutJob<MysqlRow>, void>({
    async run(jobs) {
      const all = jobs.flatMap(({ written }) => written)
      await call(() => driver.query(statements.upsert(all))) // one statement needs no other transaction
      return []
    },
    isAboutSome,
    longestWait: LONGEST_WAIT.write,
  })
  /** Whether each is written; null: it has to be tried alone. */
  const change = grouped<BatchJob<MysqlRow>, boolean | null>({
    async run(jobs) {
      const [job] = jobs
      if (job && jobs.length === 1) return [await commitAlone(job)]
      return (await transact(jobs, { wait: false })).map((done) => done || null)
    },
    isAboutSome,
    longestWait: LONGEST_WAIT.write,
  })

  async function commitAlone(job: BatchJob<MysqlRow>): Promise<boolean> {
    try {
      return (await transact([job], { wait: true }))[0] === true
    } catch (error) {
      if (errorCode(error) === 'ER_DUP_ENTRY') return false
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
        const job = batchJob(batch, rowOf)
        return (onlyPuts(batch) ? await change(job) : null) ?? commitAlone(job)
      },
      list: (query) => rows<SqlRow>(statements.list(query)),
      sweep: async (now, limit) => (await call(() => driver.query(statements.sweep(now, limit)))).affected,
    },
    durability,
    timeout,
  )

  async function version(): Promise<number> {
    const text = `SELECT max(version) AS version FROM ${tablesOf(names).migrations}`
    try {
      const { rows: found } = await driver.query({ text, values: [] })
      return Number((found[0] as { version: number | string | null }).version)
    } catch (error) {
      if (MISSING.includes(errorCode(error))) return 0
      throw error
    }
  }

  /** No transaction takes back a CREATE TABLE. The last statement of a migration says that it was applied. */
  async function runAll(sql: string): Promise<void> {
    for (const text of sql.split(/;\n+/).filter((part) => part.trim() !== '')) await driver.query({ text, values: [] })
  }

  return {
    ...store,
    version,
    migrate: () => migrateTables(mysqlMigrations(names), { version, run: runAll }),
    async eraseSubject(subject) {
      try {
        let erased = 0
        const found = await rows<{ partition_id: string }>(statements.partitionsOf(subject))
        for (let n = 0; n < found.length; n += ERASED_AT_ONCE) {
          const partitions = found.slice(n, n + ERASED_AT_ONCE).map((row) => row.partition_id)
          erased += (await call(() => driver.query(statements.erase(partitions)))).affected
        }
        return erased
      } catch (error) {
        throw storeUnavailable(error)
      }
    },
  }

  /** Writes the batches whose expectations are met, and says which. Fails with ER_DUP_ENTRY, nothing written, if one loses a race. */
  async function transact(
    jobs: readonly BatchJob<MysqlRow>[],
    options: { readonly wait: boolean },
  ): Promise<readonly boolean[]> {
    let outcome: readonly boolean[] = []
    await call(() =>
      driver.transaction(async (query) => {
        const expected = jobs.flatMap(({ batch }) =>
          batch.expect.map(({ kind, id }): RowKey => [batch.partition, kind, id]),
        )
        const { rows: found } = expected.length > 0 ? await query(statements.lock(expected, options)) : { rows: [] }
        const held = heldBy(found as readonly SqlRow[]) // sound: what the query selects
        outcome = jobs.map(({ batch: { partition, expect, now } }) =>
          expect.every((one) => isMet(one, held.get(rowName(partition, one.kind, one.id)), now)),
        )
        const met = jobs.filter((_, n) => outcome[n])
        if (met.length === 0) return false
        await writeAll(query, met, held)
        return true
      }),
    )
    return outcome
  }

  /** In one order for all writers, so that two of them seldom wait for each other in a circle. */
  async function writeAll(
    query: MysqlQuery,
    jobs: readonly BatchJob<MysqlRow>[],
    held: { has(name: string): boolean },
  ): Promise<void> {
    const puts = jobs
      .flatMap(({ batch: { partition, expect }, names: own, written }) => {
        const guarded = new Set(expect.map(({ kind, id }) => rowName(partition, kind, id)))
        // An expected record that is not held is absent, or an expectation would have failed.
        return written.map((row, n) => ({
          name: own[n] ?? '',
          row,
          isNew: guarded.has(own[n] ?? '') && !held.has(own[n] ?? ''),
        }))
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const created = puts.filter(({ isNew }) => isNew).map(({ row }) => row)
    const replaced = puts.filter(({ isNew }) => !isNew).map(({ row }) => row)
    const removed = jobs.flatMap(({ batch: { partition, remove } }) => remove.map((key): RowKey => [partition, ...key]))
    if (created.length > 0) await query(statements.insert(created)) // nothing locks what is not there
    if (replaced.length > 0) await query(statements.upsert(replaced))
    if (removed.length > 0) await query(statements.remove(removed))
  }
}

function heldBy(found: readonly SqlRow[]): Map<string, Pick<StoredRecord, 'revision' | 'expiresAt'>> {
  return new Map(
    found.map(({ partition_id: partition, kind, id, revision, expires_at: expiresAt }) => [
      rowName(partition, kind, id),
      { revision: Number(revision), expiresAt: Number(expiresAt) },
    ]),
  )
}

/** Partitions that one statement deletes. */
const ERASED_AT_ONCE = 100

const MISSING = ['ER_NO_SUCH_TABLE', 'ER_BAD_DB_ERROR', 'ER_BAD_FIELD_ERROR']

/** Deadlock (1213), and rows that changed under a snapshot (1020): everything was rolled back. */
function retryable(error: unknown): boolean {
  return ['ER_LOCK_DEADLOCK', 'ER_CHECKREAD'].includes(errorCode(error))
}

/** Everything was rolled back. A server that does not know SKIP LOCKED (MariaDB before 10.6) takes each batch alone. */
function isAboutSome(error: unknown): boolean {
  return ABOUT_SOME.includes(errorCode(error))
}

const ABOUT_SOME = [
  ...['ER_DATA_TOO_LONG', 'ER_DUP_ENTRY', 'ER_NO_REFERENCED_ROW', 'ER_NO_REFERENCED_ROW_2', 'ER_SIGNAL_EXCEPTION'],
  ...['ER_LOCK_WAIT_TIMEOUT', 'ER_PARSE_ERROR'],
]

function explained(error: unknown): unknown {
  return MISSING.includes(errorCode(error)) ? schemaMissing(error) : error
}
