/** One person of the application with accounts at two providers, and a token for each. */

import {
  loginRoutes,
  memoryStore,
  OAuth,
  storedSessions,
  storeTokens,
  type StoredLoginSessions,
  type TokenStore,
} from '@authlib/core'
import { expressAdapter, mount } from '@authlib/express'
import { apiSession } from '@authlib/oauth2/client'
import { oidc } from '@authlib/oidc/client'
import { startFakeProvider, startNodeServer, type FakeProvider, type TestServer } from '@authlib/testing'
import express, { type Response } from 'express'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const secrets = ['a secret of the application, 32 characters']

let work: FakeProvider
let home: FakeProvider
let server: TestServer
let browser: FormBrowser
let linked: Map<string, string>
let tokens: TokenStore
let sessions: Pick<StoredLoginSessions<Response>, 'find' | 'list'>

beforeEach(async () => {
  work = await startFakeProvider({ subject: 'alice', autoApprove: true })
  home = await startFakeProvider({ subject: 'alice-at-home', autoApprove: true })
  const app = express()
  server = await startNodeServer(app)
  const { url } = server
  const store = memoryStore()
  linked = new Map()
  tokens = storeTokens(store, { secrets })
  const oauth = new OAuth({ adapter: expressAdapter, secrets, tokens })
    .register('work', oidc({ ...credentials(work), apiBaseUrl: work.issuer }))
    .register('home', oidc({ ...credentials(home), apiBaseUrl: home.issuer }))
  const stored = storedSessions(oauth, { store, url })
  sessions = stored

  app.use(mount(loginRoutes(oauth, { url: `${url}/login`, sessions: stored })))
  app.get('/link', (_request, response) =>
    oauth.home.authorizeRedirect(response, { redirectUri: `${url}/link/callback` }),
  )
  app.get('/link/callback', async (_request, response) => {
    const session = await sessions.find(response)
    if (session === null) {
      response.redirect('/login/work')
      return
    }
    const { claims, token } = await oauth.home.authorizeAccessToken(response)
    const owner = linked.get(claims.sub) ?? session.subject
    if (owner !== session.subject) {
      response.status(409).send('linked to somebody else')
      return
    }
    linked.set(claims.sub, session.subject)
    await apiSession(oauth.home, session.id).save(token)
    response.redirect('/both')
  })
  app.get('/both', async (_request, response: Response) => {
    const session = await sessions.find(response)
    if (session === null) return response.status(401).send('nobody')
    const answers = [oauth.work, oauth.home].map((client) => apiSession(client, session.id).fetch('api'))
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    return response.json({ subject: session.subject, statuses })
  })
  browser = new FormBrowser()
})
afterEach(() => Promise.all([server.stop(), work.stop(), home.stop()]))

const credentials = ({ issuer, clientId, clientSecret }: FakeProvider) => ({ issuer, clientId, clientSecret })

it('has a token of each provider, which are refreshed apart and end together', async () => {
  await browser.open(`${server.url}/login/work`)
  await browser.open('/link')
  expect(JSON.parse(browser.text)).toEqual({ subject: `${work.issuer} alice`, statuses: [200, 200] })
  home.expireAccessTokens()
  work.requests.length = 0
  await browser.open('/both')
  expect(JSON.parse(browser.text)).toMatchObject({ statuses: [200, 200] })
  expect(work.requests).toEqual(['GET /api'])
  expect(home.requests.filter((request) => request === 'POST /token')).toHaveLength(2) // the login, and one refresh
  const [session] = await sessions.list(`${work.issuer} alice`)
  const kept = () => Promise.all(['work', 'home'].map((name) => tokens.get(`${name}:${session!.id}`)))
  expect(await kept()).toMatchObject([{ issuer: work.issuer }, { issuer: home.issuer }])
  await browser.open('/login/logout', { method: 'POST' })
  await browser.open('/both')
  expect(browser.status).toBe(401)
  expect(await kept()).toEqual([null, null])
})

it('refuses an account that is linked to somebody else', async () => {
  linked.set('alice-at-home', 'somebody else')
  await browser.open(`${server.url}/login/work`)
  await browser.open('/link')
  expect(browser.status).toBe(409)
  const [session] = await sessions.list(`${work.issuer} alice`)
  expect(await tokens.get(`home:${session!.id}`)).toBeNull()
})
