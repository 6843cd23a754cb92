/** A store on the database that a URL names, as an application opens it. */

import { rmSync } from 'node:fs'
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
  /** Deletes the tables or keys. */
  readonly drop: () => Awaitable<unknown>
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
    return { store, close: () => pool.end(), drop: () => pool.query(`DROP SCHEMA ${name} CASCADE`) }
  }
  if (url.startsWith('mysql')) {
    const pool = createPool({ uri: url, connectionLimit: connections, connectTimeout: timeout * 1000 })
    const store = mysqlStore(pool, { timeout, lockTimeout: timeout, prefix: `${name}_` })
    await store.migrate()
    const drop = async (): Promise<void> => {
      await pool.query(`DROP VIEW ${name}_authorizations`)
      await pool.query(`DROP TABLE ${name}_records, ${name}_migrations`)
    }
    return { store, close: () => pool.end(), drop }
  }
  if (url.startsWith('redis')) {
    const client = new Redis(url, {
      autoResendUnfulfilledCommands: false, // a commit that was carried out must not be tried again
      ...{ connectTimeout: timeout * 1000, socketTimeout: timeout * 1000, retryStrategy: () => 50 },
    })
    client.on('error', () => undefined)
    const drop = async (): Promise<void> => {
      for await (const keys of client.scanStream({ match: `${name}:*`, count: 1000 })) {
        if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]))
      }
    }
    return { store: redisStore(client, { timeout, prefix: `${name}:` }), close: () => client.disconnect(), drop }
  }
  const store = sqliteStore(url, { busyTimeout: timeout })
  const drop = (): void => ['', '-wal', '-shm'].forEach((end) => rmSync(url + end, { force: true }))
  return { store, close: () => store.close(), drop }
}
