/** Whether a store answers, for the health check of a load balancer. */

import { systemClock, type Clock } from './clock.ts'
import { AuthlibError } from './errors.ts'
import type { Store } from './store.ts'

/** Options of {@link checkStore}. */
export interface CheckStoreOptions {
  /** Writes a record too, always the same one, which expires after a minute. Default true. */
  readonly write?: boolean | undefined
  /** Seconds after which the store counts as failed. Default 5. */
  readonly timeout?: number | undefined
  readonly clock?: Clock | undefined
}

/** What a check has found. */
export type StoreHealth =
  | { readonly ok: true; /** Milliseconds that the check took. */ readonly elapsed: number }
  | { readonly ok: false; /** For the log. Not for everyone who can reach the check. */ readonly error: unknown }

/**
 * Writes a record and reads it. Never rejects.
 *
 * @example
 * app.get('/health', async (_, response) => response.sendStatus((await checkStore(store)).ok ? 200 : 503))
 */
export async function checkStore(
  store: Store,
  { write = true, timeout = 5, clock = systemClock }: CheckStoreOptions = {},
): Promise<StoreHealth> {
  const started = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new AuthlibError('store_unavailable', 'The store did not answer in time', { status: 503 })
    timer = setTimeout(reject, timeout * 1000, error)
  })
  try {
    await Promise.race([probe(store, write, clock()), late])
    return { ok: true, elapsed: performance.now() - started }
  } catch (error) {
    return { ok: false, error }
  } finally {
    clearTimeout(timer)
  }
}

const NAME = 'health'

async function probe(store: Store, write: boolean, now: number): Promise<void> {
  if (write) {
    const record = { kind: NAME, id: NAME, partition: NAME, revision: 1, expiresAt: now + 60, data: {} }
    await store.commit({ partition: NAME, now, expect: [], put: [record], remove: [] })
  }
  await store.get(NAME, [[NAME, NAME]])
}
