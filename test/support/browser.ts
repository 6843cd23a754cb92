/** A real browser for tests of whole journeys. */

import { chromium } from 'playwright'

export interface Browser {
  /** Opens the address in a fresh profile, follows it wherever it leads, and resolves with the first page of JSON. */
  visit(url: string): Promise<string>
  close(): Promise<void>
}

/** Starts the Chromium at this path. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  return {
    async visit(url) {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(url, { waitUntil: 'commit' })
      await page.waitForFunction(
        () => document.contentType === 'application/json' && document.readyState === 'complete',
      )
      return await page.locator('body').innerText()
    },
    close: () => browser.close(),
  }
}
