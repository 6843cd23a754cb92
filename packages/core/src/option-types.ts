/** Refuses options of the wrong type when they are given, not when something first reads them. */

import { refuseUnknownOptions } from './unknown-options.ts'

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

/**
 * The string `'false'` of an environment variable is true for JavaScript: it would switch on what it says to leave off.
 *
 * @throws TypeError that names the option
 */
export function assertBooleans(options: Readonly<Record<string, boolean | undefined>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || typeof value === 'boolean') continue
    throw new TypeError(`${name} must be true or false, and not ${given(value)}`)
  }
}

/** What an option must be. With `?` it may be left out. `object` is anything but a primitive; a `list` is not empty. */
export type OptionType = Kind | `${Kind}?`

type Kind = 'boolean' | 'string' | 'function' | 'object' | 'array' | 'list'

const kinds: Readonly<Record<Kind, { readonly words: string; readonly test: (value: unknown) => boolean }>> = {
  boolean: { words: 'true or false', test: (value) => typeof value === 'boolean' },
  string: { words: 'a non-empty string', test: (value) => typeof value === 'string' && value !== '' },
  function: { words: 'a function', test: (value) => typeof value === 'function' },
  object: { words: 'an object', test: (value) => value instanceof Object },
  array: { words: 'an array', test: Array.isArray },
  list: { words: 'a non-empty array', test: (value) => Array.isArray(value) && value.length > 0 },
}

/**
 * Refuses options that there are not, and those of another type. `types` names every option, and may name more; a number of seconds is
 * `null` there, and goes to `assertSeconds`.
 *
 * @throws TypeError that names the option
 * @example
 * assertOptions('widget', options, { allow: 'function', strict: 'boolean?', lifetime: null })
 */
export function assertOptions<Options extends object>(
  who: string,
  options: Options,
  types: Readonly<Record<keyof Options, OptionType | null>> & Readonly<Record<string, OptionType | null>>,
): void {
  refuseUnknownOptions(who, options, types)
  for (const [name, type] of Object.entries<OptionType | null>(types)) {
    if (type === null) continue
    const value: unknown = options[name as keyof Options] // sound: the types name the options
    if (value === undefined && type.endsWith('?')) continue
    const { words, test } = kinds[type.replace('?', '') as Kind] // sound: nothing else ends an OptionType
    if (!test(value)) throw new TypeError(`${name} of ${who} must be ${words}, and not ${given(value)}`)
  }
}

/**
 * Refuses what lacks the methods of an interface, such as an array in place of what wraps it, or a factory that was not
 * called. `advice` follows the message.
 *
 * @throws TypeError that names the option
 */
export function assertMethods(name: string, value: unknown, methods: readonly string[], advice: string): void {
  const isObject = value instanceof Object && !Array.isArray(value) // an array has `find` too
  if (isObject && methods.every((method) => typeof Reflect.get(value, method) === 'function')) return
  throw new TypeError(`${name} must be an object with ${methods.join(', ')}, and not ${given(value)}: ${advice}`)
}

/** Says no more of a string than that it is one: it may be a secret. */
function given(value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return value.length > 0 ? 'an array' : 'an empty one'
  if (value === '') return 'an empty one'
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
