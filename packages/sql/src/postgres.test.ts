/** PostgreSQL through `pg` and `postgres`: the contract, migrations, and what goes wrong. */

import { randomBytes } from 'node:crypto'
import { NEVER, type Batch, type JsonObject, type StoredRecord } from '@authlib/core'
import { storeContract } from '@authlib/testing'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, postgresServer } from '../../../test/support/needs.ts'
import { postgresMigrations, postgresUserForeignKey } from './index.ts'
import { pgStore } from './pg.ts'
import { postgresJsStore } from './postgres.ts'

const record = (id: string, changes: Partial<StoredRecord> = {}): StoredRecord => {
  return { kind: 'code', id, partition: 'p', revision: 1, expiresAt: NEVER, data: {}, ...changes }
}
const putting = (...put: readonly StoredRecord[]): Batch => ({ partition: 'p', now: 1, expect: [], put, remove: [] })

describeWith(postgresServer, 'PostgreSQL', (connectionString) => {
  const schema = `authlib_${randomBytes(6).toString('hex')}`
  const pools = [1, 2, 3].map(() => new pg.Pool({ connectionString, max: 8 }))
  const [pool] = pools as [pg.Pool, ...pg.Pool[]]
  const clients = [1, 2].map(() => postgres(connectionString, { max: 8, onnotice: () => undefined }))

  beforeAll(() => pgStore(pool, { schema }).migrate())
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await Promise.all([...pools.map((each) => each.end()), ...clients.map((each) => each.end())])
  })
  const emptied = async <S>(stores: S): Promise<S> => {
    await pool.query(`TRUNCATE ${schema}.records`)
    return stores
  }

  storeContract({
    ...{ describe, it, name: 'the store contract on three pools of pg' },
    open: () => emptied(pools.map((each) => pgStore(each, { schema }))),
  })
  storeContract({
    ...{ describe, it, name: 'the store contract on two clients of postgres, unprepared' },
    open: () => emptied(clients.map((each, n) => postgresJsStore(each, { schema, prepare: n === 0 }))),
  })

  describe('pgStore', () => {
    const store = pgStore(pool, { schema })

    it('says that the tables are missing, and how to create them', async () => {
      const missing = pgStore(pool, { schema: 'no_such_schema' })
      await expect(missing.get('p', [['code', 'a']])).rejects.toMatchObject({ code: 'schema_missing', status: 503 })
      await expect(missing.commit(putting(record('a')))).rejects.toMatchObject({ code: 'schema_missing' })
    })

    it('is migrated by many processes at once', async () => {
      const fresh = `${schema}_b`
      const stores = pools.flatMap((each) => [1, 2].map(() => pgStore(each, { schema: fresh })))
      await Promise.all(stores.map((each) => each.migrate()))
      expect(await stores[0]!.commit(putting(record('a')))).toBe(true)
      await stores[0]!.migrate()
      await pool.query(`INSERT INTO ${fresh}.migrations VALUES (1000)`)
      await expect(stores[0]!.migrate()).rejects.toMatchObject({ code: 'schema_too_new' })
      await pool.query(`DROP SCHEMA ${fresh} CASCADE`)
    })

    it('can be migrated down again', async () => {
      const names = { schema: `${schema}_c`, prefix: 'Odd "name"_' }
      const odd = pgStore(pool, names)
      await odd.migrate()
      expect(await odd.commit(putting(record('a', { index: { client: 'c' } })))).toBe(true)
      for (const { down } of postgresMigrations(names).toReversed()) await pool.query(down)
      const { rows } = await pool.query('SELECT 1 FROM pg_class WHERE relnamespace = $1::regnamespace', [names.schema])
      expect(rows).toEqual([])
      await pool.query(`DROP SCHEMA ${names.schema}`)
    })

    it('works on a table that is partitioned by hash', async () => {
      const names = { schema: `${schema}_d` }
      const { up } = postgresMigrations(names)[0]!
      await pool.query(up.replace('PRIMARY KEY (partition_id, kind, id)\n)', '$& PARTITION BY HASH (partition_id)'))
      for (const n of [0, 1]) {
        await pool.query(
          `CREATE TABLE ${names.schema}.records_${n} PARTITION OF ${names.schema}.records FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`,
        )
      }
      const divided = pgStore(pool, names)
      const ids = Array.from({ length: 20 }, (_, n) => `p${n}`)
      for (const id of ids) {
        const put = [record(id, { partition: id, expiresAt: 10, index: { client: 'c' } })]
        await divided.commit({ ...putting(), partition: id, put, expect: [{ kind: 'code', id, revision: 0 }] })
      }
      const { items } = await divided.list({ kind: 'code', by: 'client', value: 'c' })
      expect(items.map(({ id }) => id)).toEqual(ids)
      expect(await divided.sweep(10, 100)).toBe(20)
      await pool.query(`DROP SCHEMA ${names.schema} CASCADE`)
    })

    it('has a view that a person can read', async () => {
      const data = { status: 'active', scope: ['read', 'write'], createdAt: 1_700_000_000 }
      const index = { client: 'web', subject: 'alice' }
      await store.commit(putting(record('view', { kind: 'authorization', expiresAt: 1_700_003_600, index, data })))
      const { rows } = await pool.query(`SELECT * FROM ${schema}.authorizations WHERE id = 'view'`)
      expect(rows).toEqual([
        {
          ...{ id: 'view', client: 'web', subject: 'alice', status: 'active', scope: 'read write' },
          ...{ created_at: new Date(1_700_000_000_000), expires_at: new Date(1_700_003_600_000) },
        },
      ])
    })

    it('writes what nobody guards in few statements, and refuses only what the database cannot take', async () => {
      let statements = 0
      const counted = pgStore({ query: (config) => ((statements += 1), pool.query(config)) }, { schema })
      const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as JsonObject[string]
      const records = Array.from({ length: 200 }, (_, n) =>
        record(`t${n}`, { partition: `p${n}`, data: { text: '\0\ud800' } }),
      )
      const batches = [...records, record('deep', { partition: 'deep', data: { deep } })].map((put) => {
        return { ...putting(put), partition: put.partition }
      })
      const outcomes = await Promise.allSettled(batches.map((batch) => counted.commit(batch)))
      expect(outcomes.slice(0, 200)).toEqual(records.map(() => ({ status: 'fulfilled', value: true })))
      expect(outcomes[200]).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } })
      expect(statements).toBeLessThan(40)
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

    it('writes what came together with a row that others keep locked', async () => {
      const impatient = new pg.Pool({ connectionString, max: 4, lock_timeout: 300 })
      const own = pgStore(impatient, { schema })
      await store.commit(putting(record('held')))
      const holder = await pool.connect()
      try {
        await holder.query(`BEGIN; SELECT 1 FROM ${schema}.records WHERE id = 'held' FOR UPDATE`)
        const puts = ['first', 'held', 'beside1', 'beside2'].map((id) => own.commit(putting(record(id))))
        const outcomes = await Promise.allSettled(puts)
        expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
        expect(outcomes[1]).toMatchObject({ reason: { code: 'store_unavailable' } })
      } finally {
        await holder.query('ROLLBACK')
        holder.release()
        await impatient.end()
      }
    })

    it('fails within its time-out while a row is locked, and recovers', async () => {
      await store.commit(putting(record('locked')))
      const other = await pool.connect()
      await other.query('BEGIN')
      await other.query(`SELECT FROM ${schema}.records WHERE id = 'locked' FOR UPDATE`)
      const impatient = pgStore(pool, { schema, timeout: 0.2 })
      const change = {
        ...putting(record('locked', { revision: 2 })),
        expect: [{ kind: 'code', id: 'locked', revision: 1 }],
      }
      const unavailable = { code: 'store_unavailable', status: 503, reason: expect.stringContaining('0.2 seconds') }
      await expect(impatient.commit(change)).rejects.toMatchObject(unavailable)
      await other.query('ROLLBACK')
      other.release()
      await expect.poll(async () => (await store.get('p', [['code', 'locked']]))[0]?.revision).toBe(2)
    })

    it('fails within its time-out when the pool is exhausted, and recovers', async () => {
      const small = new pg.Pool({ connectionString, max: 1 })
      const taken = await small.connect()
      const waiting = pgStore(small, { schema, timeout: 0.2 })
      await expect(waiting.get('p', [['code', 'a']])).rejects.toMatchObject({ code: 'store_unavailable' })
      taken.release()
      expect(await waiting.get('p', [['code', 'none']])).toEqual([null])
      await small.end()
    })

    it('reports a connection that was cut, and continues with another one', async () => {
      const small = new pg.Pool({ connectionString, max: 2, application_name: schema })
      const cut = pgStore(small, { schema })
      await Promise.all([1, 2].map(() => cut.get('p', [['code', 'a']])))
      const answers: Promise<PromiseSettledResult<boolean>[]>[] = []
      for (let n = 0; n < 20; n++) {
        answers.push(Promise.allSettled([cut.commit(putting(record(`cut${n}`)))]))
        if (n === 10) {
          await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
            schema,
          ])
        }
      }
      for (const answer of (await Promise.all(answers)).flat()) {
        if (answer.status === 'fulfilled') expect(answer.value).toBe(true)
        else expect(answer.reason).toMatchObject({ code: 'store_unavailable', status: 503 })
      }
      await expect.poll(() => cut.commit(putting(record('after'))).catch(() => false)).toBe(true)
      await small.end()
    })

    it('serves a connection whose transactions are serializable', async () => {
      const strict = new pg.Pool({ connectionString, max: 8, options: '-c default_transaction_isolation=serializable' })
      const serializable = pgStore(strict, { schema })
      await serializable.commit(putting(record('raced')))
      const won = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          serializable.commit({
            ...putting(record('raced', { revision: 2, data: { n } }), record(`prize${n}`)),
            expect: [{ kind: 'code', id: 'raced', revision: 1 }],
          }),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      await strict.end()
    })

    it('keeps a foreign key to the table of users', async () => {
      // Every subject is then a user, and deleting one deletes what is theirs.
      await pool.query(`TRUNCATE ${schema}.records`)
      await pool.query(`CREATE TABLE ${schema}.users (id bigint PRIMARY KEY)`)
      const { add, drop } = postgresUserForeignKey({ schema, users: `${schema}.users`, column: 'id', type: 'bigint' })
      await pool.query(add)
      await pool.query(`INSERT INTO ${schema}.users VALUES (7), (8)`)
      for (const subject of ['7', '8']) {
        await store.commit(putting(record(`of${subject}`, { index: { subject } })))
      }
      await store.commit(putting(record('of nobody')))
      const subjects = ['7', '8', '7', '9', '8'] // 9 is nobody, and fails alone
      const outcomes = await Promise.allSettled(
        subjects.map((subject, n) => store.commit(putting(record(`x${n}`, { index: { subject } })))),
      )
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true])
      expect(outcomes[3]).toMatchObject({ reason: { code: 'store_unavailable', status: 503 } })
      await pool.query(`DELETE FROM ${schema}.users WHERE id = 7`)
      const keys = ['of7', 'of8', 'of nobody'].map((id) => ['code', id] as const)
      expect((await store.get('p', keys)).map((each) => each !== null)).toEqual([false, true, true])
      await pool.query(drop)
      expect(await store.commit(putting(record('x', { index: { subject: '9' } })))).toBe(true)
    })
  })

  it('needs no listener for errors of a pool', () => {
    const other = new pg.Pool({ connectionString })
    pgStore(other)
    pgStore(other)
    expect(other.listenerCount('error')).toBe(1)
  })
})
