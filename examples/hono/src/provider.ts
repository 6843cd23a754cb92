/** The provider on the network: people log in here, and applications learn who they are. */

import { mount } from '@authlib/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { server } from './server.ts'

const app = new Hono()
app.use(mount(server))

serve({ fetch: app.fetch, port: Number(new URL(server.issuer).port), hostname: '127.0.0.1' }, () => {
  console.log(`Provider: ${server.issuer}`)
})
