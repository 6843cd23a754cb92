/** A JSON object that a token brings. */

import { parseJson } from '@authlib/core/kit'
import type { JoseError } from '../errors.ts'
import { isObject } from './is-object.ts'

/** The object in a string. Throws `fault` for what is not one, and for whatever reading the text throws. */
export function readObject(
  read: () => string,
  fault: (cause?: unknown) => JoseError,
): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = parseJson(read())
  } catch (cause) {
    throw fault(cause)
  }
  if (!isObject(value)) throw fault()
  return value
}
