/** One batch at a time: what is written, and when. */

import { NEVER } from '@authlib/core'
import type { Batch } from '@authlib/core'
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
  'with half a surrogate pair in an index entry': { put: [record({ index: ['\ud83d'] })] },
  'with a fraction of a second': { put: [record({ expiresAt: NOW + 0.5 })] },
  'with revision 0': { put: [record({ revision: 0 })] },
}

export const commitCases: readonly StoreContractCase[] = [
  storeCase('states its guarantees', async ({ store }) => {
    assertEqual(['atomic', 'best-effort'].includes(store.guarantees.commit), true, 'commit is one of the two')
    assertEqual(['strong', 'eventual'].includes(store.guarantees.reads), true, 'reads is one of the two')
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

  storeCase('makes a record depend on the absence of another', async ({ store }) => {
    const guarded = batch({ expect: [expecting(0)], put: [record({ id: 'b' })] })
    assertEqual(await store.commit(guarded), true, 'absent')
    assertEqual(await getOne(store), null, 'the guard is not created')
    await seed(store, first)
    assertEqual(await store.commit(guarded), false, 'present')
  }),

  storeCase('answers a batch of expectations alone', async ({ store }) => {
    await seed(store, first)
    assertEqual(await store.commit(batch({ expect: [expecting(1), expecting(0, 'b')] })), true, 'they hold')
    assertEqual(await store.commit(batch({ expect: [expecting(1), expecting(1, 'b')] })), false, 'one does not')
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
