/** What the handlers of the MCP SDK are told about the caller. */

import type { ResourceToken, TokenClaims } from '@authlib/oauth2/resource'

/** `AuthInfo` of `@modelcontextprotocol/server`. */
export interface McpAuthInfo {
  /** Always empty: an MCP server must not pass the token of its caller on. MCP, Access Token Privilege Restriction. */
  token: string
  clientId: string
  scopes: string[]
  /** NumericDate. */
  expiresAt?: number
  resource?: URL
  extra: { readonly subject: string | undefined; readonly claims: TokenClaims }
}

/**
 * The caller, from a token that a protector has let through. Handlers find it in `authInfo`.
 *
 * @example
 * handler.fetch(request, { authInfo: authInfo(currentToken<ResourceToken>(c)!) })
 */
export function authInfo({ subject, clientId, scope, audience, expiresAt, claims }: ResourceToken): McpAuthInfo {
  const resource = audience.find((name) => URL.canParse(name))
  return {
    token: '',
    clientId: clientId ?? '',
    scopes: [...scope],
    ...(expiresAt !== undefined && { expiresAt }),
    ...(resource !== undefined && { resource: new URL(resource) }),
    extra: { subject, claims },
  }
}
