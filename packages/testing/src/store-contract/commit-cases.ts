/** One batch at a time: what is written, and when. */

import { LIMITS, NEVER } from '@authlib/core'
import type { Batch, RecordIndex } from '@authlib/core'
import { assertEqual, assertRejects } from '../assert.ts'
import { NOW, batch, expecting, getOne, range, record, seed, storeCase } from './case.ts'
import type { StoreContractCase } from './case.ts'

const first = record({ data: { step: 1 } })
const second = record({ revision: 2, data: { step: 2 } })

const MISTAKES: Readonly<Record<string, Partial<Batch>>> = {
  'that puts a key twice': { put: [first, first] },
  'that puts and removes one key': { put: [first], remove: [['code', 'a']] },
  'that puts into another partition': { put: [record({ partition: 'q' })] },
  'whose guarded put skips a revision': { expect: [expecting(1)], put: [record({ revision: 3 })] },
  'with an id of no characters': { put: [record({ id: '' })] },
  'with a NUL in an id': { put: [record({ id: 'a\0b' })] },
  'with half a surrogate pair in an id': { put: [record({ id: '\ud83d' })] },
  'with half a surrogate pair in an index value': { put: [record({ index: { tag: '\ud83d' } })] },
  'with an empty index value': { put: [record({ index: { client: '' } })] },
  'with a column that no index has': { put: [record({ index: { colour: 'red' } as RecordIndex })] },
  'with a kind in capitals': { put: [record({ kind: 'Code' })] },
  'with a kind of 64 characters': { put: [record({ kind: 'k'.repeat(64) })] },
  'with an id that is too long': { put: [record({ id: 'x'.repeat(LIMITS.name + 1) })] },
  'with an id of too many bytes': { put: [record({ id: 'é'.repeat(128) })] },
  'with too long an index value': { put: [record({ index: { subject: 'x'.repeat(LIMITS.name + 1) } })] },
  'with too many records': { put: range(LIMITS.batch + 1).map((n) => record({ id: n === 0 ? 'a' : `a${n}` })) },
  'with too much data': { put: [record({ data: { text: 'x'.repeat(LIMITS.data) } })] },
  'that expects the absence of what it does not put': { expect: [expecting(0, 'b')], put: [first] },
  'with a fraction of a second': { put: [record({ expiresAt: NOW + 0.5 })] },
  'with revision 0': { put: [record({ revision: 0 })] },
}

