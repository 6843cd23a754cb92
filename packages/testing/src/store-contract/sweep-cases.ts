/** Sweeping: only what has expired, and never too much at once. */

import { NEVER } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import {
  NOW,
  batch,
  expecting,
  getOne,
  assertSwept,
  range,
  record,
  removesByItself,
  seed,
  seedMany,
  storeCase,
  sweepAll,
} from './case.ts'
import type { StoreContractCase } from './case.ts'

export const sweepCases: readonly StoreContractCase[] = [
  storeCase('sweeps what has expired, and nothing else', async ({ store }) => {
    const live = [record({ id: 'c', expiresAt: NOW + 1 }), record({ id: 'd', expiresAt: NEVER })]
    await seed(store, record({ expiresAt: NOW }), record({ id: 'b', expiresAt: NOW - 100 }), ...live)
    assertSwept(store, await store.sweep(NOW, 100), 2)
    const keys = ['a', 'b', 'c', 'd'].map((id) => ['code', id] as const)
    const found = await store.get('p', keys)
    assertEqual(found.slice(2), live, 'the live records')
    if (!removesByItself(store)) assertEqual(found.slice(0, 2), [null, null], 'the expired records')
    assertEqual(await store.sweep(NOW, 100), 0, 'swept again')
  }),

  storeCase('finds nothing to sweep in an empty store', async ({ store }) => {
    assertEqual(await store.sweep(NOW, 100), 0, 'swept')
  }),

  storeCase('sweeps all partitions and kinds', async ({ store }) => {
    const gone = range(6).map((n) => record({ kind: `kind${n % 2}`, partition: `p${n}`, expiresAt: NOW - n }))
    await seed(store, ...gone, record())
    assertSwept(store, await store.sweep(NOW, 100), 6)
    assertEqual(await getOne(store), record(), 'the live one')
  }),

  storeCase('sweeps up to its limit, and the rest when asked again', async ({ store }) => {
    const records = range(250).map((n) => record({ id: `id${n}`, expiresAt: NOW - n, index: { tag: 'i' } }))
    await seedMany(store, [...records, record({ id: 'live' })])
    assertEqual(await store.sweep(NOW, 0), 0, 'none')
    assertEqual(await store.sweep(NOW, -1), 0, 'fewer than none')
    assertSwept(store, await store.sweep(NOW, 1), 1, 'one')
    const many = await store.sweep(NOW, 60)
    assertEqual(many <= 60, true, 'sixty at most')
    assertSwept(store, 1 + many + (await sweepAll(store, NOW)), 250, 'all')
    assertEqual(await getOne(store, 'live'), record({ id: 'live' }), 'the live one')
  }),

  storeCase('sweeps by the time it is given, not by its own', async ({ store }) => {
    const put = [record({ expiresAt: 1000 }), record({ id: 'b', expiresAt: 32_503_680_000 })]
    await store.commit(batch({ now: 900, put }))
    assertEqual(await store.sweep(999, 10), 0, 'before either')
    assertEqual(await store.get('p', [['code', 'a'], ['code', 'b']]), put, 'both') // prettier-ignore
    assertSwept(store, await store.sweep(32_503_680_000, 10), 2, 'after both')
  }),

  storeCase('never sweeps a record that was renewed', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW + 10 }), record({ id: 'b', expiresAt: NOW + 10 }))
    const renewed = record({ revision: 2, expiresAt: NOW + 1000 })
    await store.commit(batch({ expect: [expecting(1)], put: [renewed] }))
    assertSwept(store, await store.sweep(NOW + 20, 10), 1)
    assertEqual(await getOne(store), renewed, 'the renewed one')
  }),

  storeCase('sweeps a record whose life was shortened', async ({ store }) => {
    await seed(store, record({ expiresAt: NEVER }), record({ id: 'b', expiresAt: NOW + 1000 }))
    await seed(store, record({ revision: 2, expiresAt: NOW + 5 }), record({ id: 'b', revision: 2, expiresAt: NOW + 5 }))
    assertSwept(store, await store.sweep(NOW + 5, 10), 2)
  }),

  storeCase('never sweeps a record that was created over an expired one', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW - 1 }))
    await store.commit(batch({ expect: [expecting(0)], put: [record()] }))
    assertEqual(await store.sweep(NOW, 10), 0, 'swept')
    assertEqual(await getOne(store), record(), 'the record')
  }),

  storeCase('never sweeps a record that was created after another of its id was removed', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW + 1 }))
    await store.commit(batch({ remove: [['code', 'a']] }))
    await seed(store, record())
    assertEqual(await store.sweep(NOW + 1, 10), 0, 'swept')
    assertEqual(await getOne(store), record(), 'the record')
  }),

  storeCase('makes room for a new record under a swept id', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW }))
    await store.sweep(NOW, 10)
    assertEqual(await store.commit(batch({ expect: [expecting(0)], put: [record()] })), true, 'commit')
  }),
]
