/** MariaDB and MySQL through `mysql2`: the contract, migrations, and what goes wrong. */

import { randomBytes } from 'node:crypto'
import { NEVER, type Batch, type StoredRecord } from '@authlib/core'
import { storeContract } from '@authlib/testing'
import { createPool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, mysqlServer } from '../../../test/support/needs.ts'
import { mysqlMigrations, mysqlUserForeignKey } from './index.ts'
import { mysqlStore } from './mysql2.ts'

const record = (id: string, changes: Partial<StoredRecord> = {}): StoredRecord => {
  return { kind: 'code', id, partition: 'p', revision: 1, expiresAt: NEVER, data: {}, ...changes }
}
const putting = (...put: readonly StoredRecord[]): Batch => ({ partition: 'p', now: 1, expect: [], put, remove: [] })

describeWith(mysqlServer, 'MariaDB', (uri) => {
  const prefix = `t${randomBytes(6).toString('hex')}_`
  const pools = [1, 2, 3].map(() => createPool({ uri, connectionLimit: 8 }))
  const pool = pools[0]!
  const dropAll = async (names: string): Promise<void> => {
    for (const { down } of mysqlMigrations({ prefix: names })) {
      for (const text of down.split(';\n').filter(Boolean)) await pool.query(text)
    }
  }

  beforeAll(() => mysqlStore(pool, { prefix }).migrate())
  afterAll(async () => {
    await dropAll(prefix)
    await Promise.all(pools.map((each) => each.end()))
  })

  storeContract({
    ...{ describe, it, name: 'the store contract on three pools of mysql2' },
    async open() {
      await pool.query(`DELETE FROM ${prefix}records`)
      return pools.map((each) => mysqlStore(each, { prefix }))
    },
  })

  describe('mysqlStore', () => {
    const store = mysqlStore(pool, { prefix })

    it('says that the tables are missing, and how to create them', async () => {
      const missing = mysqlStore(pool, { prefix: 'none_' })
      await expect(missing.get('p', [['code', 'a']])).rejects.toMatchObject({ code: 'schema_missing', status: 503 })
      await expect(missing.commit(putting(record('a')))).rejects.toMatchObject({ code: 'schema_missing' })
    })

    it('is migrated by many processes at once, and goes back', async () => {
      const names = `${prefix}b_`
      const stores = pools.flatMap((each) => [1, 2].map(() => mysqlStore(each, { prefix: names })))
      await Promise.all(stores.map((each) => each.migrate()))
      expect(await stores[0]!.commit(putting(record('a')))).toBe(true)
      await stores[0]!.migrate()
      await pool.query(`INSERT INTO ${names}migrations VALUES (1000)`)
      await expect(stores[0]!.migrate()).rejects.toMatchObject({ code: 'schema_too_new' })
      await dropAll(names)
      const [rows] = await pool.query('SHOW TABLES LIKE ?', [`${names}%`])
      expect(rows).toEqual([])
    })

    it('has a view that a person can read', async () => {
      const data = { status: 'active', scope: ['read', 'write'], createdAt: 1_700_000_000 }
      const index = { client: 'web', subject: 'alice' }
      await store.commit(putting(record('view', { kind: 'authorization', expiresAt: 1_700_003_600, index, data })))
      const [rows] = await pool.query(`SELECT * FROM ${prefix}authorizations WHERE id = 'view'`)
      expect(rows).toMatchObject([{ id: 'view', client: 'web', subject: 'alice', status: 'active' }])
    })

    it('writes what nobody guards in few statements', async () => {
      let connections = 0
      const counted = mysqlStore({ getConnection: () => ((connections += 1), pool.getConnection()) }, { prefix })
      const records = Array.from({ length: 200 }, (_, n) =>
        record(`t${n}`, { partition: `p${n}`, data: { text: 'ü\0' } }),
      )
      const done = await Promise.all(
        records.map((put) => counted.commit({ ...putting(put), partition: put.partition })),
      )
      expect(done.every(Boolean)).toBe(true)
      expect(connections).toBeLessThan(40)
      for (const put of [records[0]!, records[199]!])
        expect(await store.get(put.partition, [['code', put.id]])).toEqual([put])
    })

    it('erases a subject with everything in the partitions that are its own', async () => {
      const partition = 'erased'
      const root = record('root', { partition, index: { subject: 'carol' } })
      await store.commit({ ...putting(root, record('token', { partition })), partition })
      await store.commit(putting(record('other', { index: { subject: 'dave' } })))
      expect(await store.eraseSubject('carol')).toBe(2)
      expect(await store.get(partition, [['code', 'root'], ['code', 'token']])).toEqual([null, null]) // prettier-ignore
      expect((await store.get('p', [['code', 'other']]))[0]).not.toBeNull()
    })

    it('fails within its time-out while a row is locked, and recovers', async () => {
      await store.commit(putting(record('locked')))
      const other = await pool.getConnection()
      await other.query('START TRANSACTION')
      await other.query(`SELECT * FROM ${prefix}records WHERE id = 'locked' FOR UPDATE`)
      const impatient = mysqlStore(pool, { prefix, timeout: 0.2 })
      const change = {
        ...putting(record('locked', { revision: 2 })),
        expect: [{ kind: 'code', id: 'locked', revision: 1 }],
      }
      const unavailable = { code: 'store_unavailable', status: 503, reason: expect.stringContaining('0.2 seconds') }
      await expect(impatient.commit(change)).rejects.toMatchObject(unavailable)
      await other.query('ROLLBACK')
      other.release()
      await expect.poll(() => store.commit(change).catch(() => false)).toBe(true) // the first was rolled back
    })

    it('fails within its time-out when the pool is exhausted, and recovers', async () => {
      const small = createPool({ uri, connectionLimit: 1 })
      const taken = await small.getConnection()
      const waiting = mysqlStore(small, { prefix, timeout: 0.2 })
      await expect(waiting.get('p', [['code', 'a']])).rejects.toMatchObject({ code: 'store_unavailable' })
      taken.release()
      expect(await waiting.get('p', [['code', 'none']])).toEqual([null])
      await small.end()
    })

    it('reports a connection that was cut, and continues with another one', async () => {
      const small = createPool({ uri, connectionLimit: 2 })
      const cut = mysqlStore(small, { prefix })
      const [[own]] = (await small.query('SELECT connection_id() AS id')) as unknown as [[{ id: number }]]
      const answers: Promise<PromiseSettledResult<boolean>[]>[] = []
      for (let n = 0; n < 20; n++) {
        answers.push(Promise.allSettled([cut.commit(putting(record(`cut${n}`)))]))
        if (n === 10) await pool.query(`KILL ${own.id}`)
      }
      for (const answer of (await Promise.all(answers)).flat()) {
        if (answer.status === 'fulfilled') expect(answer.value).toBe(true)
        else expect(answer.reason).toMatchObject({ code: 'store_unavailable', status: 503 })
      }
      await expect.poll(() => cut.commit(putting(record('after'))).catch(() => false)).toBe(true)
      await small.end()
    })

    it('keeps a foreign key to the table of users', async () => {
      await pool.query(`DELETE FROM ${prefix}records`)
      await pool.query(`CREATE TABLE ${prefix}users (id BIGINT UNSIGNED PRIMARY KEY) ENGINE = InnoDB`)
      const { add, drop } = mysqlUserForeignKey({ prefix, users: `${prefix}users`, type: 'BIGINT UNSIGNED' })
      await pool.query(add)
      await pool.query(`INSERT INTO ${prefix}users VALUES (7), (8)`)
      for (const subject of ['7', '8']) await store.commit(putting(record(`of${subject}`, { index: { subject } })))
      await store.commit(putting(record('of nobody')))
      const subjects = ['7', '8', '7', '9', '8'] // 9 is nobody, and fails alone
      const outcomes = await Promise.allSettled(
        subjects.map((subject, n) => store.commit(putting(record(`x${n}`, { index: { subject } })))),
      )
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true])
      expect(outcomes[3]).toMatchObject({ reason: { code: 'store_unavailable', status: 503 } })
      await pool.query(`DELETE FROM ${prefix}users WHERE id = 7`)
      const keys = ['of7', 'of8', 'of nobody'].map((id) => ['code', id] as const)
      expect((await store.get('p', keys)).map((each) => each !== null)).toEqual([false, true, true])
      await pool.query(drop)
      await pool.query(`DROP TABLE ${prefix}users`)
      expect(await store.commit(putting(record('x', { index: { subject: '9' } })))).toBe(true)
    })
  })
})
