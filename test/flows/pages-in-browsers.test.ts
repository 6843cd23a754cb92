/**
 * Every page that a browser shows, light and dark, narrow and wide: nothing that axe finds against WCAG 2.2 AA, and nothing
 * that must be scrolled sideways. With AUTHLIB_SCREENSHOTS=folder, pictures to look at.
 */

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { mount } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  backchannelAuthenticationGrant,
  codeChallenge,
  developmentPages,
  deviceAuthorizationGrant,
  formPostMode,
  resourceIndicators,
  richAuthorizationRequests,
  staticClients,
} from '@authlib/oauth2/server'
import { openId, rpInitiatedLogout } from '@authlib/oidc/server'
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startExample as startLoginPages, type Example as LoginPages } from '../../examples/login-pages/src/example.ts'
import { startExample, type Example } from '../../examples/oauth1/src/example.ts'
import { startDemo, temporaryFolder, type DemoProcess } from '../support/demo-process.ts'
import { chromium, describeWith } from '../support/needs.ts'

const folder = process.env['AUTHLIB_SCREENSHOTS']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const VIEWS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const

interface Provider {
  readonly url: string
  readonly server: AuthorizationServer
  stop(): void
}

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const API = 'https://api.example'

async function startProvider(): Promise<Provider> {
  const http: Server = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://localhost:${(http.address() as AddressInfo).port}`
  const server = new AuthorizationServer({
    issuer: url,
    store: memoryStore(),
    secrets: ['an example secret of 32 characters'],
    keys: staticKeys([await generateKey('RS256')]),
    onEvent: () => undefined,
    clients: staticClients([
      {
        client_id: 'shop',
        client_name: 'The Example Shop of Several Long Words',
        client_secret: 'an example secret for a client of tests',
        client_uri: 'https://shop.example',
        policy_uri: 'https://shop.example/privacy',
        tos_uri: 'https://shop.example/terms',
        redirect_uris: ['https://shop.example/callback'],
        grant_types: [
          'authorization_code',
          'urn:ietf:params:oauth:grant-type:device_code',
          'urn:openid:params:grant-type:ciba',
        ],
        backchannel_token_delivery_mode: 'poll',
        scope: 'openid profile email orders:read orders:write',
      },
    ]),
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(
      formPostMode,
      deviceAuthorizationGrant(),
      backchannelAuthenticationGrant({ findSubject: () => 'alice', notify: () => undefined }),
      resourceIndicators({ resources: { [API]: { scope: ['orders:read', 'orders:write'] } } }),
      richAuthorizationRequests({ types: { payment: { validate: () => true } } }),
      openId({ claims: (sub) => ({ sub, name: 'Alice Example', email: 'alice@example.org' }) }),
      rpInitiatedLogout(),
      developmentPages({
        users: [{ username: 'alice' }, { username: 'bob' }],
        scopeDescriptions: { 'orders:read': 'See your orders', 'orders:write': 'Place orders in your name' },
      }),
    )
  const handle = mount(server)
  http.on('request', handle)
  const stop = (): void => {
    http.close()
  }
  return { url, server, stop }
}

describeWith(chromium, 'pages in Chromium', (executablePath) => {
  const data = temporaryFolder()
  let provider: Provider
  let example: Example
  let demo: DemoProcess
  let accounts: LoginPages
  let people = 0
  let browser: Browser

  beforeAll(async () => {
    if (folder !== undefined) mkdirSync(folder, { recursive: true })
    provider = await startProvider()
    example = await startExample({ provider: 0, application: 0 })
    accounts = await startLoginPages({
      ...{ port: 0, database: join(data.path, 'accounts.db'), secrets: ['an example secret of 32 characters'] },
      onEvent: () => undefined,
      clients: [
        {
          client_id: 'shop',
          client_name: 'The Example Shop of Several Long Words',
          client_secret: 'an example secret for a client of tests',
          policy_uri: 'https://shop.example/privacy',
          tos_uri: 'https://shop.example/terms',
          redirect_uris: ['https://shop.example/callback'],
          scope: 'openid profile email offline_access',
        },
      ],
    })
    demo = await startDemo({ AUTHLIB_DATABASE: join(data.path, 'demo.db') })
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await demo.stop()
    await accounts.stop()
    await example.stop()
    provider.stop()
    data.remove()
  })

  const authorizeUrl = (more: Record<string, string> = {}): string => {
    const params = {
      client_id: 'shop',
      response_type: 'code',
      redirect_uri: 'https://shop.example/callback',
      scope: 'openid profile email orders:read orders:write',
      state: 's',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...more,
    }
    return `${provider.url}/authorize?${new URLSearchParams(params).toString()}`
  }

  /** The same request at the example with login pages. */
  const accountsUrl = (more: Record<string, string> = {}): string => {
    const { searchParams } = new URL(authorizeUrl({ scope: 'openid profile email offline_access', ...more }))
    return `${accounts.server.issuer}/authorize?${searchParams.toString()}`
  }

  async function signUp(page: Page): Promise<void> {
    await page.getByLabel('Name').fill('Alice Example')
    await page.getByLabel('E-mail address').fill(`alice-${people++}@example.org`)
    await page.getByLabel('Password').fill('four words and a number 7')
    await press(page, 'Create account')
  }

  const press = (page: Page, name: string): Promise<unknown> =>
    Promise.all([page.waitForEvent('load'), page.getByRole('button', { name, exact: true }).click()])

  async function logIn(page: Page, user = 'alice', password = user): Promise<void> {
    await page.getByLabel('Username').fill(user)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Log in')
  }

  async function post(path: string, form: Record<string, string>): Promise<Record<string, string>> {
    const authorization = `Basic ${btoa('shop:an example secret for a client of tests')}`
    const request = new Request(provider.url + path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { authorization },
    })
    return (await (await provider.server.fetch(request)).json()) as Record<string, string>
  }

  const payment = JSON.stringify([{ type: 'payment', amount: '129.50', currency: 'EUR', creditor: 'The Example Shop' }])

  /** How to get to each page. */
  const pages: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    login: (page) => page.goto(authorizeUrl()),
    async 'login-wrong-password'(page) {
      await page.goto(authorizeUrl())
      await logIn(page, 'alice', 'wrong')
    },
    async consent(page) {
      await page.goto(authorizeUrl())
      await logIn(page)
    },
    async 'consent-items'(page) {
      await page.goto(authorizeUrl({ resource: API, authorization_details: payment }))
      await logIn(page)
    },
    error: (page) => page.goto(authorizeUrl({ client_id: 'unknown' })),
    async 'form-post-without-scripts'(page) {
      await page.goto(authorizeUrl({ response_mode: 'form_post', prompt: 'consent' }))
      await logIn(page, 'bob') // what alice has allowed would not be asked again on other pages
      await press(page, 'Allow')
      expect(await page.getByRole('button', { name: 'Continue' }).count()).toBe(1)
    },
    async logout(page) {
      await page.goto(authorizeUrl())
      await logIn(page)
      await page.goto(`${provider.url}/logout`)
    },
    async 'logout-of-the-client'(page) {
      await page.goto(authorizeUrl())
      await logIn(page)
      await page.goto(`${provider.url}/end_session`)
    },
    device: (page) => page.goto(`${provider.url}/device`),
    async 'device-wrong-code'(page) {
      await page.goto(`${provider.url}/device?user_code=AAAA-AAAA`)
      await press(page, 'Continue')
    },
    async 'device-code'(page) {
      const { verification_uri_complete: uri = '' } = await post('/device_authorization', { scope: 'orders:read' })
      await page.goto(uri)
    },
    async 'device-consent'(page) {
      await pages['device-code']?.(page)
      await press(page, 'Continue')
      await logIn(page)
    },
    async 'device-done'(page) {
      await pages['device-consent']?.(page)
      await press(page, 'Allow')
    },
    async 'oauth1-login'(page) {
      await page.goto(`${example.application}/login`)
    },
    async 'oauth1-consent'(page) {
      await page.goto(`${example.application}/login`)
      await logIn(page)
    },
    async 'oauth1-denied'(page) {
      await pages['oauth1-consent']?.(page)
      await press(page, 'Deny')
    },
    'oauth1-error': (page) => page.goto(`${example.provider}/oauth1/authorize?oauth_token=unknown`),
    demo: (page) => page.goto(demo.client),
    async 'demo-login'(page) {
      await page.goto(demo.client)
      await page.getByRole('link', { name: 'ask for your consent again', exact: true }).click()
    },
    async 'demo-result'(page) {
      await pages['demo-login']?.(page)
      await logIn(page)
      await press(page, 'Allow')
    },
    'accounts-login': (page) => page.goto(accountsUrl()),
    async 'accounts-login-wrong-password'(page) {
      await page.goto(accountsUrl())
      await page.getByLabel('E-mail address').fill('alice@example.org')
      await page.getByLabel('Password').fill('wrong')
      await press(page, 'Log in')
    },
    'accounts-login-passkey-only': (page) => {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'phr' } } })
      return page.goto(accountsUrl({ claims }))
    },
    'accounts-sign-up': (page) => page.goto(`${accounts.server.issuer}/sign-up`),
    async 'accounts-sign-up-short-password'(page) {
      await page.goto(accountsUrl({ prompt: 'create' }))
      await page.getByLabel('Name').fill('Alice Example')
      await page.getByLabel('E-mail address').fill('alice@example.org')
      await page.getByLabel('Password').fill('aaaaaaaaaaaaaaaaaa')
      await press(page, 'Create account')
    },
    async 'accounts-consent'(page) {
      await page.goto(accountsUrl({ prompt: 'create' }))
      await signUp(page)
    },
    async 'accounts-account'(page) {
      const session = await page.context().newCDPSession(page)
      await session.send('WebAuthn.enable')
      await session.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      })
      await page.goto(`${accounts.server.issuer}/sign-up`)
      await signUp(page)
      await press(page, 'Add a passkey')
    },
    'demo-provider': (page) => page.goto(demo.provider),
  }

  async function open(view: (typeof VIEWS)[number], javaScriptEnabled: boolean): Promise<BrowserContext> {
    const { width, colorScheme } = view
    return browser.newContext({ viewport: { width, height: 800 }, colorScheme, javaScriptEnabled })
  }

  /** What is shown without scripts, where axe can run: it waits for timers, which are scripts too. */
  async function copyOf(page: Page, view: (typeof VIEWS)[number]): Promise<Page> {
    const html = (await page.content()).replaceAll(/<\/?noscript>|<script.*?<\/script>/gs, '')
    const copy = await (await open(view, true)).newPage()
    await copy.setContent(html)
    return copy
  }

  it.each(Object.keys(pages))('%s can be read by everyone', { timeout: 120_000 }, async (name) => {
    const found: string[] = []
    for (const view of VIEWS) {
      const hasScripts = !name.endsWith('without-scripts')
      const context = await open(view, hasScripts)
      const page = await context.newPage()
      await pages[name]?.(page)
      if (folder !== undefined) {
        const path = join(folder, `${name}-${view.width}-${view.colorScheme}.png`)
        await page.screenshot({ path, fullPage: true })
      }
      const where = `${view.width} ${view.colorScheme}`
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      if (wide) found.push(`${where}: must be scrolled sideways`)
      if (view.width > 1000) {
        await context.close() // the same page, only wider
        continue
      }
      const readable = hasScripts ? page : await copyOf(page, view)
      await readable.evaluate(axe)
      const { violations } = await readable.evaluate<AxeResults>(
        `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
      )
      if (!hasScripts) await readable.context().close()
      found.push(...violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`))
      await context.close()
    }
    expect(found).toEqual([])
  })
})
