/** What grants have in common that ask again and again until a person has answered. RFC 8628 §3.5, CIBA Core §11. */

import { AuthlibError } from '@authlib/core'
import { invalidResponse } from '../errors.ts'
import type { ServerAnswer } from '../extension.ts'

/** Seconds to wait longer from now on, for an error that is no end. */
export function delayAfter(error: unknown): number {
  const code = error instanceof AuthlibError ? error.code : undefined
  if (code === 'authorization_pending') return 0
  if (code === 'slow_down' || code === 'timeout' || code === 'network_error' || code === 'server_error') return 5
  throw error
}

/** A number of seconds in an answer, which some servers write as a string. */
export function readSeconds(answer: ServerAnswer, name: string, missing: number | undefined): number {
  const value = answer.members?.[name] ?? missing
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof seconds === 'number' && seconds >= 0) return seconds
  throw invalidResponse(`${name} is not a number of seconds`, answer)
}

/** A timer that a signal ends early, with the reason of the signal. */
export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error) // the caller's own
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, seconds * 1000)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
