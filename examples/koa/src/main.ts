/** A web application that people log in to, and its API, on Koa. */

import { OAuth } from '@authlib/core'
import { currentToken, koaAdapter, mount, protect } from '@authlib/koa'
import Koa from 'koa'
import { homePage, port, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'
import { protectResource } from './protector.ts'

const oauth = new OAuth({ adapter: koaAdapter, secrets }).register('provider', provider)
const { metadata, protector } = protectResource()
const guard = protect(protector, 'notes:read')

const app = new Koa()

app.use(async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    const { status, html } = problemPage(error)
    ctx.status = status
    ctx.body = html
  }
})

app.use(mount(metadata))

app.use(async (ctx, next) => {
  if (ctx.path === '/') {
    ctx.body = homePage
  } else if (ctx.path === '/login') {
    await oauth.provider.authorizeRedirect(ctx, { redirectUri })
  } else if (ctx.path === '/callback') {
    const result = await oauth.provider.authorizeAccessToken(ctx)
    ctx.body = await welcomePage(result) // begin a session of your application here
  } else if (ctx.path === '/notes') {
    await guard(ctx, async () => {
      ctx.body = { owner: currentToken(ctx)?.subject, notes: ['buy milk'] }
    })
  } else {
    await next()
  }
})

app.listen(port, '127.0.0.1', () => {
  console.log(`Application: http://localhost:${port}`)
})
