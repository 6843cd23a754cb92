/**
 * The refresh of a token.
 *
 * @spec RFC 6749 §6
 */

import { assertNotReserved, assertTokenRequestOptions, scopeParam } from './authorization.ts'
import { loginRequired } from './errors.ts'
import type { ClientContext, RequestSubject } from './extension.ts'
import type { TokenRequestOptions } from './token-client.ts'
import { requestToken } from './token-request.ts'
import type { Token } from './token.ts'

/** Parameters of a token request that the protocol sets. */
export const RESERVED_IN_TOKEN_REQUESTS: ReadonlySet<string> = new Set([
  'grant_type',
  'scope',
  'resource',
  'refresh_token',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
])

/** The successor of a token, as `client.refresh` gives it. `about` says for whom. */
export async function refresh(
  context: ClientContext,
  token: Token,
  options: TokenRequestOptions,
  about: RequestSubject = { token, signal: options.signal },
): Promise<Token> {
  assertTokenRequestOptions('refresh', options)
  const { scope, resource = token.resource, params = {} } = options
  const { refreshToken, idToken, extra, data } = token
  if (refreshToken === undefined) throw loginRequired('there is no refresh token')
  assertNotReserved(params, RESERVED_IN_TOKEN_REQUESTS)
  return requestToken(
    context,
    { ...params, grant_type: 'refresh_token', refresh_token: refreshToken, scope: scopeParam(scope), resource },
    { scope: scope ?? token.scope, resource, refreshToken, idToken, extra, data },
    about,
  )
}
