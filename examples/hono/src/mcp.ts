/** An MCP server that needs an access token. */

import { currentToken, mount, protect } from '@authlib/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { metadata, port, protector } from './mcp-resource.ts'
import { answer } from './tools.ts'

const app = new Hono()
app.use(mount(metadata))

app.post('/mcp', protect(protector, 'notes:read'), async (c) => {
  const reply = answer(await c.req.json(), currentToken(c)?.subject)
  return reply ? c.json(reply) : c.body(null, 202)
})

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => {
  console.log(`MCP server: http://localhost:${port}/mcp`)
})
