/**
 * The token request of any grant, and the token that its response makes.
 *
 * @spec RFC 6749 §5.1
 */

import { randomToken, type Json, type JsonObject, type ParamValues } from '@authlib/core'
import { parseScope } from '../scope.ts'
import { errorOf, post, readObject, type Connection, type JsonMembers } from './connection.ts'
import { invalidResponse } from './errors.ts'
import type { Token } from './token.ts'

/** What the response may leave unsaid, because it is as asked for or as before. */
export interface TokenDefaults {
  readonly scope: readonly string[]
  readonly resource?: readonly string[] | undefined
  readonly refreshToken?: string | undefined
  readonly idToken?: string | undefined
  /** Further members to keep in `extra`. */
  readonly keep: readonly string[]
}

export async function requestToken(
  connection: Connection,
  params: ParamValues,
  defaults: TokenDefaults,
): Promise<Token> {
  const { clientId, clock, random } = connection
  const obtainedAt = clock() // before it is sent: a lifetime counts from when the response was made
  const answer = readObject(await post(connection, 'token_endpoint', params))
  const { issuer } = await connection.metadata()
  if (answer['access_token'] === undefined) throw errorOf(answer) ?? invalidResponse('access_token is missing') // some errors come as 200
  if (text(answer, 'token_type')?.toLowerCase() !== 'bearer') throw invalidResponse('token_type is not Bearer') // §7.1
  const accessToken = text(answer, 'access_token')
  if (accessToken === undefined) throw invalidResponse('access_token is null')
  const lifetime = seconds(answer['expires_in'])
  const extra = pick(answer, defaults.keep)
  return {
    version: 1,
    id: randomToken(random, 16),
    ...(issuer !== undefined && { issuer }),
    clientId,
    tokenType: 'Bearer',
    accessToken,
    refreshToken: text(answer, 'refresh_token') ?? defaults.refreshToken, // §6: absent means that the old one stays
    idToken: text(answer, 'id_token') ?? defaults.idToken,
    scope: scopeOf(answer) ?? defaults.scope, // §5.1: absent means as asked for
    resource: defaults.resource,
    obtainedAt,
    expiresAt: lifetime === undefined ? undefined : obtainedAt + lifetime,
    ...(extra && { extra }),
  }
}

/** Visible ASCII, RFC 6749 appendix A: what can stand in a header. */
function text(answer: JsonMembers, name: string): string | undefined {
  const value = answer[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw invalidResponse(`${name} is not a token`)
  return value
}

function seconds(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const quoted = typeof value === 'string' && /^\d{1,10}(?:\.\d{1,10})?$/.test(value) // as some servers write it
  const lifetime = quoted ? Number(value) : value
  if (typeof lifetime !== 'number' || !(lifetime >= 0 && lifetime < 1e10)) {
    throw invalidResponse('expires_in is not a number of seconds')
  }
  return Math.floor(lifetime)
}

function scopeOf({ scope }: JsonMembers): readonly string[] | undefined {
  if (scope === undefined || scope === null) return undefined
  if (typeof scope !== 'string') throw invalidResponse('scope is not a string')
  try {
    return parseScope(scope)
  } catch (error) {
    throw invalidResponse('scope is malformed', error)
  }
}

function pick(answer: JsonMembers, names: readonly string[]): JsonObject | undefined {
  const kept = names.filter((name) => Object.hasOwn(answer, name))
  if (kept.length === 0) return undefined
  return Object.fromEntries(kept.map((name) => [name, answer[name] as Json])) // sound: it was parsed from JSON
}
