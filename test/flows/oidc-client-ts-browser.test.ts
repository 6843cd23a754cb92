import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { mount, type Middleware } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  staticClients,
} from '@authlib/oauth2/server'
import type { SessionMonitorOptions } from '@authlib/oidc/client'
import { openId, rpInitiatedLogout, sessionManagement } from '@authlib/oidc/server'
import { startNodeServer, startTestServer, type TestServer } from '@authlib/testing'
import { build } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { UserManager } from 'oidc-client-ts'
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { chromium, describeWith } from '../support/needs.ts'

/** What the page of the relying party has. */
interface Application {
  readonly manager: UserManager
  readonly events: string[]
}

interface Monitor {
  monitorSession(options: SessionMonitorOptions): unknown
}

const entry = fileURLToPath(import.meta.resolve('oidc-client-ts'))
const library = entry.replace(/dist[/\\].*$/, 'dist/browser/oidc-client-ts.min.js')

describeWith(chromium, 'oidc-client-ts as a relying party, in Chromium', (executablePath) => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let application: TestServer
  let provider: TestServer

  beforeAll(async () => {
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
    const script = await readFile(library, 'utf8')
    const monitor = await bundle()
    application = await startTestServer((request) => {
      const { pathname } = new URL(request.url)
      const scripts: Readonly<Record<string, string>> = { '/library.js': script, '/monitor.js': monitor }
      const code = scripts[pathname]
      const [type, body] = code === undefined ? ['text/html', pageOf(provider.url)] : ['text/javascript', code]
      return new Response(body, { headers: { 'content-type': `${type}; charset=utf-8` } })
    })
    provider = await startProvider(application.url)
  }, 60_000)
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser.close()
    for (const server of [application, provider]) await server.stop()
  })

  async function logIn(username: string): Promise<void> {
    await page.goto(application.url)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(username)
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.waitForURL(`${application.url}/done`)
  }

  const state = () =>
    page.evaluate(async () => {
      const user = await (globalThis as unknown as Application).manager.getUser()
      return user && { sub: user.profile.sub, session: user.session_state, token: user.access_token }
    })

  it('logs in with PKCE, and is given a session state (Session Management §2)', async () => {
    await logIn('alice')
    expect(await state()).toEqual({
      sub: 'alice',
      session: expect.stringMatching(/^[\w-]+\.[\w-]+$/),
      token: expect.any(String),
    })
  }, 60_000)

  it('renews silently in a frame (Core §3.1.2.1, prompt=none)', async () => {
    await logIn('alice')
    const before = await state()
    await page.evaluate(() => (globalThis as unknown as Application).manager.signinSilent())
    const after = await state()
    expect(after?.sub).toBe('alice')
    expect(after?.token).not.toBe(before?.token)
  }, 60_000)

  it('learns that the person has logged out elsewhere (Session Management §3)', async () => {
    await logIn('alice')
    await page.waitForTimeout(2500) // it asks once a second
    const events = () => page.evaluate(() => (globalThis as unknown as Application).events)
    expect(await events()).toEqual([])
    const other = await context.newPage()
    await other.goto(`${provider.url}/end_session`)
    await other.getByRole('button', { name: 'Log out', exact: true }).click()
    await other.getByText('You are logged out').waitFor()
    await expect.poll(events, { timeout: 20_000 }).toContain('signed out')
  }, 60_000)

  it('learns it from a page that this library watches as well (Session Management §3.1)', async () => {
    await logIn('alice')
    const session = (await state())?.session ?? ''
    await page.addScriptTag({ url: '/monitor.js' })
    const watch = (clientId: string, sessionState: string) =>
      page.evaluate(
        ({ frame, options }) => {
          const { monitorSession } = (globalThis as unknown as { monitoring: Monitor }).monitoring
          const heard: string[] = []
          Object.assign(globalThis, { heard })
          const onChange = () => heard.push('changed')
          const onError = () => heard.push('error')
          monitorSession({ ...options, checkSessionIframe: frame, interval: 0.2, onChange, onError })
        },
        {
          frame: `${provider.url}/check_session`,
          options: { clientId, sessionState },
        },
      )
    const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)
    const frames = () => page.locator('iframe#session-at-the-provider').count() // §3.2

    await watch('spa', 'no-salt')
    await expect.poll(heard).toEqual(['error'])
    await watch('another-client', session)
    await expect.poll(heard).toEqual(['changed'])
    await watch('spa', session)
    await page.waitForTimeout(1000)
    await page.evaluate(() => postMessage('changed', '*')) // from no frame of the provider
    expect(await heard()).toEqual([])
    expect(await frames()).toBe(1)
    const other = await context.newPage()
    await other.goto(`${provider.url}/end_session`)
    await other.getByRole('button', { name: 'Log out', exact: true }).click()
    await expect.poll(heard, { timeout: 20_000 }).toEqual(['changed'])
    expect(await frames()).toBe(0)
  }, 60_000)

  it('is answered with changed or with error by the frame of the provider (Session Management §3.1)', async () => {
    await logIn('alice')
    const session = (await state())?.session ?? ''
    const ask = (messages: readonly string[]) =>
      page.evaluate(
        async ({ url, messages }) => {
          const frame = document.createElement('iframe')
          frame.src = url
          document.body.append(frame)
          await new Promise((done) => frame.addEventListener('load', done))
          const answers: unknown[] = []
          for (const message of messages) {
            const answer = new Promise((done) => {
              addEventListener('message', (event) => event.source === frame.contentWindow && done(event.data))
            })
            frame.contentWindow?.postMessage(message, '*')
            answers.push(await answer)
          }
          return answers
        },
        { url: `${provider.url}/check_session`, messages },
      )
    const messages = [`spa ${session}`, `other ${session}`, `spa ${session}x`, 'spa', 'spa no-salt', '']
    expect(await ask(messages)).toEqual(['unchanged', 'changed', 'changed', 'error', 'error', 'error'])
  }, 60_000)

  it('tells a page of another origin only that its state is another one (Session Management §3.2)', async () => {
    await logIn('alice')
    const session = (await state())?.session ?? ''
    const stranger = await startNodeServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>Stranger</title>')
    })
    try {
      const ask = (from: Page) =>
        from.evaluate(
          async ({ url, message }) => {
            const frame = document.createElement('iframe')
            frame.src = url
            document.body.append(frame)
            await new Promise((done) => frame.addEventListener('load', done))
            const answer = new Promise((done) => {
              addEventListener('message', (event) => event.source === frame.contentWindow && done(event.data))
            })
            frame.contentWindow?.postMessage(message, '*')
            return answer
          },
          { url: `${provider.url}/check_session`, message: `spa ${session}` },
        )
      expect(await ask(page)).toBe('unchanged')
      const other = await context.newPage()
      await other.goto(stranger.url)
      expect(await ask(other)).toBe('changed')
    } finally {
      await stranger.stop()
    }
  }, 60_000)
})

