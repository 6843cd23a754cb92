import {
  loginRoutes,
  memoryStore,
  OAuth,
  signedIn,
  storedSessions,
  storeTokens,
  type StoredLoginSessions,
  type TokenStore,
} from '@authlib/core'
import { currentToken, expressAdapter, mount, protect } from '@authlib/express'
import * as hono from '@authlib/hono'
import { backchannelLogout, oidc } from '@authlib/oidc/client'
import {
  startFakeProvider,
  startNodeServer,
  startTestServer,
  type FakeProvider,
  type TestServer,
} from '@authlib/testing'
import express from 'express'
import { Hono } from 'hono'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const secrets = ['a secret of the application, 32 characters']

/** What a test can look at from outside. */
interface Application {
  readonly sessions: Pick<StoredLoginSessions<never>, 'list' | 'endAll'>
  /** A call to the API of the provider with the token of this session. */
  readonly api: (session: string) => Promise<Response>
}

/** Starts a server, and makes the application when its address is known. */
type Start = (provider: FakeProvider) => Promise<{ readonly server: TestServer; readonly application: Application }>

const frameworks: readonly [string, Start][] = [
  [
    'Express',
    async ({ issuer, clientId, clientSecret }) => {
      const app = express()
      const server = await startNodeServer(app)
      const { url } = server
      const store = memoryStore()
      const tokens = storeTokens(store, { secrets })
      const oauth = new OAuth({ adapter: expressAdapter, secrets, tokens }).register(
        'provider',
        oidc({ issuer, clientId, clientSecret }),
      )
      const sessions = storedSessions(oauth, { store, url })
      app.use(mount(loginRoutes(oauth, { url: `${url}/login`, sessions })))
      app.use(mount(backchannelLogout({ client: oauth.provider, path: '/ended', onLogout: sessions.endOfProvider })))
      app.get('/notes', protect(signedIn(sessions, { login: '/login' })), (request, response) => {
        response.send(`Notes of ${currentToken(request)?.subject}`)
      })
      app.get('/', async (_request, response) => {
        response.send(`Hello ${(await sessions.find(response))?.subject ?? 'stranger'}`)
      })
      return { server, application: { sessions, api: (id) => callApi(issuer, tokens, id) } }
    },
  ],
  [
    'Hono',
    async ({ issuer, clientId, clientSecret }) => {
      const app = new Hono()
      const server = await startTestServer((request) => app.fetch(request))
      const { url } = server
      const store = memoryStore()
      const tokens = storeTokens(store, { secrets })
      const oauth = new OAuth({ adapter: hono.honoAdapter, secrets, tokens }).register(
        'provider',
        oidc({ issuer, clientId, clientSecret }),
      )
      const sessions = storedSessions(oauth, { store, url })
      app.use(hono.mount(loginRoutes(oauth, { url: `${url}/login`, sessions })))
      app.use(
        hono.mount(backchannelLogout({ client: oauth.provider, path: '/ended', onLogout: sessions.endOfProvider })),
      )
      app.get('/notes', hono.protect(signedIn(sessions, { login: '/login' })), (c) =>
        c.text(`Notes of ${hono.currentToken(c)?.subject}`),
      )
      app.get('/', async (c) => c.text(`Hello ${(await sessions.find(c))?.subject ?? 'stranger'}`))
      return { server, application: { sessions, api: (id) => callApi(issuer, tokens, id) } }
    },
  ],
]

