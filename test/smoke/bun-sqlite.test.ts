/** The store on `bun:sqlite`, where there is one; elsewhere `node:sqlite` stands in for it. */

import { syncSqliteStore, type SyncDatabase } from '@authlib/sql/sqlite-sync'
import { expect, it } from 'vitest'

type Constructor = new (file: string) => SyncDatabase & { close(): void }

const database =
  'Bun' in globalThis ? { module: 'bun:sqlite', name: 'Database' } : { module: 'node:sqlite', name: 'DatabaseSync' }

it(`carries codes, lists and sweeps on ${database.module}`, async () => {
  const module = (await import(/* @vite-ignore */ database.module)) as Record<string, Constructor>
  const connection = new module[database.name]!(':memory:')
  const store = syncSqliteStore(connection, { durability: 'none' })
  const code = {
    kind: 'code',
    id: 'a',
    partition: 'p',
    revision: 1,
    expiresAt: 100,
    index: { client: 'c' },
    data: { text: 'ü\0' },
  }
  const first = { partition: 'p', now: 1, expect: [{ kind: 'code', id: 'a', revision: 0 }], put: [code], remove: [] }
  expect(await store.commit(first)).toBe(true)
  expect(await store.commit(first)).toBe(false)
  expect(await store.get('p', [['code', 'a'], ['code', 'b']])).toEqual([code, null]) // prettier-ignore
  expect((await store.list({ kind: 'code', by: 'client', value: 'c' })).items).toEqual([code])

  const used = { ...code, revision: 2 }
  const redeem = (id: string) =>
    store.commit({
      ...{ partition: 'p', now: 2, remove: [] },
      expect: [{ kind: 'code', id: 'a', revision: 1 }],
      put: [used, { ...code, kind: 'token', id }],
    })
  const won = await Promise.all(Array.from({ length: 50 }, (_, n) => redeem(`token${n}`)))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await store.sweep(100, 10)).toBe(2)
  store.close()
  connection.close()
})
