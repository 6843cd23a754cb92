/** SQLite in a file, or PostgreSQL: the tables of this example, and the store of the provider beside them. */

import type { Awaitable, Store } from '@authlib/core'

export type Value = string | number | null

export interface Database {
  /** What the provider keeps: codes, tokens, sessions. */
  readonly store: Store
  /** `?` stands for a value. Resolves with the rows, of a statement with RETURNING too. */
  query<Row>(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>
  close(): Awaitable<void>
}

/** The same on both. Times are seconds since 1970. */
const TABLES = `
CREATE TABLE IF NOT EXISTS users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS passkeys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  public_key TEXT NOT NULL,
  counter BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX IF NOT EXISTS passkeys_of_user ON passkeys (user_id);
CREATE TABLE IF NOT EXISTS passkey_challenges (
  challenge TEXT PRIMARY KEY,
  browser TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS attempts (
  name TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  failed_at BIGINT NOT NULL,
  retry_at BIGINT NOT NULL
);`

/** `database` is a path, or a URL that begins with `postgres`. Creates what is missing. */
export async function openDatabase(database: string): Promise<Database> {
  return /^postgres(ql)?:\/\//.test(database) ? openPostgres(database) : openSqlite(database)
}

async function openSqlite(path: string): Promise<Database> {
  const [{ DatabaseSync }, { sqliteStore }] = await Promise.all([
    import('node:sqlite'),
    import('@authlib/sql/node-sqlite'),
  ])
  const store = sqliteStore(path)
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; ${TABLES}`)
  return {
    store,
    async query<Row>(sql: string, ...values: readonly Value[]) {
      return db.prepare(sql).all(...values) as Row[] // sound: the statements and the types of their rows stand side by side
    },
    close() {
      db.close()
      store.close()
    },
  }
}

async function openPostgres(url: string): Promise<Database> {
  const [{ default: pg }, { pgStore }] = await Promise.all([import('pg'), import('@authlib/sql/pg')])
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000 })
  const store = pgStore(pool)
  await store.migrate()
  await pool.query(TABLES)
  return {
    store,
    async query<Row>(sql: string, ...values: readonly Value[]) {
      let count = 0
      const { rows } = await pool.query(
        sql.replaceAll('?', () => `$${++count}`),
        [...values],
      )
      return rows as Row[] // sound: as above
    },
    close: () => pool.end(),
  }
}
