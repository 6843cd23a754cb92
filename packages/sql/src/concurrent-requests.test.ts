/** What requests of the same moment share on PostgreSQL and MariaDB, and what none of them may notice. */

import { randomBytes } from 'node:crypto'
import { NEVER, type Batch, type StoredRecord } from '@authlib/core'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, mysqlServer, postgresServer } from '../../../test/support/needs.ts'
import { mysqlMigrations } from './index.ts'
import { mysqlStore, type Mysql2Pool } from './mysql2.ts'
import { pgStore, type PgPool } from './pg.ts'
import type { SqlStore } from './shared/store.ts'

const MANY = Array.from({ length: 60 }, (_, n) => n)

function record(partition: string, changes: Partial<StoredRecord> = {}): StoredRecord {
  return { kind: 'code', id: 'a', partition, revision: 1, expiresAt: NEVER, data: {}, ...changes }
}

/** Puts a record over the revision before it, and one that must be new. */
function change(partition: string, revision: number, changes: Partial<StoredRecord> = {}): Batch {
  const token = record(partition, { kind: 'token', id: `${revision}`, ...changes })
  const expected = [{ kind: 'code', id: 'a', revision: revision - 1 }]
  return {
    ...{ partition, now: 1, remove: [], put: [record(partition, { revision }), token] },
    expect: [...expected, { kind: token.kind, id: token.id, revision: 0 }],
  }
}

interface Setting {
  readonly store: SqlStore
  /** On other connections. */
  readonly other: SqlStore
  /** How many statements, or transactions, the first one has begun. */
  readonly used: () => number
  /** Runs the action while the record `code a` of the partition is locked. */
  readonly whileLocked: (partition: string, action: () => Promise<void>) => Promise<void>
}

function sharing({ store, other, used, whileLocked }: Setting): void {
  const names = (): string[] => {
    const prefix = randomBytes(6).toString('hex')
    return MANY.map((n) => `${prefix}${n}`)
  }
  const create = async (partitions: readonly string[]): Promise<void> => {
    const created = await Promise.all(partitions.map((partition) => store.commit(change(partition, 1))))
    expect(created.every(Boolean)).toBe(true)
  }
  const revisionOf = async (partition: string): Promise<number | undefined> =>
    (await other.get(partition, [['code', 'a']]))[0]?.revision

  it('shares statements: for reads, and for batches that expect something', async () => {
    const partitions = names()
    const before = used()
    await create(partitions)
    expect(used() - before).toBeLessThan(12)
    const keys = [['token', '1'], ['code', 'none'], ['code', 'a']] as const // prettier-ignore
    const found = await Promise.all(partitions.map((partition) => store.get(partition, keys)))
    expect(found).toEqual(
      partitions.map((partition) => [record(partition, { kind: 'token', id: '1' }), null, record(partition)]),
    )
    expect(used() - before).toBeLessThan(24)
  })

  it('gives the same record to all who ask for it at once', async () => {
    const [partition = ''] = names()
    await create([partition])
    const found = await Promise.all(MANY.map(() => store.get(partition, [['code', 'a']])))
    expect(found).toEqual(MANY.map(() => [record(partition)]))
  })

  it('shows every commit that was acknowledged before the read began, whichever connection reads', async () => {
    const partitions = names()
    await create(partitions)
    await Promise.all(
      partitions.map(async (partition) => {
        for (let revision = 2; revision < 8; revision++) {
          const [writer, reader] = revision % 2 === 0 ? [store, other] : [other, store]
          expect(await writer.commit(change(partition, revision))).toBe(true)
          expect((await reader.get(partition, [['code', 'a']]))[0]?.revision).toBe(revision)
        }
      }),
    )
  })

  it('lets a batch lose alone', async () => {
    const partitions = names()
    await create(partitions)
    const batches = partitions.map((partition, n) => change(partition, n % 7 === 3 ? 5 : 2))
    const done = await Promise.all(batches.map((batch) => store.commit(batch)))
    expect(done).toEqual(MANY.map((n) => n % 7 !== 3))
    const revisions = await Promise.all(partitions.map(revisionOf))
    expect(revisions).toEqual(MANY.map((n) => (n % 7 === 3 ? 1 : 2)))
  })

  it('lets a batch lose alone that has a part in the way, and writes no half of it', async () => {
    const partitions = names()
    await create(partitions)
    const batches = partitions.map((partition, n) => change(partition, 2, n === 40 ? { id: '1' } : {})) // '1' is there
    const done = await Promise.all(batches.map((batch) => store.commit(batch)))
    expect(done).toEqual(MANY.map((n) => n !== 40))
    expect(await revisionOf(partitions[40]!)).toBe(1)
  })

  it('puts a new record over one that has expired', async () => {
    const partitions = names()
    const put = partitions.map((partition) => ({ ...change(partition, 1, { id: 'old', expiresAt: 1 }) }))
    await Promise.all(put.map((batch) => store.commit(batch)))
    const again = partitions.map((partition) => change(partition, 2, { id: 'old' }))
    expect(await Promise.all(again.map((batch) => store.commit(batch)))).toEqual(MANY.map(() => true))
  })

  it('has one winner among those of one moment in two processes', async () => {
    const partitions = names()
    await create(partitions)
    const outcomes = await Promise.all(
      partitions.map((partition) =>
        Promise.all([store, other, store, other].map((each) => each.commit(change(partition, 2)))),
      ),
    )
    expect(outcomes.map((won) => won.filter(Boolean).length)).toEqual(MANY.map(() => 1))
  })

  it('lets nobody wait for a row that others keep locked, but those who want it', async () => {
    const partitions = names()
    await create(partitions)
    const [locked = '', ...free] = partitions
    let waiting: Promise<boolean> | undefined
    await whileLocked(locked, async () => {
      const early = free.slice(0, 20).map((partition) => store.commit(change(partition, 2)))
      waiting = store.commit(change(locked, 2))
      const late = free.slice(20).map((partition) => store.commit(change(partition, 2)))
      expect(await Promise.all([...early, ...late])).toEqual(free.map(() => true)) // the lock is still held
    })
    expect(await waiting).toBe(true)
  })
}