describe.each(frameworks)('staying logged in, with %s', (_name, start) => {
  let provider: FakeProvider
  let server: TestServer
  let application: Application
  let browser: FormBrowser
  let person: string

  beforeEach(async () => {
    provider = await startFakeProvider()
    provider.answer('/authorize', ({ url }) => Response.redirect(provider.approve(url))) // a person who agrees
    provider.makeIdToken = ({ header, claims }) => provider.signJwt({ header, claims: { ...claims, sid: 'sid-1' } })
    ;({ server, application } = await start(provider))
    browser = newBrowser()
    person = `${provider.issuer} alice`
  })
  afterEach(() => Promise.all([server.stop(), provider.stop()]))

  /** What the provider tells the application when a person logs out there. */
  async function logOutAtProvider(claims: object): Promise<number> {
    const { keys } = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: { kid: string }[] }
    const now = Math.floor(Date.now() / 1000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const times = { iat: now, exp: now + 60, jti: randomUUID() }
    const token = provider.signJwt({
      header: { alg: 'ES256', kid: keys[0]!.kid, typ: 'logout+jwt' },
      claims: { iss: provider.issuer, aud: provider.clientId, ...times, events, ...claims },
    })
    const body = new URLSearchParams({ logout_token: token })
    return (await fetch(`${server.url}/ended`, { method: 'POST', body })).status
  }

  it('sends a person who opens a page to log in, and back to the page', async () => {
    await browser.open(`${server.url}/notes?a=1`)
    expect(browser.url).toBe(`${server.url}/notes?a=1`)
    expect(browser.text).toBe(`Notes of ${person}`)
    await browser.open('/')
    expect(browser.text).toBe(`Hello ${person}`)
  })

  it('calls the API with the token of the session, until the sign-out', async () => {
    await browser.open(`${server.url}/login`)
    const [session] = await application.sessions.list(person)
    expect((await application.api(session!.id)).status).toBe(200)
    await browser.open('/login/logout', { method: 'POST' })
    expect(browser.text).toBe('Hello stranger')
    expect((await application.api(session!.id)).status).toBe(401)
  })

  it.each([
    ['access_denied', 403, 'access_denied'],
    ['login_required', 400, 'login_required'],
    ['temporarily_unavailable', 400, 'temporarily_unavailable'],
    ['"><script>alert(1)</script>', 400, 'authorization_failed'],
  ])('shows nothing that the provider writes about an error: %j (R16)', async (error, status, code) => {
    provider.answer('/authorize', ({ url }) => {
      const html = '<img src=x onerror=alert(1)>'
      return Response.redirect(provider.approve(url, { code: undefined, error, error_description: html }))
    })
    await browser.open(`${server.url}/login`)
    expect(browser.status).toBe(status)
    expect(JSON.parse(browser.text)).toMatchObject({ error: code })
    expect(browser.text).not.toMatch(/<|alert/)
  })

  it('ends in every browser with one sign-out everywhere', async () => {
    const phone = newBrowser()
    await browser.open(`${server.url}/login`)
    await phone.open(`${server.url}/login`)
    expect(await application.sessions.list(person)).toHaveLength(2)
    await application.sessions.endAll({ subject: person })
    await browser.open('/')
    expect(browser.text).toBe('Hello stranger')
    await phone.open('/')
    expect(phone.text).toBe('Hello stranger')
  })

  it.each([{ sid: 'sid-1' }, { sub: 'alice' }, { sub: 'alice', sid: 'sid-1' }])(
    'ends when the provider says so with %j (Back-Channel Logout §2.7)',
    async (claims) => {
      await browser.open(`${server.url}/login`)
      expect(await logOutAtProvider({ sid: 'sid-2' })).toBe(200)
      await browser.open('/')
      expect(browser.text).toBe(`Hello ${person}`)
      expect(await logOutAtProvider(claims)).toBe(200)
      await browser.open('/')
      expect(browser.text).toBe('Hello stranger')
      expect(await application.sessions.list(person)).toEqual([])
    },
  )

  it('never begins for a login whose session at the provider has ended meanwhile', async () => {
    provider.answer('/token', async (_request, usual) => {
      const answer = await usual()
      await logOutAtProvider({ sid: 'sid-1' }) // while the code is exchanged
      return answer
    })
    await browser.open(`${server.url}/login`)
    expect(browser.text).toContain('login_ended')
    await browser.open('/')
    expect(browser.text).toBe('Hello stranger')
  })
})

/** One that says that it opens pages. */
function newBrowser(): FormBrowser {
  return new FormBrowser((url, init) => {
    const headers = new Headers(init?.headers)
    headers.set('accept', 'text/html')
    return fetch(url, { ...init, headers })
  })
}

/** With the token that is kept for the session. */
async function callApi(issuer: string, tokens: TokenStore, session: string): Promise<Response> {
  const accessToken = (await tokens.get(`provider:${session}`))?.['accessToken'] as string | undefined // as OAuth 2 has it
  return fetch(`${issuer}/api`, { headers: { authorization: `Bearer ${accessToken}` } })
}
