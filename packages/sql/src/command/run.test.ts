import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { describeWith, mysqlServer, postgresServer } from '../../../../test/support/needs.ts'
import { mysqlMigrations, postgresMigrations, sqliteMigrations } from '../index.ts'
import { sqliteStore } from '../node-sqlite.ts'
import { run, UsageError } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'authlib-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('authlib-sql', () => {
  it('prints the migrations up and down, for tables of any name', async () => {
    const [first, second] = sqliteMigrations()
    expect(await run(['print', 'sqlite'])).toBe([first?.up, second?.up].join('\n'))
    expect(await run(['print', 'sqlite', '--from', '1'])).toBe(second?.up)
    expect(await run(['print', 'sqlite', '--from', '2', '--to', '0'])).toBe([second?.down, first?.down].join('\n'))
    expect(await run(['print', 'postgres', '--schema', 'oauth', '--prefix', 'x_'])).toBe(
      postgresMigrations({ schema: 'oauth', prefix: 'x_' })[0]?.up,
    )
    expect(await run(['print', 'mysql', '--prefix', 'x_'])).toBe(mysqlMigrations({ prefix: 'x_' })[0]?.up)
  })

  it('prints a foreign key to a table of users', async () => {
    const options = ['--users', 'public.users', '--type', 'uuid', '--column', 'uid']
    expect(await run(['foreign-key', 'postgres', ...options])).toContain(
      'REFERENCES public.users (uid) ON DELETE CASCADE',
    )
    expect(await run(['foreign-key', 'mysql', ...options, '--down'])).toContain('DROP COLUMN user_id')
  })

  it('migrates a SQLite file forward and back, sweeps it, and erases a subject', async () => {
    const file = join(folder, 'auth.db')
    expect(await run(['status', file])).toBe('0 of 2\n')
    expect(await run(['migrate', file, '--to', '1'])).toBe('0 → 1\n')
    expect(await run(['migrate', file])).toBe('1 → 2\n')
    const store = sqliteStore(file)
    const record = { kind: 'code', partition: 'p', revision: 1, data: {} }
    const put = [
      { ...record, id: 'a', expiresAt: 1 },
      { ...record, id: 'b', expiresAt: 2 ** 40 },
      { ...record, id: 'c', expiresAt: 2 ** 40, index: { subject: 'alice' } },
    ]
    await store.commit({ partition: 'p', now: 0, expect: [], put, remove: [] })
    store.close()
    expect(await run(['sweep', file])).toBe('1 records removed\n')
    expect(await run(['erase', file, '--subject', 'alice'])).toBe('2 records deleted\n')
    expect(await run(['migrate', `sqlite:${file}`, '--to', '0'])).toBe('2 → 0\n')
    const database = new DatabaseSync(file)
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'authlib%'").all()).toEqual([])
    database.close()
  })

  it.each([
    [[], /^Usage/],
    [['--help'], /^Usage/],
  ])('explains itself when called with %j', async (args, output) => {
    expect(await run(args)).toMatch(output)
  })

  it.each([
    [['print']],
    [['print', 'oracle']],
    [['print', 'sqlite', '--to', '3']],
    [['print', 'sqlite', '--from', 'x']],
    [['print', 'sqlite', '--unknown']],
    [['foreign-key', 'sqlite', '--users', 'u', '--type', 't']],
    [['foreign-key', 'postgres']],
    [['erase', 'file.db']],
    [['unknown', 'x']],
  ])('refuses %j', async (args) => {
    await expect(run(args)).rejects.toThrow(UsageError)
  })
})

describeWith(postgresServer, 'authlib-sql on PostgreSQL', (url) => {
  it('migrates forward and back', async () => {
    const names = ['--schema', `authlib_${randomBytes(6).toString('hex')}`]
    expect(await run(['status', url, ...names])).toBe('0 of 1\n')
    expect(await run(['migrate', url, ...names])).toBe('0 → 1\n')
    expect(await run(['sweep', url, ...names])).toBe('0 records removed\n')
    expect(await run(['erase', url, ...names, '--subject', 'alice'])).toBe('0 records deleted\n')
    expect(await run(['migrate', url, ...names, '--to', '0'])).toBe('1 → 0\n')
    expect(await run(['status', url, ...names])).toBe('0 of 1\n')
  })
})

describeWith(mysqlServer, 'authlib-sql on MariaDB', (url) => {
  it('migrates forward and back', async () => {
    const names = ['--prefix', `t${randomBytes(6).toString('hex')}_`]
    expect(await run(['migrate', url, ...names])).toBe('0 → 1\n')
    expect(await run(['sweep', url, ...names])).toBe('0 records removed\n')
    expect(await run(['erase', url, ...names, '--subject', 'alice'])).toBe('0 records deleted\n')
    expect(await run(['migrate', url, ...names, '--to', '0'])).toBe('1 → 0\n')
    expect(await run(['status', url, ...names])).toBe('0 of 1\n')
  })
})
