/** Random histories, compared step by step with a model that is too simple to be wrong. */

import { isExpired, isMet, recordName } from '@authlib/core/kit'
import { INDEX_COLUMNS } from '@authlib/core'
import type { Batch, IndexColumn, Store, StoredRecord } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import { NOW, assertSwept, batch, expecting, range, record, removesByItself, storeCase } from './case.ts'
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
          assertSwept(store, await handle(pick(9)).sweep(now, 1000), expired.length, `step ${step}: swept`)
          continue
        }
        const change = randomBatch(pick, model, now)
        const met = change.expect.every((each) => isMet(each, model.get(recordName(each.kind, each.id)), now))
        assertEqual(await handle(pick(9)).commit(change), met, `step ${step}: commit`)
        if (met) {
          for (const each of change.put) model.set(recordName(each.kind, each.id), each)
          for (const [kind, id] of change.remove) model.delete(recordName(kind, id))
        }
        // A store that removes expired records by itself may show them, or not.
        const shown = (each: StoredRecord | null | undefined) =>
          each && removesByItself(store) && isExpired(each, now) ? null : (each ?? null)
        const found = await store.get('p', KEYS)
        const expected = KEYS.map(([kind, id]) => shown(model.get(recordName(kind, id))))
        assertEqual(found.map(shown), expected, `step ${step}: the records`)
        for (const by of INDEX_COLUMNS) {
          const members = [...model.values()].filter((each) => each.kind === 'code' && each.index?.[by] === 'i')
          const listed = await listRecords(store, by, 1 + pick(3))
          assertEqual(
            idsOf(listed.filter((each) => shown(each) !== null)),
            idsOf(members.filter((each) => shown(each) !== null)),
            `step ${step}: the list by ${by}`,
          )
        }
      }
    },
  )
})

const KEYS = ['code', 'token'].flatMap((kind) => ['a', 'b', 'c'].map((id) => [kind, id] as const))

const idsOf = (records: readonly StoredRecord[]): string[] => records.map(({ id }) => id).toSorted()

async function listRecords(store: Store, by: IndexColumn, limit: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  let after: string | undefined
  do {
    const page = await store.list({ kind: 'code', by, value: 'i', after, limit })
    records.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return records
}

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
    if (guarded && (guess > 0 || fate >= 2)) expect.push(expecting(guess, id, kind)) // 0 only for what is put
    if (fate === 0) remove.push([kind, id] as const)
    if (fate < 2) continue
    const columns = INDEX_COLUMNS.filter(() => pick(2) === 0)
    const index = Object.fromEntries(columns.map((by) => [by, 'i']))
    const revision = guarded ? guess + 1 : 1
    const expiresAt = now + pick(30) - 3
    put.push(record({ kind, id, revision, expiresAt, ...(columns.length > 0 && { index }), data: { now, id } }))
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
