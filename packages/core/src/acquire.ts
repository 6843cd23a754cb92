/** Waiting for a lock that someone else may hold. */

import { systemRandom } from './random.ts'
import { storeUnavailable } from './store-rules.ts'

/** When waiting ends. */
export interface AcquireOptions {
  /** Seconds to wait. */
  readonly timeout: number
}

/** Longest pause between two attempts, in seconds. */
const LONGEST_PAUSE = 0.5

/**
 * Asks until the answer is true, at first every 20 milliseconds, later twice a second.
 *
 * @throws AuthlibError `store_unavailable` when the lock was not free within the time-out
 */
export async function acquire(attempt: () => Promise<boolean>, { timeout }: AcquireOptions): Promise<void> {
  for (let waited = 0; !(await attempt());) {
    if (waited >= timeout) throw storeUnavailable(new Error(`The lock was not free within ${timeout} seconds`))
    const [random = 0] = systemRandom(1)
    const seconds = Math.min(0.02 + waited / 4, LONGEST_PAUSE) * (0.5 + random / 512) // those who met do not meet again
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    waited += seconds
  }
}
