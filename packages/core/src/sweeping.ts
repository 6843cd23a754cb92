/** Removal of expired records beside the work of a server. */

import { systemClock, type Clock } from './clock.ts'
import { assertSeconds } from './option-types.ts'
import type { Store } from './store.ts'
import { refuseUnknownOptions } from './unknown-options.ts'

/** Options of {@link startSweeping}. */
export interface SweepingOptions {
  /** Seconds between the end of a round and the next one. Default 60. */
  readonly interval?: number | undefined
  /** Records that a step removes at most. Between steps it rests as long as the last one took. Default 500. */
  readonly step?: number | undefined
  /** Called after each round that has removed something, with the number of records. */
  readonly onSwept?: ((removed: number) => void) | undefined
  /** Called when a round failed; the next one comes as usual. Default: nothing is called. */
  readonly onError?: ((error: unknown) => void) | undefined
  readonly clock?: Clock | undefined
}

/**
 * Removes expired records in rounds, until it is stopped. One process is enough, more do no harm. The timer does not keep the
 * process alive.
 *
 * @example
 * const sweeping = startSweeping(store, { onError: console.error })
 * process.once('SIGTERM', () => sweeping.stop())
 */
export function startSweeping(
  store: Store,
  { interval = 60, step = 500, onSwept, onError, clock = systemClock, ...others }: SweepingOptions = {},
): { /** Ends after the step that is under way. */ stop(): Promise<void> } {
  refuseUnknownOptions('startSweeping', others)
  assertSeconds({ interval })
  if (!Number.isSafeInteger(step) || step < 1) throw new TypeError('step must be a whole number, at least 1')
  let running = true
  let wake: () => void = () => undefined

  async function rest(milliseconds: number): Promise<void> {
    if (!running) return
    await new Promise<void>((resolve) => {
      const timer: unknown = setTimeout(resolve, milliseconds)
      if (typeof timer === 'object' && timer && 'unref' in timer) (timer as { unref(): void }).unref()
      wake = resolve
    })
  }

  async function sweepAll(): Promise<number> {
    let removed = 0
    while (running) {
      const started = performance.now()
      const swept = await store.sweep(clock(), step)
      removed += swept
      if (swept < step) break
      await rest(performance.now() - started)
    }
    return removed
  }

  async function run(): Promise<void> {
    while (running) {
      try {
        const removed = await sweepAll()
        if (removed > 0) onSwept?.(removed)
      } catch (error) {
        onError?.(error)
      }
      await rest(interval * 1000)
    }
  }

  const ended = run()
  return {
    async stop() {
      running = false
      wake()
      await ended
    },
  }
}
