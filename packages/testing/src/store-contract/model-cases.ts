/** Random histories, compared step by step with a model that is too simple to be wrong. */

import { isExpired, isMet, recordName } from '@authlib/core/kit'
import type { Batch, StoredRecord } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import { NOW, batch, expecting, listIds, range, record, storeCase } from './case.ts'
import type { StoreContractCase } from './case.ts'

export const modelCases: readonly StoreContractCase[] = [1, 2, 3, 4].map((seed) => {
  return storeCase(
    `agrees with the model through 300 random batches and sweeps (${seed})`,
    async ({ store, handle }) => {
      const pick = picker(seed)
      const model = new Map<string, StoredRecord>()
      for (const step of range(300)) {
        const now = NOW + step
        if (pick(10) === 0) {
          const expired = [...model].filter(([, each]) => isExpired(each, now))
          for (const [name] of expired) model.delete(name)
          assertEqual(await handle(pick(9)).sweep(now, 1000), expired.length, `step ${step}: swept`)
          continue
        }
        const change = randomBatch(pick, model, now)
        const met = change.expect.every((each) => isMet(each, model.get(recordName(each.kind, each.id)), now))
        assertEqual(await handle(pick(9)).commit(change), met, `step ${step}: commit`)
        if (met) {
          for (const each of change.put) model.set(recordName(each.kind, each.id), each)
          for (const [kind, id] of change.remove) model.delete(recordName(kind, id))
        }
        const found = await store.get('p', KEYS)
        const expected = KEYS.map(([kind, id]) => model.get(recordName(kind, id)) ?? null)
        assertEqual(found, expected, `step ${step}: the records`)
        for (const index of ENTRIES) {
          const members = [...model.values()].filter((each) => each.kind === 'code' && each.index?.includes(index))
          const ids = await listIds(store, index, 1 + pick(3))
          assertEqual(ids.toSorted(), members.map(({ id }) => id).toSorted(), `step ${step}: the list of ${index}`)
        }
      }
    },
  )
})

const KEYS = ['code', 'token'].flatMap((kind) => ['a', 'b', 'c'].map((id) => [kind, id] as const))
const ENTRIES = ['i', 'j']

type Pick = (below: number) => number

function randomBatch(pick: Pick, model: ReadonlyMap<string, StoredRecord>, now: number): Batch {
  const expect = []
  const put = []
  const remove = []
  for (const [kind, id] of KEYS.filter(() => pick(3) === 0)) {
    const current = model.get(recordName(kind, id))
    const guess = current && pick(4) > 0 ? current.revision : pick(3)
    const guarded = pick(3) > 0
    const fate = pick(6)
    if (guarded) expect.push(expecting(guess, id, kind))
    if (fate === 0) remove.push([kind, id] as const)
    if (fate < 2) continue
    const index = ENTRIES.filter(() => pick(2) === 0)
    const revision = guarded ? guess + 1 : 1
    const expiresAt = now + pick(30) - 3
    put.push(record({ kind, id, revision, expiresAt, ...(index.length > 0 && { index }), data: { now, id } }))
  }
  return batch({ now, expect, put, remove })
}

/** The same whole numbers for the same seed: a linear congruential generator (Numerical Recipes, §7.1). */
function picker(seed: number): Pick {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
