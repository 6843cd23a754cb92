import { readFileSync, readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { mysqlMigrations, postgresMigrations, sqliteMigrations, type Migration } from './index.ts'

const folder = (database: string) => new URL(`../migrations/${database}/`, import.meta.url)

describe.each<[string, readonly Migration[]]>([
  ['sqlite', sqliteMigrations()],
  ['postgres', postgresMigrations()],
  ['mysql', mysqlMigrations()],
])('the migrations of %s', (database, migrations) => {
  it('are the SQL files of the package, in order', () => {
    const files = migrations.flatMap(({ version, name, up, down }) => {
      const file = `${String(version).padStart(4, '0')}-${name}`
      return [[`${file}.down.sql`, down] as const, [`${file}.up.sql`, up] as const]
    })
    expect(readdirSync(folder(database)).toSorted()).toEqual(files.map(([file]) => file))
    for (const [file, sql] of files) expect(readFileSync(new URL(file, folder(database)), 'utf8')).toBe(sql)
  })

  it('count from 1, and each notes that it was applied', () => {
    for (const [n, { version, up, down }] of migrations.entries()) {
      expect(version).toBe(n + 1)
      expect(up).toMatch(new RegExp(`migrations VALUES \\(${n + 1}\\);\n$`))
      expect(down).not.toBe('')
    }
  })
})

describe('the migrations of sqlite', () => {
  const apply = (database: DatabaseSync, from: number, to: number): void => {
    const steps = sqliteMigrations()
    for (const { up } of steps.slice(from, to)) database.exec(up)
    for (const { down } of steps.slice(to, from).toReversed()) database.exec(down)
  }
  const objects = (database: DatabaseSync) =>
    database.prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all()

  it('can be undone one by one', () => {
    const database = new DatabaseSync(':memory:')
    apply(database, 0, 1)
    const first = objects(database)
    apply(database, 1, 2)
    apply(database, 2, 1)
    expect(objects(database)).toEqual(first)
    apply(database, 1, 0)
    expect(objects(database)).toEqual([])
  })

  it.each([
    [['client:web', 'subject:alice'], { client: 'web', subject: 'alice' }],
    [['subject:a:b c'], { subject: 'a:b c' }],
    [['subject:client:x'], { subject: 'client:x' }],
    [['client:a subject:b'], { client: 'a subject:b' }],
    [['ten%20ant client:web', 'ten%20ant subject:al ice'], { client: 'ten%20ant web', subject: 'ten%20ant al ice' }],
    [['colour:red', 'client:web'], { client: 'web', tag: 'colour:red' }],
    [null, {}],
  ])('give the entries %j columns of their own, and back', (entries, expected) => {
    const database = new DatabaseSync(':memory:')
    apply(database, 0, 1)
    const tenant = entries?.[0]?.startsWith('ten%20ant ') ? 'ten%20ant ' : ''
    const insert = `INSERT INTO authlib_records VALUES (7, '${tenant}p', 'code', 'a', 3, 99, ?, '{"x":1}')`
    database.prepare(insert).run(entries && JSON.stringify(entries))
    apply(database, 1, 2)
    expect({ ...database.prepare('SELECT * FROM authlib_records').get() }).toEqual({
      ...{ position: 7, partition_id: `${tenant}p`, kind: 'code', id: 'a', revision: 3, expires_at: 99 },
      ...{ client: null, subject: null, session: null, tag: null, ...expected, data: '{"x":1}' },
    })
    apply(database, 2, 1)
    const row = database.prepare('SELECT partition, entries FROM authlib_records').get()
    expect(row?.['partition']).toBe(`${tenant}p`)
    const back = row?.['entries'] === null ? null : (JSON.parse(String(row?.['entries'])) as string[])
    expect(back?.toSorted() ?? null).toEqual(entries?.toSorted() ?? null)
    expect(database.prepare('SELECT count(*) AS n FROM authlib_entries').get()?.['n']).toBe(entries?.length ?? 0)
  })

  it('have a view that a person can read', () => {
    const database = new DatabaseSync(':memory:')
    apply(database, 0, 2)
    const data = JSON.stringify({ status: 'active', scope: ['read', 'write'], createdAt: 1_700_000_000 })
    database
      .prepare(
        `INSERT INTO authlib_records VALUES (1, 'a', 'authorization', 'a', 1, 1700003600, ?, 'web', 'alice', NULL, NULL)`,
      )
      .run(data)
    expect({ ...database.prepare('SELECT * FROM authlib_authorizations').get() }).toEqual({
      ...{ id: 'a', client: 'web', subject: 'alice', status: 'active', scope: 'read write' },
      ...{ created_at: '2023-11-14 22:13:20', expires_at: '2023-11-14 23:13:20' },
    })
  })
})
