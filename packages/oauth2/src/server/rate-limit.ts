/** Asking the rate limiter of the application, and telling it. */

import { assertSeconds } from '@authlib/core/kit'
import { OAuth2Error } from '../errors.ts'
import type { Attempt, RateLimit } from './contract/rate-limit.ts'
import type { Environment } from './contract/server.ts'
import { reasonOf } from './refusals.ts'

/** What a guess came to: a result, or what was thrown. */
export type Outcome<T> = { readonly result: T } | { readonly error: OAuth2Error }

/**
 * Runs what may be a guess, between the two calls of the rate limiter. `wrong` gives the reason of an outcome that is a
 * wrong guess; null for others.
 *
 * @throws OAuth2Error `temporarily_unavailable` (429), and what `run` throws
 */
export function limited<T>(
  { rateLimit }: Pick<Environment, 'rateLimit'>,
  attempt: Attempt,
  wrong: (outcome: Outcome<T>) => string | null,
  run: () => Promise<T>,
): Promise<T> {
  return rateLimit === undefined ? run() : limitedBy(rateLimit, attempt, wrong, run)
}

async function limitedBy<T>(
  rateLimit: RateLimit,
  attempt: Attempt,
  wrong: (outcome: Outcome<T>) => string | null,
  run: () => Promise<T>,
): Promise<T> {
  const known: Attempt = { ...attempt, address: attempt.http?.remoteAddress }
  const seconds = (await rateLimit.check(known)) ?? 0
  assertSeconds({ 'rateLimit.check()': seconds })
  if (seconds > 0) throw tooManyAttempts(attempt, seconds)
  const outcome = await outcomeOf(run)
  const reason = wrong(outcome)
  if (reason !== null) await rateLimit.failed({ ...known, reason })
  if ('error' in outcome) throw outcome.error
  return outcome.result
}

async function outcomeOf<T>(run: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await run() }
  } catch (error) {
    if (error instanceof OAuth2Error) return { error }
    throw error
  }
}

/** Wrong is what was refused with this error. */
export function refusedWith(code: string): (outcome: Outcome<unknown>) => string | null {
  return (outcome) => ('error' in outcome && outcome.error.code === code ? (reasonOf(outcome.error) ?? '') : null)
}

function tooManyAttempts({ kind }: Attempt, seconds: number): OAuth2Error {
  return new OAuth2Error('temporarily_unavailable', 'too many failed attempts', {
    status: 429, // RFC 6585 §4
    headers: [['retry-after', String(Math.ceil(seconds))]],
    reason: `refused by the rate limit: ${kind}`,
  })
}
