/** Finds values in what providers answer. */

import type { Path } from './preset.ts'

/** The first value that the path leads to. Null and the empty string count as nothing. */
export function find(value: unknown, path: Path): unknown {
  for (const place of typeof path === 'string' ? [path] : path) {
    const found = place.startsWith('=')
      ? place.slice(1)
      : place.includes('{')
        ? compose(value, place)
        : walk(value, place)
    if (found !== undefined && found !== null && found !== '') return found
  }
  return undefined
}

/** A template with its parts, or nothing when one of them is missing. */
function compose(value: unknown, template: string): string | undefined {
  const parts: unknown[] = []
  const text = template.replace(/\{([^{}]+)\}/g, (_, place: string) => {
    const part = walk(value, place)
    parts.push(part)
    return String(part)
  })
  return parts.every((part) => isWord(part) && part !== '') ? text : undefined
}

/** A member whose name has dots itself, such as a claim that is a URL, is found before its parts. */
function walk(value: unknown, place: string): unknown {
  if (member(value, place) !== undefined) return member(value, place)
  return place.split('.').reduce(member, value)
}

/** `[primary]` is the first item of an array whose member `primary` is true. */
function member(value: unknown, name: string): unknown {
  if (name.startsWith('[') && Array.isArray(value))
    return value.find((item) => member(item, name.slice(1, -1)) === true)
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name] // sound: it has a member of this name
}

/** What can stand in a text. */
export function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
