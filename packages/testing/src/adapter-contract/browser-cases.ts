/** A login in a real browser, whose rules for cookies no test client has. */

import { escapeHtml, readQuery } from '@authlib/core'
import { assertEqual } from '../assert.ts'
import { startTestServer } from '../test-server.ts'
import type { AdapterUnderTest } from './application.ts'
import { withApplication } from './case.ts'

/** A browser with a fresh profile. */
export interface ContractBrowser {
  /** Opens the address, follows it wherever it leads, and resolves with the text of the page that is JSON. */
  visit(url: string): Promise<string>
}

/** One case of the contract that needs a browser. */
export interface AdapterBrowserCase {
  readonly name: string
  run<Context, Answer>(subject: AdapterUnderTest<Context, Answer>, browser: ContractBrowser): Promise<void>
}

export const browserCases: readonly AdapterBrowserCase[] = [
  {
    name: 'brings every cookie of a login back when the provider redirects',
    run: (subject, browser) => login(subject, browser, { method: 'GET', lax: 'l1', none: 'n1' }),
  },
  {
    name: 'brings the SameSite=None cookie of a login back when the provider posts a form across sites',
    run: (subject, browser) => login(subject, browser, { method: 'POST', none: 'n1' }), // a Lax one stays away
  },
]

async function login<Context, Answer>(
  subject: AdapterUnderTest<Context, Answer>,
  browser: ContractBrowser,
  expected: { readonly method: string; readonly lax?: string; readonly none: string },
): Promise<void> {
  const provider = await startProvider()
  try {
    await withApplication(subject, { provider: provider.url }, async ({ url }) => {
      const callback = encodeURIComponent(`${url}/callback`)
      const text = await browser.visit(`${url}/login?callback=${callback}&method=${expected.method}`)
      const params = [['code', '1'], ['state', 'ü']] // prettier-ignore
      assertEqual(JSON.parse(text), { ...expected, params }, 'what the callback sees')
    })
  } finally {
    await provider.stop()
  }
}

/** On `localhost`: to a browser another site than the application on 127.0.0.1. */
async function startProvider(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = await startTestServer((request) => {
    const params = readQuery(request)
    const callback = params.get('callback') ?? ''
    if (params.get('method') !== 'POST') return Response.redirect(`${callback}?code=1&state=%C3%BC`, 302)
    const fields = '<input name=code value=1><input name=state value=ü>'
    const page = `<!doctype html><form method=post action="${escapeHtml(callback)}">${fields}</form><script>document.forms[0].submit()</script>`
    return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  })
  return { url: `${server.url.replace('127.0.0.1', 'localhost')}/authorize`, stop: () => server.stop() }
}
