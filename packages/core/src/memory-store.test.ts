// The contract is proven in @authlib/testing, which depends on this package.
import { describe, expect, it } from 'vitest'
import { memoryStore } from './memory-store.ts'
import type { StoredRecord } from './store.ts'

const record: StoredRecord = {
  ...{ kind: 'code', id: 'a', partition: 'p', revision: 1, expiresAt: 100 },
  index: ['client:x'],
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
    await expect(store.commit({ partition: 'p', now: 1, expect: [], put, remove: [] })).rejects.toThrow(RangeError)
    expect(await store.get('p', [['code', 'a']])).toEqual([null])
  })

  it('shares nothing with another store', async () => {
    await memoryStore().commit({ partition: 'p', now: 1, expect: [], put: [record], remove: [] })
    expect(await memoryStore().get('p', [['code', 'a']])).toEqual([null])
  })
})
