/** An API that needs an access token. */

import { currentToken, mount, protect } from '@authlib/fastify'
import fastify from 'fastify'
import { port, protectResource } from './protector.ts'

const { metadata, protector } = protectResource()

const app = fastify()
app.register(mount(metadata))

app.get('/notes', { preHandler: protect(protector, 'notes:read') }, (request) => {
  return { owner: currentToken(request)?.subject, notes: ['buy milk'] }
})

await app.listen({ port, host: '127.0.0.1' })
console.log(`API: http://localhost:${port}/notes`)
