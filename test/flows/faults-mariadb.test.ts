/** MariaDB that is killed, silent, full or locked, on a server of the test's own. */

import { createConnection, type Connection } from 'mysql2/promise'
import { expect, it, onTestFinished } from 'vitest'
import { eventually, faultCases, PATIENCE } from '../support/fault-cases.ts'
import { freshTokens, nextOf, PAIR, refreshToken } from '../support/load.ts'
import { describeWith } from '../support/needs.ts'
import { openDatabase } from '../support/open-database.ts'
import { mariadbBinaries, startMariadb } from '../support/own-servers.ts'
import { raceServer } from '../support/race-server.ts'

describeWith(mariadbBinaries, 'MariaDB that fails', (command) => {
  const field = faultCases({ start: () => startMariadb(command), commit: 'COMMIT' })

  /** Somebody else who works on the tables. */
  const outsider = async (): Promise<Connection> => {
    const connection = await createConnection({ uri: field.server.url })
    onTestFinished(() => connection.end())
    return connection
  }

  it('answers 503 while all rows are locked, and goes on afterwards', async () => {
    const server = raceServer(field.store, () => undefined)
    const { refresh_token } = await freshTokens(server)
    const other = await outsider()
    await other.query('START TRANSACTION')
    await other.query('SELECT id FROM authlib_records FOR UPDATE')
    expect((await refreshToken(server, refresh_token)).status).toBe(503)
    await other.query('ROLLBACK')
    const again = await eventually(async () => (await refreshToken(server, refresh_token)).status === 200 || undefined)
    expect(again).toBe(true)
  })

  it('answers 503 while the server has no connection left, and goes on afterwards', async () => {
    const server = raceServer(field.store, () => undefined)
    const { refresh_token } = await freshTokens(server)
    const other = await outsider()
    await other.query('SET GLOBAL max_connections = 10')
    const [processes] = await other.query('SELECT id FROM information_schema.processlist WHERE id <> connection_id()')
    for (const { id } of processes as { id: number }[]) await other.query(`KILL ${id}`).catch(() => undefined)
    const others: Connection[] = []
    for (;;) {
      const connection = await createConnection({ uri: field.server.url }).catch(() => null)
      if (!connection) break
      others.push(connection)
    }
    expect((await refreshToken(server, refresh_token)).status).toBe(503)
    await Promise.all(others.map((each) => each.end()))
    await other.query('SET GLOBAL max_connections = 100')
    const again = await eventually(async () => (await refreshToken(server, refresh_token)).status === 200 || undefined)
    expect(again).toBe(true)
  })

  it('tries again when it is the victim of a deadlock', async () => {
    await eventually(() => field.store.commit(nextOf('deadlock', 0)))
    const other = await outsider()
    await other.query('START TRANSACTION')
    // InnoDB rolls back the transaction that has changed less: this one has changed hundreds of rows.
    await other.query('CREATE TEMPORARY TABLE heavy (id INT PRIMARY KEY) ENGINE = InnoDB')
    await other.query('INSERT INTO heavy SELECT seq FROM seq_1_to_500')
    await other.query(
      "SELECT id FROM authlib_records WHERE partition_id = 'deadlock' AND kind = 'code' AND id = 'b' FOR UPDATE",
    )
    const { store, close } = await openDatabase(field.server.url)
    onTestFinished(() => close() as Promise<void>)
    const committed = store.commit(nextOf('deadlock', 1))
    const waiting = async (): Promise<number> => {
      const [rows] = await other.query("SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
      return (rows as unknown[]).length
    }
    // InnoDB renews this view only when nobody has read it for 100 ms.
    await expect.poll(waiting, { ...PATIENCE, interval: 250 }).toBeGreaterThan(0)
    await other.query(
      "SELECT id FROM authlib_records WHERE partition_id = 'deadlock' AND kind = 'code' AND id = 'a' FOR UPDATE",
    )
    await other.query('COMMIT')
    expect(await committed).toBe(true)
    expect((await store.get('deadlock', PAIR)).map((record) => record?.revision)).toEqual([2, 2])
    const [status] = await other.query("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
    expect(Number((status as { Value: string }[])[0]?.Value)).toBeGreaterThan(0)
  })
})
