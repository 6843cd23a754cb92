/**
 * The authorization request: state and PKCE with S256, always.
 *
 * @spec RFC 6749 §4.1.1
 * @spec RFC 7636 §4.3
 * @spec RFC 8707 §2
 */

import { AuthlibError, randomToken, type LoginOptions, type StartedLogin } from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import { createCodeVerifier, s256 } from '../pkce.ts'
import { formatScope } from '../scope.ts'
import type { Connection } from './connection.ts'
import { missingEndpoint } from './errors.ts'

export interface AuthorizationOptions extends LoginOptions {
  /** Default: the scope of the client. */
  readonly scope?: readonly string[] | undefined
  /** The resources that the token is for, RFC 8707. */
  readonly resource?: readonly string[] | undefined
  /** Default: what the server does by itself, which is the query. */
  readonly responseMode?: 'query' | 'form_post' | undefined
  /** Further parameters. The protocol's own cannot be set here. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/** What the callback needs of its request. Secret. */
export type OAuth2Login = {
  readonly state: string
  readonly codeVerifier: string
  /** Sent again with the code, byte for byte. RFC 6749 §4.1.3. */
  readonly redirectUri: string
  readonly scope: readonly string[]
  readonly resource?: readonly string[] | undefined
}

const RESERVED: ReadonlySet<string> = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'resource',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
])

/** @throws AuthlibError `reserved_parameter` when `params` would override what keeps a login safe */
export async function startAuthorization(
  { clientId, metadata, random }: Connection,
  {
    redirectUri,
    scope,
    resource,
    responseMode,
    params = {},
  }: AuthorizationOptions & { readonly scope: readonly string[] },
  protocolParams: Readonly<Record<string, string | undefined>> = {},
): Promise<StartedLogin<OAuth2Login>> {
  if (Object.keys(params).some((name) => RESERVED.has(name))) {
    throw new AuthlibError('reserved_parameter', 'The protocol sets this parameter itself', {
      hint: `These cannot be in \`params\`: ${[...RESERVED].join(', ')}.`,
    })
  }
  const { authorization_endpoint: endpoint } = await metadata()
  if (endpoint === undefined) throw missingEndpoint('authorization_endpoint')
  const state = randomToken(random)
  const codeVerifier = createCodeVerifier(random)
  const url = addQuery(endpoint, {
    ...params,
    resource,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopeParam(scope),
    state,
    code_challenge: await s256(codeVerifier),
    code_challenge_method: 'S256',
    response_mode: responseMode,
    ...protocolParams,
  })
  return {
    url,
    id: state,
    login: { state, codeVerifier, redirectUri, scope, resource },
    formPost: responseMode === 'form_post',
  }
}

/** An empty scope is not sent: the server decides. */
export function scopeParam(scope: readonly string[] = []): string | undefined {
  return scope.length === 0 ? undefined : formatScope(scope)
}
