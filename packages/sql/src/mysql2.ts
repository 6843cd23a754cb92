/** A store on MySQL or MariaDB through `mysql2`. */

import { mysqlStoreOn, type MysqlQuery, type MysqlResult, type MysqlStoreOptions } from './mysql-sql/store.ts'
import type { SqlStore } from './shared/store.ts'

export type { MysqlStoreOptions } from './mysql-sql/store.ts'
export type { SqlStore } from './shared/store.ts'

/** A pool of `mysql2/promise`, as far as the store uses it. */
export interface Mysql2Pool {
  getConnection(): Promise<Mysql2Connection>
}

/** A connection of a pool. */
export interface Mysql2Connection {
  execute(sql: string, values: never[]): Promise<readonly [unknown, unknown]>
  query(sql: string): Promise<unknown>
  release(): void
  destroy(): void
}

/** Options of {@link mysqlStore}. */
export interface Mysql2StoreOptions extends MysqlStoreOptions {
  /** Seconds that a statement waits for a row that others have locked. Default 5. */
  readonly lockTimeout?: number | undefined
}

/**
 * The pool should be the store's own: its connections are set to READ COMMITTED and to short waits for locks.
 *
 * @example
 * const pool = createPool({ uri, connectTimeout: 5000 }) // of 'mysql2/promise'
 * const store = mysqlStore(pool)
 * await store.migrate()
 */
export function mysqlStore(pool: Mysql2Pool, { lockTimeout = 5, ...options }: Mysql2StoreOptions = {}): SqlStore {
  const { timeout = 10 } = options
  const prepared = new WeakSet<object>()

  return mysqlStoreOn(
    {
      query: (statement) =>
        withConnection(async (connection) => {
          try {
            return await queryOn(connection)(statement)
          } finally {
            connection.release()
          }
        }),
      transaction: (body) =>
        withConnection(async (connection) => {
          try {
            await connection.query('START TRANSACTION')
            const done = await body(queryOn(connection))
            await connection.query(done ? 'COMMIT' : 'ROLLBACK')
            connection.release()
            return done
          } catch (error) {
            await rollBack(connection)
            throw error
          }
        }),
    },
    options,
  )

  /** The pool must not keep a connection that has fallen silent: after the time-out it is closed, whatever it does. */
  async function withConnection<T>(action: (connection: Mysql2Connection) => Promise<T>): Promise<T> {
    const connection = await pool.getConnection()
    const timer = setTimeout(() => connection.destroy(), timeout * 1000)
    try {
      await prepare(connection)
      return await action(connection)
    } finally {
      clearTimeout(timer)
    }
  }

  async function prepare(connection: Mysql2Connection): Promise<void> {
    // The pool hands out a wrapper; what stays the same is the connection in it.
    const inner = 'connection' in connection && isObject(connection.connection) ? connection.connection : connection
    if (prepared.has(inner)) return
    try {
      await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
      // MariaDB alone reads the second part: what a lost connection has locked is free again after the time-out.
      await connection.query(
        `SET SESSION innodb_lock_wait_timeout = ${whole(lockTimeout)} /*M!100300 , idle_transaction_timeout = ${whole(timeout)} */`,
      )
    } catch (error) {
      connection.destroy()
      throw error
    }
    prepared.add(inner)
  }
}

function queryOn(connection: Mysql2Connection): MysqlQuery {
  return async ({ text, values }) => {
    // sound: bytes, strings, numbers and null are values of every version of the driver
    const [result] = await (values.length > 0
      ? connection.execute(text, [...values] as never[])
      : plain(connection, text))
    if (Array.isArray(result)) return { rows: result, affected: 0 }
    return { rows: [], affected: (result as { affectedRows?: number }).affectedRows ?? 0 } satisfies MysqlResult
  }
}

/** What cannot be prepared, such as CREATE VIEW. */
async function plain(connection: Mysql2Connection, text: string): Promise<readonly [unknown, unknown]> {
  return (await connection.query(text)) as readonly [unknown, unknown] // sound: as `execute` does
}

/** A connection whose transaction cannot be ended is not given back. */
async function rollBack(connection: Mysql2Connection): Promise<void> {
  try {
    await connection.query('ROLLBACK')
    connection.release()
  } catch {
    connection.destroy()
  }
}

/** Seconds as the server takes them. */
function whole(seconds: number): number {
  return Math.max(1, Math.ceil(seconds))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
