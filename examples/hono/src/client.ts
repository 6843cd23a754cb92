/** A web application that people log in to with the provider. */

import { OAuth } from '@authlib/core'
import { honoAdapter } from '@authlib/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { homePage, port, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'

const oauth = new OAuth({ adapter: honoAdapter, secrets }).register('provider', provider)

const app = new Hono()

app.get('/', (c) => c.html(homePage))

app.get('/login', (c) => oauth.provider.authorizeRedirect(c, { redirectUri }))

app.get('/callback', async (c) => {
  const result = await oauth.provider.authorizeAccessToken(c)
  return c.html(await welcomePage(result)) // begin a session of your application here
})

app.onError((error, c) => {
  const { status, html } = problemPage(error)
  return c.html(html, status as ContentfulStatusCode)
})

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => {
  console.log(`Application: http://localhost:${port}`)
})
