/** PostgreSQL that is killed, silent, full or locked, on a server of the test's own. */

import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { postgresBinaries, startPostgres } from '../support/own-servers.ts'
import { eventually, faultCases, PATIENCE } from '../support/fault-cases.ts'
import { freshTokens, nextOf, PAIR, refreshToken } from '../support/load.ts'
import { openDatabase } from '../support/open-database.ts'
import { raceServer } from '../support/race-server.ts'

describeWith(postgresBinaries, 'PostgreSQL that fails', (bin) => {
  const field = faultCases({ start: () => startPostgres(bin) })

  /** Somebody else who works on the tables. */
  const outsider = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: field.server.url })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  it('answers 503 while all rows are locked, and goes on afterwards', async () => {
    const server = raceServer(field.store, () => undefined)
    const { refresh_token } = await freshTokens(server)
    const other = await outsider()
    await other.query('BEGIN; SELECT FROM authlib.records FOR UPDATE')
    expect((await refreshToken(server, refresh_token)).status).toBe(503)
    await other.query('ROLLBACK')
    expect((await refreshToken(server, refresh_token)).status).toBe(200)
  })

  it('answers 503 while the server has no connection left, and goes on afterwards', async () => {
    const { store, close } = await openDatabase(field.server.url, { timeout: 1, connections: 1 })
    onTestFinished(() => close() as Promise<void>)
    const server = raceServer(store, () => undefined)
    const { refresh_token } = await freshTokens(server)
    const other = await outsider()
    const others: pg.Client[] = []
    await other.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`)
    for (;;) {
      const client = new pg.Client({ connectionString: field.server.url })
      client.on('error', () => undefined)
      const full = await client.connect().catch(() => true)
      if (full === true) break
      others.push(client)
    }
    expect((await refreshToken(server, refresh_token)).status).toBe(503)
    await Promise.all(others.map((each) => each.end()))
    expect(await eventually(async () => (await refreshToken(server, refresh_token)).status === 200 || undefined)).toBe(
      true,
    )
  })

  it('tries again when it is the victim of a deadlock', { timeout: 60_000 }, async () => {
    await field.store.commit(nextOf('deadlock', 0))
    const other = await outsider()
    await other.query("SET deadlock_timeout = '1min'; BEGIN") // it is the store that gives way, after a second
    await other.query("SELECT FROM authlib.records WHERE partition_id = 'deadlock' AND id = 'b' FOR UPDATE")
    const { store, close } = await openDatabase(field.server.url)
    onTestFinished(() => close() as Promise<void>)
    const committed = store.commit(nextOf('deadlock', 1))
    await expect
      .poll(async () => (await other.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount, PATIENCE)
      .toBeGreaterThan(0)
    await other.query("SELECT FROM authlib.records WHERE partition_id = 'deadlock' AND id = 'a' FOR UPDATE")
    await other.query('COMMIT')
    expect(await committed).toBe(true)
    expect((await store.get('deadlock', PAIR)).map((record) => record?.revision)).toEqual([2, 2])
    const deadlocks = async (): Promise<number> => {
      const { rows } = await other.query('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')
      return Number((rows as { deadlocks: string }[])[0]?.deadlocks)
    }
    // A connection that is idle reports what it has counted after ten seconds at the latest.
    await expect.poll(deadlocks, PATIENCE).toBeGreaterThan(0)
  })
})
