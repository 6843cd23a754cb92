/**
 * What an authorization server needs so that every MCP client can get tokens for MCP servers.
 *
 * @spec MCP Authorization
 */

import type { JsonObject } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import {
  authorizationCodeGrant,
  clientIdMetadataDocuments,
  codeChallenge,
  dynamicClientRegistration,
  jwtAccessToken,
  refreshTokenGrant,
  resourceIndicators,
  revocationEndpoint,
  type ClientIdMetadataDocumentOptions,
  type DynamicRegistrationOptions,
  type Feature,
  type Resource,
} from '@authlib/oauth2/server'

export interface McpAuthorizationOptions {
  /** Every MCP server by its URL, as clients use it, with the scope that it understands. */
  readonly resources: Readonly<Record<string, Resource>>
  /** What a request without `resource` is for: clients of before 2025-06-18 name none. Default: the only resource there is. */
  readonly defaultResource?: string | undefined
  /** Clients whose id is the URL of a document. Default: all. */
  readonly documents?: ClientIdMetadataDocumentOptions | undefined
  /**
   * Clients that register themselves, which MCP keeps for those that publish no document. Everybody may, unless `access` says
   * otherwise; a person still has to approve. False: nobody.
   */
  readonly registration?: DynamicRegistrationOptions | false | undefined
}

/**
 * The code grant with PKCE, refresh tokens, client documents, registration, resource indicators, JWT access tokens and
 * revocation, in one registration. To choose yourself, register the parts instead: each has a page of its own.
 *
 * @throws TypeError as `resourceIndicators`, and for several resources without `defaultResource`
 * @example
 * server.register(mcpAuthorization({ resources: { 'https://mcp.example/mcp': { scope: ['files:read'] } } }))
 */
export function mcpAuthorization({
  resources,
  defaultResource = onlyOne(Object.keys(resources)),
  documents,
  registration = {},
  ...others
}: McpAuthorizationOptions): Feature {
  refuseUnknownOptions('mcpAuthorization', others)
  if (defaultResource === undefined)
    throw new TypeError('With several resources, mcpAuthorization needs `defaultResource`')
  const settings: JsonObject = { registration: registration === false ? 'none' : 'dynamic' }
  return {
    kind: 'feature',
    name: 'mcp',
    settings,
    includes: [
      authorizationCodeGrant(),
      codeChallenge(), // MCP, Authorization Code Protection
      refreshTokenGrant(),
      clientIdMetadataDocuments(documents),
      resourceIndicators({ resources, defaultResource }),
      jwtAccessToken({ audience: defaultResource }),
      revocationEndpoint(),
      ...(registration === false ? [] : [dynamicClientRegistration({ access: 'open', ...registration })]),
    ],
  }
}

function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined
}
