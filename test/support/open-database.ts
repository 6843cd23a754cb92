/** A store on the database that a URL names, as an application opens it. */

import type { Awaitable, Store } from '@authlib/core'
import { redisStore } from '@authlib/redis'
import { mysqlStore } from '@authlib/sql/mysql2'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { pgStore } from '@authlib/sql/pg'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import pg from 'pg'

export interface OpenDatabase {
  readonly store: Store
  readonly close: () => Awaitable<unknown>
}

export interface OpenOptions {
  /** Seconds for a call. */
  readonly timeout?: number
  readonly connections?: number
  /** Tables or keys apart from those of others. */
  readonly name?: string
}

/** Migrates, except for Redis, which has nothing to migrate. */
export async function openDatabase(
  url: string,
  { timeout = 10, connections = 10, name = 'authlib' }: OpenOptions = {},
): Promise<OpenDatabase> {
  if (url.startsWith('postgres')) {
    const pool = new pg.Pool({ connectionString: url, max: connections, connectionTimeoutMillis: timeout * 1000 })
    const store = pgStore(pool, { timeout, schema: name })
    await store.migrate()
    return { store, close: () => pool.end() }
  }
  if (url.startsWith('mysql')) {
    const pool = createPool({ uri: url, connectionLimit: connections, connectTimeout: timeout * 1000 })
    const store = mysqlStore(pool, { timeout, lockTimeout: timeout, prefix: `${name}_` })
    await store.migrate()
    return { store, close: () => pool.end() }
  }
  if (url.startsWith('redis')) {
    const client = new Redis(url, {
      autoResendUnfulfilledCommands: false, // a commit that was carried out must not be tried again
      ...{ connectTimeout: timeout * 1000, socketTimeout: timeout * 1000, retryStrategy: () => 50 },
    })
    client.on('error', () => undefined)
    return { store: redisStore(client, { timeout, prefix: `${name}:` }), close: () => client.disconnect() }
  }
  const store = sqliteStore(url, { busyTimeout: timeout })
  return { store, close: () => store.close() }
}
