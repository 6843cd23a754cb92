/** What is found under which key. */

import { INDEX_COLUMNS } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import { batch, expecting, getOne, listIds, range, record, seed, seedMany, storeCase } from './case.ts'
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

/** Names that come from a request, which any caller can send. */
const UNSTORABLE: Readonly<Record<string, string>> = {
  'an empty name': '',
  'a name with a NUL': 'a\0',
  'half a surrogate pair': 'a\ud83d',
  'a name of 256 bytes': 'a'.repeat(256),
  'a name of a megabyte': 'a'.repeat(1024 * 1024),
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
    assertEqual(await store.list({ kind: 'code', by: 'client', value: 'x' }), { items: [] }, 'list')
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
    await seedMany(store, range(300).map((n) => record({ id: `id${n}`, data: { n } }))) // prettier-ignore
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
    const both = batch({ expect: [expecting(0), expecting(1, 'a', 'token')], put: [record()] })
    assertEqual(await store.commit(both), true, 'expectations')
  }),

  ...[':', '/', '|', ',', ' ', '.', '\u0001'].map((separator) => {
    return storeCase(`does not mistake one key for another across ${JSON.stringify(separator)}`, async ({ store }) => {
      await seed(store, record({ kind: 'k', id: `a${separator}b`, partition: `p${separator}k`, index: { tag: 'i' } }))
      assertEqual(await getOne(store, 'b', 'k', `p${separator}k${separator}a`), null, 'partition, kind and id')
      assertEqual(await getOne(store, `k${separator}a${separator}b`, 'k', 'p'), null, 'partition and id')
      assertEqual(await getOne(store, `a${separator}b`, 'k', 'p'), null, 'partition')
      assertEqual(await listIds(store, `tag${separator}i`, 10, { kind: 'k' }), [], 'column and value')
    })
  }),

  ...LOOKALIKES.map(([one, other]) => {
    const names = `${JSON.stringify(one)} and ${JSON.stringify(other)}`
    return storeCase(`tells ${names} apart as ids, partitions and index values`, async ({ store }) => {
      await seed(store, record({ id: one, partition: one, index: { tag: one } }))
      assertEqual(await getOne(store, other, 'code', one), null, 'id')
      assertEqual(await getOne(store, one, 'code', other), null, 'partition')
      assertEqual(await listIds(store, other), [], 'index')
      const twin = record({ id: other, partition: one })
      const created = await store.commit(batch({ partition: one, expect: [expecting(0, other)], put: [twin] }))
      assertEqual(created, true, 'a record under the other id')
    })
  }),

  ...Object.entries(ODD_NAMES).map(([what, name]) => {
    return storeCase(`keeps records under ${what}`, async ({ store }) => {
      const index = { client: name, subject: name, session: name, tag: name }
      const odd = record({ id: name, partition: name, index, data: { [name]: name } })
      const expect = [expecting(0, name)]
      assertEqual(await store.commit(batch({ partition: name, expect, put: [odd] })), true, 'commit')
      assertEqual(await getOne(store, name, 'code', name), odd, 'get')
      for (const by of INDEX_COLUMNS) {
        assertEqual(await store.list({ kind: 'code', by, value: name }), { items: [odd] }, `list by ${by}`)
      }
      assertEqual(await store.commit(batch({ partition: name, expect, put: [odd] })), false, 'expected to be absent')
      assertEqual(await store.commit(batch({ partition: name, remove: [['code', name]] })), true, 'remove')
      assertEqual(await getOne(store, name, 'code', name), null, 'get after remove')
    })
  }),

  ...Object.entries(UNSTORABLE).map(([what, name]) => {
    return storeCase(`finds nothing under ${what}, which no store holds`, async ({ store }) => {
      await seed(store, record({ index: { tag: 'i' } }))
      assertEqual(await store.get('p', [['code', name], ['code', 'a']]), [null, record({ index: { tag: 'i' } })], 'id') // prettier-ignore
      assertEqual(await store.get(name, [['code', 'a']]), [null], 'partition')
      assertEqual(await store.get('p', [[name, 'a']]), [null], 'kind')
      assertEqual(await store.list({ kind: 'code', by: 'tag', value: name }), { items: [] }, 'index')
      assertEqual(await store.list({ kind: name, by: 'tag', value: 'i' }), { items: [] }, 'kind of a list')
    })
  }),
]
