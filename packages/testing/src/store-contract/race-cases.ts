/** Many at once: one winner, nothing lost, nothing half done. */

import type { Store, StoredRecord } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import {
  NOW,
  batch,
  expecting,
  getOne,
  listIds,
  race,
  range,
  record,
  seed,
  seedMany,
  storeCase,
  sweepAll,
  assertSwept,
} from './case.ts'
import type { StoreContractCase } from './case.ts'

export const raceCases: readonly StoreContractCase[] = [
  storeCase('lets one of fifty create a record', async ({ store, handle }) => {
    for (const round of range(5)) {
      const id = `id${round}`
      const winners = await race(50, (n) => {
        return handle(n).commit(batch({ expect: [expecting(0, id)], put: [record({ id, data: { n } })] }))
      })
      assertEqual(winners.length, 1, 'winners')
      assertEqual(await getOne(store, id), record({ id, data: { n: winners[0]! } }), "the winner's record")
    }
  }),

  storeCase('lets one of fifty change a record', async ({ store, handle }) => {
    await seed(store, record())
    for (const revision of [1, 2, 3, 4, 5]) {
      const winners = await race(50, (n) => {
        const put = [record({ revision: revision + 1, data: { n } })]
        return handle(n).commit(batch({ expect: [expecting(revision)], put }))
      })
      assertEqual(winners.length, 1, 'winners')
      assertEqual((await getOne(store))?.data, { n: winners[0]! }, "the winner's data")
    }
  }),

  storeCase('lets one of fifty take the place of an expired record', async ({ store, handle }) => {
    for (const round of range(5)) {
      const id = `id${round}`
      await seed(store, record({ id, expiresAt: NOW - 1 }))
      const winners = await race(50, (n) => {
        return handle(n).commit(batch({ expect: [expecting(0, id)], put: [record({ id, data: { n } })] }))
      })
      assertEqual(winners.length, 1, 'winners')
      assertEqual((await getOne(store, id))?.data, { n: winners[0]! }, "the winner's data")
    }
  }),

  storeCase('lets one of fifty remove a record', async ({ store, handle }) => {
    await seed(store, record())
    const winners = await race(50, (n) => handle(n).commit(batch({ expect: [expecting(1)], remove: [['code', 'a']] })))
    assertEqual(winners.length, 1, 'winners')
    assertEqual(await getOne(store), null, 'the record')
  }),

  storeCase('lets either a change or a removal win', async ({ store, handle }) => {
    for (const round of range(10)) {
      const id = `id${round}`
      await seed(store, record({ id }))
      const change = batch({ expect: [expecting(1, id)], put: [record({ id, revision: 2 })] })
      const removal = batch({ expect: [expecting(1, id)], remove: [['code', id]] })
      const winners = await race(20, (n) => handle(n).commit((n + round) % 2 === 0 ? change : removal))
      assertEqual(winners.length, 1, 'winners')
      const changed = (winners[0]! + round) % 2 === 0
      assertEqual(await getOne(store, id), changed ? record({ id, revision: 2 }) : null, 'the record')
    }
  }),

  storeCase('redeems a code once, with one token, however many try', async ({ store, handle }) => {
    for (const round of range(5)) {
      const partition = `p${round}`
      const code = record({ partition, data: { status: 'active' } })
      await seed(store, code)
      const winners = await race(50, (n) => {
        const used = { ...code, revision: 2, data: { status: 'used' } }
        const token = record({ kind: 'token', id: `token${n}`, partition, index: { tag: `round:${round}` } })
        return handle(n).commit(batch({ partition, expect: [expecting(1)], put: [used, token] }))
      })
      assertEqual(winners.length, 1, 'winners')
      assertEqual(await listIds(store, `round:${round}`, 100, { kind: 'token' }), [`token${winners[0]!}`], 'tokens')
    }
  }),

  storeCase('loses no step of a counter that many count up', async ({ store, handle }) => {
    await seed(store, record({ data: { count: 0 } }))
    await Promise.all(range(20).map((n) => times(10, () => increment(handle(n), ['a']))))
    assertEqual(await getOne(store), record({ revision: 201, data: { count: 200 } }), 'the counter')
  }),

  storeCase('never shows half of a batch', async ({ store, handle }) => {
    await seed(store, record({ data: { count: 0 } }), record({ id: 'b', data: { count: 0 } }))
    const writing = range(8).map((n) => times(5, () => increment(handle(n), ['a', 'b'])))
    const keys = ['a', 'b'].map((id) => ['code', id] as const)
    await readDuring(writing, async (n) => {
      const [a, b] = await handle(n).get('p', keys)
      assertEqual(a?.data, b?.data, 'the two records of one batch')
    })
    assertEqual((await getOne(store, 'b'))?.data, { count: 40 }, 'the counter')
  }),

  storeCase('lets one of two win that each depend on what the other writes', async ({ store, handle }) => {
    for (const round of range(20)) {
      const [a, b] = [`a${round}`, `b${round}`]
      await seed(store, record({ id: a }), record({ id: b }))
      const winners = await race(2, (n) => {
        const [own, other] = n === 0 ? [a, b] : [b, a]
        return handle(n).commit(batch({ expect: [expecting(1, other)], put: [record({ id: own, revision: 2 })] }))
      })
      const found = await store.get('p', [['code', a], ['code', b]]) // prettier-ignore
      assertEqual(winners.length, 1, 'winners')
      assertEqual(found.filter((each) => each?.revision === 2).length, 1, 'changed records')
    }
  }),

  storeCase('does not lock up when batches name their records in different orders', async ({ store, handle }) => {
    const names = ['a', 'b', 'c', 'd']
    await seed(store, ...names.map((id) => record({ id, data: { count: 0 } })))
    await Promise.all(
      range(12).map((n) => {
        const order = n % 2 === 0 ? names : names.toReversed()
        return times(5, () => increment(handle(n), order))
      }),
    )
    assertEqual((await getOne(store, 'd'))?.data, { count: 60 }, 'the counter')
  }),

  storeCase('lets everyone win who changes something else', async ({ handle }) => {
    const winners = await race(200, (n) => {
      const [partition, id] = [`p${n % 50}`, `id${n}`]
      return handle(n).commit(batch({ partition, expect: [expecting(0, id)], put: [record({ partition, id })] }))
    })
    assertEqual(winners.length, 200, 'winners')
  }),

  storeCase('shows a batch to everyone once it is acknowledged', async ({ handle }) => {
    await Promise.all(
      range(50).map(async (n) => {
        const partition = `p${n}`
        for (const revision of [1, 2, 3]) {
          const put = [record({ partition, revision, index: { tag: `writer:${n}` } })]
          await handle(n).commit(batch({ partition, expect: [expecting(revision - 1)], put }))
          assertEqual((await getOne(handle(n + 1), 'a', 'code', partition))?.revision, revision, 'the revision')
          assertEqual(await listIds(handle(n + 1), `writer:${n}`), ['a'], 'the list')
        }
      }),
    )
  }),

  storeCase('never sweeps what is being renewed', async ({ store, handle }) => {
    const names = range(30).map((n) => `id${n}`)
    await seed(store, ...names.map((id) => record({ id, expiresAt: NOW + 1 })))
    // The server that renews is two seconds behind the one that sweeps.
    const renewals = race(30, (n) => {
      const renewed = record({ id: names[n]!, revision: 2, expiresAt: NOW + 600 })
      return handle(n).commit(batch({ expect: [expecting(1, names[n])], put: [renewed] }))
    })
    const sweeps = Promise.all(range(10).map((n) => handle(n + 1).sweep(NOW + 2, 5)))
    const [renewed, counts] = await Promise.all([renewals, sweeps])
    const total = counts.reduce((sum, count) => sum + count, 0)
    assertSwept(store, total, 30 - renewed.length)
    for (const n of renewed) assertEqual((await getOne(store, names[n]))?.revision, 2, 'the renewed record')
  }),

  storeCase('never sweeps what takes the place of an expired record', async ({ store, handle }) => {
    for (const round of range(10)) {
      const id = `id${round}`
      await seed(store, record({ id, expiresAt: NOW - 1 }))
      const [created] = await Promise.all([
        handle(0).commit(batch({ expect: [expecting(0, id)], put: [record({ id })] })),
        handle(1).sweep(NOW, 10),
        handle(2).sweep(NOW, 10),
      ])
      assertEqual(created, true, 'commit')
      assertEqual(await getOne(store, id), record({ id }), 'the record')
    }
  }),

  storeCase('renews each of many records while it sweeps, or sweeps it, never both', async ({ store, handle }) => {
    for (const round of range(5)) {
      const names = range(40).map((n) => `round${round}-${n}`)
      await seedMany(store, names.map((id) => record({ id, expiresAt: NOW + 1, index: { tag: `${round}` } }))) // prettier-ignore
      const sweeping = Promise.all(range(8).map((n) => handle(n).sweep(NOW + 1, 10)))
      const renewed = await race(names.length, (n) => {
        const put = [record({ id: names[n]!, revision: 2, index: { tag: `${round}` } })]
        return handle(n).commit(batch({ expect: [expecting(1, names[n])], put }))
      })
      await sweeping
      await sweepAll(store, NOW + 1)
      const kept = renewed.map((n) => names[n]!).toSorted()
      assertEqual((await listIds(store, `${round}`)).toSorted(), kept, 'records that stayed')
    }
  }),

  storeCase('counts what many sweep at once only once', async ({ store, handle }) => {
    await store.commit(batch({ put: range(60).map((n) => record({ id: `id${n}`, expiresAt: NOW - 1 })) }))
    const counts = await Promise.all(range(10).map((n) => handle(n).sweep(NOW, 20)))
    const rest = await sweepAll(store, NOW)
    const total = counts.reduce((sum, count) => sum + count, rest)
    assertSwept(store, total, 60)
  }),

  storeCase('answers every call within bounded time, however many come at once', async ({ handle }) => {
    const started = performance.now()
    const put = (n: number) => batch({ partition: `p${n}`, put: [record({ partition: `p${n}`, index: { tag: 'i' } })] })
    await Promise.all(
      range(300).map((n) => {
        if (n % 3 === 0) return handle(n).commit(put(n))
        return n % 3 === 1
          ? handle(n).get('p', [['code', 'a']])
          : handle(n).list({ kind: 'code', by: 'tag', value: 'i' })
      }),
    )
    assertEqual(performance.now() - started < 10_000, true, 'under ten seconds')
  }),

  storeCase('never lists a record under an entry that it does not have', async ({ store, handle }) => {
    const at = (n: number, revision: number): StoredRecord => {
      const side = revision % 2 === 0 ? 'even' : 'odd'
      return record({ id: `id${n}`, revision, index: { tag: side }, data: { side } })
    }
    await seed(store, ...range(10).map((n) => at(n, 1)))
    const writing = range(10).map(async (n) => {
      for (const revision of range(10).map((step) => step + 1)) {
        await handle(n).commit(batch({ expect: [expecting(revision, `id${n}`)], put: [at(n, revision + 1)] }))
      }
    })
    await readDuring(writing, async (n) => {
      const side = n % 2 === 0 ? 'even' : 'odd'
      const { items } = await handle(n).list({ kind: 'code', by: 'tag', value: side })
      for (const { data, index } of items) assertEqual({ data, index }, { data: { side }, index: { tag: side } }, side)
    })
    assertEqual((await listIds(store, 'odd')).length, 10, 'all of revision 11')
  }),
]

/** Adds one to the count of each record in one batch. At least one of all who try comes through each time. */
async function increment(store: Store, ids: readonly string[]): Promise<void> {
  const keys = ids.map((id) => ['code', id] as const)
  for (let attempt = 0; attempt < 1000; attempt++) {
    const records = (await store.get('p', keys)).filter((each) => each !== null)
    const put = records.map((each) => {
      return { ...each, revision: each.revision + 1, data: { count: Number(each.data['count']) + 1 } }
    })
    if (await store.commit(batch({ expect: records.map(({ id, revision }) => expecting(revision, id)), put }))) return
  }
  throw new Error('a thousand attempts to count up were lost')
}

async function times(count: number, action: () => Promise<void>): Promise<void> {
  for (let n = 0; n < count; n++) await action()
}

/** Reads again and again, four at a time, until everything is written. */
async function readDuring(writing: readonly Promise<void>[], read: (n: number) => Promise<void>): Promise<void> {
  let done = false
  const written = Promise.all(writing).finally(() => (done = true))
  const reading = range(4).map(async (n) => {
    while (!done) {
      await read(n)
      await new Promise((resolve) => setTimeout(resolve)) // or a loop of reads would starve the writers
    }
  })
  await Promise.all([written, ...reading])
}
