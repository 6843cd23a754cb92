/** A store that misbehaves when told to, to see what its user does then. */

import { AuthlibError } from '@authlib/core'
import type { Store } from '@authlib/core'

/** A store that fails on command. */
export interface FaultyStore extends Store {
  /** The next `count` commits write nothing and answer false, as if another writer had been faster. Default 1. */
  loseNext(count?: number): void
  /** The next `count` calls of any verb throw `store_unavailable` (503) and do nothing. Default 1. */
  failNext(count?: number): void
}

/** Passes everything to `store` until it is told to lose commits or to fail. Failing goes before losing. */
export function faultyStore(store: Store): FaultyStore {
  let losses = 0
  let failures = 0
  return {
    guarantees: store.guarantees,
    async get(partition, keys) {
      failIfTold()
      return await store.get(partition, keys)
    },
    async commit(batch) {
      failIfTold()
      if (losses === 0) return await store.commit(batch)
      losses--
      return false
    },
    async list(query) {
      failIfTold()
      return await store.list(query)
    },
    async sweep(now, limit) {
      failIfTold()
      return await store.sweep(now, limit)
    },
    loseNext(count = 1) {
      losses += count
    },
    failNext(count = 1) {
      failures += count
    },
  }

  function failIfTold(): void {
    if (failures === 0) return
    failures--
    throw new AuthlibError('store_unavailable', 'The store was told to fail', { status: 503 })
  }
}
