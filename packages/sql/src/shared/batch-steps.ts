/** What a batch does to each record, in one order for all writers, so that two of them seldom wait for each other in a circle. */

import type { Batch, RecordKey, StoredRecord } from '@authlib/core'
import { recordName } from '@authlib/core/kit'

/** A record that is expected at a revision, or written, or both. */
export type Step =
  /** Expected, and not written. */
  | { readonly does: 'hold'; readonly key: RecordKey; readonly revision: number }
  /** Put where no live record may be. */
  | { readonly does: 'create'; readonly key: RecordKey; readonly record: StoredRecord }
  /** Put over the expected revision. */
  | { readonly does: 'change'; readonly key: RecordKey; readonly record: StoredRecord; readonly revision: number }
  /** Removed at the expected revision. */
  | { readonly does: 'delete'; readonly key: RecordKey; readonly revision: number }
  /** Put over anything. */
  | { readonly does: 'put'; readonly key: RecordKey; readonly record: StoredRecord }
  /** Removed if it is there. */
  | { readonly does: 'remove'; readonly key: RecordKey }

/** Guarded steps first, by name. Null: the batch expects two revisions of one record, which cannot be. */
export function stepsOf({ expect, put, remove }: Batch): readonly Step[] | null {
  const revisions = new Map<string, number>()
  for (const { kind, id, revision } of expect) {
    const name = recordName(kind, id)
    if ((revisions.get(name) ?? revision) !== revision) return null
    revisions.set(name, revision)
  }
  const steps: Step[] = []
  for (const record of put) {
    const key = [record.kind, record.id] as const
    const revision = take(revisions, key)
    if (revision === undefined) steps.push({ does: 'put', key, record })
    else if (revision === 0) steps.push({ does: 'create', key, record })
    else steps.push({ does: 'change', key, record, revision })
  }
  for (const key of remove) {
    const revision = take(revisions, key)
    steps.push(revision === undefined ? { does: 'remove', key } : { does: 'delete', key, revision })
  }
  for (const { kind, id } of expect) {
    const revision = take(revisions, [kind, id])
    if (revision !== undefined) steps.push({ does: 'hold', key: [kind, id], revision })
  }
  return steps.sort((a, b) => orderOf(a) - orderOf(b) || compare(recordName(...a.key), recordName(...b.key)))
}

function take(revisions: Map<string, number>, [kind, id]: RecordKey): number | undefined {
  const name = recordName(kind, id)
  const revision = revisions.get(name)
  revisions.delete(name)
  return revision
}

function orderOf({ does }: Step): number {
  return does === 'put' ? 1 : does === 'remove' ? 2 : 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
