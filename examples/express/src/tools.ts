/** An MCP server with one tool, over the streamable HTTP transport without sessions. */

/** What stands in a message of JSON-RPC. */
interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly protocolVersion?: string; readonly name?: string }
}

const TOOL = { name: 'read_notes', description: 'Reads the notes of the person', inputSchema: { type: 'object' } }

/** The answer to a message, or null for a notification, which has none. */
export function answer(message: unknown, subject = ''): object | null {
  const { id, method = '', params } = message as Message // unchecked: what is wrong in it finds no method
  if (id === undefined) return null
  const result = resultOf(method, params, subject)
  if (result === undefined) return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
  return { jsonrpc: '2.0', id, result }
}

function resultOf(method: string, params: Message['params'], subject: string): object | undefined {
  switch (method) {
    case 'initialize': {
      const protocolVersion = params?.protocolVersion ?? '2025-06-18'
      return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'notes', version: '1.0.0' } }
    }
    case 'ping':
      return {}
    case 'tools/list':
      return { tools: [TOOL] }
    case 'tools/call':
      if (params?.name !== TOOL.name) return undefined
      return { content: [{ type: 'text', text: `${subject} wrote: buy milk` }] }
    default:
      return undefined
  }
}
