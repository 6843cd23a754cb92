import { memoryStore } from '@authlib/core'
import type { Batch } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { faultyStore } from './faulty-store.ts'

const put = [{ kind: 'code', id: 'a', partition: 'p', revision: 1, expiresAt: 100, data: {} }]
const batch: Batch = { partition: 'p', now: 1, expect: [], put, remove: [] }

describe('faultyStore', () => {
  it('is as good as its store until it is told otherwise', async () => {
    const store = faultyStore(memoryStore())
    expect(await store.commit(batch)).toBe(true)
    expect(await store.get('p', [['code', 'a']])).toEqual(put)
    expect(await store.list({ kind: 'code', by: 'tag', value: 'i' })).toEqual({ items: [] })
    expect(await store.sweep(100, 10)).toBe(1)
  })

  it('loses as many commits as told, and writes nothing of them', async () => {
    const store = faultyStore(memoryStore())
    store.loseNext(2)
    expect(await store.commit(batch)).toBe(false)
    expect(await store.commit(batch)).toBe(false)
    expect(await store.get('p', [['code', 'a']])).toEqual([null])
    expect(await store.commit(batch)).toBe(true)
  })

  it.each([
    ['get', (store: ReturnType<typeof faultyStore>) => store.get('p', [])],
    ['commit', (store: ReturnType<typeof faultyStore>) => store.commit(batch)],
    ['list', (store: ReturnType<typeof faultyStore>) => store.list({ kind: 'code', by: 'tag', value: 'i' })],
    ['sweep', (store: ReturnType<typeof faultyStore>) => store.sweep(1, 1)],
  ])('fails the next %s once when told', async (_verb, call) => {
    const store = faultyStore(memoryStore())
    store.failNext()
    await expect(call(store)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
    await expect(call(store)).resolves.toBeDefined()
  })
})
