/**
 * Calls to the API of another service in the name of a person who logged in at an identity provider that both sides trust,
 * without another consent page.
 *
 * @spec draft-ietf-oauth-identity-assertion-authz-grant §4
 */

import type { CallOptions } from '@authlib/core'
import { invalidResponse } from '../errors.ts'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'
import { jwtBearer } from './jwt-bearer.ts'
import { exchangeToken } from './token-exchange.ts'

export interface IdentityAssertionOptions extends CallOptions {
  /** The client at the identity provider, confidential. */
  readonly provider: TokenClient
  /** Who the person is: the ID Token of the login there, or its refresh token. */
  readonly subjectToken: string
  /** Default `id_token`. */
  readonly subjectTokenType?: 'id_token' | 'refresh_token' | undefined
  /** The issuer of the server that protects the API. Default: the issuer of the client there. */
  readonly audience?: string | undefined
  /** The URLs of the API. RFC 8707. */
  readonly resource?: readonly string[] | undefined
  readonly scope?: readonly string[] | undefined
}

/**
 * The token for the API: exchanges what says who the person is for an assertion at the provider, and presents that to the
 * server of `client`. There is no refresh token: get another assertion. The specification is a draft, and this function may change
 * with it.
 *
 * @throws OAuth2ClientError `access_denied` when the provider does not allow it, and what else the two servers answer
 * @example
 * const session = apiSession(chat, { key: userId, obtain: () => experimentalIdentityAssertion(chat, { provider, subjectToken: idToken }) })
 */
export async function experimentalIdentityAssertion(
  client: TokenClient,
  {
    provider,
    subjectToken,
    subjectTokenType = 'id_token',
    audience,
    resource,
    scope,
    signal,
  }: IdentityAssertionOptions,
): Promise<Token> {
  const to = audience ?? client.context.issuer
  if (to === undefined) throw new TypeError('An identity assertion needs the `audience`, or a client with an issuer')
  const assertion = await exchangeToken(provider, {
    subjectToken,
    subjectTokenType,
    requestedTokenType: 'id-jag',
    audience: to,
    resource,
    scope,
    signal,
  })
  if (assertion.tokenType !== 'N_A') throw invalidResponse('the provider answered an access token, not an assertion')
  return jwtBearer(client, { assertion: assertion.accessToken, scope: assertion.scope, resource, signal })
}
