/** The provider on the network: people log in here, and applications learn who they are. */

import { mount } from '@authlib/express'
import express from 'express'
import { server } from './server.ts'

const app = express()
app.use(mount(server))
app.listen(Number(new URL(server.issuer).port), '127.0.0.1', () => {
  console.log(`Provider: ${server.issuer}`)
})
