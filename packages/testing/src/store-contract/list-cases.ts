/** Finding records by an index value, page by page. */

import { INDEX_COLUMNS } from '@authlib/core'
import { assertEqual, assertRejects } from '../assert.ts'
import { NOW, batch, expecting, listIds, range, record, seed, removesByItself, storeCase, sweepAll } from './case.ts'
import type { StoreContractCase } from './case.ts'

/** `count` records of the tag `i`, each in a partition of its own. */
const spread = (count: number) => {
  return range(count).map((n) =>
    record({ id: `id${n}`, partition: `p${n}`, index: { tag: 'i', session: `even:${n % 2}` } }),
  )
}
const ids = (count: number) => range(count).map((n) => `id${n}`)
const sorted = (found: readonly string[]) => found.toSorted()

export const listCases: readonly StoreContractCase[] = [
  storeCase('finds the records of an index value in all partitions', async ({ store }) => {
    await seed(store, ...spread(4), record({ id: 'other', index: { tag: 'j' } }), record({ id: 'none' }))
    assertEqual(sorted(await listIds(store, 'i')), ids(4), 'the ids')
    const { items } = await store.list({ kind: 'code', by: 'session', value: 'even:1' })
    assertEqual(sorted(items.map(({ partition }) => partition)), ['p1', 'p3'], 'the partitions')
  }),

  storeCase('finds only the kind that is asked for', async ({ store }) => {
    await seed(store, record({ index: { tag: 'i' } }), record({ kind: 'token', id: 'b', index: { tag: 'i' } }))
    assertEqual(await listIds(store, 'i'), ['a'], 'codes')
    assertEqual(await listIds(store, 'i', 10, { kind: 'token' }), ['b'], 'tokens')
    assertEqual(await listIds(store, 'i', 10, { kind: 'grant' }), [], 'an unknown kind')
  }),

  storeCase('answers an unknown index value with an empty last page', async ({ store }) => {
    await seed(store, ...spread(2))
    assertEqual(await store.list({ kind: 'code', by: 'tag', value: 'unknown' }), { items: [] }, 'list')
  }),

  storeCase('shows the records whole and as they are now', async ({ store }) => {
    const second = record({ revision: 2, index: { tag: 'i' }, data: { step: 2 } })
    await seed(store, record({ index: { tag: 'i' }, data: { step: 1 } }))
    await store.commit(batch({ expect: [expecting(1)], put: [second] }))
    assertEqual(await store.list({ kind: 'code', by: 'tag', value: 'i' }), { items: [second] }, 'list')
  }),

  storeCase('follows the index when a put changes it', async ({ store }) => {
    await seed(store, record({ index: { client: 'kept', tag: 'left' } }))
    const moved = record({ revision: 2, index: { client: 'kept', tag: 'joined' } })
    await store.commit(batch({ expect: [expecting(1)], put: [moved] }))
    assertEqual(await listIds(store, 'left'), [], 'the value it left')
    assertEqual(await listIds(store, 'joined'), ['a'], 'the value it joined')
    assertEqual(await listIds(store, 'kept', 10, { by: 'client' }), ['a'], 'the value it kept')
  }),

  storeCase('forgets the index when a put has none', async ({ store }) => {
    await seed(store, record({ index: { tag: 'i', session: 'j' } }), record({ revision: 2 }))
    assertEqual(await listIds(store, 'i'), [], 'one column')
    assertEqual(await listIds(store, 'j', 10, { by: 'session' }), [], 'the other')
  }),

  storeCase('leaves the index alone when a batch is lost', async ({ store }) => {
    await seed(store, record({ index: { tag: 'i' } }))
    const lost = record({ revision: 8, index: { tag: 'j' } })
    await store.commit(batch({ expect: [expecting(7)], put: [lost] }))
    await store.commit(batch({ expect: [expecting(7)], remove: [['code', 'a']] }))
    assertEqual(await listIds(store, 'i'), ['a'], 'the entry')
    assertEqual(await listIds(store, 'j'), [], 'the entry of the lost batch')
  }),

  storeCase('does not show a record that was removed', async ({ store }) => {
    await seed(store, ...spread(3))
    await store.commit(batch({ partition: 'p1', remove: [['code', 'id1']] }))
    assertEqual(sorted(await listIds(store, 'i')), ['id0', 'id2'], 'the ids')
  }),

  storeCase('does not show a record that was swept', async ({ store }) => {
    if (removesByItself(store)) return
    await seed(store, record({ expiresAt: NOW + 1, index: { tag: 'i' } }), record({ id: 'b', index: { tag: 'i' } }))
    await sweepAll(store, NOW + 1)
    assertEqual(await listIds(store, 'i'), ['b'], 'the ids')
  }),

  storeCase('keeps the columns apart', async ({ store }) => {
    await seed(store, record({ index: { client: 'i' } }), record({ id: 'b', index: { subject: 'i', session: 'i' } }))
    const found = await Promise.all(INDEX_COLUMNS.map((by) => listIds(store, 'i', 10, { by })))
    assertEqual(found, [['a'], ['b'], ['b'], []], 'client, subject, session and tag')
    await store.commit(batch({ remove: [['code', 'b']] }))
    assertEqual(await listIds(store, 'i', 10, { by: 'session' }), [], 'the ids after it was removed')
  }),

  storeCase('treats an empty index as none', async ({ store }) => {
    await seed(store, record({ index: { tag: undefined } }))
    const [found] = await store.get('p', [['code', 'a']])
    assertEqual(Object.keys(found?.index ?? {}), [], 'columns')
    assertEqual(await listIds(store, 'undefined'), [], 'the list')
  }),

  ...[1, 2, 3, 7, 20, 21, 1000].map((limit) => {
    return storeCase(`shows twenty records each once, in pages of ${limit}`, async ({ store }) => {
      await seed(store, ...spread(20))
      assertEqual(sorted(await listIds(store, 'i', limit)), sorted(ids(20)), 'the ids')
    })
  }),

  storeCase('fills a page before it says that there may be more', async ({ store }) => {
    await seed(store, ...spread(5))
    const { items, next } = await store.list({ kind: 'code', by: 'tag', value: 'i', limit: 3 })
    assertEqual(items.length, 3, 'records of the first page')
    const rest = await store.list({ kind: 'code', by: 'tag', value: 'i', limit: 3, after: next })
    assertEqual({ records: rest.items.length, next: rest.next }, { records: 2 }, 'the last page')
  }),

  storeCase('gives at most 100 records when no limit is given, and never more than 1,000', async ({ store }) => {
    for (const tens of range(11)) {
      const put = range(100).map((n) => record({ id: `id${100 * tens + n}`, index: { tag: 'i' } }))
      await store.commit(batch({ put }))
    }
    const byDefault = await store.list({ kind: 'code', by: 'tag', value: 'i' })
    assertEqual(byDefault.items.length, 100, 'records without a limit')
    const all = await store.list({ kind: 'code', by: 'tag', value: 'i', limit: 5000 })
    assertEqual(all.items.length, 1000, 'records with a limit of 5,000')
    assertEqual((await listIds(store, 'i')).length, 1100, 'all')
  }),

  storeCase('keeps the order from one reading to the next, whatever the size of the pages', async ({ store }) => {
    await seed(store, ...spread(12).toReversed())
    const order = await listIds(store, 'i', 5)
    assertEqual(await listIds(store, 'i', 12), order, 'in one page')
    assertEqual(await listIds(store, 'i', 1), order, 'one by one')
  }),

  storeCase('keeps the place of a record that is renewed', async ({ store }) => {
    await seed(store, ...spread(6))
    const order = await listIds(store, 'i')
    await seed(store, { ...spread(6)[3]!, revision: 2 }, { ...spread(6)[0]!, revision: 2, index: { tag: 'i' } })
    assertEqual(await listIds(store, 'i'), order, 'the order')
  }),

  storeCase('misses and repeats none that stays, while others come and go between pages', async ({ store }) => {
    await seed(store, ...spread(30))
    const seen: string[] = []
    let after: string | undefined
    for (let n = 0; n < 30; n += 3) {
      const page = await store.list({ kind: 'code', by: 'tag', value: 'i', limit: 3, after })
      seen.push(...page.items.map(({ id }) => id))
      if (page.next === undefined) break
      after = page.next
      await seed(store, record({ id: `new${n}`, index: { tag: 'i' } })) // one comes, one that was shown goes
      await store.commit(batch({ partition: `p${seen[0]?.slice(2) ?? ''}`, remove: [['code', seen[0] ?? '']] }))
      const last = seen.at(-1) ?? '' // and the one on which the cursor stands
      await store.commit(batch({ partition: `p${last.slice(2)}`, remove: [['code', last]] }))
    }
    const stayed = seen.filter((id) => id.startsWith('id'))
    assertEqual(sorted(stayed), sorted(ids(30)), 'the ids')
  }),

  storeCase('ends when everything has gone since the page before', async ({ store }) => {
    await seed(store, ...spread(4))
    const { next } = await store.list({ kind: 'code', by: 'tag', value: 'i', limit: 2 })
    for (const n of range(4)) await store.commit(batch({ partition: `p${n}`, remove: [['code', `id${n}`]] }))
    assertEqual(
      await store.list({ kind: 'code', by: 'tag', value: 'i', limit: 2, after: next }),
      { items: [] },
      'the next page',
    )
  }),

  ...['nonsense', '', '-1', '1e3', "1' OR '1'='1"].map((after) => {
    return storeCase(`refuses ${JSON.stringify(after)} as a cursor`, async ({ store }) => {
      await seed(store, ...spread(2))
      await assertRejects(store.list({ kind: 'code', by: 'tag', value: 'i', after }), 'invalid_cursor', 'list')
    })
  }),
]
