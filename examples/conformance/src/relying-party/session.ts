/**
 * The session management plans: a page of ours in Chromium watches the session with `monitorSession`. Login and logout go on as in
 * the other plans, because the provider of the suite tells its state from a variable of the module, not from cookies.
 */

import type { HttpHeader, HttpResponse, Mountable } from '@authlib/core'
import { logoutUrl } from '@authlib/oidc/client'
import { build } from 'esbuild'
import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright'
import { browse } from './browser.ts'
import { createClient, logIn, type Say } from './core.ts'
import { listening } from './listener.ts'
import { register } from './registration.ts'
import type { ModuleSettings } from './settings.ts'

const PAGE = '/session'
const SCRIPT = '/session.js'
/** Title of the page before the first answer of the provider. */
const ASKING = 'asking'

/** Logs in, sees that nothing has changed, logs out, and sees the change. */
export async function runSession(given: ModuleSettings, say: Say): Promise<void> {
  const settings = await register(given)
  const { clientId, origin, port } = settings
  const client = createClient(settings)
  const login = await logIn(client, settings, say)
  const { check_session_iframe: checkSessionIframe } = await client.context.metadata()
  const script = await bundle({ checkSessionIframe, clientId, sessionState: login.callback.get('session_state') })

  await listening(port, [...settings.pages, watchingPage(script)], () =>
    inChromium(async (page) => {
      await page.goto(`${origin}${PAGE}`)
      say(`before the logout: ${await nextTitle(page, ASKING)}`)
      const url = await logoutUrl(client, { token: login, postLogoutRedirectUri: `${origin}/loggedout` })
      await browse(String(url), origin)
      say(`after the logout: ${await nextTitle(page, 'unchanged')}`)
    }),
  )
}

/** The title is what the page has heard. `changed` comes from `monitorSession` alone. */
async function bundle(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const contents = `
    import { monitorSession } from '@authlib/oidc/client'
    const tell = (title) => () => { document.title = title }
    addEventListener('message', ({ data }) => { if (data === 'unchanged') tell(data)() })
    monitorSession({ ...SETTINGS, interval: 1, onChange: tell('changed'), onError: tell('error') })`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    define: { SETTINGS: JSON.stringify(settings) },
    conditions: ['@authlib/source'],
    bundle: true,
    format: 'esm',
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

function watchingPage(script: string): Mountable {
  const html = `<!doctype html><title>${ASKING}</title><body><script type="module" src="${SCRIPT}"></script>`
  return {
    routes: [PAGE, SCRIPT].map((path) => ({ path, methods: ['GET'] })),
    handle: ({ url }) =>
      Promise.resolve(url.startsWith(SCRIPT) ? ok('text/javascript', script) : ok('text/html', html)),
  }
}

function ok(type: string, body: string): HttpResponse {
  const headers: HttpHeader[] = [['content-type', `${type}; charset=utf-8`]]
  return { status: 200, headers, body }
}

async function nextTitle(page: Page, title: string): Promise<string> {
  await page.waitForFunction(`document.title !== ${JSON.stringify(title)}`, undefined, { timeout: 20_000 })
  return page.title()
}

/** Named by `CHROMIUM`, from the system, or the one that Playwright has fetched. It takes any certificate. */
async function inChromium(run: (page: Page) => Promise<void>): Promise<void> {
  const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', chromium.executablePath()]
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined) throw new Error('There is no Chromium. Say in CHROMIUM where it is.')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  try {
    await run(await browser.newPage({ ignoreHTTPSErrors: true }))
  } finally {
    await browser.close()
  }
}
