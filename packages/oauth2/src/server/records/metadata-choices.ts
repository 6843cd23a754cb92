/**
 * Clients that say what they could do in lists, so that the server chooses.
 *
 * @spec OpenID Connect RP Metadata Choices 1.0 §2 §4
 */

import { type Json, type JsonObject } from '@authlib/core'
import { OAuth2Error } from '../../errors.ts'
import { memberTypes } from '../contract/client-member.ts'
import type { Server } from '../contract/server.ts'

/** The members with one value, and their lists. The server publishes its own side under the name of the list. */
const choices: Readonly<Record<string, string>> = {
  subject_type: 'subject_types_supported',
  token_endpoint_auth_method: 'token_endpoint_auth_methods_supported',
  token_endpoint_auth_signing_alg: 'token_endpoint_auth_signing_alg_values_supported',
  backchannel_authentication_request_signing_alg: 'backchannel_authentication_request_signing_alg_values_supported',
  request_object_signing_alg: 'request_object_signing_alg_values_supported',
  request_object_encryption_alg: 'request_object_encryption_alg_values_supported',
  request_object_encryption_enc: 'request_object_encryption_enc_values_supported',
  ...answersOf('id_token'),
  ...answersOf('userinfo'),
  ...answersOf('authorization'),
  ...answersOf('introspection'),
}

function answersOf(name: string): Record<string, string> {
  return {
    [`${name}_signed_response_alg`]: `${name}_signing_alg_values_supported`,
    [`${name}_encrypted_response_alg`]: `${name}_encryption_alg_values_supported`,
    [`${name}_encrypted_response_enc`]: `${name}_encryption_enc_values_supported`,
  }
}

/** Members that every client has a value of. The others mean "only if I ask": without one nothing is chosen. */
const always: ReadonlySet<string> = new Set([
  'subject_type',
  'token_endpoint_auth_method',
  'id_token_signed_response_alg',
])

/**
 * The members of `metadata`, with a value that both sides support where the client sent a list. The lists themselves are
 * for the request only: they are not kept. §2
 *
 * @throws OAuth2Error `invalid_client_metadata`
 */
export function chooseMembers(server: Server, sent: JsonObject, metadata: JsonObject): JsonObject {
  const lists = Object.entries(choices).filter(([, list]) => sent[list] !== undefined && sent[list] !== null)
  if (lists.length === 0) return metadata
  const supported: JsonObject = { ...server.metadata() }
  const chosen: Record<string, Json> = {}
  for (const [member, list] of lists) {
    const values = memberTypes.strings.parse(sent[list] ?? null)
    if (values === null) throw refused(`${list} is not ${memberTypes.strings.words}`)
    const preferred = metadata[member]
    if (preferred === undefined && !always.has(member)) continue
    if (preferred !== undefined && !values.some((value) => value === preferred)) {
      throw refused(`${member} is not in ${list}`) // §2
    }
    const value = choose(values, preferred, memberTypes.strings.parse(supported[list] ?? []) ?? [])
    if (value === undefined) throw refused(`nothing in ${list} is supported`) // §4
    chosen[member] = value
  }
  return { ...metadata, ...chosen }
}

/** What the client prefers, or else its first that will do. §4 */
function choose(
  values: readonly string[],
  preferred: Json | undefined,
  supported: readonly string[],
): string | undefined {
  return [...values.filter((value) => value === preferred), ...values].find((value) => supported.includes(value))
}

function refused(description: string): OAuth2Error {
  return new OAuth2Error('invalid_client_metadata', description)
}