/** The watching of sessions, for pages. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('../../packages/oidc/src/client/session-monitor.ts', import.meta.url))
  const conditions = ['@authlib/source']
  const output = { bundle: true, format: 'iife', globalName: 'monitoring', write: false } as const
  const { outputFiles } = await build({ entryPoints: [entry], conditions, ...output })
  return outputFiles[0]!.text
}

async function startProvider(application: string): Promise<TestServer> {
  let handle: Middleware = () => undefined // the issuer is the URL, known once the server listens
  const started = await startNodeServer((request, response) => handle(request, response))
  const server = new AuthorizationServer({
    issuer: started.url,
    store: memoryStore(),
    secrets: ['a secret of the tests, long enough to pass'],
    keys: staticKeys([await generateKey('ES256')]),
    onEvent: () => undefined,
    clients: staticClients([
      {
        client_id: 'spa',
        token_endpoint_auth_method: 'none',
        application_type: 'native', // http on this machine
        redirect_uris: [`${application}/cb`, `${application}/silent`],
        scope: 'openid profile',
        trust: { skipConsent: true },
      },
    ]),
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(openId({ claims: () => ({}) }), rpInitiatedLogout(), sessionManagement())
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  handle = mount(server)
  return started
}

function pageOf(issuer: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Application</title><link rel="icon" href="data:,"></head>
<body>
<button id="start">Start</button>
<script src="/library.js"></script>
<script type="module">
const { UserManager, WebStorageStateStore } = oidc
const events = []
const manager = new UserManager({
  authority: '${issuer}',
  client_id: 'spa',
  redirect_uri: location.origin + '/cb',
  silent_redirect_uri: location.origin + '/silent',
  scope: 'openid profile',
  userStore: new WebStorageStateStore({ store: localStorage }),
  monitorSession: true,
  checkSessionIntervalInSeconds: 1,
})
manager.events.addUserSignedOut(() => events.push('signed out'))
manager.events.addSilentRenewError((error) => events.push(String(error)))
Object.assign(globalThis, { manager, events })
document.getElementById('start').onclick = () => manager.signinRedirect()
if (location.pathname === '/silent') await manager.signinSilentCallback()
if (location.pathname === '/cb') {
  await manager.signinCallback()
  history.replaceState(null, '', '/done')
}
</script>
</body>
</html>
`
}
