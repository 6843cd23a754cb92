import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'
import { NEVER } from '@authlib/core'
import type { Batch, StoredRecord } from '@authlib/core'
import { storeContract } from '@authlib/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { sqliteStore, type SqliteStore } from './node-sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'authlib-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const newFile = () => join(folder, `${++files}.db`)

storeContract({ describe, it, open: () => sqliteStore(newFile()), name: 'the store contract on one sqliteStore' })
storeContract({
  ...{ describe, it, name: 'the store contract on three sqliteStores of one file' },
  open() {
    const file = newFile()
    return [1, 2, 3].map(() => sqliteStore(file, { synchronous: 'normal' }))
  },
})

const record = (id: string): StoredRecord => {
  return { kind: 'code', id, partition: 'p', revision: 1, expiresAt: NEVER, index: { tag: 'i' }, data: {} }
}
const putting = (...ids: readonly string[]): Batch => {
  return { partition: 'p', now: 1, expect: [], put: ids.map(record), remove: [] }
}

describe('sqliteStore', () => {
  it('keeps its records in the file', async () => {
    const file = newFile()
    const first = sqliteStore(file)
    await first.commit(putting('a'))
    first.close()
    const second = sqliteStore(file)
    expect(await second.get('p', [['code', 'a']])).toEqual([record('a')])
    second.close()
  })

  it('sweeps in steps, between which others write', async () => {
    const store = sqliteStore(newFile())
    const old = Array.from({ length: 350 }, (_, n) => ({ ...record(`old${n}`), expiresAt: 1 }))
    for (let n = 0; n < old.length; n += 100) {
      await store.commit({ ...putting(), put: old.slice(n, n + 100) })
    }
    const order: string[] = []
    const sweeping = store.sweep(2, 1000).then((swept) => order.push(`swept ${swept}`))
    await Promise.all([sweeping, store.commit(putting('new')).then(() => order.push('written'))])
    expect(order).toEqual(['written', 'swept 350'])
    store.close()
  })

  it.skipIf(process.platform === 'win32')('creates files that only their owner may read', async () => {
    const file = newFile()
    const store = sqliteStore(file)
    await store.commit(putting('a'))
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(file + suffix).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600])
    store.close()
  })

  it.skipIf(process.platform === 'win32')('takes away what others may do with an existing file', async () => {
    const file = newFile()
    const before = sqliteStore(file)
    await before.commit(putting('a'))
    for (const suffix of ['', '-wal', '-shm']) chmodSync(file + suffix, 0o666)
    const store = sqliteStore(file)
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(file + suffix).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600])
    store.close()
    before.close()
  })

  it.skipIf(process.platform === 'win32')('shares the file with a group when it is told to', async () => {
    const file = newFile()
    writeFileSync(file, '')
    chmodSync(file, 0o664)
    sqliteStore(file, { mode: 0o660 }).close()
    expect(statSync(file).mode & 0o777).toBe(0o660)
  })

  it('states what it guarantees', () => {
    const durability = (store: SqliteStore): string => {
      store.close()
      return store.guarantees.durability
    }
    expect(durability(sqliteStore(newFile()))).toBe('full')
    expect(durability(sqliteStore(newFile(), { synchronous: 'normal' }))).toBe('recent-loss')
    expect(durability(sqliteStore(':memory:'))).toBe('none')
  })

  it('keeps two stores of one file apart by their prefixes', async () => {
    const file = newFile()
    const [one, other] = [sqliteStore(file), sqliteStore(file, { prefix: 'second_' })]
    await one.commit(putting('a'))
    expect(await other.get('p', [['code', 'a']])).toEqual([null])
    one.close()
    other.close()
  })

  it.runIf(isMainThread && process.platform !== 'win32')('takes a path for a path, even if it looks like a URL', () => {
    const before = process.cwd()
    process.chdir(folder) // which a worker thread may not do
    try {
      sqliteStore('file:elsewhere').close()
      expect(statSync(join(folder, 'file:elsewhere')).size).toBeGreaterThan(0)
    } finally {
      process.chdir(before)
    }
  })

  it('works without a file', async () => {
    const store = sqliteStore(':memory:')
    expect(await store.commit(putting('a'))).toBe(true)
    expect(await store.get('p', [['code', 'a']])).toEqual([record('a')])
    store.close()
  })

  it('writes pending batches when it is closed, and refuses calls afterwards', async () => {
    const file = newFile()
    const store = sqliteStore(file)
    const pending = store.commit(putting('a'))
    store.close()
    store.close()
    expect(await pending).toBe(true)
    const closed = { code: 'store_unavailable', status: 503 }
    await expect(store.commit(putting('b'))).rejects.toMatchObject(closed)
    await expect(store.get('p', [['code', 'a']])).rejects.toMatchObject(closed)
    await expect(store.list({ kind: 'code', by: 'tag', value: 'i' })).rejects.toMatchObject(closed)
    await expect(store.sweep(1, 1)).rejects.toMatchObject(closed)
    const reopened = sqliteStore(file)
    expect(await reopened.get('p', [['code', 'a']])).toEqual([record('a')])
    reopened.close()
  })

  it('waits while another process writes, and lets the event loop run', async () => {
    const file = newFile()
    const store = sqliteStore(file)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const pending = store.commit(putting('a'))
    expect(await store.get('p', [['code', 'a']])).toEqual([null])
    await new Promise((resolve) => setTimeout(resolve, 30))
    other.exec('COMMIT') // reached only because the loop is not held up
    expect(await pending).toBe(true)
    other.close()
    store.close()
  })

  it('fails with 503 when another process does not stop writing, and recovers', async () => {
    const file = newFile()
    const store = sqliteStore(file, { busyTimeout: 0.05 })
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const unavailable = { code: 'store_unavailable', status: 503, reason: expect.stringContaining('locked') }
    await expect(store.commit(putting('a'))).rejects.toMatchObject(unavailable)
    await expect(store.sweep(1, 10)).rejects.toMatchObject(unavailable)
    other.exec('COMMIT')
    expect(await store.commit(putting('a'))).toBe(true)
    other.close()
    store.close()
  })

  it('rejects what waits when it is closed while another process writes', async () => {
    const file = newFile()
    const store = sqliteStore(file, { busyTimeout: 0.05 })
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const pending = store.commit(putting('a'))
    store.close()
    await expect(pending).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
    other.close()
  })

  it('judges each batch of a group by itself, later ones by what earlier ones wrote', async () => {
    const store = sqliteStore(newFile())
    const create = { ...putting('a'), expect: [{ kind: 'code', id: 'a', revision: 0 }] }
    const remove: Batch = { ...putting(), expect: [{ kind: 'code', id: 'a', revision: 1 }], remove: [['code', 'a']] }
    const batches = [remove, create, create, remove, create, putting('b')]
    const outcomes = await Promise.all(batches.map((batch) => store.commit(batch)))
    expect(outcomes).toEqual([false, true, false, true, true, true])
    expect(await store.get('p', [['code', 'a'], ['code', 'b']])).toEqual([record('a'), record('b')]) // prettier-ignore
    store.close()
  })

  it.each([
    [
      'a statement',
      "CREATE TRIGGER fail AFTER INSERT ON authlib_records WHEN new.id = 'bad' BEGIN SELECT RAISE(FAIL, 'no'); END",
    ],
    [
      'COMMIT',
      `CREATE TABLE parent (id INTEGER PRIMARY KEY);
       CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
       CREATE TRIGGER fail AFTER INSERT ON authlib_records WHEN new.id = 'bad' BEGIN INSERT INTO child VALUES (1); END`,
    ],
  ])('rejects the batch for which %s fails, and no other of its group', async (_what, sabotage) => {
    const file = newFile()
    const store = sqliteStore(file)
    const other = new DatabaseSync(file)
    other.exec(sabotage)
    other.close()
    const batches = [putting('a'), putting('bad'), putting('c')]
    const outcomes = await Promise.allSettled(batches.map((batch) => store.commit(batch)))
    const unavailable = { status: 'rejected', reason: { code: 'store_unavailable', status: 503 } }
    expect(outcomes).toMatchObject([{ value: true }, unavailable, { value: true }])
    const { items } = await store.list({ kind: 'code', by: 'tag', value: 'i' })
    expect(items).toEqual([record('a'), record('c')])
    expect(await store.commit(putting('d'))).toBe(true)
    store.close()
  })

  it('drops records from the lists however they are deleted', async () => {
    const file = newFile()
    const store = sqliteStore(file)
    await store.commit(putting('a', 'b'))
    const other = new DatabaseSync(file)
    other.exec("DELETE FROM authlib_records WHERE id = 'a'")
    other.close()
    expect(await store.list({ kind: 'code', by: 'tag', value: 'i' })).toEqual({ items: [record('b')] })
    store.close()
  })

  it('answers from a file that cannot be written, and refuses commits with 503', async () => {
    const file = newFile()
    const before = sqliteStore(file)
    await before.commit(putting('a'))
    before.close()
    const open = openSync(file, 'r+')
    writeSync(open, new Uint8Array([3]), 0, 1, 18) // the file format that SQLite only reads; modes do not stop root
    closeSync(open)
    const store = sqliteStore(file)
    expect(await store.get('p', [['code', 'a']])).toEqual([record('a')])
    await expect(store.commit(putting('b'))).rejects.toMatchObject({
      code: 'store_unavailable',
      status: 503,
      reason: expect.stringContaining('readonly'),
    })
    store.close()
  })

  it('refuses a file whose tables a later version has changed', () => {
    const file = newFile()
    sqliteStore(file).close()
    const database = new DatabaseSync(file)
    database.exec('INSERT INTO authlib_migrations VALUES (1000)')
    database.close()
    expect(() => sqliteStore(file)).toThrow(expect.objectContaining({ code: 'schema_too_new' }))
  })

  it('refuses a file that is no database, and a folder that does not exist', () => {
    const file = newFile()
    writeFileSync(file, 'not a database, but long enough to look like the header of one '.repeat(20))
    const unavailable = expect.objectContaining({ code: 'store_unavailable', status: 503 })
    expect(() => sqliteStore(file)).toThrow(unavailable)
    expect(() => sqliteStore(join(folder, 'missing', 'a.db'))).toThrow(unavailable)
  })
})
