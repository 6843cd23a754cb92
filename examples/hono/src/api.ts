/** An API that needs an access token. */

import { currentToken, mount, protect } from '@authlib/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { port, protectResource } from './protector.ts'

const { metadata, protector } = protectResource()

const app = new Hono()
app.use(mount(metadata))

app.get('/notes', protect(protector, 'notes:read'), (c) =>
  c.json({ owner: currentToken(c)?.subject, notes: ['buy milk'] }),
)

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => {
  console.log(`API: http://localhost:${port}/notes`)
})
