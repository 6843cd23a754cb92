/** JSON answers of the other side: one object, read one way only. */

import { parseJson } from '@authlib/core'
import { invalidResponse } from './errors.ts'

export type JsonMembers = Readonly<Record<string, unknown>>

/** @throws AuthlibError `invalid_response`: no JSON, no object, or a member that is there twice (RFC 8259 §4) */
export function readObject(text: string): JsonMembers {
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidResponse('it is not a JSON object')
  if (countNames(text) !== countMembers(value)) throw invalidResponse('a member is there twice')
  return value as JsonMembers // sound: every object is one
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw invalidResponse('it is not JSON', error)
  }
}

/** In valid JSON a string before a colon is a member name, and nothing else is. */
function countNames(text: string): number {
  let count = 0
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) count++
  return count
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value).reduce((count: number, member) => count + countMembers(member), 0)
  return Array.isArray(value) ? inside : inside + Object.keys(value).length
}
