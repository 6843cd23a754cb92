/** Expiry is judged by the caller's clock alone. */

import { NEVER } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import { LATE, NOW, batch, expecting, getOne, record, removesByItself, seed, storeCase } from './case.ts'
import type { StoreContractCase } from './case.ts'

const LONG_AGO = 1000
const FAR_AHEAD = 32_503_680_000 // the year 3000

/** Succeeds if there is no such record. */
const creating = (id: string) => batch({ expect: [expecting(0, id)], put: [record({ id, data: { created: true } })] })

export const timeCases: readonly StoreContractCase[] = [
  storeCase('creates over a record that has expired at `now`', async ({ store }) => {
    await seed(store, record({ revision: 4, expiresAt: NOW - 1, index: { tag: 'old' }, data: { old: true } }))
    assertEqual(await store.commit(batch({ expect: [expecting(0)], put: [record()] })), true, 'commit')
    assertEqual(await getOne(store), record(), 'the record')
    assertEqual(await store.list({ kind: 'code', by: 'tag', value: 'old' }), { items: [] }, 'the old index value')
  }),

  storeCase('takes a record for absent from the very second it expires', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW }), record({ id: 'b', expiresAt: NOW + 1 }))
    assertEqual(await store.commit(batch({ expect: [expecting(1)] })), false, 'expires now')
    assertEqual(await store.commit(batch({ expect: [expecting(1, 'b')] })), true, 'expires in a second')
    assertEqual(await store.commit(creating('b')), false, 'expires in a second, is not absent')
    assertEqual(await store.commit(creating('a')), true, 'expires now, is absent')
  }),

  storeCase('refuses the revision of a record that has expired at `now`, whether swept or not', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW }))
    const renewal = batch({ expect: [expecting(1)], put: [record({ revision: 2 })] })
    assertEqual(await store.commit(renewal), false, 'expired')
    await store.sweep(NOW, 10)
    assertEqual(await store.commit(renewal), false, 'swept')
  }),

  storeCase('hands out expired records as they are', async ({ store }) => {
    const expired = record({ expiresAt: LONG_AGO, data: { kept: true } })
    await seed(store, expired)
    const found = await getOne(store)
    if (found || !removesByItself(store)) assertEqual(found, expired, 'the record')
  }),

  storeCase('keeps a record alive that expired long ago by the clock on the wall', async ({ store }) => {
    await store.commit(batch({ now: LONG_AGO - 1, put: [record({ expiresAt: LONG_AGO })] }))
    assertEqual(await store.commit({ ...creating('a'), now: LONG_AGO - 1 }), false, 'absent')
    const renewal = record({ revision: 2, expiresAt: LONG_AGO, data: { renewed: true } })
    assertEqual(await store.commit(batch({ now: LONG_AGO - 1, expect: [expecting(1)], put: [renewal] })), true, 'live')
    assertEqual(await store.sweep(LONG_AGO - 1, 10), 0, 'swept')
    assertEqual(await getOne(store), renewal, 'the record')
  }),

  storeCase('takes a record for absent that is live by the clock on the wall', async ({ store }) => {
    await seed(store, record({ expiresAt: FAR_AHEAD }))
    assertEqual(await store.commit(batch({ now: FAR_AHEAD, expect: [expecting(1)] })), false, 'live')
    assertEqual(await store.commit(batch({ now: FAR_AHEAD - 1, expect: [expecting(1)] })), true, 'live a second before')
    const successor = record({ expiresAt: FAR_AHEAD + 60 })
    assertEqual(await store.commit(batch({ now: FAR_AHEAD, expect: [expecting(0)], put: [successor] })), true, 'absent')
    assertEqual(await getOne(store), successor, 'the record')
  }),

  storeCase('never lets a record expire that stays', async ({ store }) => {
    await seed(store, record({ expiresAt: NEVER }))
    assertEqual(await store.commit(batch({ now: LATE, expect: [expecting(1)] })), true, 'live')
    assertEqual(await store.sweep(LATE, 10), 0, 'swept')
    assertEqual(await getOne(store), record({ expiresAt: NEVER }), 'the record')
  }),

  storeCase('lets a put prolong and shorten the life of a record', async ({ store }) => {
    await seed(store, record({ expiresAt: NOW + 10 }))
    await store.commit(batch({ expect: [expecting(1)], put: [record({ revision: 2, expiresAt: NOW + 100 })] }))
    assertEqual(await store.commit(batch({ now: NOW + 50, expect: [expecting(2)] })), true, 'prolonged')
    await store.commit(batch({ expect: [expecting(2)], put: [record({ revision: 3, expiresAt: NOW + 20 })] }))
    assertEqual(await store.commit(batch({ now: NOW + 50, expect: [expecting(3)] })), false, 'shortened')
  }),
]
