import { readFileSync, readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { sqliteMigrations } from './migrations.ts'

const folder = new URL('../migrations/sqlite/', import.meta.url)

describe('sqliteMigrations', () => {
  it('are the SQL files of the package, in order', () => {
    const files = sqliteMigrations.map(({ version, name }) => `${String(version).padStart(4, '0')}-${name}.sql`)
    expect(readdirSync(folder).toSorted()).toEqual(files)
    for (const [n, { sql }] of sqliteMigrations.entries()) {
      expect(readFileSync(new URL(files[n]!, folder), 'utf8')).toBe(sql)
    }
  })

  it('count from 1, and each notes that it was applied', () => {
    const database = new DatabaseSync(':memory:')
    for (const [n, { version, sql }] of sqliteMigrations.entries()) {
      expect(version).toBe(n + 1)
      database.exec(sql)
      expect({ ...database.prepare('SELECT max(version) AS version FROM authlib_migrations').get() }).toEqual({
        version,
      })
    }
  })
})
