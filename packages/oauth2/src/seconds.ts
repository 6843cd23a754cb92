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
    const given = typeof value === 'number' ? String(value) : `a ${typeof value}`
    throw new TypeError(`${name} is a number of seconds, at least ${least}, and not ${given}`)
  }
}
