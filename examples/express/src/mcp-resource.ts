/** The MCP server as a protected resource: who may call it, and the document that tells clients where tokens come from. */

import { mcpResource } from '@authlib/mcp/server'

const { ISSUER = 'http://localhost:4000', API_URL = 'http://localhost:5000' } = process.env

export const port = Number(new URL(API_URL).port)

export const { metadata, protector } = mcpResource({ url: `${API_URL}/mcp`, issuer: ISSUER, scopes: ['notes:read'] })
