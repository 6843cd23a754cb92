import { currentToken, protect } from '@authlib/next'
import { protector } from '../../lib/mcp-resource'
import { answer } from '../../lib/tools'

export const POST = protect(
  protector,
  'notes:read',
)(async (request) => {
  const reply = answer(await request.json(), currentToken(request)?.subject)
  return reply ? Response.json(reply) : new Response(null, { status: 202 })
})
