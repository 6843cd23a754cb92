// The contract is proven in @authlib/testing, which depends on this package.
import { describe, expect, it } from 'vitest'
import { memoryStore } from './memory-store.ts'
import type { StoredRecord } from './store.ts'

const record: StoredRecord = {
  ...{ kind: 'code', id: 'a', partition: 'p', revision: 1, expiresAt: 100 },
  index: { client: 'x' },
  data: { list: [1] },
}

describe('memoryStore', () => {
  it('refuses every change to what it hands out', async () => {
    const store = memoryStore()
    await store.commit({ partition: 'p', now: 1, expect: [], put: [record], remove: [] })
    const [found] = await store.get('p', [['code', 'a']])
    expect(found).toEqual(record)
    for (const part of [found, found?.index, found?.data, found?.data['list']]) expect(Object.isFrozen(part)).toBe(true)
  })

  it('writes nothing of a batch that cannot be copied', async () => {
    const store = memoryStore()
    const circle: Record<string, StoredRecord['data']> = {}
    circle['self'] = circle
    const put = [record, { ...record, id: 'b', data: circle }]
    await expect(store.commit({ partition: 'p', now: 1, expect: [], put, remove: [] })).rejects.toThrow(TypeError)
    expect(await store.get('p', [['code', 'a']])).toEqual([null])
  })

  it('removes expired records by itself as time goes by, so that it does not grow for ever', async () => {
    const store = memoryStore()
    for (let n = 0; n < 5000; n++) {
      const put = [{ ...record, id: `${n}`, partition: `p${n}`, expiresAt: n + 5 }]
      await store.commit({ partition: `p${n}`, now: n, expect: [], put, remove: [] })
    }
    let left = 0
    for (let swept = -1; swept !== 0; left += swept) swept = await store.sweep(1e6, 1000)
    expect(left).toBeLessThan(20)
    expect(await store.list({ kind: 'code', by: 'client', value: 'x' })).toEqual({ items: [] })
  })

  it('sweeps no more at once than holds up nobody, whatever the limit', async () => {
    const store = memoryStore()
    const put = Array.from({ length: 100 }, (_, n) => n)
    for (const round of [0, 1, 2]) {
      const records = put.map((n) => ({
        ...{ kind: 'code', id: `${round}-${n}`, partition: 'p', revision: 1, expiresAt: 10, data: {} },
      }))
      await store.commit({ partition: 'p', now: 1, expect: [], put: records, remove: [] })
    }
    const steps: number[] = []
    do steps.push(await store.sweep(10, 10_000))
    while (steps.at(-1) !== 0)
    expect(steps).toEqual([100, 100, 100, 0])
  })

  it('keeps an expired record for callers whose clock is a few seconds behind', async () => {
    const store = memoryStore()
    await store.commit({ partition: 'p', now: 1, expect: [], put: [record], remove: [] })
    const later = { ...record, id: 'b', expiresAt: 1000 }
    await store.commit({ partition: 'p', now: 105, expect: [], put: [later], remove: [] })
    const renewed = { ...record, revision: 2, expiresAt: 200 }
    const expect_ = [{ kind: 'code', id: 'a', revision: 1 }]
    expect(await store.commit({ partition: 'p', now: 99, expect: expect_, put: [renewed], remove: [] })).toBe(true)
  })

  it('finds records that were read long ago, and those that were read last', async () => {
    const store = memoryStore()
    const ids = Array.from({ length: 3000 }, (_, n) => `${n}`)
    for (const id of ids)
      await store.commit({ partition: 'p', now: 1, expect: [], put: [{ ...record, id }], remove: [] })
    for (const id of [...ids, ...ids]) expect((await store.get('p', [['code', id]]))[0]?.id).toBe(id)
  })

  it('shares nothing with another store', async () => {
    await memoryStore().commit({ partition: 'p', now: 1, expect: [], put: [record], remove: [] })
    expect(await memoryStore().get('p', [['code', 'a']])).toEqual([null])
  })
})
