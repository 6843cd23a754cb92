/** The shapes of JSON, as the whole family looks at them. */

import { isTextList } from '@authlib/core/kit'

export { isObject, isTextList } from '@authlib/core/kit'

/** Whether a value is a string, or not there. */
export function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** Whether a value is a list of strings of which none is there twice. */
export function isNameList(value: unknown): value is readonly string[] {
  return isTextList(value) && new Set(value).size === value.length
}
