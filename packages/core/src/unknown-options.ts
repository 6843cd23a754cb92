/** Refuses options that nothing reads, so that a misspelt option is no rule that silently does not hold. */

/**
 * TypeScript refuses unknown options by itself; plain JavaScript and spread objects get there without. `options` is what is
 * left after the known ones were taken, as in `{ lifetime = 60, ...others }`, or all of them, with the names in `known`.
 *
 * @throws TypeError that names the option; one that is undefined is none
 * @example
 * function widget({ size = 1, ...others }: WidgetOptions = {}) {
 *   refuseUnknownOptions('widget', others)
 * }
 */
export function refuseUnknownOptions(who: string, options: object, known: object = {}): void {
  const names = Object.keys(known)
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue
    const takes = names.length > 0 ? `: it takes ${names.join(', ')}` : ''
    throw new TypeError(`${who} has no option ${JSON.stringify(name)}${takes}`)
  }
}
