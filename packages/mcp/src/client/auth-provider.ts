/** The `authProvider` of transports of the MCP SDK, version 2. */

import type { McpAuth } from './mcp-auth.ts'

/** What a transport calls: a part of `AuthProvider` of `@modelcontextprotocol/client`. */
export interface McpAuthProvider {
  token(): Promise<string | undefined>
  onUnauthorized(context: { readonly response: Response }): Promise<void>
}

/**
 * For transports that take no `fetch`. It sends Bearer tokens, and hears of a 401 alone: `auth.fetch` also answers requests
 * for more scope, and knows DPoP.
 *
 * @example
 * new StreamableHTTPClientTransport(new URL(url), { authProvider: authProvider(auth) })
 */
export function authProvider(auth: McpAuth): McpAuthProvider {
  return {
    token: () => auth.token(),
    onUnauthorized: ({ response }) => auth.authorize(response),
  }
}
