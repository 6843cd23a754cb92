/** A web application that people log in to with the provider. */

import { OAuth } from '@authlib/core'
import { expressAdapter } from '@authlib/express'
import express, { type ErrorRequestHandler } from 'express'
import { homePage, port, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'

const oauth = new OAuth({ adapter: expressAdapter, secrets }).register('provider', provider)

const app = express()

app.get('/', (_request, response) => {
  response.send(homePage)
})

app.get('/login', (_request, response) => oauth.provider.authorizeRedirect(response, { redirectUri }))

app.get('/callback', async (_request, response) => {
  const result = await oauth.provider.authorizeAccessToken(response)
  response.send(await welcomePage(result)) // begin a session of your application here
})

const showProblem: ErrorRequestHandler = (error, _request, response, _next) => {
  const { status, html } = problemPage(error)
  response.status(status).send(html)
}
app.use(showProblem)

app.listen(port, '127.0.0.1', () => {
  console.log(`Application: http://localhost:${port}`)
})
