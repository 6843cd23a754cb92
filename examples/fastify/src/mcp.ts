/** An MCP server that needs an access token. */

import { currentToken, mount, protect } from '@authlib/fastify'
import fastify from 'fastify'
import { metadata, port, protector } from './mcp-resource.ts'
import { answer } from './tools.ts'

const app = fastify()
app.register(mount(metadata))

app.post('/mcp', { preHandler: protect(protector, 'notes:read') }, (request, reply) => {
  const message = answer(request.body, currentToken(request)?.subject)
  return message ? reply.send(message) : reply.code(202).send()
})

await app.listen({ port, host: '127.0.0.1' })
console.log(`MCP server: http://localhost:${port}/mcp`)
