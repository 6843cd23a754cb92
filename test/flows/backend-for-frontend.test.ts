import {
  apiProxy,
  loginRoutes,
  memoryStore,
  OAuth,
  storedSessions,
  storeTokens,
  type ApiCaller,
  type LoginSession,
  type Mountable,
} from '@authlib/core'
import { fetchAdapter, mount } from '@authlib/fetch'
import { backchannelLogout, oidc } from '@authlib/oidc/client'
import { startFakeProvider, startTestServer, type FakeProvider, type TestServer } from '@authlib/testing'
import { randomUUID } from 'node:crypto'
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { chromium, describeWith } from '../support/needs.ts'

const secrets = ['a secret of the application, 32 characters']
const CSRF = { 'x-csrf': '1' }

vi.setConfig({ testTimeout: 60_000 })

describeWith(chromium, 'a backend for a frontend in Chromium', (executablePath) => {
  let provider: FakeProvider
  let app: TestServer
  let other: TestServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let arrived: Request[]

  beforeAll(async () => {
    provider = await startFakeProvider()
    provider.answer('/authorize', ({ url }) => Response.redirect(provider.approve(url))) // a person who agrees
    provider.makeIdToken = ({ header, claims }) => provider.signJwt({ header, claims: { ...claims, sid: 'sid-1' } })
    provider.answer('/notes', (request) => {
      arrived.push(request)
      return Response.json({ notes: ['one'] }, { headers: { 'set-cookie': 'api=1', etag: '"1"' } })
    })
    const blank = () => new Response('<!doctype html><title>Page</title>', { headers: { 'content-type': 'text/html' } })
    let routes: ReturnType<typeof mount> = () => null
    app = await startTestServer((request) => routes(request) ?? blank())
    routes = mount(application(app.url, provider))
    other = await startTestServer(blank)
    other = { ...other, url: other.url.replace('127.0.0.1', 'localhost') } // another site
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 60_000)
  beforeEach(async () => {
    arrived = []
    context = await browser.newContext()
    page = await context.newPage()
    await page.goto(`${app.url}/login?return_to=/start`)
    expect(page.url()).toBe(`${app.url}/start`)
  })
  afterEach(() => context.close())
  afterAll(() => Promise.all([browser.close(), provider.stop(), app.stop(), other.stop()]))

  /** What a script of the page gets. */
  function call(from: Page, url: string, headers: Record<string, string> = CSRF): Promise<unknown> {
    return from.evaluate(
      ([address, sent]) =>
        fetch(address, { headers: sent, credentials: 'include' }).then(
          async (response) => ({ status: response.status, body: await response.text() }),
          (error: unknown) => (error as Error).name,
        ),
      [url, headers] as const,
    )
  }

  it('calls the API for scripts of the page, which never see a token', async () => {
    expect(await call(page, '/api/notes?page=2')).toEqual({ status: 200, body: '{"notes":["one"]}' })
    expect(new URL(arrived[0]!.url).search).toBe('?page=2')
    expect(arrived[0]!.headers.get('authorization')).toMatch(/^Bearer /)
    expect(arrived[0]!.headers.get('cookie')).toBeNull()
    const stored = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])
    expect(stored).toEqual(['', 0, 0])
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('api')
  })

  it('refuses calls without the header, and those of other sites (CSRF)', async () => {
    expect(await call(page, '/api/notes', {})).toMatchObject({ status: 403 })
    await page.goto(other.url)
    expect(await call(page, `${app.url}/api/notes`)).toBe('TypeError') // the preflight is refused
    expect(arrived).toEqual([])
  })

  it('ends when the provider says so (Back-Channel Logout §2.7)', async () => {
    expect(await call(page, '/api/notes')).toMatchObject({ status: 200 })
    expect(await logOutAtProvider()).toBe(200)
    expect(await call(page, '/api/notes')).toMatchObject({ status: 401 })
    await page.reload()
    expect(await call(page, '/api/notes')).toMatchObject({ status: 401 })
  })

  async function logOutAtProvider(): Promise<number> {
    const { keys } = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: { kid: string }[] }
    const now = Math.floor(Date.now() / 1000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const times = { iat: now, exp: now + 60, jti: randomUUID() }
    const token = provider.signJwt({
      header: { alg: 'ES256', kid: keys[0]!.kid, typ: 'logout+jwt' },
      claims: { iss: provider.issuer, aud: provider.clientId, sid: 'sid-1', events, ...times },
    })
    const body = new URLSearchParams({ logout_token: token })
    return (await fetch(`${app.url}/ended`, { method: 'POST', body })).status
  }
})

function application(url: string, { issuer, clientId, clientSecret }: FakeProvider): Mountable[] {
  const store = memoryStore()
  const tokens = storeTokens(store, { secrets })
  const oauth = new OAuth({ adapter: fetchAdapter, secrets, tokens }).register(
    'provider',
    oidc({ issuer, clientId, clientSecret }),
  )
  const sessions = storedSessions(oauth, { store, url })
  const api = ({ id }: LoginSession): ApiCaller => ({
    async fetch(path, init) {
      const headers = new Headers(init.headers)
      const accessToken = (await tokens.get(`provider:${id}`))?.['accessToken'] as string | undefined // as OAuth 2 has it
      headers.set('authorization', `Bearer ${accessToken}`)
      return fetch(`${issuer}/${path}`, { ...init, headers })
    },
  })
  return [
    loginRoutes(oauth, { url: `${url}/login`, sessions }),
    apiProxy({ sessions, api, path: '/api', routes: ['notes', 'notes/:id'] }),
    backchannelLogout({ client: oauth.provider, path: '/ended', onLogout: sessions.endOfProvider }),
  ]
}
