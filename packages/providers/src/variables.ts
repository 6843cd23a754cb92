/** Fills the placeholders of a preset, and keeps what is filled in on hosts of the provider. */

import { AuthlibError } from '@authlib/core'
import type { PresetFacts, PresetVariable } from './preset.ts'

type Values = Readonly<Record<string, unknown>>

/** The preset with the variables that the options of the factory say. The others stay placeholders. */
export function withVariables<Preset extends PresetFacts>(preset: Preset, values: Values): Preset {
  const known: Record<string, string> = {}
  for (const [name, variable] of Object.entries(preset.variables ?? {})) {
    if (variable.from === undefined || variable.from === 'options') known[name] = valueOf(name, variable, values)
  }
  // A preset is JSON, and stays the same JSON but for what its strings hold.
  const text = JSON.stringify(preset).replace(PLACEHOLDER, (whole, name: string) => {
    return known[name] === undefined ? whole : JSON.stringify(known[name]).slice(1, -1)
  })
  return JSON.parse(text) as Preset
}

/** The names of the variables of this origin. */
export function variablesFrom(
  { variables = {} }: PresetFacts,
  ...origins: readonly PresetVariable['from'][]
): string[] {
  return Object.keys(variables).filter((name) => origins.includes(variables[name]!.from))
}

/** A URL or header with the variables that only a login or a token says. */
export function fill(text: string, { variables = {} }: PresetFacts, values: Values): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const variable = variables[name]
    return variable === undefined ? whole : valueOf(name, variable, values)
  })
}

/** Whether a string waits for a login or a token. */
export function isOpen(text: string, preset: PresetFacts): boolean {
  return variablesFrom(preset, 'login', 'callback', 'token').some((name) => text.includes(`{${name}}`))
}

/**
 * The value of a variable, once it has its shape.
 *
 * @throws AuthlibError `invalid_variable`
 */
export function valueOf(name: string, variable: PresetVariable, values: Values): string {
  const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? variable.default
  if (typeof value === 'string' && new RegExp(`^(?:${variable.pattern})$`).test(value)) return value
  throw new AuthlibError('invalid_variable', `'${name}' is ${value === undefined ? 'missing' : 'not valid'}`, {
    status: 400,
    hint: `It must match ${variable.pattern}`,
  })
}

const PLACEHOLDER = /\{([\w-]+)\}/g

/** Those of the values that have one of these names and are strings. */
export function pickStrings(values: Values, names: readonly string[]): Record<string, string> {
  const found = Object.entries(values).filter(([name, value]) => names.includes(name) && typeof value === 'string')
  return Object.fromEntries(found) as Record<string, string> // sound: the line above
}
