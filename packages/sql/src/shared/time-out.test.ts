import { NEVER, type Batch } from '@authlib/core'
import { afterEach, expect, it, vi } from 'vitest'
import { mysqlStoreOn } from '../mysql-sql/store.ts'
import { postgresStore } from '../postgres-sql/store.ts'

afterEach(() => {
  vi.useRealTimers()
})

const TIMEOUT = 10
const silent = (): Promise<never> => new Promise(() => undefined)

/** More than four at once, so that some share a statement. Each replaces a record of its own. */
const batches = Array.from({ length: 8 }, (_, n): Batch => {
  const record = { kind: 'code', id: String(n), partition: 'p', expiresAt: NEVER, data: {} }
  return {
    partition: 'p',
    now: 0,
    expect: [{ kind: 'code', id: record.id, revision: 1 }],
    put: [{ ...record, revision: 2 }],
    remove: [],
  }
})

it.each([
  [
    'PostgreSQL',
    (answer: <T>(late: T) => Promise<T>) =>
      postgresStore({ query: ({ text }) => (text.includes('SKIP LOCKED') ? answer([]) : silent()), exec: silent }),
  ],
  [
    'MySQL',
    (answer: <T>(late: T) => Promise<T>) =>
      mysqlStoreOn({
        query: silent,
        transaction: (body) =>
          body(({ text }) => (text.includes('SKIP LOCKED') ? answer({ rows: [], affected: 0 }) : silent())),
      }),
  ],
])('ends a call on %s in time, though its group was answered late and it goes on alone', async (_, storeOn) => {
  vi.useFakeTimers()
  const store = storeOn((late) => new Promise((resolve) => setTimeout(resolve, TIMEOUT * 800, late)))
  const ends = Promise.allSettled(batches.map((batch) => store.commit(batch)))
  await vi.advanceTimersByTimeAsync(TIMEOUT * 1000)
  vi.useRealTimers()
  const late = new Promise((resolve) => setTimeout(resolve, 1000, 'late'))
  expect(await Promise.race([ends, late])).toEqual(
    batches.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'store_unavailable' }) })),
  )
})
