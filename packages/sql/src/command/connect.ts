/** What the command can do with a database, by its URL. */

import type { SqlStore } from '../shared/store.ts'
import type { TableNames } from '../shared/migrations.ts'
import type { Migration } from '../shared/migrations.ts'
import { versionOf as sqliteVersion } from '../sqlite-sql/database.ts'
import { sqliteMigrations } from '../sqlite-sql/migrations.ts'
import { mysqlMigrations } from '../mysql-sql/migrations.ts'
import { postgresMigrations } from '../postgres-sql/migrations.ts'

/** An open database. */
export interface Connection {
  readonly migrations: readonly Migration[]
  readonly store: Pick<SqlStore, 'migrate' | 'eraseSubject' | 'sweep'>
  version(): Promise<number>
  run(sql: string): Promise<unknown>
  close(): Promise<void>
}

/** Opens the database that the URL names: `postgres://…`, `mysql://…`, or the path of a SQLite file. */
export function connect(url: string, names: TableNames): Promise<Connection> {
  if (/^postgres(ql)?:/.test(url)) return connectPostgres(url, names)
  if (/^(mysql|mariadb):/.test(url)) return connectMysql(url.replace(/^mariadb:/, 'mysql:'), names)
  return connectSqlite(url.replace(/^sqlite:(\/\/)?/, ''), names)
}

async function connectPostgres(connectionString: string, names: TableNames): Promise<Connection> {
  const { default: pg } = await import('pg')
  const { pgStore } = await import('../pg.ts')
  const pool = new pg.Pool({ connectionString, max: 1, connectionTimeoutMillis: 10_000 })
  const store = pgStore(pool, { ...names, timeout: PATIENCE })
  return {
    migrations: postgresMigrations(names),
    store,
    version: () => store.version(),
    run: (sql) => pool.query(sql),
    close: () => pool.end(),
  }
}

async function connectMysql(uri: string, names: TableNames): Promise<Connection> {
  const { createPool } = await import('mysql2/promise')
  const { mysqlStore } = await import('../mysql2.ts')
  const pool = createPool({ uri, connectionLimit: 1, connectTimeout: 10_000 })
  const store = mysqlStore(pool, { ...names, timeout: PATIENCE })
  return {
    migrations: mysqlMigrations(names),
    store,
    version: () => store.version(),
    async run(sql) {
      for (const text of sql.split(/;\n+/).filter((part) => part.trim() !== '')) await pool.query(text)
    },
    close: () => pool.end(),
  }
}

async function connectSqlite(path: string, { prefix = 'authlib_' }: TableNames): Promise<Connection> {
  const { DatabaseSync } = await import('node:sqlite')
  const { syncSqliteStore } = await import('../sqlite-sync.ts')
  const database = new DatabaseSync(path)
  const open = () => syncSqliteStore(database, { prefix })
  return {
    migrations: sqliteMigrations(prefix),
    store: {
      migrate: async () => open().close(),
      eraseSubject: (subject) => open().eraseSubject(subject),
      sweep: (now, limit) => open().sweep(now, limit),
    },
    version: async () => sqliteVersion(database, prefix),
    run: async (sql) => database.exec(`BEGIN IMMEDIATE;\n${sql}\nCOMMIT`),
    close: async () => database.close(),
  }
}

/** Seconds. A migration or a deletion may take longer than a request should. */
const PATIENCE = 3600
