/** Writes the migrations of `@authlib/sql` as SQL files: `node --conditions=@authlib/source scripts/write-migrations.ts`. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { mysqlMigrations, postgresMigrations, sqliteMigrations } from '@authlib/sql'

const databases = { sqlite: sqliteMigrations(), postgres: postgresMigrations(), mysql: mysqlMigrations() }

for (const [database, migrations] of Object.entries(databases)) {
  const folder = new URL(`../packages/sql/migrations/${database}/`, import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const { version, name, up, down } of migrations) {
    const file = `${String(version).padStart(4, '0')}-${name}`
    writeFileSync(new URL(`${file}.up.sql`, folder), up)
    writeFileSync(new URL(`${file}.down.sql`, folder), down)
  }
}
