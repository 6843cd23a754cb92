/** The protector of the MCP server, and the document that tells clients where tokens come from. */

import { protectResource } from './protector'

export const { metadata, protector } = protectResource('/mcp')
