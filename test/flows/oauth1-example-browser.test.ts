import { chromium as playwright, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startExample, type Example } from '../../examples/oauth1/src/example.ts'
import { chromium, describeWith } from '../support/needs.ts'

describeWith(chromium, 'the OAuth 1 example in Chromium', (executablePath) => {
  let example: Example
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    example = await startExample({ provider: 0, application: 0 })
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 60_000)
  beforeEach(async () => {
    page = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  })
  afterAll(async () => {
    await browser.close()
    await example.stop()
  })

  const title = (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()

  async function logIn(username: string): Promise<void> {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(username)
    await press('Log in')
  }

  it('logs in, asks for consent, and shows what the signed request fetched (RFC 5849 §1.2)', async () => {
    await page.goto(example.application)
    await page.getByRole('link', { name: 'Show my photos' }).click()
    await logIn('nobody')
    expect(await page.getByRole('alert').innerText()).toBe('Wrong name or password.')
    await logIn('alice')
    expect(await title()).toBe('Allow Album?')
    expect(await page.getByText('It asks for: photos. You are alice.').count()).toBe(1)
    await press('Allow')
    expect(await title()).toBe('Photos of alice')
    await page.reload()
    expect(await page.getByText('login_used').count()).toBe(1)
  })

  it('tells the application of a refusal, and does not ask for the password again', async () => {
    await page.goto(`${example.application}/login`)
    await logIn('bob')
    await press('Deny')
    expect(await title()).toBe('That did not work')
    expect(await page.getByText('access_denied').count()).toBe(1)
    await page.getByRole('link', { name: 'Try again' }).click()
    expect(await title()).toBe('Allow Album?')
    await press('Allow')
    expect(await title()).toBe('Photos of bob')
  })

  it('shows a page for a login that another browser began', async () => {
    await page.goto(`${example.application}/login`)
    const url = page.url()
    const other = await (await browser.newContext()).newPage()
    await other.goto(url)
    expect(await other.getByRole('heading', { level: 1 }).innerText()).toBe('This request cannot be continued')
  })
})
