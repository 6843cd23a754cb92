/** `examples/stay-logged-in` as people start it, in two browsers. */

import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium as playwright, type Browser, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { runExample, temporaryFolder, type ExampleProcess } from '../support/demo-process.ts'
import { chromium, describeWith } from '../support/needs.ts'

describeWith(chromium, 'the example that people stay logged in to', (executablePath) => {
  const folder = temporaryFolder()
  let browser: Browser
  let env: Readonly<Record<'ISSUER' | 'APP_URL' | 'DATABASE', string>> & Readonly<Record<string, string>>
  let provider: ExampleProcess
  let application: ExampleProcess
  let page: Page

  beforeAll(async () => {
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 120_000)
  beforeEach(async () => {
    const [ISSUER, APP_URL] = (await freePorts(2)).map((port) => `http://localhost:${port}`) as [string, string]
    const secrets = ['AUTH_SECRET', 'APP_SECRET', 'CLIENT_SECRET'].map((name) => [
      name,
      randomBytes(32).toString('hex'),
    ])
    const DATABASE = join(folder.path, `${randomBytes(6).toString('hex')}.db`)
    env = { ISSUER, APP_URL, DATABASE, ...(Object.fromEntries(secrets) as Record<string, string>) }
    provider = await start('provider')
    application = await start('start')
    page = await newPerson()
  }, 60_000)
  afterEach(() => Promise.all([provider.stop(), application.stop()]))
  afterAll(async () => {
    await browser.close()
    folder.remove()
  })

  async function start(script: string): Promise<ExampleProcess> {
    const started = runExample('stay-logged-in', env, script)
    await started.printed(/http:\/\/localhost:\d+/g, 1)
    return started
  }

  /** A browser of its own, without scripts: the pages need none. */
  async function newPerson(): Promise<Page> {
    return (await browser.newContext({ javaScriptEnabled: false })).newPage()
  }

  async function logIn(to: Page, path = '/account'): Promise<void> {
    await to.goto(env.APP_URL + path)
    await to.getByLabel('Username').fill('alice')
    await to.getByLabel('Password').fill('alice')
    await press(to, 'Log in')
  }

  it('leads to the page that was asked for, and keeps people logged in through a restart', async () => {
    await logIn(page, '/notes')
    expect(await title(page)).toBe('My notes')
    await application.stop()
    application = await start('start')
    await page.goto(env.APP_URL)
    expect(await title(page)).toBe('Hello alice')
  }, 60_000)

  it('calls the API with a token that is refreshed when it is due', async () => {
    await logIn(page, '/notes')
    for (let look = 0; look < 3; look++) {
      expect(JSON.parse(await page.locator('code').innerText())).toEqual({ owner: 'alice', notes: ['buy milk'] })
      await new Promise((resolve) => setTimeout(resolve, 3000)) // tokens live for five seconds
      await page.reload()
    }
  }, 60_000)

  it('signs out in this browser, there and at the provider', async () => {
    const phone = await newPerson()
    await logIn(page)
    await logIn(phone)
    await press(page, 'Sign out')
    expect(new URL(page.url()).href).toBe(`${env.APP_URL}/`)
    expect(await title(page)).toBe('My App')
    await page.goto(`${env.APP_URL}/account`)
    expect(await page.getByLabel('Password').count()).toBe(1) // the provider has forgotten the login too
    await phone.reload()
    expect(await title(phone)).toBe('Hello alice')
  }, 60_000)

  it('signs out one other browser, all others, and everywhere', async () => {
    const [phone, tablet] = [await newPerson(), await newPerson()]
    const signedIn = async (who: Page): Promise<boolean> => {
      await who.goto(env.APP_URL)
      return (await title(who)) === 'Hello alice'
    }
    await logIn(page)
    await logIn(phone)
    await page.reload()
    expect(await page.getByRole('listitem').count()).toBe(2)
    await press(page, 'End')
    expect([await signedIn(page), await signedIn(phone)]).toEqual([true, false])

    await logIn(tablet)
    await press(tablet, 'Sign out everywhere else')
    expect([await signedIn(page), await signedIn(tablet)]).toEqual([false, true])

    await page.goto(`${env.APP_URL}/account`) // logged in at the provider still: no password
    expect(await title(page)).toBe('Hello alice')
    await press(page, 'Sign out everywhere')
    expect(await title(page)).toBe('My App')
    expect(await signedIn(tablet)).toBe(false)
  }, 60_000)

  it('ends when the person logs out at the provider', async () => {
    await logIn(page)
    const metadata = (await (await fetch(`${env.ISSUER}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >
    await page.goto(metadata['end_session_endpoint']!)
    await page.getByRole('button').first().click()
    await expect
      .poll(async () => {
        await page.goto(env.APP_URL)
        return title(page)
      })
      .toBe('My App') // the provider tells the application
  }, 60_000)
})

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()
const title = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port) // they listen on TCP
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
