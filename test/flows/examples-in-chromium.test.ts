import { memoryStore } from '@authlib/core'
import { storedKeys } from '@authlib/jose'
import { AuthorizationServer, clientCredentialsGrant, jwtAccessToken, staticClients } from '@authlib/oauth2/server'
import { startTestServer, type TestServer } from '@authlib/testing'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium as playwright, type Browser, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runExample, temporaryFolder, type ExampleProcess } from '../support/demo-process.ts'
import { chromium, describeWith } from '../support/needs.ts'
import { packExample } from '../support/packed-example.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const WITH_FOUR_PARTS = ['express', 'hono', 'fastify']

const folder = temporaryFolder()
const started: { stop(): Promise<unknown> }[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((part) => part.stop()))
})
afterAll(() => folder.remove())

describeWith(chromium, 'a login in Chromium', (executablePath) => {
  let browser: Browser

  beforeAll(async () => {
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 120_000)
  afterAll(() => browser.close())

  it.each(WITH_FOUR_PARTS)(
    'goes through provider, client and API on %s',
    async (name) => {
      const env = await settings(['ISSUER', 'APP_URL', 'API_URL'])
      await Promise.all(['provider', 'client', 'api'].map((script) => start(name, env, script)))
      await logIn(browser, env)
    },
    60_000,
  )

  it.each(['koa', 'h3'])(
    'goes through client and API on %s',
    async (name) => {
      const env = await settings(['ISSUER', 'APP_URL'])
      await Promise.all([start('express', env, 'provider'), start(name, env)])
      await logIn(browser, env)
    },
    60_000,
  )

  it('goes through client and API on Nest', async () => {
    run('nestjs', 'build')
    const env = await settings(['ISSUER', 'APP_URL'])
    await Promise.all([start('express', env, 'provider'), start('nestjs', env)])
    await logIn(browser, env)
  }, 120_000)

  it('goes through client and API on Elysia, run by Node.js', async () => {
    let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 })
    const server = await startTestServer((request) => answer(request))
    started.push(server)
    const env = { ...(await settings(['ISSUER'])), APP_URL: onLocalhost(server), API_URL: onLocalhost(server) }
    Object.assign(process.env, env)
    const { app } = (await import('../../examples/elysia/src/app.ts')) as { app: { fetch: typeof answer } }
    answer = (request) => app.fetch(request)
    await start('express', env, 'provider')
    await logIn(browser, env)
  }, 120_000)

  it('goes through client and API on SvelteKit', async () => {
    const env = await settings(['ISSUER', 'APP_URL'])
    const packed = packExample('sveltekit')
    packed.run(env, 'vite', 'build')
    const { port } = new URL(env.APP_URL)
    await Promise.all([
      start('express', env, 'provider'),
      start(packed.name, { ...env, PORT: port, HOST: '127.0.0.1', ORIGIN: env.APP_URL }),
    ])
    await logIn(browser, env)
  }, 240_000)

  it('goes through provider, client and API in one application of Next.js', async () => {
    const env = await settings(['APP_URL'])
    const whole = { ...env, ISSUER: `${env.APP_URL}/auth` }
    const packed = packExample('next')
    packed.write('next.config.js', 'export default { typescript: { ignoreBuildErrors: true } }') // the copies have no types
    packed.run(whole, 'next', 'build')
    await start(packed.name, { ...whole, PORT: new URL(env.APP_URL).port })
    await logIn(browser, whole)
    await expectTools(`${env.APP_URL}/mcp`)
  }, 240_000)
})

describe('the MCP server', () => {
  it.each(WITH_FOUR_PARTS)('asks for a token and runs its tool on %s', async (name) => {
    const env = await settings(['API_URL'])
    const resource = `${env.API_URL}/mcp`
    const issuer = await startIssuer(resource)
    await start(name, { ...env, ISSUER: issuer.url }, 'mcp')
    await expectTools(resource)
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_notes' } }
    const headers = { authorization: `Bearer ${await issuer.token()}`, 'content-type': 'application/json' }
    const response = await fetch(resource, { method: 'POST', headers, body: JSON.stringify(call) })
    const content = [{ type: 'text', text: 'robot wrote: buy milk' }]
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: { content } })
    const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    expect((await fetch(resource, { method: 'POST', headers, body: notification })).status).toBe(202)
  })
})

