import { memoryStore } from '@authlib/core'
import { expect, it } from 'vitest'
import { recordingStore } from './recording-store.ts'

it('recordingStore remembers what was committed, as it was then, and nothing that was lost', async () => {
  const store = recordingStore(memoryStore())
  const data = { step: 1 }
  const put = [{ kind: 'code', id: 'a', partition: 'p', revision: 1, expiresAt: 100, data }]
  const create = { partition: 'p', now: 1, expect: [{ kind: 'code', id: 'a', revision: 0 }], put, remove: [] }
  expect(await store.commit(create)).toBe(true)
  expect(await store.commit(create)).toBe(false)
  data.step = 2
  expect(store.batches).toEqual([{ ...create, put: [{ ...put[0], data: { step: 1 } }] }])
})
