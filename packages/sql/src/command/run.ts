/** The command `authlib-sql`: prints or runs migrations, and what an administrator needs besides. */

import { parseArgs } from 'node:util'
import { systemClock } from '@authlib/core'
import type { Migration, TableNames } from '../shared/migrations.ts'
import { mysqlMigrations } from '../mysql-sql/migrations.ts'
import { mysqlUserForeignKey } from '../mysql-sql/user-foreign-key.ts'
import { postgresMigrations } from '../postgres-sql/migrations.ts'
import { postgresUserForeignKey } from '../postgres-sql/user-foreign-key.ts'
import { sqliteMigrations } from '../sqlite-sql/migrations.ts'
import { connect } from './connect.ts'

const USAGE = `Usage: authlib-sql <command> [options]

  print <postgres|mysql|sqlite> [--from n] [--to n]   SQL from one version of the tables to another, up or down
  foreign-key <postgres|mysql> --users table --type type [--column id] [--down]
                                                      SQL for a foreign key to your table of users
  status <url>                                        version of the tables, and the latest there is
  migrate <url> [--to n]                              brings the tables to a version; default: the latest
  sweep <url>                                         removes what has expired
  erase <url> --subject id                            deletes everything that belongs to a subject

  --schema name   PostgreSQL: authlib by default. MySQL: the database of the URL by default
  --prefix name   begins the names of the tables: authlib_ by default, nothing on PostgreSQL

A url is postgres://…, mysql://…, or the path of a SQLite file.
`

/** Something that the person who calls the command has to put right. */
export class UsageError extends Error {}

/**
 * Runs the command and returns what it prints.
 * @throws UsageError
 */
export async function run(args: readonly string[]): Promise<string> {
  const { values, positionals } = parse(args)
  const { schema, prefix, subject } = values
  const names: TableNames = { ...(schema !== undefined && { schema }), ...(prefix !== undefined && { prefix }) }
  const [command, target] = positionals
  if (command === undefined || values.help === true) return USAGE
  if (target === undefined) throw new UsageError(USAGE)
  switch (command) {
    case 'print': {
      const migrations = migrationsOf(target, names)
      return path(
        migrations,
        versionIn(values.from, migrations, 0),
        versionIn(values.to, migrations, migrations.length),
      )
        .map((step) => step.sql)
        .join('\n')
    }
    case 'foreign-key': {
      const { users, type, column, down } = values
      if (users === undefined || type === undefined) throw new UsageError('foreign-key needs --users and --type')
      const make = foreignKeyOf(target)
      const key = make({ ...names, users, type, ...(column !== undefined && { column }) })
      return down === true ? key.drop : key.add
    }
    case 'status':
      return using(target, names, async (database) => `${await database.version()} of ${database.migrations.length}\n`)
    case 'migrate':
      return using(target, names, async (database) => {
        const { migrations, store } = database
        const [from, to] = [await database.version(), versionIn(values.to, migrations, migrations.length)]
        if (to === migrations.length && from <= to) await store.migrate()
        else for (const { sql } of path(migrations, from, to)) await database.run(sql)
        return `${from} → ${to}\n`
      })
    case 'sweep':
      return using(target, names, async ({ store }) => {
        let total = 0
        for (let swept = -1; swept !== 0; total += swept) swept = await store.sweep(systemClock(), 1000)
        return `${total} records removed\n`
      })
    case 'erase':
      if (subject === undefined) throw new UsageError('erase needs --subject')
      return using(target, names, async ({ store }) => `${await store.eraseSubject(subject)} records deleted\n`)
    default:
      throw new UsageError(USAGE)
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
    ...{ schema: text, prefix: text, from: text, to: text, users: text, type: text, column: text, subject: text },
    ...{ down: flag, help: flag },
  }
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`) // sound: parseArgs throws errors
  }
}

function migrationsOf(database: string, names: TableNames): readonly Migration[] {
  if (database === 'postgres') return postgresMigrations(names)
  if (database === 'mysql') return mysqlMigrations(names)
  if (database === 'sqlite') return sqliteMigrations(names.prefix)
  throw new UsageError('The database is postgres, mysql or sqlite')
}

function foreignKeyOf(database: string): typeof postgresUserForeignKey {
  if (database === 'postgres') return postgresUserForeignKey
  if (database === 'mysql') return mysqlUserForeignKey
  throw new UsageError('The database is postgres or mysql')
}

function versionIn(text: string | undefined, { length }: readonly Migration[], fallback: number): number {
  const version = text === undefined ? fallback : Number(text)
  if (Number.isInteger(version) && version >= 0 && version <= length) return version
  throw new UsageError(`A version is a whole number from 0 to ${length}`)
}

/** The steps from one version to another. */
function path(migrations: readonly Migration[], from: number, to: number): { readonly sql: string }[] {
  if (from <= to) return migrations.slice(from, to).map(({ up }) => ({ sql: up }))
  return migrations.slice(to, from).map(({ down }) => ({ sql: down })).reverse() // prettier-ignore
}

async function using(
  url: string,
  names: TableNames,
  action: (connection: Awaited<ReturnType<typeof connect>>) => Promise<string>,
): Promise<string> {
  const connection = await connect(url, names)
  try {
    return await action(connection)
  } finally {
    await connection.close()
  }
}
