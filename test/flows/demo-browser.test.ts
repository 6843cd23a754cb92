import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium as playwright, type Browser, type BrowserContext, type Locator, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startDemo, temporaryFolder, type DemoProcess } from '../support/demo-process.ts'
import { chromium, describeWith } from '../support/needs.ts'

describeWith(chromium, 'the demo in Chromium', (executablePath) => {
  const folder = temporaryFolder()
  const database = join(folder.path, 'demo.db')
  let demo: DemoProcess
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    demo = await startDemo({ AUTHLIB_DATABASE: database })
    browser = await playwright.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
  }, 60_000)
  beforeEach(async () => {
    context = await browser.newContext({ javaScriptEnabled: false }) // the pages need none
    page = await context.newPage()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser.close()
    await demo.stop()
    folder.remove()
  })

  const press = (name: string): Promise<void> => leave(page.getByRole('button', { name, exact: true }))
  const follow = (name: string): Promise<void> => leave(page.getByRole('link', { name, exact: true }))
  const headings = (): Promise<string[]> => page.getByRole('heading', { level: 4 }).allTextContents()
  const title = (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()

  /** To the page that the click leads to, over all redirects. */
  async function leave(target: Locator): Promise<void> {
    await Promise.all([page.waitForEvent('load'), target.click()])
  }

  async function startLogin(link = 'ask for your consent again'): Promise<void> {
    await page.goto(demo.client)
    await follow(link)
  }

  async function enter(username: string, password = username): Promise<void> {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(password)
    await press('Log in')
  }

  async function logIn(username: string): Promise<void> {
    await startLogin()
    await enter(username)
    await press('Allow')
    expect(await title()).toMatch(/^Hello, /)
  }

  it('logs in, consents, calls the API, writes to it, refreshes and logs out', async () => {
    await startLogin('Log in')
    await enter('alice')
    expect(await title()).toBe('Allow Authlib Demo?')
    await press('Allow')
    expect(await title()).toBe('Hello, Alice Adams')
    const login = [
      'Authorization request',
      'Authorization response',
      'Token request',
      'Keys of the provider',
      'Userinfo',
    ]
    expect(await headings()).toEqual(['Discovery', ...login])
    expect(await page.getByRole('region', { name: 'ID Token' }).innerText()).toMatch(/verified.*RS256.*iss.*aud/s)
    expect(await page.getByRole('region', { name: 'Userinfo' }).innerText()).toMatch(
      /alice@people\.example.*Lindenallee 7.*\+49 30 901820/s,
    )

    await press('Call the API')
    const api = page.getByRole('region', { name: 'The API' })
    expect(await api.innerText()).toMatch(/GET \/notes was answered 200.*Hello alice.*api:read/s)
    await page.getByLabel('A note for the API').fill('<b>Buy & sell</b>')
    await press('Write')
    expect(await api.innerText()).toMatch(/POST \/notes was answered 201.*<b>Buy & sell<\/b>/s)
    await press('Refresh the tokens')
    expect(await headings()).toEqual(['Discovery', ...login, 'API call', 'API call', 'Refresh'])
    await press('Call the API')
    expect(await api.innerText()).toContain('GET /notes was answered 200')
    expect(await page.getByRole('img', { name: 'kept' }).count()).toBeGreaterThan(25)
    expect(await page.getByRole('img', { name: 'broken' }).count()).toBe(0)

    await press('Log out')
    expect(await title()).toBe('You are logged out here')
    expect(await headings()).toEqual(['Revocation'])
    await follow('log out at the provider')
    await press('Log out')
    expect(await title()).toBe('You are logged out')
    await startLogin('Log in')
    expect(await title()).toBe('Log in') // the provider knows nobody any more
  }, 60_000)

  it('shows a denial, and the way on (RFC 6749 §4.1.2.1)', async () => {
    await startLogin()
    await enter('alice')
    await press('Deny')
    expect(await title()).toBe('You said no')
    expect(await headings()).toEqual(['Authorization request', 'Authorization response'])
    expect(await page.getByRole('img', { name: 'broken' }).count()).toBe(0)
    await follow('Log in')
    expect(await page.title()).toMatch(/Alice Adams|Allow/) // the provider still knows alice
  })

  it('says that a password is wrong, and takes the right one', async () => {
    await startLogin()
    await enter('alice', 'bob')
    expect(await page.getByRole('alert').innerText()).toContain('Incorrect username or password')
    await enter('alice')
    expect(await title()).toBe('Allow Authlib Demo?')
  })

  it('gives the API no more than the person has allowed (RFC 6750 §3.1)', async () => {
    await startLogin()
    await enter('bob')
    await page.getByRole('checkbox', { name: 'api:read' }).uncheck()
    await page.getByRole('checkbox', { name: 'see your postal address' }).uncheck()
    await press('Allow')
    expect(await page.getByRole('region', { name: 'Userinfo' }).innerText()).not.toContain('Portland')
    await press('Call the API')
    expect(await page.getByRole('region', { name: 'The API' }).innerText()).toMatch(/403.*scope="api:read"/s)
    expect(await page.getByRole('img', { name: 'broken' }).count()).toBe(0)
  })

  it('takes a callback once: replayed it changes nothing (RFC 6749 §10.5)', async () => {
    let callback = ''
    page.on('request', (request) => {
      if (request.url().startsWith(`${demo.client}/callback`)) callback = request.url()
    })
    await logIn('alice')
    const code = new URL(callback).searchParams.get('code') ?? ''
    expect(code).not.toBe('')
    await page.goto(callback)
    expect(await title()).toBe('This login is over')
    expect(await page.locator('.broken').allInnerTexts()).toEqual([expect.stringContaining('a code is used once')])
    const redirect_uri = `${demo.client}/callback`
    const { clientSecret } = JSON.parse(readFileSync(`${database}.secrets.json`, 'utf8')) as { clientSecret: string }
    const again = await fetch(`${demo.provider}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
      headers: { authorization: `Basic ${btoa(`demo:${clientSecret}`)}` },
    })
    expect([again.status, await again.json()]).toMatchObject([400, { error: 'invalid_grant' }])
    await follow('To the start page')
    await press('Refresh the tokens')
    expect((await headings()).at(-1)).toBe('Refresh')
    expect(await page.getByRole('img', { name: 'broken' }).count()).toBe(0)
  })

  it('believes no callback that it did not ask for, and marks what is wrong with it (RFC 9700 §4.7)', async () => {
    await page.goto(demo.client)
    await follow('an answer that it did not ask for')
    expect(await title()).toBe('This login did not begin here')
    expect(await page.locator('.broken').allInnerTexts()).toEqual([
      expect.stringContaining('RFC 6749 §4.1.2'),
      expect.stringContaining('RFC 9207 §2.4'),
    ])
  })

  it.each<[button: string, title: string, broken: string | undefined]>([
    ['Leave out the code challenge', 'That did not work', 'PKCE'],
    ['Send the answer to another address', 'This request cannot be continued', undefined],
    ['Ask for something else than a code', 'That did not work', 'Asks for a code'],
    ['Redeem the code with another verifier', 'That did not work', 'PKCE'],
    ['Use a wrong client secret', 'That did not work', undefined],
  ])('breaks a login on purpose, and shows who notices: %s', async (name, expected, broken) => {
    await logIn('alice')
    await page.goto(`${demo.client}/play`)
    await leave(page.getByRole('listitem').filter({ hasText: name }).getByRole('link'))
    expect(await title()).toBe(expected)
    const marked = await page.locator('.broken').allInnerTexts()
    if (broken !== undefined) expect(marked).toContainEqual(expect.stringContaining(broken))
  })

  it('redeems a code twice, and sets any parameter', async () => {
    await logIn('alice')
    await page.goto(`${demo.client}/play`)
    await leave(page.getByRole('listitem').filter({ hasText: 'Redeem the code twice' }).getByRole('link'))
    expect(await title()).toBe('Hello, Alice Adams')
    expect(await page.locator('.broken').allInnerTexts()).toEqual([expect.stringContaining('for the first time')])
    await page.goto(`${demo.client}/play`)
    await page.getByLabel('Name').fill('prompt')
    await page.getByLabel('Value').fill('login')
    await press('Try it')
    expect(await title()).toBe('Log in')
  })

  it('shows further flows, and each message as a command', async () => {
    await logIn('alice')
    await press('Ask about the token')
    await press('A token for the client itself')
    expect((await headings()).slice(-3)).toEqual(['Introspection', 'Token request of the client itself', 'API call'])
    expect(await page.getByRole('img', { name: 'broken' }).count()).toBe(0)
    const commands = await page.locator('.curl').allTextContents()
    expect(commands.at(-1)).toContain('-H "Authorization: Bearer $ACCESS_TOKEN"')
    expect(commands.find((command) => command.includes('authorization_code'))).toContain('"code=$CODE"')
  })

  it('forgets what a person has allowed, and says who is logged in at the provider', async () => {
    await logIn('alice')
    await page.goto(demo.provider)
    expect(await page.getByRole('region', { name: 'The provider' }).innerText()).toContain('alice is logged in here.')
    await press('Forget what alice has allowed')
    await page.goto(`${demo.client}/login`)
    expect(await title()).toBe('Allow Authlib Demo?')
  })

  it('shows a page at the address of the API', async () => {
    await page.goto(demo.api)
    expect(await title()).toBe('The API')
  })

  it('tells a visitor of the provider what it has, and leads to the client', async () => {
    await page.goto(`${demo.provider}/nowhere`)
    expect(await title()).toBe('Not found')
    await follow('What it has')
    expect(await title()).toBe('The provider')
    expect(await page.getByRole('region', { name: 'Where it listens' }).innerText()).toMatch(/token_endpoint\s+\/token/)
    await follow('Authlib Demo')
    expect(await title()).toBe('Watch a login, message by message')
  })

  it('survives the back button: the client is reached again, and logs in once', async () => {
    await logIn('alice')
    await page.goBack()
    await press('Allow')
    expect(await title()).toBe('This login is over')
    await page.goto(demo.client)
    expect(await title()).toBe('Hello, Alice Adams')
    await press('Log out')
    await page.goBack()
    expect(await title()).toBe('Watch a login, message by message') // no page of the session was kept
  })

  it('keeps two tabs apart, and lets the latest login win', async () => {
    const first = page
    await startLogin()
    const second = (page = await context.newPage())
    await startLogin()
    page = first
    await enter('alice')
    await press('Allow')
    expect(await title()).toBe('Hello, Alice Adams')
    page = second
    await enter('bob')
    await press('Allow')
    expect(await title()).toBe('Hello, Bob Brown')
    page = first
    await press('Call the API')
    expect(await title()).toBe('This page is out of date') // alice's page does not act as bob
    await follow('To the start page')
    expect(await title()).toBe('Hello, Bob Brown')
  })

  it('ignores forms of another origin, also of another port', async () => {
    await logIn('alice')
    const other = 'http://localhost:1'
    for (const action of [`${demo.client}/logout`, `${demo.provider}/logout`]) {
      await context.route(`${other}/`, (route) =>
        route.fulfill({
          contentType: 'text/html',
          headers: { 'referrer-policy': 'no-referrer' },
          body: `<form method="post" action="${action}"><input name="csrf" value="x"><button>Win a prize</button></form>`,
        }),
      )
      await page.goto(`${other}/`)
      const [response] = await Promise.all([page.waitForResponse(action), press('Win a prize')])
      expect(response.status()).toBe(403)
    }
    await page.goto(`${demo.client}/login`)
    expect(await title()).toBe('Hello, Alice Adams') // still logged in at the provider too
  })

  it.each(['light', 'dark'] as const)(
    'fits a telephone in %s, with a title, landmarks and labels',
    async (colorScheme) => {
      await context.close()
      context = await browser.newContext({
        colorScheme,
        viewport: { width: 390, height: 844 },
        reducedMotion: 'reduce',
      })
      page = await context.newPage()
      const check = async (): Promise<void> => {
        const facts = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth > window.innerWidth,
          language: document.documentElement.lang,
          mains: document.querySelectorAll('main').length,
          headings: document.querySelectorAll('h1').length,
          unlabelled: [...document.querySelectorAll('input:not([type=hidden])')].filter(
            (input) => (input as HTMLInputElement).labels?.length === 0,
          ).length,
        }))
        expect(facts, page.url()).toEqual({ wide: false, language: 'en', mains: 1, headings: 1, unlabelled: 0 })
        expect(await page.title()).not.toBe('')
      }
      await page.goto(demo.client)
      await check()
      await startLogin()
      await check()
      await enter('alice')
      await check()
      await press('Allow')
      await page.locator('summary').evaluateAll((all) => all.forEach((summary) => (summary as HTMLElement).click()))
      await check()
      await press('Log out')
      await check()
      await page.goto(`${demo.client}/callback?state=unknown`)
      await check()
    },
  )
})
