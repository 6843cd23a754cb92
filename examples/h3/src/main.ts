/** A web application that people log in to, and its API, on h3 2. */

import { OAuth } from '@authlib/core'
import { currentToken, h3Adapter, mount, protect } from '@authlib/h3'
import { H3, html, raw, serve } from 'h3'
import { homePage, port, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'
import { protectResource } from './protector.ts'

const oauth = new OAuth({ adapter: h3Adapter, secrets }).register('provider', provider)
const { metadata, protector } = protectResource()

const app = new H3()

app.use(mount(metadata))

app.get('/', () => html(raw(homePage)))

app.get('/login', (event) => oauth.provider.authorizeRedirect(event, { redirectUri }))

app.get('/callback', async (event) => {
  try {
    const result = await oauth.provider.authorizeAccessToken(event)
    return html(raw(await welcomePage(result))) // begin a session of your application here
  } catch (error) {
    const problem = problemPage(error)
    event.res.status = problem.status
    return html(raw(problem.html))
  }
})

app.get('/notes', (event) => ({ owner: currentToken(event)?.subject, notes: ['buy milk'] }), {
  middleware: [protect(protector, 'notes:read')],
})

serve(app, { port, hostname: '127.0.0.1' })
