/** An API that needs an access token. */

import { currentToken, mount, protect } from '@authlib/express'
import express from 'express'
import { port, protectResource } from './protector.ts'

const { metadata, protector } = protectResource()

const app = express()
app.use(mount(metadata))

app.get('/notes', protect(protector, 'notes:read'), (request, response) => {
  response.json({ owner: currentToken(request)?.subject, notes: ['buy milk'] })
})

app.listen(port, '127.0.0.1', () => {
  console.log(`API: http://localhost:${port}/notes`)
})
