/**
 * Single use of proofs and assertions: an identifier is remembered until what carried it has expired.
 *
 * @spec RFC 9449 §11.1
 * @spec RFC 7523 §3
 */

import { AuthlibError, type Store } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'

/** Remembers identifiers that may be used once. */
export interface ReplayStore {
  /**
   * True for the first use of an identifier, false for every other one until `expiresAt` (NumericDate). Of several uses
   * at the same time exactly one gets true.
   */
  use(id: string, expiresAt: number, now: number): Promise<boolean>
}

/** In a {@link Store}, for servers with several processes. Identifiers are kept as hashes. */
export function storedReplays(store: Store, label: string): ReplayStore {
  return {
    async use(id, expiresAt, now) {
      const key = await sha256Base64url(JSON.stringify([label, id]))
      const record = { kind: KIND, id: key, partition: key, revision: 1, expiresAt, data: { version: 1 } }
      const expect = [{ kind: KIND, id: key, revision: 0 }]
      return store.commit({ partition: key, now, expect, put: [record], remove: [] })
    },
  }
}

const KIND = 'replay'

export interface MemoryReplaysOptions {
  /** Identifiers kept at most. When it is reached, requests are refused with 503 until some expire. Default 500,000. */
  readonly size?: number | undefined
}

/** In the memory of one process. With several processes, a proof can be used once in each: use {@link storedReplays}. */
export function memoryReplays({ size = 500_000 }: MemoryReplaysOptions = {}): ReplayStore {
  const byMinute = new Map<number, Set<string>>() // of the minute in which they expire: forgetting is one delete
  let count = 0

  function forget(now: number): void {
    for (const [minute, ids] of byMinute) {
      if ((minute + 1) * 60 > now) continue
      byMinute.delete(minute)
      count -= ids.size
    }
  }

  return {
    async use(id, expiresAt, now) {
      forget(now)
      for (const ids of byMinute.values()) if (ids.has(id)) return false
      if (count >= size) throw tooManyReplays()
      const minute = Math.floor(expiresAt / 60)
      const ids = byMinute.get(minute) ?? new Set()
      byMinute.set(minute, ids.add(id))
      count++
      return true
    },
  }
}

function tooManyReplays(): AuthlibError {
  return new AuthlibError('temporarily_unavailable', 'Too many proofs are remembered at the moment', {
    status: 503,
    hint: 'Raise `size` of memoryReplays, or use storedReplays.',
  })
}
