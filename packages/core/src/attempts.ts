/** Calls of a database that end in bounded time, and are repeated when it asks for that. */

import { systemRandom } from './random.ts'

/** When a call ends. */
export interface AttemptOptions {
  /** Seconds for all attempts together. */
  readonly timeout: number
  /** Whether the database has undone everything, as after a deadlock, so that another attempt may succeed. */
  readonly retryable: (error: unknown) => boolean
}

/**
 * Runs the action until it succeeds or fails for good. After the time-out it rejects; what was sent may still be carried out.
 */
export function attempts<T>(action: () => Promise<T>, { timeout, retryable }: AttemptOptions): Promise<T> {
  const ended = new AbortController()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      ended.abort()
      reject(new Error(`The database did not answer within ${timeout} seconds`))
    }, timeout * 1000)
    repeat(action, (error) => !ended.signal.aborted && retryable(error))
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

const MOST = 20

async function repeat<T>(action: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      if (attempt === MOST || !again(error)) throw error
    }
    await pause(Math.min(2 ** attempt, 50))
  }
}

/** Up to so many milliseconds, so that those who met do not meet again. */
function pause(most: number): Promise<void> {
  const [random = 0] = systemRandom(1)
  return new Promise((resolve) => setTimeout(resolve, (most * random) / 256))
}

/** The code that a driver puts on its errors: an SQLSTATE, or a name of its own. Wrappers put them on the cause. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'cause' in error ? errorCode(error.cause) : ''
}
