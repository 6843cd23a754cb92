/** A clock that a test moves. */

/** Usable wherever a `Clock` is. */
export interface TestClock {
  /** The time it stands at, in seconds since the epoch. */
  (): number
  /** Moves it by whole seconds; backwards when negative. */
  advance(seconds: number): void
}

/**
 * A clock that stands still at `start` (NumericDate, default 1,700,000,000) until it is moved.
 *
 * @example
 * const clock = testClock()
 * clock.advance(3600)
 */
export function testClock(start = 1_700_000_000): TestClock {
  let now = start
  return Object.assign(() => now, {
    advance(seconds: number) {
      now += seconds
    },
  })
}
