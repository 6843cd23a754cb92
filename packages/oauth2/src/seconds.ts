/** Options in seconds that may differ by client. */

import { assertSeconds } from '@authlib/core/kit'

/** A number of seconds, or a function that gives one, such as for each client. */
export type SecondsFor<Subject> = number | ((subject: Subject) => number)

/**
 * The option as a function. A number is checked now, what a function returns at each call.
 *
 * @throws TypeError that names the option
 */
export function secondsFor<Subject>(
  name: string,
  option: SecondsFor<Subject>,
  least: 0 | 1 = 0,
): (subject: Subject) => number {
  if (typeof option !== 'function') {
    assertSeconds({ [name]: option }, least)
    return () => option
  }
  return (subject) => {
    const seconds = option(subject)
    assertSeconds({ [`${name}()`]: seconds }, least)
    return seconds
  }
}
