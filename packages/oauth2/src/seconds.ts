/** Options that are numbers of seconds, checked when they are given. */

/**
 * A function or a string where a number belongs would become NaN, and everything that is compared with it would count as
 * expired, or never expire.
 *
 * @throws TypeError that names the option
 */
export function assertSeconds(options: Readonly<Record<string, number | undefined>>, least: 0 | 1 = 0): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (typeof value === 'number' && Number.isFinite(value) && value >= least) continue
    throw new TypeError(`${name} is a number of seconds, at least ${least}, and not ${given(value)}`)
  }
}

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

function given(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a ${typeof value}`
}
