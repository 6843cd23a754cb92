/** A store that remembers what was written to it. */

import type { Batch, Store } from '@authlib/core'

/** A store that remembers what was written. */
export interface RecordingStore extends Store {
  /** Every batch that was committed, oldest first, as it was then. */
  readonly batches: readonly Batch[]
}

/** Passes everything to `store`. What it remembers can be searched for secrets, or counted. */
export function recordingStore(store: Store): RecordingStore {
  const batches: Batch[] = []
  return {
    batches,
    guarantees: store.guarantees,
    get: (partition, keys) => store.get(partition, keys),
    async commit(batch) {
      const copy = structuredClone(batch)
      const committed = await store.commit(batch)
      if (committed) batches.push(copy)
      return committed
    },
    list: (query) => store.list(query),
    sweep: (now, limit) => store.sweep(now, limit),
  }
}
