/** What comes back is what went in, and belongs to no one else. */

import type { JsonObject } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import { NOW, batch, getOne, listIds, range, record, seed, storeCase } from './case.ts'
import type { StoreContractCase } from './case.ts'

const DATA: Readonly<Record<string, JsonObject>> = {
  nothing: {},
  text: {
    empty: '',
    spaces: '  a  ',
    script: 'Ünïcödé 🔑 パス',
    quotes: `'"\\`,
    control: 'a\u0000b\u001fc\u2028',
    half: '\ud83d',
  },
  'text that looks like something else': {
    date: '2026-11-23T00:00:00Z',
    number: '007',
    float: '1e5',
    truth: 'true',
    nil: 'null',
  },
  numbers: {
    zero: 0,
    negative: -1,
    float: 0.1,
    tiny: 5e-324,
    huge: 1.7976931348623157e308,
    safe: Number.MAX_SAFE_INTEGER,
  },
  'truth and nothing': { yes: true, no: false, nothing: null },
  'nested values': { list: [1, 'a', null, [true, []], {}], object: { a: { b: { c: [{}] } } } },
  'members named like those of every object': { constructor: 1, toString: 'a', hasOwnProperty: null },
  'a member named like the prototype': JSON.parse('{"__proto__":{"admin":true},"a":1}') as JsonObject, // JSON by its origin
  '64 KiB of text': { text: 'é'.repeat(32 * 1024) },
  'a thousand members': Object.fromEntries(range(1000).map((n) => [`member${n}`, n])),
  'a hundred levels': range(100).reduce<JsonObject>((inner) => ({ inner }), {}),
}

export const dataCases: readonly StoreContractCase[] = [
  ...Object.entries(DATA).map(([what, data]) => {
    return storeCase(`gives back ${what}`, async ({ store }) => {
      await seed(store, record({ index: { tag: 'i' }, data }))
      assertEqual(await getOne(store), record({ index: { tag: 'i' }, data }), 'get')
      assertEqual(
        await store.list({ kind: 'code', by: 'tag', value: 'i' }),
        { items: [record({ index: { tag: 'i' }, data })] },
        'list',
      )
    })
  }),

  storeCase('takes no member of the data for the prototype', async ({ store }) => {
    await seed(store, record({ data: DATA['a member named like the prototype']! }))
    const found = await getOne(store)
    assertEqual(found?.data['admin'], undefined, 'an inherited member')
    assertEqual(Object.hasOwn(found?.data ?? {}, '__proto__'), true, 'its own member')
  }),

  storeCase('drops undefined members', async ({ store }) => {
    await seed(store, record({ data: { a: undefined, b: { c: undefined, d: 1 } } }))
    const found = await getOne(store)
    assertEqual(Object.keys(found?.data ?? {}), ['b'], 'members')
    assertEqual(JSON.stringify(found?.data), '{"b":{"d":1}}', 'data')
  }),

  storeCase('gives back revision, time of expiry and index', async ({ store }) => {
    const index = { client: 'b', subject: 'a', session: 'ü:1', tag: ' ' }
    const full = record({ revision: 9_000_000_000, expiresAt: 9_000_000_000_000, index })
    await seed(store, full)
    assertEqual(await getOne(store), full, 'the record')
    await seed(store, record({ id: 'b', index: { session: 's' } }))
    assertEqual(await getOne(store, 'b'), record({ id: 'b', index: { session: 's' } }), 'the record with one column')
  }),

  storeCase('replaces the data of a record, instead of merging it', async ({ store }) => {
    await seed(
      store,
      record({ index: { tag: 'i' }, data: { a: 1, b: { c: 1 } } }),
      record({ revision: 2, data: { b: { d: 2 } } }),
    )
    assertEqual(await getOne(store), record({ revision: 2, data: { b: { d: 2 } } }), 'the record')
  }),

  storeCase('is not affected by what the caller does to a batch after the call', async ({ store }) => {
    const data = { list: [1], object: { a: 1 } }
    const index = { tag: 'i' }
    const put = [{ ...record({ index }), data }]
    const pending = store.commit(batch({ put }))
    data.list.push(2)
    data.object.a = 2
    index.tag = 'j'
    put.push({ ...record({ id: 'b' }), data })
    put[0]!.expiresAt = NOW - 1
    assertEqual(await pending, true, 'commit')
    data.object.a = 3
    const expected = record({ index: { tag: 'i' }, data: { list: [1], object: { a: 1 } } })
    assertEqual(await getOne(store), expected, 'the record')
    assertEqual(await getOne(store, 'b'), null, 'a record added later')
    assertEqual(await listIds(store, 'j'), [], 'an index value changed later')
  }),

  storeCase('is not affected by what a caller does to a record it was given', async ({ store }) => {
    const original = record({ index: { tag: 'i' }, data: { list: [1], object: { a: 1 } } })
    await seed(store, original)
    for (const found of [await getOne(store), (await store.list({ kind: 'code', by: 'tag', value: 'i' })).items[0]]) {
      tamper(found, 'revision', 7)
      tamper(found?.index, 'tag', 'j')
      tamper(found?.data, 'added', 1)
      tamper(found?.data['list'], '0', 9)
      tamper(found?.data['object'], 'a', 9)
    }
    assertEqual(await getOne(store), original, 'get')
    assertEqual(await store.list({ kind: 'code', by: 'tag', value: 'i' }), { items: [original] }, 'list')
  }),
]

/** Sets a member by all means. A frozen object refuses, which is as good as a copy. */
function tamper(target: unknown, name: string, value: unknown): void {
  if (typeof target === 'object' && target !== null) Reflect.set(target, name, value)
}
