/**
 * Trades a token for another: for another audience, with less scope, or on behalf of someone.
 *
 * @spec RFC 8693 §2
 */

import type { CallOptions } from '@authlib/core'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'

/** Short names of the token types of §3. Any other URI is fine too. */
export type TokenTypeName = 'access_token' | 'refresh_token' | 'id_token' | 'jwt' | 'saml1' | 'saml2' | (string & {})

export interface TokenExchangeOptions extends CallOptions {
  /** The token that is traded. */
  readonly subjectToken: string
  /** Default `access_token`. */
  readonly subjectTokenType?: TokenTypeName | undefined
  /** Who acts, where that is not the subject. */
  readonly actorToken?: string | undefined
  /** Default `access_token`. */
  readonly actorTokenType?: TokenTypeName | undefined
  /** Default: what the server chooses. */
  readonly requestedTokenType?: TokenTypeName | undefined
  /** The logical names of the services that the token is for. */
  readonly audience?: string | readonly string[] | undefined
  /** The URLs of the services. RFC 8707. */
  readonly resource?: readonly string[] | undefined
  readonly scope?: readonly string[] | undefined
  readonly params?: Readonly<Record<string, string>> | undefined
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/**
 * The new token. `tokenType` is `N_A` for one that is no access token.
 *
 * @throws OAuth2ClientError `invalid_target`, `invalid_request` and what else the server answers
 * @example
 * const token = await exchangeToken(client, { subjectToken: incoming, audience: 'inventory' })
 */
export function exchangeToken(
  client: TokenClient,
  { subjectToken, subjectTokenType, actorToken, actorTokenType, ...options }: TokenExchangeOptions,
): Promise<Token> {
  const { requestedTokenType, audience, resource, scope, params, signal } = options
  return client.exchange(GRANT_TYPE, {
    scope,
    resource,
    signal,
    tokenTypes: ['N_A'], // §2.2.1
    params: {
      ...params,
      subject_token: subjectToken,
      subject_token_type: tokenTypeUri(subjectTokenType ?? 'access_token'),
      actor_token: actorToken,
      actor_token_type: actorToken === undefined ? undefined : tokenTypeUri(actorTokenType ?? 'access_token'),
      requested_token_type: requestedTokenType === undefined ? undefined : tokenTypeUri(requestedTokenType),
      audience,
    },
  })
}

function tokenTypeUri(name: TokenTypeName): string {
  return name.includes(':') ? name : `urn:ietf:params:oauth:token-type:${name}`
}
