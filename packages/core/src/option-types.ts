/** Refuses options of the wrong type when they are given, not when something first reads them. */

import { kindOf } from './kind-of.ts'
import { refuseUnknownOptions } from './unknown-options.ts'

/**
 * A function or a string where a number belongs would become NaN, and everything that is compared with it would count as
 * expired, or never expire.
 *
 * @throws TypeError that names the option
 */
export function assertSeconds(options: Readonly<Record<string, number | undefined>>, least: 0 | 1 = 0): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (Number.isFinite(value) && value >= least)) continue
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

const WORDS: Readonly<Record<Kind, string>> = {
  boolean: 'true or false',
  string: 'a non-empty string',
  function: 'a function',
  object: 'an object',
  array: 'an array',
  list: 'a non-empty array',
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'object') return value instanceof Object
  if (kind === 'array') return Array.isArray(value)
  if (kind === 'list') return Array.isArray(value) && value.length > 0
  return typeof value === kind && value !== ''
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
    const kind = type.replace('?', '') as Kind // sound: nothing else ends an OptionType
    if (!isOf(kind, value)) throw new TypeError(`${name} of ${who} must be ${WORDS[kind]}, and not ${given(value)}`)
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
  if (typeof value === 'number') return String(value)
  if (value === '' || (Array.isArray(value) && value.length === 0)) return 'an empty one'
  return kindOf(value)
}
