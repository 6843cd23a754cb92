/**
 * From the URL of an MCP server to the authorization server that gives tokens for it.
 *
 * @spec MCP Authorization §4
 */

import { AuthlibError, systemClock } from '@authlib/core'
import { discoverResource, issuerMetadata, type ProtectedResource, type ServerMetadata } from '@authlib/oauth2/client'
import type { McpAuthOptions } from './options.ts'

export interface Authority {
  readonly issuer: string
  readonly metadata: ServerMetadata
}

/** What a server of before protected resource metadata is taken to say. */
export type Resource = Pick<ProtectedResource, 'resource' | 'authorizationServers' | 'scopes'> & {
  /** It publishes nothing: MCP of 2025-03-26, where the host is its own authorization server. */
  readonly isOld: boolean
}

/** @throws AuthlibError `invalid_metadata`, `resource_mismatch`, and those of `send` */
export async function findResource(
  challenge: string | null | undefined,
  { url, fetch, timeout, addresses }: McpAuthOptions,
): Promise<Resource> {
  try {
    return { ...(await discoverResource(url, { challenge, fetch, timeout, addresses })), isOld: false }
  } catch (error) {
    if (!(error instanceof AuthlibError) || error.code !== 'missing_metadata') throw error
    return { resource: new URL(url).href, authorizationServers: [new URL(url).origin], isOld: true }
  }
}

/** @throws AuthlibError `missing_metadata`, `invalid_metadata`, `issuer_mismatch`, `pkce_not_supported` */
export async function findAuthority(issuer: string, isOld: boolean, options: McpAuthOptions): Promise<Authority> {
  const { fetch, timeout, addresses, clock = systemClock } = options
  const fallback = isOld ? defaultEndpoints(issuer) : undefined
  const metadata = await issuerMetadata({ issuer, fetch, timeout, addresses, fallback, first: 'oauth2' })(clock)
  const methods = metadata.code_challenge_methods_supported
  if (!methods?.includes('S256')) throw withoutPkce() // MCP, Authorization Code Protection
  return { issuer, metadata }
}

/** MCP 2025-03-26 §2.3.3: where nothing is published. */
function defaultEndpoints(issuer: string): ServerMetadata {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
  }
}

function withoutPkce(): AuthlibError {
  return new AuthlibError(
    'pkce_not_supported',
    'The authorization server does not say that it supports PKCE with S256',
    {
      status: 502,
      hint: 'MCP forbids to go on. The server must list S256 in `code_challenge_methods_supported`.',
    },
  )
}