export const commitCases: readonly StoreContractCase[] = [
  storeCase('states its guarantees', async ({ store }) => {
    assertEqual(['atomic', 'best-effort'].includes(store.guarantees.commit), true, 'commit is one of the two')
    assertEqual(['strong', 'eventual'].includes(store.guarantees.reads), true, 'reads is one of the two')
    assertEqual(['swept', 'native'].includes(store.guarantees.expiry), true, 'expiry is one of the two')
    const { durability } = store.guarantees
    assertEqual(['full', 'recent-loss', 'none'].includes(durability), true, 'durability is one of the three')
  }),

  storeCase('creates a record that is expected to be absent', async ({ store }) => {
    assertEqual(await store.commit(batch({ expect: [expecting(0)], put: [first] })), true, 'commit')
    assertEqual(await getOne(store), first, 'the record')
  }),

  storeCase('refuses to create over a live record, and leaves that as it was', async ({ store }) => {
    await seed(store, first)
    const usurper = record({ data: { step: 9 }, expiresAt: NEVER })
    assertEqual(await store.commit(batch({ expect: [expecting(0)], put: [usurper] })), false, 'commit')
    assertEqual(await getOne(store), first, 'the record')
  }),

  storeCase('replaces a record at the expected revision', async ({ store }) => {
    await seed(store, first)
    assertEqual(await store.commit(batch({ expect: [expecting(1)], put: [second] })), true, 'commit')
    assertEqual(await getOne(store), second, 'the record')
  }),

  storeCase('refuses a revision that is behind', async ({ store }) => {
    await seed(store, first, second)
    const late = record({ revision: 2, data: { step: 9 } })
    assertEqual(await store.commit(batch({ expect: [expecting(1)], put: [late] })), false, 'commit')
    assertEqual(await getOne(store), second, 'the record')
  }),

  storeCase('refuses a revision that is ahead', async ({ store }) => {
    await seed(store, first)
    const early = record({ revision: 3, data: { step: 9 } })
    assertEqual(await store.commit(batch({ expect: [expecting(2)], put: [early] })), false, 'commit')
    assertEqual(await getOne(store), first, 'the record')
  }),

  storeCase('refuses any revision of a record that is absent', async ({ store }) => {
    assertEqual(await store.commit(batch({ expect: [expecting(1)], put: [second] })), false, 'commit')
    assertEqual(await getOne(store), null, 'the record')
  }),

  storeCase('creates a record without an expectation', async ({ store }) => {
    assertEqual(await store.commit(batch({ put: [first] })), true, 'commit')
    assertEqual(await getOne(store), first, 'the record')
  }),

  storeCase('replaces whatever is there when nothing is expected', async ({ store }) => {
    await seed(store, first, second)
    assertEqual(await store.commit(batch({ put: [record({ data: { step: 3 } })] })), true, 'commit')
    assertEqual(await getOne(store), record({ data: { step: 3 } }), 'the record')
  }),

  storeCase('writes nothing of several when the last expectation fails', async ({ store }) => {
    await seed(store, first, record({ id: 'b' }))
    const lost = batch({
      expect: [expecting(1), expecting(0, 'c'), expecting(7, 'b')],
      put: [second, record({ id: 'c' }), record({ id: 'd' })],
      remove: [['code', 'b']],
    })
    assertEqual(await store.commit(lost), false, 'commit')
    const keys = ['a', 'b', 'c', 'd'].map((id) => ['code', id] as const)
    assertEqual(await store.get('p', keys), [first, record({ id: 'b' }), null, null], 'the records')
  }),

  storeCase('writes nothing of several when the first expectation fails', async ({ store }) => {
    await seed(store, first, record({ id: 'b' }))
    const lost = batch({
      expect: [expecting(7, 'b'), expecting(0, 'c'), expecting(1)],
      put: [record({ id: 'c' }), second],
      remove: [['code', 'b']],
    })
    assertEqual(await store.commit(lost), false, 'commit')
    const keys = ['a', 'b', 'c'].map((id) => ['code', id] as const)
    assertEqual(await store.get('p', keys), [first, record({ id: 'b' }), null], 'the records')
  }),

  storeCase('makes one record depend on another that it does not write', async ({ store }) => {
    await seed(store, first)
    assertEqual(await store.commit(batch({ expect: [expecting(2)], put: [record({ id: 'b' })] })), false, 'wrong guard')
    assertEqual(await store.commit(batch({ expect: [expecting(1)], put: [record({ id: 'b' })] })), true, 'right guard')
    assertEqual(await getOne(store), first, 'the guard is untouched')
    assertEqual(await getOne(store, 'b'), record({ id: 'b' }), 'the record')
  }),

  storeCase('makes a record depend on the absence of another that it creates too', async ({ store }) => {
    const guarded = batch({ expect: [expecting(0)], put: [first, record({ id: 'b' })] })
    assertEqual(await store.commit(guarded), true, 'absent')
    await store.commit(batch({ remove: [['code', 'b']] }))
    assertEqual(await store.commit(guarded), false, 'present')
    assertEqual(await getOne(store, 'b'), null, 'the record')
  }),

  storeCase('never meets two expectations of different revisions', async ({ store }) => {
    await seed(store, first)
    const torn = batch({ expect: [expecting(1), expecting(2)], put: [record({ id: 'b' })] })
    assertEqual(await store.commit(torn), false, 'commit')
    const same = batch({ expect: [expecting(1), expecting(1)], put: [second] })
    assertEqual(await store.commit(same), true, 'the same expectation twice')
  }),

  storeCase('answers a batch of expectations alone', async ({ store }) => {
    await seed(store, first)
    await seed(store, record({ id: 'b' }))
    assertEqual(await store.commit(batch({ expect: [expecting(1), expecting(1, 'b')] })), true, 'they hold')
    assertEqual(await store.commit(batch({ expect: [expecting(1), expecting(2, 'b')] })), false, 'one does not')
    assertEqual(await store.commit(batch({ expect: [expecting(1), expecting(1, 'c')] })), false, 'one is absent')
    assertEqual(await getOne(store), first, 'the record')
  }),

  storeCase('accepts an empty batch', async ({ store }) => {
    assertEqual(await store.commit(batch({})), true, 'commit')
  }),

  storeCase('removes a record', async ({ store }) => {
    await seed(store, first, record({ id: 'b' }))
    assertEqual(await store.commit(batch({ remove: [['code', 'a']] })), true, 'commit')
    assertEqual(await getOne(store), null, 'the record')
    assertEqual(await getOne(store, 'b'), record({ id: 'b' }), 'its neighbour')
  }),

  storeCase('removes a record only at the expected revision', async ({ store }) => {
    await seed(store, first)
    assertEqual(await store.commit(batch({ expect: [expecting(2)], remove: [['code', 'a']] })), false, 'wrong revision')
    assertEqual(await getOne(store), first, 'the record')
    assertEqual(await store.commit(batch({ expect: [expecting(1)], remove: [['code', 'a']] })), true, 'right revision')
    assertEqual(await getOne(store), null, 'the record')
  }),

  storeCase('does not mind removing what is absent', async ({ store }) => {
    assertEqual(await store.commit(batch({ remove: [['code', 'a']] })), true, 'commit')
  }),

  storeCase('puts and removes in one batch', async ({ store }) => {
    await seed(store, first, record({ id: 'b' }))
    const both = batch({ expect: [expecting(1), expecting(1, 'b')], put: [second], remove: [['code', 'b']] })
    assertEqual(await store.commit(both), true, 'commit')
    assertEqual(await getOne(store), second, 'the record put')
    assertEqual(await getOne(store, 'b'), null, 'the record removed')
  }),

  storeCase('creates again what was removed', async ({ store }) => {
    await seed(store, first, second)
    await store.commit(batch({ remove: [['code', 'a']] }))
    assertEqual(
      await store.commit(batch({ expect: [expecting(2)], put: [record({ revision: 3 })] })),
      false,
      'old revision',
    )
    assertEqual(await store.commit(batch({ expect: [expecting(0)], put: [first] })), true, 'as new')
    assertEqual(await getOne(store), first, 'the record')
  }),

  storeCase('holds names and data as long as its limits allow', async ({ store, nameLimit }) => {
    const name = 'é'.repeat(nameLimit >> 1) + 'x'.repeat(nameLimit & 1)
    const full = record({
      ...{ id: name, partition: name, kind: `k${'9'.repeat(62)}` },
      index: { client: name, subject: name, session: name, tag: name },
      data: { text: 'x'.repeat(LIMITS.data - '{"text":""}'.length) },
    })
    assertEqual(await store.commit(batch({ partition: name, put: [full] })), true, 'commit')
    assertEqual(await getOne(store, name, full.kind, name), full, 'the record')
    const { items } = await store.list({ kind: full.kind, by: 'subject', value: name })
    assertEqual(items, [full], 'the list')
  }),

  storeCase('accepts a lost batch once it is made afresh', async ({ store }) => {
    await seed(store, first, second)
    const attempt = (revision: number) => {
      return batch({ expect: [expecting(revision)], put: [record({ revision: revision + 1, data: { step: 3 } })] })
    }
    assertEqual(await store.commit(attempt(1)), false, 'stale')
    assertEqual(await store.commit(attempt(2)), true, 'fresh')
  }),

  storeCase('writes a hundred records in one batch', async ({ store }) => {
    const put = range(100).map((n) => record({ id: `id${n}`, data: { n } }))
    assertEqual(await store.commit(batch({ expect: put.map(({ id }) => expecting(0, id)), put })), true, 'commit')
    const found = await store.get(
      'p',
      put.map(({ id }) => ['code', id] as const),
    )
    assertEqual(found, put, 'the records')
  }),

  ...Object.entries(MISTAKES).map(([which, mistake]) => {
    return storeCase(`refuses a batch ${which}, as a mistake in the program`, async ({ store }) => {
      await assertRejects(store.commit(batch(mistake)), 'invalid_batch', 'commit')
      assertEqual(await getOne(store), null, 'the record')
    })
  }),
]
