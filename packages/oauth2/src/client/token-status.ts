/**
 * What a client asks the server about a token it has: to end it, or whether it is good.
 *
 * @spec RFC 7009 §2.1
 * @spec RFC 7662 §2
 */

import type { CallOptions } from '@authlib/core'
import { untilAborted } from '@authlib/core/kit'
import { readObject, type JsonMembers } from './connection.ts'
import { invalidResponse } from './errors.ts'
import type { TokenClient } from './token-client.ts'
import type { Token } from './token.ts'

/** An answer of the introspection endpoint. Wire names. RFC 7662 §2.2. */
export type IntrospectionResponse = JsonMembers & { readonly active: boolean }

/** RFC 7009 §2.1, RFC 7662 §2.1. */
export type TokenTypeHint = 'access_token' | 'refresh_token'

/**
 * Ends a token at the server; of a `Token` the refresh token if there is one, which ends both. RFC 7009.
 *
 * @throws AuthlibError `missing_endpoint`, `unsupported_token_type`
 * @example
 * const session = apiSession(oauth.example, userId)
 * await revokeToken(oauth.example, await session.token())
 * await session.forget()
 */
export async function revokeToken(
  { context }: TokenClient,
  token: Token | string,
  hint?: TokenTypeHint,
  { signal }: CallOptions = {},
): Promise<void> {
  const whole = typeof token === 'string' ? undefined : token
  const text = typeof token === 'string' ? token : (token.refreshToken ?? token.accessToken)
  const kind = whole && (whole.refreshToken === undefined ? 'access_token' : 'refresh_token')
  await untilAborted(
    signal,
    context.post('revocation_endpoint', { token: text, token_type_hint: hint ?? kind }, { token: whole, signal }),
  )
}

/**
 * What the server says about a token; of a `Token` its access token. RFC 7662.
 *
 * @throws AuthlibError `missing_endpoint`, `invalid_response`
 * @example
 * const { active } = await introspectToken(client, token)
 */
export async function introspectToken(
  { context }: TokenClient,
  token: Token | string,
  hint: TokenTypeHint = 'access_token',
  { signal }: CallOptions = {},
): Promise<IntrospectionResponse> {
  const text = typeof token === 'string' ? token : token.accessToken
  const about = typeof token === 'string' ? { signal } : { token, signal }
  const answer = await untilAborted(
    signal,
    context.post('introspection_endpoint', { token: text, token_type_hint: hint }, about),
  )
  const members = await readObject(answer)
  if (typeof members['active'] !== 'boolean') throw invalidResponse('active is not a boolean', answer)
  return members as IntrospectionResponse // sound: checked in the line above
}
