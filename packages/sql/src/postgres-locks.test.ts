/** Advisory locks through `pg`. */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { lockCases } from '../../../test/support/lock-cases.ts'
import { describeWith, postgresServer } from '../../../test/support/needs.ts'
import { pgLock } from './pg.ts'

const newName = (): string => randomBytes(6).toString('hex')

describeWith(postgresServer, 'locks of PostgreSQL', (connectionString) => {
  const name = newName()
  const pools = [1, 2].map(() => new pg.Pool({ connectionString, max: 2, application_name: name }))
  const [pool] = pools as [pg.Pool, ...pg.Pool[]]
  afterAll(() => Promise.all(pools.map((each) => each.end())))

  /** Ends the connections of this file that hold a lock. */
  async function cutOff(): Promise<string> {
    const locked = `SELECT pid FROM pg_locks WHERE locktype = 'advisory'`
    const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid IN (${locked})`
    const { rows } = await pools[1]!.query({ text, values: [name] })
    expect(rows).toHaveLength(1)
    return 'cut off'
  }

  describe('pgLock', () => {
    lockCases({
      open: () => [pgLock(pools[0]!, { name }), pgLock(pools[1]!, { name })],
      impatient: () => pgLock(pools[1]!, { name, timeout: 1 }),
    })

    it('leaves a connection to the holders, however many keys are locked', async () => {
      const lock = pgLock(pool, { name: newName() })
      const holders = Array.from({ length: 50 }, (_, n) => lock(`account ${n}`, () => pool.query('SELECT 1')))
      expect(await Promise.all(holders)).toHaveLength(50)
      expect(pool.idleCount).toBe(pool.totalCount)
    })

    it('survives a connection that the server closes, and locks again', async () => {
      const lock = pgLock(pool, { name: newName() })
      expect(await lock('alice', cutOff)).toBe('cut off')
      expect(await lock('alice', async () => 'again')).toBe('again')
    })

    it('says that the database cannot be reached', async () => {
      const nowhere = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/none', connectionTimeoutMillis: 500 })
      const locking = pgLock(nowhere)('alice', async () => 'in')
      await expect(locking).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
    })

    it('refuses a pool of one connection', () => {
      expect(() => pgLock(new pg.Pool({ connectionString, max: 1 }))).toThrow('at least two connections')
    })
  })
})
