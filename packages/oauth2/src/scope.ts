/**
 * Scope as a list of case-sensitive words.
 *
 * @spec RFC 6749 §3.3
 */

import { invalidScope } from './errors.ts'

/**
 * Splits a `scope` parameter; repeated words count once. Absent and empty give an empty list.
 *
 * @throws OAuth2Error `invalid_scope` for characters outside the grammar, or more than 200 words
 */
export function parseScope(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return []
  if (!/^[\x21\x23-\x5b\x5d-\x7e ]+$/.test(text)) throw invalidScope('scope has a character that is not allowed')
  const words = [...new Set(text.split(' '))].filter((word) => word !== '')
  if (words.length > 200) throw invalidScope('scope has too many values')
  return words
}

/** The wire form. */
export function formatScope(scope: readonly string[]): string {
  return scope.join(' ')
}

/** Whether each wanted word is among the words at hand. */
export function coversScope(have: readonly string[], want: readonly string[]): boolean {
  return want.every((word) => have.includes(word))
}

/** Whether both hold the same words, in whatever order. */
export function sameScope(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && coversScope(a, b)
}
