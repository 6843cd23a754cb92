/** A web application that people log in to with the provider. */

import { OAuth } from '@authlib/core'
import { fastifyAdapter } from '@authlib/fastify'
import fastify from 'fastify'
import { homePage, port, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'

const oauth = new OAuth({ adapter: fastifyAdapter, secrets }).register('provider', provider)

const app = fastify()

app.get('/', (_request, reply) => reply.type('text/html').send(homePage))

app.get('/login', (_request, reply) => oauth.provider.authorizeRedirect(reply, { redirectUri }))

app.get('/callback', async (_request, reply) => {
  const result = await oauth.provider.authorizeAccessToken(reply)
  return reply.type('text/html').send(await welcomePage(result)) // begin a session of your application here
})

app.setErrorHandler((error, _request, reply) => {
  const { status, html } = problemPage(error)
  return reply.code(status).type('text/html').send(html)
})

await app.listen({ port, host: '127.0.0.1' })
console.log(`Application: http://localhost:${port}`)
