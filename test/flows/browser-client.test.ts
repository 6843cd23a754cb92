import { memoryStore, systemClock } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { toResponse } from '@authlib/core'
import { dpop as dpopScheme, jwtAccessToken as jwtValidator, ResourceProtector } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  dpop,
  jwtAccessToken,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { startTestServer, type TestServer } from '@authlib/testing'
import { build } from 'esbuild'
import { join } from 'node:path'
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { chromium, describeWith } from '../support/needs.ts'
import type { Spa } from '../support/spa.ts'

declare const spa: Spa // in the page

vi.setConfig({ testTimeout: 60_000 })

describeWith(chromium, 'a single-page application in Chromium', (executablePath) => {
  let server: TestServer
  let app: TestServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let tokenRequests: string[]

  beforeAll(async () => {
    server = await startTestServer((request) => answer(request))
    app = await startTestServer(({ url }) => {
      const script = new URL(url).pathname === '/spa.js'
      return new Response(
        script ? code : '<!doctype html><title>App</title><body><script type="module" src="/spa.js"></script>',
        {
          headers: { 'content-type': script ? 'text/javascript' : 'text/html' },
        },
      )
    })
    app = { ...app, url: app.url.replace('127.0.0.1', 'localhost') } // another site than the server
    const answer = await authorizationServer(server.url, `${app.url}/callback`)
    const code = await bundle(server.url)
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 60_000)
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
    tokenRequests = []
    context.on('request', (request) => {
      if (request.url().endsWith('/token') && request.method() === 'POST') tokenRequests.push(request.postData() ?? '')
    })
  })
  afterEach(() => context.close())
  afterAll(() => Promise.all([browser.close(), server.stop(), app.stop()]))

  const text = (from: Page, words: string): Promise<void> =>
    from
      .getByText(words)
      .waitFor({ timeout: 10_000 })
      .catch(async (error: unknown) => {
        throw new Error(await from.content(), { cause: error })
      })

  async function logIn(): Promise<void> {
    await page.goto(`${app.url}/notes`)
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await text(page, '{"from":"/notes"}')
  }

  it('logs in by redirect, and calls the API with a token that is bound to a key', async () => {
    await logIn()
    expect(page.url()).toBe(`${app.url}/callback`) // without the code
    expect(await page.evaluate(() => spa.call())).toEqual({ subject: 'alice' })
    await page.reload()
    await text(page, 'nothing')
    expect(await page.evaluate(() => spa.call())).toEqual({ subject: 'alice' })
    const token = await page.evaluate(() => spa.accessToken())
    for (const scheme of ['Bearer', 'DPoP']) {
      const stolen = await fetch(`${server.url}/api`, { headers: { authorization: `${scheme} ${token}` } })
      expect(stolen.status).toBe(401)
    }
  })

  it('keeps the key where no script can read it (RFC 9449 §11.4)', async () => {
    await logIn()
    const read = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open('authlib')
        opening.onsuccess = () => resolve(opening.result)
      })
      const { privateKey } = await new Promise<CryptoKeyPair>((resolve) => {
        const reading = database.transaction('values').objectStore('values').get('dpop key')
        reading.onsuccess = () => resolve(reading.result as CryptoKeyPair)
      })
      return crypto.subtle.exportKey('jwk', privateKey).then(
        () => 'exported',
        (error: unknown) => (error as Error).name,
      )
    })
    expect(read).toBe('InvalidAccessError')
  })

  it('logs in in a window, which closes', async () => {
    await page.goto(app.url)
    const opened = context.waitForEvent('page')
    await page.getByRole('button', { name: 'Log in in a window' }).click()
    const window = await opened
    await text(page, '{"from":"a window"}')
    if (!window.isClosed()) await window.waitForEvent('close')
    expect(await page.evaluate(() => spa.call())).toEqual({ subject: 'alice' })
  })

  it('says that a window was blocked', async () => {
    await page.goto(app.url)
    await page.evaluate(() => void (globalThis.open = () => null))
    await page.getByRole('button', { name: 'Log in in a window' }).click()
    await text(page, 'failed: popup_blocked')
  })

  it('does not end a login that another tab began', async () => {
    await page.goto(app.url)
    const begun = page.waitForRequest((request) => request.url().startsWith(`${server.url}/authorize`))
    await page.route(`${server.url}/authorize*`, (route) => route.abort())
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    const other = await context.newPage()
    await other.goto((await begun).url())
    await text(other, 'failed: mismatching_state')
    expect(tokenRequests).toEqual([])
  })

  it('refreshes once for all tabs, and a sign-out in one counts in all', async () => {
    await logIn()
    const tabs = [page, await context.newPage(), await context.newPage()]
    for (const tab of tabs.slice(1)) {
      await tab.goto(app.url)
      await text(tab, 'nothing')
    }
    const before = tokenRequests.length
    const calls = tabs.map((tab) =>
      tab.evaluate(() => {
        spa.advance(3600)
        return Promise.all(Array.from({ length: 5 }, () => spa.accessToken()))
      }),
    )
    const tokens = new Set((await Promise.all(calls)).flat())
    // A tab that knows no nonce of the server yet sends the same refresh token once more.
    const refreshes = tokenRequests.slice(before).map((body) => new URLSearchParams(body))
    expect(refreshes.map((params) => params.get('grant_type'))).toContain('refresh_token')
    expect(new Set(refreshes.map((params) => params.get('refresh_token'))).size).toBe(1)
    expect(tokens.size).toBe(1)
    await page.evaluate(() => spa.forget())
    const refused = tabs[1]!.evaluate(() => spa.call().catch((error: unknown) => (error as { code: string }).code))
    expect(await refused).toBe('login_required')
  })
})

/** Everyone who asks is alice, and agrees. The API is at `/api`. */
async function authorizationServer(
  issuer: string,
  redirectUri: string,
): Promise<(request: Request) => Promise<Response>> {
  const server = new AuthorizationServer({
    issuer,
    store: memoryStore(),
    interaction: 'callback',
    secrets: ['a secret of at least 32 characters'],
    keys: staticKeys([await generateKey('ES256')]),
    clients: staticClients([
      {
        client_id: 'spa',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'api offline_access',
        dpop_bound_access_tokens: true,
      },
    ]),
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .register(dpop({ nonce: true }), jwtAccessToken({ audience: `${issuer}/api` }))
  const protector = new ResourceProtector({
    resource: `${issuer}/api`,
    validators: [jwtValidator({ issuer, fetch: (input, init) => server.fetch(new Request(input, init)) })],
    schemes: [dpopScheme({ url: () => `${issuer}/api` })],
  })
  const cors = { 'access-control-allow-origin': '*' }

  async function api(request: Request): Promise<Response> {
    if (request.method === 'OPTIONS') {
      return new Response(null, { headers: { ...cors, 'access-control-allow-headers': 'authorization, dpop' } })
    }
    try {
      return Response.json({ subject: (await protector.protect(request, 'api')).subject }, { headers: cors })
    } catch (error) {
      const response = toResponse(protector.respond(error))
      response.headers.set('access-control-allow-origin', '*')
      return response
    }
  }

  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/api') return api(request)
    if (pathname !== '/authorize') return server.fetch(request)
    const asked = await server.validateAuthorizationRequest(request)
    const decision = { subject: 'alice', authTime: systemClock(), scope: asked.scope }
    return toResponse(await server.createAuthorizationResponse(asked, decision))
  }
}

async function bundle(issuer: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../support/spa.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['@authlib/source', 'browser'],
    define: { ISSUER: JSON.stringify(issuer) },
    logLevel: 'error',
  })
  return outputFiles[0]!.text
}
