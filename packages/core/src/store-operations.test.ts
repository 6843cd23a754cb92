/** What those who run a store use: figures, sweeping, a health check. */

import { expect, it } from 'vitest'
import { checkStore, memoryStore, observedStore, startSweeping, type Store, type StoreCall } from './index.ts'

const record = { kind: 'code', id: 'a', partition: 'p', revision: 1, expiresAt: 100, data: {} }
const batch = { partition: 'p', now: 1, expect: [{ kind: 'code', id: 'a', revision: 0 }], put: [record], remove: [] }

const broken: Store = {
  ...memoryStore(),
  get: () => Promise.reject(new Error('gone')),
  commit: () => Promise.reject(new Error('gone')),
  sweep: () => Promise.reject(new Error('gone')),
}

/** A store with so many expired records. */
function sweepable(left: number): { store: Store; steps: number[]; left: () => number } {
  const steps: number[] = []
  const sweep = async (_now: number, limit: number): Promise<number> => {
    const swept = Math.min(left, limit)
    left -= swept
    steps.push(swept)
    return swept
  }
  return { store: { ...memoryStore(), sweep }, steps, left: () => left }
}

it('tells of each call of a store, how it ended and how much it was about', async () => {
  const calls: StoreCall[] = []
  const store = observedStore(memoryStore(), (call) => calls.push(call))
  expect(await store.commit(batch)).toBe(true)
  expect(await store.commit(batch)).toBe(false)
  expect(await store.get('p', [['code', 'a']])).toEqual([record])
  await store.list({ kind: 'code', by: 'client', value: 'c' })
  await store.sweep(1, 10)
  expect(calls.map(({ verb, outcome, records }) => [verb, outcome, records])).toEqual([
    ['commit', 'done', 1],
    ['commit', 'lost', 1],
    ['get', 'done', 1],
    ['list', 'done', 0],
    ['sweep', 'done', 0],
  ])
  expect(calls.every(({ elapsed }) => elapsed >= 0)).toBe(true)
})

it('tells of a call that failed, and passes the error on', async () => {
  const calls: StoreCall[] = []
  const store = observedStore(broken, (call) => calls.push(call))
  await expect(store.get('p', [['code', 'a']])).rejects.toThrow('gone')
  expect(calls).toMatchObject([{ verb: 'get', outcome: 'failed', records: 1, error: new Error('gone') }])
})

it('swallows what a listener of a store throws', async () => {
  const store = observedStore(memoryStore(), () => {
    throw new Error('no metrics today')
  })
  expect(await store.commit(batch)).toBe(true)
})

it('sweeps in steps until nothing is left, and again after the interval', async () => {
  const { store, steps } = sweepable(25)
  const rounds: number[] = []
  const { stop } = startSweeping(store, { step: 10, interval: 0.01, onSwept: (removed) => rounds.push(removed) })
  await expect.poll(() => steps.length).toBeGreaterThan(4)
  await stop()
  expect(steps.slice(0, 4)).toEqual([10, 10, 5, 0])
  expect(rounds).toEqual([25])
  const { length } = steps
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(steps).toHaveLength(length)
})

it('stops sweeping between two steps', async () => {
  const { store, left } = sweepable(1_000_000)
  const { stop } = startSweeping(store, { step: 10 })
  await stop()
  expect(left()).toBe(1_000_000 - 10)
})

it('goes on sweeping after a round that failed', async () => {
  const errors: unknown[] = []
  const { stop } = startSweeping(broken, { interval: 0.001, onError: (error) => errors.push(error) })
  await expect.poll(() => errors.length).toBeGreaterThan(2)
  await stop()
  expect(errors[0]).toEqual(new Error('gone'))
})

it('finds a store healthy that writes and reads', async () => {
  const calls: string[] = []
  const store = observedStore(memoryStore(), ({ verb }) => calls.push(verb))
  expect(await checkStore(store)).toEqual({ ok: true, elapsed: expect.any(Number) })
  expect(await checkStore(store, { write: false })).toMatchObject({ ok: true })
  expect(calls).toEqual(['commit', 'get', 'get'])
})

it('finds a store ill that fails, cannot write, or does not answer', async () => {
  expect(await checkStore(broken)).toEqual({ ok: false, error: new Error('gone') })
  const readOnly = { ...memoryStore(), commit: broken.commit }
  expect(await checkStore(readOnly)).toMatchObject({ ok: false })
  expect(await checkStore(readOnly, { write: false })).toMatchObject({ ok: true })
  const silent = { ...memoryStore(), get: () => new Promise<never>(() => undefined) }
  const slow = { code: 'store_unavailable', status: 503 }
  expect(await checkStore(silent, { timeout: 0.01 })).toMatchObject({ ok: false, error: slow })
})
