/** The provider on the network: people log in here, and applications learn who they are. */

import { mount } from '@authlib/fastify'
import fastify from 'fastify'
import { server } from './server.ts'

const app = fastify()
app.register(mount(server))

await app.listen({ port: Number(new URL(server.issuer).port), host: '127.0.0.1' })
console.log(`Provider: ${server.issuer}`)
