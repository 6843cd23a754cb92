/**
 * The token request of any grant, and the token that its response makes.
 *
 * @spec RFC 6749 §5.1
 */

import { randomToken, type Json, type JsonObject, type ParamValues } from '@authlib/core'
import { isTextList } from '@authlib/core/kit'
import { errorOf, readObject, withAnswer, type JsonMembers } from './connection.ts'
import { invalidResponse, type OAuth2ClientError } from './errors.ts'
import type { ClientContext, RequestSubject, ServerAnswer } from './extension.ts'
import type { Token } from './token.ts'

/** What the response may leave unsaid, because it is as asked for or as before. */
export interface TokenDefaults {
  readonly scope: readonly string[]
  readonly resource?: readonly string[] | undefined
  readonly refreshToken?: string | undefined
  readonly idToken?: string | undefined
  readonly extra?: JsonObject | undefined
  readonly data?: JsonObject | undefined
  /** Token types that this grant may answer besides: `N_A` of RFC 8693 §2.2.1. */
  readonly tokenTypes?: readonly string[] | undefined
}

/** @throws OAuth2ClientError what the server refuses, `invalid_response`: each with the raw answer */
export async function requestToken(
  context: ClientContext,
  params: ParamValues,
  defaults: TokenDefaults,
  about: RequestSubject = {},
): Promise<Token> {
  const obtainedAt = context.clock() // before it is sent: a lifetime counts from when the response was made
  const answer = await context.post('token_endpoint', params, about)
  try {
    let token = await readTokenResponse(context, answer, { ...defaults, obtainedAt })
    for (const extension of context.extensions) {
      if (extension.token !== undefined) token = await extension.token(token, answer, about, context)
    }
    return token
  } catch (error) {
    throw withAnswer(error, answer) // it may hold a refresh token that took the place of the one we have
  }
}

/**
 * The token that these members of an answer make, as every client reads the answers of the token endpoint. For answers that
 * come another way.
 *
 * @throws OAuth2ClientError what the server refuses, `invalid_response`
 */
export async function readTokenResponse(
  { clientId, issuer, random, extensions, keep }: ClientContext,
  answer: ServerAnswer,
  { obtainedAt, ...defaults }: TokenDefaults & { readonly obtainedAt: number },
): Promise<Token> {
  const members = await readObject(answer)
  const accessToken = text(members, 'access_token')
  if (accessToken === undefined) throw (await errorOf(answer)) ?? invalidResponse('access_token is missing') // some errors come as 200
  if (accessToken.includes(' ')) throw invalidResponse('access_token has a space')
  const given = text(members, 'token_type')
  const types = ['Bearer', ...(defaults.tokenTypes ?? []), ...extensions.flatMap(({ tokenTypes = [] }) => tokenTypes)]
  const tokenType = types.find((type) => type.toLowerCase() === given?.toLowerCase())
  if (tokenType === undefined) throw await invalidTokenType(given, types) // §7.1
  const lifetime = seconds(members['expires_in'])
  const extra = { ...defaults.extra, ...pick(members, keep) }
  return {
    version: 1,
    id: randomToken(random, 16),
    issuer,
    clientId,
    tokenType,
    accessToken,
    refreshToken: text(members, 'refresh_token') ?? defaults.refreshToken, // §6: absent means that the old one stays
    idToken: text(members, 'id_token') ?? defaults.idToken,
    scope: scopeOf(members, defaults.scope) ?? defaults.scope, // §5.1: absent means as asked for
    resource: defaults.resource,
    obtainedAt,
    expiresAt: lifetime === undefined ? undefined : obtainedAt + lifetime,
    ...(Object.keys(extra).length > 0 && { extra }),
    data: defaults.data,
  }
}

async function invalidTokenType(given: string | undefined, types: readonly string[]): Promise<OAuth2ClientError> {
  const { tokenTypeHint } = await import('./answer-faults.ts')
  const reason = `token_type is ${given ?? 'missing'}, not ${types.join(' or ')}`
  return invalidResponse(reason, undefined, undefined, tokenTypeHint(given))
}

/** RFC 6749 appendix A.12, A.17: printable ASCII. Empty counts as absent. */
function text(members: JsonMembers, name: string): string | undefined {
  const value = members[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string' || !isVisible(value)) throw invalidResponse(`${name} is not a token`)
  return value
}

function isVisible(value: string): boolean {
  return /^[\x20-\x7e]+$/.test(value)
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

/** A word with commas that was not asked for is several, as GitHub and LinkedIn write them. */
function scopeOf({ scope }: JsonMembers, asked: readonly string[]): readonly string[] | undefined {
  if (scope === undefined || scope === null) return undefined
  const list = isTextList(scope) // as Twitch writes it
  if (typeof scope !== 'string' && !list) throw invalidResponse('scope is not a string')
  const text = list ? scope.join(' ') : scope
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) throw invalidResponse('scope is malformed') // §3.3
  const words = text.split(' ').flatMap((word) => (asked.includes(word) ? [word] : word.split(',')))
  return [...new Set(words)].filter((word) => word !== '')
}

function pick(members: JsonMembers, names: readonly string[]): JsonObject {
  const kept = names.filter((name) => Object.hasOwn(members, name))
  return Object.fromEntries(kept.map((name) => [name, members[name] as Json])) // sound: it was parsed from JSON
}
