/** The store on MySQL and MariaDB, over any driver. */

import type { Batch, StoreGuarantees, StoredRecord } from '@authlib/core'
import { attempts, errorCode, isMet, recordName, storeUnavailable, refuseUnknownOptions } from '@authlib/core/kit'
import { stepsOf, type Step } from '../shared/batch-steps.ts'
import { migrateTables } from '../shared/migrate.ts'
import type { SqlRow } from '../shared/sql.ts'
import { putGroups, putJob } from '../shared/put-groups.ts'
import { sqlStore } from '../shared/sql-store.ts'
import { schemaMissing, type SqlStore } from '../shared/store.ts'
import { mysqlMigrations } from './migrations.ts'
import { mysqlStatements, rowOf, type MysqlStatement, type MysqlValue } from './statements.ts'
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

  const putTogether = putGroups<readonly MysqlValue[]>({
    write: (all) => call(() => driver.query(statements.putAll(all))), // one statement needs no other transaction
    isAboutRows: (error) => ['ER_DATA_TOO_LONG', 'ER_LOCK_WAIT_TIMEOUT'].includes(errorCode(error)),
  })

  const store = sqlStore(
    {
      get: (partition, keys) => rows<SqlRow>(statements.get(partition, keys)),
      async commit(batch) {
        const { expect, put, remove } = batch
        if (expect.length + remove.length === 0) {
          await putTogether(putJob(put, rowOf))
          return true
        }
        const steps = stepsOf(batch)
        return steps ? call(() => driver.transaction((query) => transact(query, batch, steps))) : false
      },
      list: (query) => rows<SqlRow>(statements.list(query)),
      sweep: async (now, limit) => (await call(() => driver.query(statements.sweep(now, limit)))).affected,
    },
    durability,
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

  async function transact(query: MysqlQuery, { partition, now }: Batch, steps: readonly Step[]): Promise<boolean> {
    const guarded = steps.filter(({ does }) => does !== 'put' && does !== 'remove')
    const held = new Map<string, Pick<StoredRecord, 'revision' | 'expiresAt'>>()
    if (guarded.length > 0) {
      const { rows: found } = await query(statements.lock(partition, guarded.map(({ key }) => key))) // prettier-ignore
      for (const row of found as readonly SqlRow[]) {
        const { kind, id, revision, expires_at: expiresAt } = row
        held.set(recordName(kind, id), { revision: Number(revision), expiresAt: Number(expiresAt) })
      }
    }
    const met = guarded.every(({ key: [kind, id], ...step }) => {
      const revision = 'revision' in step ? step.revision : 0
      return isMet({ kind, id, revision }, held.get(recordName(kind, id)), now)
    })
    if (!met) return false

    const created = steps.flatMap((step) =>
      step.does === 'create' && !held.has(recordName(...step.key)) ? [step.record] : [],
    )
    const replaced = steps.flatMap((step) => ('record' in step && !created.includes(step.record) ? [step.record] : []))
    const removed = steps.filter(({ does }) => does === 'delete' || does === 'remove').map(({ key }) => key)
    if (created.length > 0 && !(await insertNew(query, created))) return false
    if (replaced.length > 0) await query(statements.upsert(replaced))
    if (removed.length > 0) await query(statements.remove(partition, removed))
    return true
  }

  /** The key was free when we looked, and nothing locks what is not there. */
  async function insertNew(query: MysqlQuery, records: readonly StoredRecord[]): Promise<boolean> {
    try {
      await query(statements.insert(records))
      return true
    } catch (error) {
      if (errorCode(error) === 'ER_DUP_ENTRY') return false
      throw error
    }
  }
}

/** Partitions that one statement deletes. */
const ERASED_AT_ONCE = 100

const MISSING = ['ER_NO_SUCH_TABLE', 'ER_BAD_DB_ERROR', 'ER_BAD_FIELD_ERROR']

/** Deadlock (1213), and rows that changed under a snapshot (1020): everything was rolled back. */
function retryable(error: unknown): boolean {
  return ['ER_LOCK_DEADLOCK', 'ER_CHECKREAD'].includes(errorCode(error))
}

function explained(error: unknown): unknown {
  return MISSING.includes(errorCode(error)) ? schemaMissing(error) : error
}
