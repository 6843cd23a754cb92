/** Where the demo keeps what it knows: a SQLite file, or a server that `AUTHLIB_DATABASE` names. */

import type { Awaitable, Store } from '@authlib/core'
import { SetupError } from './settings.ts'

export interface OpenStore {
  readonly store: Store
  readonly close: () => Awaitable<unknown>
}

/** @throws SetupError for a URL of another kind */
export async function openStore(database: string): Promise<OpenStore> {
  const scheme = /^([a-z]+):\/\//.exec(database)?.[1]
  switch (scheme) {
    case undefined: {
      const { sqliteStore } = await import('@authlib/sql/node-sqlite')
      const store = sqliteStore(database)
      return { store, close: () => store.close() }
    }
    case 'postgres':
    case 'postgresql': {
      const [{ default: pg }, { pgStore }] = await Promise.all([import('pg'), import('@authlib/sql/pg')])
      const pool = new pg.Pool({ connectionString: database, connectionTimeoutMillis: 5000 })
      const store = pgStore(pool)
      await store.migrate()
      return { store, close: () => pool.end() }
    }
    case 'mysql': {
      const [{ createPool }, { mysqlStore }] = await Promise.all([
        import('mysql2/promise'),
        import('@authlib/sql/mysql2'),
      ])
      const pool = createPool({ uri: database })
      const store = mysqlStore(pool)
      await store.migrate()
      return { store, close: () => pool.end() }
    }
    case 'redis': {
      const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('@authlib/redis')])
      const client = new Redis(database)
      return { store: redisStore(client), close: () => client.quit() }
    }
    default:
      throw new SetupError(`AUTHLIB_DATABASE: ${scheme} is not one of postgres, mysql and redis, nor a file`)
  }
}
