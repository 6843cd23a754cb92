/** SQLite through other drivers, and servers through Kysely: the same contract. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient } from '@libsql/client'
import { NEVER, type StoredRecord } from '@authlib/core'
import { storeContract, storeContractCases } from '@authlib/testing'
import Database from 'better-sqlite3'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { createPool } from 'mysql2'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, mysqlServer, postgresServer } from '../../../test/support/needs.ts'
import { d1Store, libsqlStore, type D1Database, type D1Statement, type SqlStore } from './d1.ts'
import { kyselyMysqlStore, kyselyPostgresStore } from './kysely.ts'
import { sqliteStore } from './node-sqlite.ts'
import type { SqlValue } from './shared/sql.ts'
import { syncSqliteStore } from './sqlite-sync.ts'

const folder = mkdtempSync(join(tmpdir(), 'authlib-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${++files}.db`)

const record = (id: string, changes: Partial<StoredRecord> = {}): StoredRecord => {
  return { kind: 'code', id, partition: 'p', revision: 1, expiresAt: NEVER, data: {}, ...changes }
}

describe('syncSqliteStore', () => {
  const open = (file: string) => {
    const database = new Database(file)
    database.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = normal')
    const store = syncSqliteStore(database)
    return {
      ...store,
      close() {
        store.close()
        database.close()
      },
    }
  }
  storeContract({
    ...{ describe, it, name: 'the store contract on better-sqlite3' },
    open() {
      const file = newFile()
      return [open(file), open(file)]
    },
  })

  it('waits while another connection writes, and fails with 503 when that does not end', async () => {
    const file = newFile()
    const store = syncSqliteStore(new Database(file), { busyTimeout: 0.05 })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    const put = [record('a')]
    const commit = () => store.commit({ partition: 'p', now: 1, expect: [], put, remove: [] })
    await expect(commit()).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
    other.exec('COMMIT')
    expect(await commit()).toBe(true)
    store.close()
  })

  it('shares its file with a store on node:sqlite', async () => {
    const file = newFile()
    const [one, other] = [open(file), sqliteStore(file)]
    await one.commit({ partition: 'p', now: 1, expect: [], put: [record('a')], remove: [] })
    expect(await other.get('p', [['code', 'a']])).toEqual([record('a')])
    one.close()
    other.close()
  })
})

describe('libsqlStore', () => {
  storeContract({
    ...{ describe, it, name: 'the store contract on @libsql/client' },
    async open() {
      const client = createClient({ url: `file:${newFile()}` })
      const store = libsqlStore(client)
      await store.migrate()
      return { ...store, close: () => client.close() }
    },
  })
})

describe('d1Store', () => {
  storeContract({
    ...{ describe, it, name: 'the store contract on what D1 promises' },
    async open() {
      const store = d1Store(promisedD1())
      await store.migrate()
      return store
    },
  })

  describe('in workerd', () => {
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({ modules: true, script: 'export default {}', d1Databases: ['DB'] }),
    )
    let database: D1Database
    let store: SqlStore
    beforeAll(async () => {
      const binding: unknown = await miniflare.getD1Database('DB') // whose types are those of another package
      database = binding as D1Database
      store = d1Store(database)
      await store.migrate()
    })
    afterAll(() => miniflare.dispose())

    // From Node.js, each call of its database takes ten milliseconds: a few cases must do.
    const cases = [
      'writes nothing of several when the last expectation fails',
      'refuses to create over a live record, and leaves that as it was',
      'removes a record only at the expected revision',
      'writes a hundred records in one batch',
      'answers three hundred keys at once',
      'redeems a code once, with one token, however many try',
    ]
    for (const { name, run } of storeContractCases().filter((each) => cases.includes(each.name))) {
      it(name, async () => {
        await store.eraseSubject('everybody')
        for (let swept = -1; swept !== 0;) swept = await store.sweep(NEVER - 1, 1000)
        await run(() => store)
      })
    }

    it('erases a subject with everything in the partitions that are its own', async () => {
      const partition = 'erased'
      const put = ['root', 'token'].map((id) => record(id, { partition }))
      put[0] = { ...put[0]!, index: { subject: 'carol' } }
      await store.commit({ partition, now: 1, expect: [], put, remove: [] })
      expect(await store.eraseSubject('carol')).toBe(2)
      expect(await store.get(partition, [['code', 'token']])).toEqual([null])
    })
  })
})

/** The interface of D1 on a database in memory: statements one by one, batches in a transaction. */
function promisedD1(): D1Database {
  const database = new DatabaseSync(':memory:')
  interface Bound {
    readonly sql: string
    readonly values: SqlValue[]
  }
  const bind = (sql: string, values: SqlValue[]): D1Statement & Bound => ({
    ...{ sql, values },
    bind: (...next) => bind(sql, next),
    all: () => Promise.resolve({ results: database.prepare(sql).all(...values) }),
  })
  return {
    prepare: (sql) => bind(sql, []),
    batch: (statements: readonly Bound[]) =>
      Promise.resolve().then(() => {
        database.exec('BEGIN')
        try {
          const results = statements.map(({ sql, values }) => ({
            meta: { changes: database.prepare(sql).run(...values).changes },
          }))
          database.exec('COMMIT')
          return results
        } catch (error) {
          database.exec('ROLLBACK')
          throw new Error('D1_ERROR', { cause: error })
        }
      }),
  }
}

describeWith(postgresServer, 'kyselyPostgresStore', (connectionString) => {
  const schema = `authlib_${randomBytes(6).toString('hex')}`
  const pool = new pg.Pool({ connectionString, max: 8 })
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const store = kyselyPostgresStore(db, { schema })
  beforeAll(() => store.migrate())
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await db.destroy()
  })
  storeContract({
    ...{ describe, it, name: 'the store contract on Kysely and PostgreSQL' },
    async open() {
      await pool.query(`TRUNCATE ${schema}.records`)
      return store
    },
  })
})

describeWith(mysqlServer, 'kyselyMysqlStore', (uri) => {
  const prefix = `k${randomBytes(6).toString('hex')}_`
  const pool = createPool({ uri, connectionLimit: 8 })
  const db = new Kysely({ dialect: new MysqlDialect({ pool }) })
  const store = kyselyMysqlStore(db, { prefix })
  beforeAll(() => store.migrate())
  afterAll(async () => {
    await pool.promise().query(`DROP VIEW ${prefix}authorizations`)
    await pool.promise().query(`DROP TABLE ${prefix}records, ${prefix}migrations`)
    await db.destroy()
  })
  storeContract({
    ...{ describe, it, name: 'the store contract on Kysely and MariaDB' },
    async open() {
      await pool.promise().query(`DELETE FROM ${prefix}records`)
      return store
    },
  })
})