describe('files that stand in several examples', () => {
  it.each([
    ['server.ts', ['express/src', 'hono/src', 'fastify/src', 'next/lib']],
    ['tools.ts', ['express/src', 'hono/src', 'fastify/src', 'next/lib']],
    ['mcp-resource.ts', ['express/src', 'hono/src', 'fastify/src']],
    ...['my-app.ts', 'protector.ts'].map((file) => {
      const small = ['hono', 'fastify', 'koa', 'h3', 'elysia', 'nestjs'].map((name) => `${name}/src`)
      return [file, ['express/src', ...small, 'next/lib', 'sveltekit/src/lib/server']] as const
    }),
  ] as const)('are the same: %s', (file, folders) => {
    const [first, ...rest] = folders.map((path) => readFileSync(join(EXAMPLES, path, file), 'utf8'))
    for (const text of rest) expect(text).toBe(first)
  })
})

type Settings = Readonly<Record<'ISSUER' | 'APP_URL' | 'API_URL', string>> & Readonly<Record<string, string>>

/** An environment for all parts of an example, with a free port for each URL named; the API is at the application else. */
async function settings(urls: readonly string[]): Promise<Settings> {
  const secrets = ['AUTH_SECRET', 'APP_SECRET', 'CLIENT_SECRET'].map((name) => [name, randomBytes(32).toString('base64')] as const) // prettier-ignore
  const ports = await freePorts(urls.length)
  const named = Object.fromEntries(urls.map((name, n) => [name, `http://localhost:${ports[n]}`]))
  const DATABASE = join(folder.path, `${randomBytes(6).toString('hex')}.db`)
  const API_URL = named['APP_URL'] ?? ''
  const keys = Object.fromEntries(secrets) as Readonly<Record<string, string>>
  return { ISSUER: '', APP_URL: '', API_URL, DATABASE, ...keys, ...named }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port) // they listen on TCP
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Runs a script of an example, and waits until it says where it listens. */
async function start(name: string, env: Readonly<Record<string, string>>, script = 'start'): Promise<ExampleProcess> {
  const example = runExample(name, env, script)
  started.push(example)
  await example.printed(/https?:\/\/\S+:\d+/g, 1)
  return example
}

/** Refuses at first, tries again, allows, and sees what the API answers to the token. */
async function logIn(browser: Browser, { APP_URL, API_URL }: Settings): Promise<void> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(APP_URL)
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('alice')
  await press(page, 'Log in')
  await press(page, 'Deny')
  expect(await heading(page)).toBe('That did not work')
  expect(await page.locator('code').innerText()).toBe('access_denied')
  await page.getByRole('link', { name: 'Try again' }).click()
  await press(page, 'Allow')
  expect(await heading(page)).toBe('Hello alice')
  expect(JSON.parse(await page.locator('code').innerText())).toEqual({ owner: 'alice', notes: ['buy milk'] })
  await context.close()
  const refused = await fetch(`${API_URL}/notes`)
  expect(refused.status).toBe(401)
  await expectMetadata(refused)
}

async function expectTools(resource: string): Promise<void> {
  const refused = await fetch(resource, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  expect(refused.status).toBe(401)
  expect(await expectMetadata(refused)).toMatchObject({ resource, scopes_supported: ['notes:read'] })
}

/** Follows the challenge to the metadata of the resource (RFC 9728 §5.1). */
async function expectMetadata(refused: Response): Promise<unknown> {
  const [, url = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return (await response.json()) as unknown
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}

function heading(page: Page): Promise<string> {
  return page.getByRole('heading', { level: 1 }).innerText()
}

/** A server that gives programs a token for the resource. */
async function startIssuer(audience: string): Promise<{ readonly url: string; token(): Promise<string> }> {
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error('not yet'))
  const running = await startTestServer((request) => handle(request))
  started.push(running)
  const [secret, store, secrets] = ['a secret of a robot that is long enough', memoryStore(), ['x'.repeat(32)]]
  const client = { client_id: 'robot', client_secret: secret, grant_types: ['client_credentials'], scope: 'notes:read' }
  const server = new AuthorizationServer({
    ...{ issuer: running.url, store, secrets },
    keys: storedKeys({ store, secrets, algorithms: ['RS256'] }),
    clients: staticClients([client]),
  })
    .registerGrant(clientCredentialsGrant())
    .register(jwtAccessToken({ audience }))
  handle = server.fetch
  return {
    url: running.url,
    async token() {
      const authorization = `Basic ${btoa(`robot:${encodeURIComponent(secret)}`)}`
      const body = new URLSearchParams({ grant_type: 'client_credentials' })
      const response = await fetch(`${running.url}/token`, { method: 'POST', headers: { authorization }, body })
      return ((await response.json()) as { access_token: string }).access_token
    },
  }
}

function onLocalhost({ url }: TestServer): string {
  return url.replace('127.0.0.1', 'localhost')
}

function run(name: string, script: string): void {
  const cwd = join(EXAMPLES, name)
  const { scripts } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const path = `${join(cwd, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
  execFileSync('sh', ['-c', scripts[script] ?? 'false'], { cwd, stdio: 'pipe', env: { ...process.env, PATH: path } })
}
