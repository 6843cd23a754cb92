/** JSON as stores keep it and as requests bring it. */

import { AuthlibError } from './errors.ts'
import { isObject } from './json-shapes.ts'

/** Plain JSON, as stores keep it. Record shapes are written as `type`, not `interface`, so that they fit. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object. An absent member may be written as `undefined`; it is not stored. */
export type JsonObject = { readonly [name: string]: Json | undefined }

export interface ParseJsonOptions {
  /** Most levels of arrays and objects. Default 32. */
  readonly maxDepth?: number | undefined
}

/**
 * Throws `invalid_json` (400) for text that is not JSON or is nested too deep. A member named `__proto__` is plain data of
 * the object that has it.
 */
export function parseJson(text: string, { maxDepth = 32 }: ParseJsonOptions = {}): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalidJson('The text is not JSON') // without the cause: engines quote the text in theirs
  }
  if (isDeeper(value, maxDepth)) throw invalidJson('The JSON is nested too deep')
  return value
}

/**
 * One object that every reader sees alike and may merge into another. Throws `invalid_json` (400), also when a member is
 * there twice (RFC 8259 §4: readers would see different ones) or is named `__proto__` (`Object.assign` would make it the
 * prototype).
 */
export function parseJsonObject(text: string, options?: ParseJsonOptions): Readonly<Record<string, unknown>> {
  const value = parseJson(text, options)
  if (!isObject(value)) throw invalidJson('The text is not a JSON object')
  if (countNames(text) !== countMembers(value)) throw invalidJson('A member of the JSON is there twice')
  return value
}

/** In valid JSON a string before a colon is a member name, and nothing else is. */
function countNames(text: string): number {
  const strings = text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g) ?? []
  return strings.filter((one) => one.endsWith(':')).length
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (Object.hasOwn(value, '__proto__')) throw invalidJson('The JSON has a member named __proto__')
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const member of Object.values(value)) count += countMembers(member)
  return count
}

/** `for in` is twice as fast as a list of values, and what JSON became inherits nothing that could be enumerated. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  const members = value as Readonly<Record<string, unknown>>
  for (const name in members) if (isDeeper(members[name], depth - 1)) return true
  return false
}

function invalidJson(message: string): AuthlibError {
  return new AuthlibError('invalid_json', message, { status: 400 })
}
