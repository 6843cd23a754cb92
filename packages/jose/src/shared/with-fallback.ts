/** What the runtime does itself, and what it lacks. */

import type { Awaitable } from '@authlib/core'
import { JoseError } from '../errors.ts'

/** By the runtime; by what was passed in only if the runtime lacks the algorithm. */
export async function withFallback<T>(
  native: () => Awaitable<T>,
  fallback: (() => Awaitable<T>) | undefined,
): Promise<T> {
  try {
    return await native()
  } catch (error) {
    if (fallback !== undefined && isUnsupported(error)) return fallback()
    throw error
  }
}

/** Whether it is the algorithm that is missing, and not something wrong with a key or a token. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof JoseError && error.code === 'unsupported_algorithm'
}
