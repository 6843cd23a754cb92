/** The connections of Drizzle and Prisma, as the guide shows it: one pool for the application and for the store. */

import { randomBytes } from 'node:crypto'
import { storeContractCases } from '@authlib/testing'
import { PrismaPg } from '@prisma/adapter-pg'
import { sql } from 'drizzle-orm'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle } from 'drizzle-orm/node-postgres'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, mysqlServer, postgresServer } from '../../../test/support/needs.ts'
import { mysqlStore } from './mysql2.ts'
import { pgStore } from './pg.ts'
import type { SqlStore } from './shared/store.ts'

/** Other tests run them all on these drivers: here it matters that the pool is the right one. */
const CASES = [
  'writes nothing of several when the last expectation fails',
  'redeems a code once, with one token, however many try',
  'never shows half of a batch',
]

function carriesTheStore(store: SqlStore, empty: () => Promise<unknown>): void {
  beforeAll(() => store.migrate())
  for (const { name, run } of storeContractCases().filter((each) => CASES.includes(each.name))) {
    it(name, async () => {
      await empty()
      await run(() => store)
    })
  }
}

describeWith(postgresServer, 'on PostgreSQL', (connectionString) => {
  const schema = `orm_${randomBytes(6).toString('hex')}`
  const pool = new pg.Pool({ connectionString, max: 8 })
  const empty = () => pool.query(`TRUNCATE ${schema}.records`)
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })

  describe('the pool of Drizzle', () => {
    const db = drizzle({ client: pool })
    carriesTheStore(pgStore(db.$client, { schema }), empty)

    it('serves the application too', async () => {
      expect((await db.execute(sql`SELECT 1 AS one`)).rows).toEqual([{ one: 1 }])
    })
  })

  describe('a pool that Prisma is given', () => {
    const adapter = new PrismaPg(pool) // new PrismaClient({ adapter })
    carriesTheStore(pgStore(pool, { schema }), empty)

    it('serves the application too', async () => {
      const connection = await adapter.connect()
      const { rows } = await connection.queryRaw({ sql: 'SELECT 1 AS one', args: [], argTypes: [] })
      expect(rows).toEqual([[1]])
      await connection.dispose()
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]) // it left the pool open
    })
  })
})

describeWith(mysqlServer, 'the pool of Drizzle on MariaDB', (uri) => {
  const prefix = `orm${randomBytes(6).toString('hex')}_`
  const pool = createPool({ uri, connectionLimit: 8 })
  const db = drizzleMysql({ client: pool })
  afterAll(async () => {
    await pool.query(`DROP VIEW ${prefix}authorizations`)
    await pool.query(`DROP TABLE ${prefix}records, ${prefix}migrations`)
    await pool.end()
  })
  carriesTheStore(mysqlStore(db.$client, { prefix }), () => pool.query(`DELETE FROM ${prefix}records`))

  it('serves the application too', async () => {
    const [rows] = await db.execute(sql`SELECT 1 AS one`)
    expect(rows).toEqual([{ one: 1 }])
  })
})
