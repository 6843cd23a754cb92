/** A web application that people log in to, and its API, on Elysia. */

import { OAuth } from '@authlib/core'
import { currentToken, elysiaAdapter, mount, protect } from '@authlib/elysia'
import { Elysia } from 'elysia'
import { homePage, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'
import { protectResource } from './protector.ts'

const oauth = new OAuth({ adapter: elysiaAdapter, secrets }).register('provider', provider)
const { metadata, protector } = protectResource()

export const app = new Elysia()
  .use(mount(metadata))
  .onError(({ error, set }) => {
    const { status, html } = problemPage(error)
    set.status = status
    set.headers['content-type'] = 'text/html; charset=utf-8'
    return html
  })
  .get('/', ({ set }) => {
    set.headers['content-type'] = 'text/html; charset=utf-8'
    return homePage
  })
  .get('/login', (context) => oauth.provider.authorizeRedirect(context, { redirectUri }))
  .get('/callback', async (context) => {
    const result = await oauth.provider.authorizeAccessToken(context)
    context.set.headers['content-type'] = 'text/html; charset=utf-8'
    return await welcomePage(result) // begin a session of your application here
  })
  .get('/notes', (context) => ({ owner: currentToken(context)?.subject, notes: ['buy milk'] }), {
    beforeHandle: protect(protector, 'notes:read'),
  })
