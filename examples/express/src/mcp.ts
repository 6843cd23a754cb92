/** An MCP server that needs an access token. */

import { currentToken, mount, protect } from '@authlib/express'
import express from 'express'
import { metadata, port, protector } from './mcp-resource.ts'
import { answer } from './tools.ts'

const app = express()
app.use(mount(metadata))

app.post('/mcp', protect(protector, 'notes:read'), express.json(), (request, response) => {
  const reply = answer(request.body, currentToken(request)?.subject)
  if (reply) response.json(reply)
  else response.status(202).end()
})

app.listen(port, '127.0.0.1', () => {
  console.log(`MCP server: http://localhost:${port}/mcp`)
})
