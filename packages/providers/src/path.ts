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
  const places = [...template.matchAll(/\{([^{}]+)\}/g)].map(([, place = '']) => place)
  const parts = new Map(places.map((place) => [place, walk(value, place)]))
  const complete = [...parts.values()].every(
    (part) => (typeof part === 'string' && part !== '') || typeof part === 'number',
  )
  if (!complete) return undefined
  return template.replace(/\{([^{}]+)\}/g, (_, place: string) => String(parts.get(place)))
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