describeWith(postgresServer, 'requests of one moment on PostgreSQL', (connectionString) => {
  const schema = `authlib_${randomBytes(6).toString('hex')}`
  const pools = [1, 2].map(() => new pg.Pool({ connectionString, max: 8 }))
  const [pool] = pools as [pg.Pool, pg.Pool]
  let used = 0
  const counted: PgPool = { query: (config) => ((used += 1), pool.query(config)) }
  const [store, other] = [counted, pools[1]!].map((each) => pgStore(each, { schema })) as [SqlStore, SqlStore]

  beforeAll(() => store.migrate())
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await Promise.all(pools.map((each) => each.end()))
  })

  describe('pgStore', () => {
    sharing({
      ...{ store, other, used: () => used },
      async whileLocked(partition, action) {
        const holder = await pool.connect()
        try {
          await holder.query('BEGIN')
          await holder.query(`SELECT FROM ${schema}.records WHERE partition_id = $1 FOR UPDATE`, [partition])
          await action()
        } finally {
          await holder.query('ROLLBACK')
          holder.release()
        }
      },
    })

    it('lets a read fail alone', async () => {
      // A damaged row is what only some of a statement can meet.
      const broken: PgPool = {
        async query(config) {
          if (config.values?.some((value) => String(value).includes('damaged'))) {
            throw Object.assign(new Error('missing chunk number 0 for toast value'), { code: 'XX001' })
          }
          return pool.query(config)
        },
      }
      const reader = pgStore(broken, { schema })
      await store.commit(change('sound', 1))
      const wanted = MANY.map((n) => (n % 20 === 10 ? 'damaged' : 'sound'))
      const outcomes = await Promise.allSettled(wanted.map((partition) => reader.get(partition, [['code', 'a']])))
      for (const [n, outcome] of outcomes.entries()) {
        if (n % 20 === 10) expect(outcome).toMatchObject({ reason: { code: 'store_unavailable', status: 503 } })
        else expect(outcome).toMatchObject({ value: [record('sound')] })
      }
    })

    it('tells every reader of a connection that was cut', async () => {
      let statements = 0
      const cut = pgStore(
        { query: () => ((statements += 1), Promise.reject(new Error('Connection terminated unexpectedly'))) },
        { schema },
      )
      const outcomes = await Promise.allSettled(MANY.map((n) => cut.get(`${n}`, [['code', 'a']])))
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'store_unavailable' } })
      expect(statements).toBeLessThan(6) // they are not tried one by one
    })
  })
})

describeWith(mysqlServer, 'requests of one moment on MariaDB', (uri) => {
  const prefix = `t${randomBytes(6).toString('hex')}_`
  const pools = [1, 2].map(() => createPool({ uri, connectionLimit: 8 }))
  const pool = pools[0]!
  let used = 0
  const counted = { getConnection: () => ((used += 1), pool.getConnection()) }
  const [store, other] = [counted, pools[1]!].map((each) => mysqlStore(each, { prefix })) as [SqlStore, SqlStore]

  beforeAll(() => store.migrate())
  afterAll(async () => {
    for (const { down } of mysqlMigrations({ prefix }))
      for (const text of down.split(';\n').filter(Boolean)) await pool.query(text)
    await Promise.all(pools.map((each) => each.end()))
  })

  describe('mysqlStore', () => {
    sharing({
      ...{ store, other, used: () => used },
      async whileLocked(partition, action) {
        const holder = await pool.getConnection()
        try {
          await holder.query('START TRANSACTION')
          await holder.query(`SELECT 1 FROM ${prefix}records WHERE partition_id = ? FOR UPDATE`, [partition])
          await action()
        } finally {
          await holder.query('ROLLBACK')
          holder.release()
        }
      },
    })

    it('takes each batch alone on a server that does not know SKIP LOCKED', async () => {
      const old: Mysql2Pool = {
        async getConnection() {
          const connection = await pool.getConnection()
          return {
            execute: (sql, values) =>
              sql.endsWith('SKIP LOCKED')
                ? Promise.reject(Object.assign(new Error('near SKIP LOCKED'), { code: 'ER_PARSE_ERROR' }))
                : connection.execute(sql, values),
            query: (sql) => connection.query(sql),
            release: () => connection.release(),
            destroy: () => connection.destroy(),
          }
        },
      }
      const patient = mysqlStore(old, { prefix })
      const done = await Promise.all(MANY.map((n) => patient.commit(change(`old${n}`, n === 30 ? 5 : 1))))
      expect(done).toEqual(MANY.map((n) => n !== 30))
    })
  })
})
