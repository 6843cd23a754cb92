import { LIMITS, memoryStore, tenantStore } from '@authlib/core'
import type { Batch, Store, StoredRecord } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { storeContract, storeContractCases } from './store-contract.ts'

storeContract({ describe, it, open: () => memoryStore(), name: 'the store contract on memoryStore' })
storeContract({
  describe,
  it,
  open: () => ({ ...tenantStore(memoryStore(), 'one of many'), nameLimit: LIMITS.name - 'one%20of%20many '.length }),
  name: 'the store contract on tenantStore',
})

describe('the store contract as a suite', () => {
  it('has a name of its own for each case', () => {
    const names = storeContractCases().map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('closes every handle after a case, also when it fails', async () => {
    const closed: string[] = []
    const handle = (name: string, flaw: Partial<Store> = {}) => {
      return { ...memoryStore(), ...flaw, close: () => void closed.push(name) }
    }
    const good = [handle('a'), handle('b')]
    await storeContractCases()[0]!.run(() => good)
    const failing = storeContractCases().find(({ name }) => name === 'accepts an empty batch')!
    await expect(failing.run(() => handle('c', { commit: async () => false }))).rejects.toThrow(
      'expected true, got false',
    )
    expect(closed).toEqual(['a', 'b', 'c'])
  })

  it.each(Object.entries(flawedStores()))('catches a store that %s', async (_flaw, [caughtBy, flawed]) => {
    const open = (): Store => {
      const store = memoryStore()
      return { ...store, ...flawed(store) }
    }
    const catching = storeContractCases().find(({ name }) => name === caughtBy)!
    await expect(catching.run(open)).rejects.toThrow(/: expected |thousand attempts|does not end/)
  })
})

/** Stores with one flaw each, made of a sound one, and the case that notices. */
function flawedStores(): Record<string, readonly [caughtBy: string, flawed: (store: Store) => Partial<Store>]> {
  const REAL_NOW = Date.now() / 1000
  const turn = () => new Promise((resolve) => setTimeout(resolve))
  const commits = (store: Store, change: (batch: Batch) => Partial<Batch>) => ({
    commit: (batch: Batch) => store.commit({ ...batch, ...change(batch) }),
  })
  const reads = (store: Store, change: (records: readonly (StoredRecord | null)[]) => (StoredRecord | null)[]) => ({
    get: async (...query: Parameters<Store['get']>) => change(await store.get(...query)),
  })
  const lower = (put: readonly StoredRecord[]) => put.map((record) => ({ ...record, id: record.id.toLowerCase() }))

  return {
    'ignores expectations': [
      'refuses to create over a live record, and leaves that as it was',
      (store) => commits(store, () => ({ expect: [] })),
    ],
    'checks only the first expectation': [
      'writes nothing of several when the last expectation fails',
      (store) => commits(store, ({ expect }) => ({ expect: expect.slice(0, 1) })),
    ],
    'checks only that records are absent': [
      'refuses a revision that is behind',
      (store) => {
        return commits(store, ({ expect }) => ({ expect: expect.filter(({ revision }) => revision === 0) }))
      },
    ],
    'ignores expectations of what it does not write': [
      'makes one record depend on another that it does not write',
      (store) => {
        return commits(store, ({ expect, put, remove }) => {
          const ids = [...put.map(({ id }) => id), ...remove.map(([, id]) => id)]
          return { expect: expect.filter(({ id }) => ids.includes(id)) }
        })
      },
    ],
    'writes although it answers false': [
      'refuses a revision that is ahead',
      (store) => ({
        commit: async (batch) => {
          if (await store.commit(batch)) return true
          await store.commit({ ...batch, expect: [], put: batch.put.slice(0, 1), remove: [] })
          return false
        },
      }),
    ],
    'always answers true': [
      'lets one of fifty change a record',
      (store) => ({ commit: async (batch) => (await store.commit(batch)) || true }),
    ],
    'checks first and writes later': [
      'redeems a code once, with one token, however many try',
      (store) => ({
        commit: async (batch) => {
          if (!(await store.commit({ ...batch, put: [], remove: [] }))) return false
          await turn()
          return await store.commit({ ...batch, expect: [] })
        },
      }),
    ],
    'writes the records of a batch one by one': [
      'never shows half of a batch',
      (store) => ({
        commit: async (batch) => {
          const [first, ...others] = batch.put
          if (!(await store.commit({ ...batch, put: first ? [first] : [] }))) return false
          for (const record of others) {
            await turn()
            await store.commit({ ...batch, expect: [], put: [record], remove: [] })
          }
          return true
        },
      }),
    ],
    'reads the records of a query one by one': [
      'never shows half of a batch',
      (store) => ({
        get: async (partition, keys) => {
          const found = []
          for (const key of keys) {
            found.push(...(await store.get(partition, [key])))
            await turn()
          }
          return found
        },
      }),
    ],
    'forgets to remove': ['removes a record', (store) => commits(store, () => ({ remove: [] }))],
    'judges expiry by its own clock': [
      'keeps a record alive that expired long ago by the clock on the wall',
      (store) => commits(store, () => ({ now: REAL_NOW })),
    ],
    'lets an expired record block its successor': [
      'creates over a record that has expired at `now`',
      (store) => commits(store, () => ({ now: 0 })),
    ],
    'lets records expire a second late': [
      'takes a record for absent from the very second it expires',
      (store) => commits(store, ({ now }) => ({ now: now - 1 })),
    ],
    'hides expired records': [
      'hands out expired records as they are',
      (store) => {
        const hiding = reads(store, (records) =>
          records.map((record) => (record && record.expiresAt < REAL_NOW ? null : record)),
        )
        return { ...hiding, guarantees: { ...store.guarantees, expiry: 'swept' } }
      },
    ],
    'reads a batch only when its turn comes': [
      'is not affected by what the caller does to a batch after the call',
      (store) => ({
        commit: async (batch) => {
          await turn()
          return await store.commit(batch)
        },
      }),
    ],
    'hands out what it keeps': [
      'is not affected by what a caller does to a record it was given',
      (store) => {
        const kept = new Map<string, StoredRecord>()
        return reads(store, (records) => {
          return records.map((record) => {
            if (!record) return null
            const name = JSON.stringify([record.partition, record.kind, record.id, record.revision])
            const mutable = kept.get(name) ?? structuredClone(record)
            kept.set(name, mutable)
            return mutable
          })
        })
      },
    ],
    'leaves out what it does not find': [
      'answers in the order of the keys, absent ones with null, repeated ones again',
      (store) => reads(store, (records) => records.filter((record) => record !== null)),
    ],
    'answers in an order of its own': [
      'answers in the order of the keys, absent ones with null, repeated ones again',
      (store) => {
        return reads(store, (records) => records.toSorted((a, b) => (a?.id ?? '').localeCompare(b?.id ?? '')))
      },
    ],
    'takes upper case for lower case': [
      'tells "a" and "A" apart as ids, partitions and index values',
      (store) => ({
        ...commits(store, ({ put, expect, remove }) => ({
          put: lower(put),
          expect: expect.map((each) => ({ ...each, id: each.id.toLowerCase() })),
          remove: remove.map(([kind, id]) => [kind, id.toLowerCase()] as const),
        })),
        get: (partition, keys) => store.get(partition, keys.map(([kind, id]) => [kind, id.toLowerCase()] as const)), // prettier-ignore
      }),
    ],
    'keeps only one column of the index': [
      'follows the index when a put changes it',
      (store) => {
        return commits(store, ({ put }) => ({
          put: put.map((each) => ({ ...each, index: { client: each.index?.client } })),
        }))
      },
    ],
    'never takes a record off a list': [
      'follows the index when a put changes it',
      (store) => {
        const past = new Map<string, StoredRecord>()
        return {
          commit: async (batch) => {
            for (const each of batch.put) if (!past.has(each.id)) past.set(each.id, each)
            return await store.commit(batch)
          },
          list: async (query) => {
            const { items } = await store.list(query)
            const left = [...past.values()].filter(({ index }) => index?.[query.by] === query.value)
            return { items: [...items, ...left.filter(({ id }) => !items.some((item) => item.id === id))] }
          },
        }
      },
    ],
    'ignores the limit of a page': [
      'fills a page before it says that there may be more',
      (store) => ({
        list: ({ limit: _limit, ...query }) => store.list(query),
      }),
    ],
    'has no pages': [
      'shows twenty records each once, in pages of 7',
      (store) => ({ list: async (query) => ({ items: (await store.list(query)).items }) }),
    ],
    'pages by counting': [
      'misses and repeats none that stays, while others come and go between pages',
      (store) => ({
        list: async ({ after = '0', limit = 100, ...query }) => {
          const { items } = await store.list({ ...query, limit: 1000 })
          const end = Number(after) + limit
          const page = items.slice(Number(after), end)
          return end < items.length ? { items: page, next: String(end) } : { items: page }
        },
      }),
    ],
    'starts again at a cursor it does not know': [
      'refuses "nonsense" as a cursor',
      (store) => ({
        list: (query) => store.list({ ...query, after: /^\d+$/.test(query.after ?? '') ? query.after : undefined }),
      }),
    ],
    'lists other kinds too': [
      'finds only the kind that is asked for',
      (store) => ({
        list: async (query) => {
          const pages = await Promise.all(['code', 'token'].map((kind) => store.list({ ...query, kind })))
          return { items: pages.flatMap(({ items }) => items) }
        },
      }),
    ],
    'takes one column for another': [
      'keeps the columns apart',
      (store) => ({ list: (query) => store.list({ ...query, by: 'client' }) }),
    ],
    'throws at names that it cannot hold': [
      'finds nothing under a name with a NUL, which no store holds',
      (store) => ({
        get: async (partition, keys) => {
          for (const name of [partition, ...keys.flat()])
            if (name.includes('\0')) throw new Error('get: expected no NUL')
          return await store.get(partition, keys)
        },
      }),
    ],
    'holds less than the limits promise': [
      'holds names and data as long as its limits allow',
      (store) =>
        commits(store, ({ put }) => ({
          put: put.map((each) => (each.id.length > 100 ? { ...each, data: {} } : each)),
        })),
    ],
    'sweeps without a limit': [
      'sweeps up to its limit, and the rest when asked again',
      (store) => ({ sweep: (now) => store.sweep(now, 1e6) }),
    ],
    'sweeps by its own clock': [
      'sweeps by the time it is given, not by its own',
      (store) => ({ sweep: (_now, limit) => store.sweep(REAL_NOW, limit) }),
    ],
    'never sweeps': [
      'sweeps what has expired, and nothing else',
      ({ guarantees }) => ({ guarantees: { ...guarantees, expiry: 'swept' }, sweep: async () => 0 }),
    ],
    'sweeps by a list that it made before': [
      'never sweeps a record that was renewed',
      (store) => {
        const seen = new Map<string, StoredRecord>()
        return {
          commit: async (batch) => {
            for (const record of batch.put) if (!seen.has(record.id)) seen.set(record.id, record)
            return await store.commit(batch)
          },
          sweep: async (now, limit) => {
            let swept = 0
            for (const { partition, kind, id, expiresAt } of [...seen.values()]) {
              if (expiresAt > now || swept === limit) continue
              seen.delete(id)
              await store.commit({ partition, now, expect: [], put: [], remove: [[kind, id]] })
              swept++
            }
            return swept
          },
        }
      },
    ],
    'merges data': [
      'replaces the data of a record, instead of merging it',
      (store) => ({
        commit: async (batch) => {
          const before = await store.get(batch.partition, batch.put.map(({ kind, id }) => [kind, id] as const)) // prettier-ignore
          const put = batch.put.map((each, n) => ({ ...each, data: { ...before[n]?.data, ...each.data } }))
          return await store.commit({ ...batch, put })
        },
      }),
    ],
    'takes half a batch with a mistake': [
      'refuses a batch that puts a key twice, as a mistake in the program',
      (store) => ({
        commit: async (batch) => {
          const names = new Set(batch.put.map(({ kind, id }) => `${kind} ${id}`))
          return await store.commit(names.size < batch.put.length ? { ...batch, put: batch.put.slice(1) } : batch)
        },
      }),
    ],
    'reads behind its writes': [
      'shows a batch to everyone once it is acknowledged',
      (store) => {
        let before: Batch | undefined
        return {
          commit: async (batch) => {
            const [found] = await store.get(batch.partition, [['code', 'a']])
            if (before?.partition === batch.partition) await store.commit({ ...before, expect: [] })
            before = batch
            return found?.revision !== batch.put[0]?.revision
          },
        }
      },
    ],
  }
}
