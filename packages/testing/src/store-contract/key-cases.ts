/** What is found under which key. */

import { assertEqual } from '../assert.ts'
import { batch, expecting, getOne, listIds, range, record, seed, storeCase } from './case.ts'
import type { StoreContractCase } from './case.ts'

/** Names that have confused databases and objects. */
const ODD_NAMES: Readonly<Record<string, string>> = {
  'a member of every object': 'constructor',
  'the prototype': '__proto__',
  'quotes and a comment': `'"\`;--/*`,
  'wildcards of SQL': '%_*?',
  'a backslash and an escape': '\\n\\x00\\',
  'line breaks and a tab': 'a\r\n\tb',
  'a space at the end': 'a ',
  separators: 'a:b/c|d,e{f}#g',
  'another script': 'パスワード🔑',
  'brackets of JSON': '["a",{"b":1}]',
  'two hundred characters': 'x'.repeat(200),
}

/** Pairs that some collation takes for one. */
const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['a', 'A'],
  ['a', 'a '],
  ['e\u0301', '\u00e9'],
  ['ss', 'ß'],
  ['1', '01'],
  ['1', '1.0'],
]

export const keyCases: readonly StoreContractCase[] = [
  storeCase('finds nothing in an empty store', async ({ store }) => {
    assertEqual(await store.get('p', [['code', 'a']]), [null], 'get')
    assertEqual(await store.list({ kind: 'code', index: 'client:x' }), { items: [] }, 'list')
  }),

  storeCase('answers in the order of the keys, absent ones with null, repeated ones again', async ({ store }) => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => record({ id, data: { id } }))
    await seed(store, record({ id: 'c', data: { id: 'c' } }), record({ id: 'a', data: { id: 'a' } }))
    await seed(store, record({ id: 'b', data: { id: 'b' } }))
    const keys = ['b', 'x', 'a', 'b', 'c', 'x', 'a'].map((id) => ['code', id] as const)
    assertEqual(await store.get('p', keys), [b, null, a, b, c, null, a], 'get')
  }),

  storeCase('answers no keys with nothing', async ({ store }) => {
    assertEqual(await store.get('p', []), [], 'get')
  }),

  storeCase('answers three hundred keys at once', async ({ store }) => {
    await store.commit(batch({ put: range(300).map((n) => record({ id: `id${n}`, data: { n } })) }))
    const found = await store.get(
      'p',
      range(300).map((n) => ['code', `id${299 - n}`] as const),
    )
    assertEqual(
      found.map((each) => each?.data['n']),
      range(300).map((n) => 299 - n),
      'the records',
    )
  }),

  storeCase('keeps partitions apart', async ({ store }) => {
    const elsewhere = record({ partition: 'q', data: { where: 'q' } })
    await seed(store, record({ data: { where: 'p' } }), elsewhere)
    assertEqual(await getOne(store), record({ data: { where: 'p' } }), 'the one')
    assertEqual(await getOne(store, 'a', 'code', 'q'), elsewhere, 'the other')
    assertEqual(await getOne(store, 'a', 'code', 'r'), null, 'neither')
    await store.commit(batch({ remove: [['code', 'a']] }))
    assertEqual(await getOne(store, 'a', 'code', 'q'), elsewhere, 'the other, after the one is gone')
    assertEqual(await store.commit(batch({ expect: [expecting(1)] })), false, 'an expectation on the one')
  }),

  storeCase('keeps kinds apart', async ({ store }) => {
    const token = record({ kind: 'token', data: { kind: 'token' } })
    await seed(store, record({ data: { kind: 'code' } }), token)
    assertEqual(await getOne(store), record({ data: { kind: 'code' } }), 'the one')
    assertEqual(await getOne(store, 'a', 'token'), token, 'the other')
    await store.commit(batch({ remove: [['code', 'a']] }))
    assertEqual(await getOne(store, 'a', 'token'), token, 'the other, after the one is gone')
    assertEqual(await store.commit(batch({ expect: [expecting(0), expecting(1, 'a', 'token')] })), true, 'expectations')
  }),

  ...[':', '/', '|', ',', ' ', '.', '\u0001'].map((separator) => {
    return storeCase(`does not mistake one key for another across ${JSON.stringify(separator)}`, async ({ store }) => {
      const [ab, bc] = [`a${separator}b`, `b${separator}c`]
      await seed(store, record({ kind: ab, id: 'c', partition: 'p', index: ['i'], data: { which: 1 } }))
      assertEqual(await getOne(store, bc, 'a'), null, 'kind and id')
      assertEqual(await getOne(store, 'c', 'b', `p${separator}a`), null, 'partition and kind')
      assertEqual(await listIds(store, `b${separator}i`, 10, 'a'), [], 'kind and index')
    })
  }),

  ...LOOKALIKES.map(([one, other]) => {
    const names = `${JSON.stringify(one)} and ${JSON.stringify(other)}`
    return storeCase(`tells ${names} apart as ids, kinds, partitions and index entries`, async ({ store }) => {
      await seed(store, record({ id: one, kind: one, partition: one, index: [one] }))
      assertEqual(await getOne(store, other, one, one), null, 'id')
      assertEqual(await getOne(store, one, other, one), null, 'kind')
      assertEqual(await getOne(store, one, one, other), null, 'partition')
      assertEqual(await listIds(store, other, 10, one), [], 'index')
      const twin = record({ id: other, kind: one, partition: one })
      const created = await store.commit(batch({ partition: one, expect: [expecting(0, other, one)], put: [twin] }))
      assertEqual(created, true, 'a record under the other id')
    })
  }),

  ...Object.entries(ODD_NAMES).map(([what, name]) => {
    return storeCase(`keeps records under ${what}`, async ({ store }) => {
      const odd = record({ kind: name, id: name, partition: name, index: [name], data: { [name]: name } })
      const expect = [expecting(0, name, name)]
      assertEqual(await store.commit(batch({ partition: name, expect, put: [odd] })), true, 'commit')
      assertEqual(await getOne(store, name, name, name), odd, 'get')
      assertEqual(await store.list({ kind: name, index: name }), { items: [odd] }, 'list')
      assertEqual(await store.commit(batch({ partition: name, expect })), false, 'expected to be absent')
      assertEqual(await store.commit(batch({ partition: name, remove: [[name, name]] })), true, 'remove')
      assertEqual(await getOne(store, name, name, name), null, 'get after remove')
    })
  }),
]
