/**
 * Members of client metadata that a feature reads: their types, and typed access.
 *
 * @spec RFC 7591 §2
 */

import { type Json, type JsonObject } from '@authlib/core'
import { isValidUrl } from '@authlib/core/kit'

/** The type of a member: the value, or null when it has another one. */
export interface MemberType<T> {
  /** In words, for errors, such as `a boolean`. */
  readonly words: string
  parse(value: Json): T | null
}

/** A member that a feature reads. Its `clientMembers` name those that are not in the IANA registry. */
export interface ClientMember<T = unknown> {
  readonly name: string
  readonly type: MemberType<T>
  /** Undefined when the client has none, or one of another type. */
  read(client: { readonly metadata: JsonObject }): T | undefined
}

/**
 * A member with its type.
 *
 * @example
 * const department = clientMember('department', memberTypes.string)
 * server.register({ kind: 'extension', name: 'departments', clientMembers: [department], … })
 * department.read(client) // in a moment of the extension
 */
export function clientMember<T>(name: string, type: MemberType<T>): ClientMember<T> {
  return {
    name,
    type,
    read({ metadata }) {
      const value = metadata[name]
      return value === undefined ? undefined : (type.parse(value) ?? undefined)
    },
  }
}

function isText(value: Json): value is string {
  return typeof value === 'string'
}

function isUrl(value: Json): boolean {
  return isText(value) && isValidUrl(value)
}

function typeOf<T>(words: string, fits: (value: Json) => boolean): MemberType<T> {
  return { words, parse: (value) => (fits(value) ? (value as T) : null) } // sound: `fits` is the test for T
}

/** Types of client metadata. */
export interface MemberTypes {
  readonly boolean: MemberType<boolean>
  readonly string: MemberType<string>
  readonly strings: MemberType<readonly string[]>
  readonly seconds: MemberType<number>
  readonly url: MemberType<string>
  readonly urls: MemberType<readonly string[]>
  readonly object: MemberType<JsonObject>
}

/** See {@link MemberTypes}. */
export const memberTypes: MemberTypes = {
  boolean: typeOf('a boolean', (value) => typeof value === 'boolean'),
  string: typeOf('a string that is not empty', (value) => isText(value) && value !== ''),
  strings: typeOf('an array of strings', (value) => Array.isArray(value) && value.every(isText)),
  seconds: typeOf('a number of seconds', (value) => Number.isInteger(value) && Number(value) >= 0),
  url: typeOf('a URL', isUrl),
  urls: typeOf('an array of URLs', (value) => Array.isArray(value) && value.every(isUrl)),
  object: typeOf('a JSON object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
}
