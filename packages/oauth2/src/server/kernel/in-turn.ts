/** What several extensions do with one value, one after the other. */

import type { Awaitable } from '@authlib/core'
import { whenKnown } from '@authlib/core/kit'

/** Each step is given what the one before it has made. Waits only for those that return a promise. */
export function inTurn<Step, Value>(
  steps: readonly Step[],
  first: Value,
  turn: (value: Value, step: Step) => Awaitable<Value>,
): Awaitable<Value> {
  let value: Awaitable<Value> = first
  for (const step of steps) value = whenKnown(value, (before) => turn(before, step))
  return value
}
