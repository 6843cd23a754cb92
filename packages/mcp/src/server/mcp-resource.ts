/**
 * An MCP server as a protected resource.
 *
 * @spec MCP Authorization
 * @spec RFC 9728
 */

import {
  jwtAccessToken,
  protectedResourceMetadata,
  ResourceProtector,
  type ProtectedResourceMetadata,
  type ResourceProtectorOptions,
} from '@authlib/oauth2/resource'

export interface McpResourceOptions extends Partial<Omit<ResourceProtectorOptions, 'resource' | 'resourceMetadata'>> {
  /** The URL of the MCP server, as clients use it. */
  readonly url: string
  /** Who issues the tokens. */
  readonly issuer: string
  /** The scope that every client needs at first: more is asked for when a tool needs it. */
  readonly scopes?: readonly string[] | undefined
  /** Name for people. */
  readonly name?: string | undefined
}

/** What to mount, and what guards the route of the MCP server. */
export interface McpResource {
  /** Mount it at the root of the host. */
  readonly metadata: ProtectedResourceMetadata
  readonly protector: ResourceProtector
}

/**
 * Takes JWT access tokens of `issuer` that are for this URL. `validators` replace that.
 *
 * @throws AuthlibError `invalid_resource`, `invalid_issuer`
 * @example
 * const { metadata, protector } = mcpResource({ url: 'https://mcp.example/mcp', issuer: 'https://as.example' })
 * app.use(mount(metadata))
 * app.all('/mcp', protect(protector, 'files:read'), (c) =>
 *   handler.fetch(c.req.raw, { authInfo: authInfo(currentToken(c)) }),
 * )
 */
export function mcpResource({ url, issuer, scopes, name, validators, ...options }: McpResourceOptions): McpResource {
  const metadata = protectedResourceMetadata({ resource: url, authorizationServers: [issuer], scopes, name })
  const protector = new ResourceProtector({
    ...options,
    resource: url,
    resourceMetadata: metadata.url,
    validators: validators ?? [jwtAccessToken({ issuer })],
  })
  return { metadata, protector }
}
