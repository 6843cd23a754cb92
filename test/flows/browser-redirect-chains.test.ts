import { fromRequest, memoryStore, readForm } from '@authlib/core'
import { mount, type Middleware } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  formPostMode,
  staticClients,
} from '@authlib/oauth2/server'
import { startNodeServer, startTestServer, type TestServer } from '@authlib/testing'
import { chromium as playwright, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium, describeWith } from '../support/needs.ts'

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' // RFC 7636 appendix B

describeWith(chromium, 'what follows the last form, in Chromium', (executablePath) => {
  let browser: Browser
  let last: TestServer
  let client: TestServer
  let provider: TestServer

  beforeAll(async () => {
    browser = await playwright.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    last = await startTestServer((request) => new Response(`arrived at ${new URL(request.url).pathname}`))
    client = await startTestServer(async (request) => {
      const posted = request.method === 'POST' ? await readForm(fromRequest(request)) : undefined
      if (!(posted?.has('code') ?? new URL(request.url).searchParams.has('code')))
        return new Response('no code', { status: 400 })
      return new Response(null, { status: 303, headers: { location: `${last.url}/done` } }) // another origin
    })
    provider = await startProvider()
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    for (const server of [last, client, provider]) await server.stop()
  })

  async function startProvider(): Promise<TestServer> {
    let handle: Middleware = () => undefined // the issuer is the URL, known once the server listens
    const started = await startNodeServer((request, response) => handle(request, response))
    const server = new AuthorizationServer({
      issuer: started.url,
      store: memoryStore(),
      secrets: ['a secret of the tests, long enough to pass'],
      onEvent: () => undefined,
      clients: staticClients([
        {
          client_id: 'web',
          client_secret: 'web-secret-web-secret-web-secret',
          redirect_uris: [`${client.url}/cb`],
          scope: 'read',
        },
      ]),
    })
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }, { username: 'carol' }] }))
      .registerResponseMode(formPostMode)
    handle = mount(server)
    return started
  }

  async function logIn(page: Page, mode: string, user: string): Promise<void> {
    const url = new URL('/authorize', provider.url)
    url.search = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      response_mode: mode,
      redirect_uri: `${client.url}/cb`,
      scope: 'read',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      state: `it's "quoted" & <odd>`,
    }).toString()
    await page.goto(url.href)
    await page.getByLabel('Username').fill(user)
    await page.getByLabel('Password').fill(user)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
  }

  describe.each([
    ['query', 'alice'],
    ['form_post', 'bob'],
  ])('response_mode %s', (mode, user) => {
    it('reaches the page that the callback redirects to, on another origin', async () => {
      const context = await browser.newContext()
      const page = await context.newPage()
      await logIn(page, mode, user)
      await page.waitForURL(`${last.url}/done`)
      expect(await page.locator('body').innerText()).toBe('arrived at /done')
      await context.close()
    })
  })

  it('posts the form without scripts when the person presses the button', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await logIn(page, 'form_post', 'carol')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(`${last.url}/done`)
    await context.close()
  })
})
