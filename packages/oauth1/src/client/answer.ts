/**
 * What a provider answers to a request for credentials.
 *
 * @spec RFC 5849 §2.1 §2.3
 */

import { parseJsonObject } from '@authlib/core/kit'
import { parsePairs } from '../pairs.ts'
import { invalidResponse, type ProviderAnswer } from './errors.ts'

/** The members of an answer by name. A number of JSON is its text. */
export type AnswerMembers = ReadonlyMap<string, string>

/** Form-encoded as the specification has it, or JSON as some providers have it. @throws OAuth1ResponseError `invalid_response` */
export function readAnswer(response: ProviderAnswer): AnswerMembers {
  const members = new Map<string, string>()
  for (const [name, value] of membersOf(response)) {
    if (members.has(name)) throw invalidResponse(response, `${name} came twice`)
    members.set(name, value)
  }
  return members
}

/** A member that must be there. It may be empty where `allowEmpty` says so. */
export function requiredMember(
  members: AnswerMembers,
  name: string,
  response: ProviderAnswer,
  { allowEmpty = false }: { readonly allowEmpty?: boolean } = {},
): string {
  const value = members.get(name)
  if (value === undefined || (value === '' && !allowEmpty)) throw invalidResponse(response, `${name} is missing`)
  return value
}

function membersOf(response: ProviderAnswer): readonly (readonly [string, string])[] {
  const text = response.text.trim() // some answers end in a line break
  try {
    if (!text.startsWith('{')) return parsePairs(text)
    return Object.entries(parseJsonObject(text)).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    )
  } catch {
    throw invalidResponse(response, 'it is neither a form nor a JSON object')
  }
}
