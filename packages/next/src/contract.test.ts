import { cookieSessions, OAuth, type Adapter } from '@authlib/core'
import { currentToken, protect } from '@authlib/fetch'
import {
  adapterBrowserContract,
  adapterContract,
  startNodeServer,
  testClock,
  type ContractApplication,
} from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import { buildSync } from 'esbuild'
import { execFileSync } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { FormBrowser } from '../../../test/support/form-browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { mount, routes } from './mount.ts'
import type { NextContext } from './request.ts'

interface NextServer {
  prepare(): Promise<void>
  getRequestHandler(): RequestListener
}

const FOLDER = join(import.meta.dirname, '../test/app')
let handler: RequestListener
let built: Adapter<NextContext, Response> // as Next.js has bundled it: it reads the cookies of Next.js

/** A build of Next.js as it is deployed, made once. Its routes call what a test has put on `globalThis`. */
beforeAll(async () => {
  process.env['NEXT_TELEMETRY_DISABLED'] = '1'
  buildSync({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    outfile: join(FOLDER, '.output/adapter.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@authlib/source'],
    external: ['next/*'],
    logLevel: 'error',
  })
  const require = createRequire(import.meta.url)
  const command = require.resolve('next/dist/bin/next')
  const env = { ...process.env, NODE_ENV: 'production' as const }
  execFileSync(process.execPath, [command, 'build'], { cwd: FOLDER, stdio: 'pipe', env })
  const next = require('next') as (options: { dev: boolean; dir: string }) => NextServer // its types miss the call
  const app = next({ dev: false, dir: FOLDER })
  await app.prepare()
  handler = app.getRequestHandler()
}, 120_000)

const adapter: Adapter<NextContext, Response> = {
  request: (context) => built.request(context),
  respond: (context, response) => built.respond(context, response),
  setCookies: (context, cookies) => built.setCookies(context, cookies),
}

const options = { describe, name: 'the adapter contract on Next.js', adapter, serve }

adapterContract({
  ...options,
  it,
  deviations: ['firstHeaderOnly', 'mergesSlashes', 'normalizesTargets', 'refusesAbsoluteTargets', 'rewritesQuery'],
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on Next.js' })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

describe('a server action', () => {
  it('begins a login: sets its cookies and redirects', async () => {
    const answer = async (context: NextContext, bundled: typeof built) => {
      await bundled.setCookies(context, [{ name: 'login', value: 'l1', maxAge: 600 }])
      const request = await bundled.request(context)
      const headers = [['location', `/after?host=${request.headers.get('host') ?? ''}`]] as const
      return bundled.respond(context, { status: 303, headers, body: '' })
    }
    Object.assign(globalThis, { contractApplication: { answer } })
    const server = await startNodeServer(handler)
    const browser = new FormBrowser()
    await browser.open(`${server.url}/action`)
    const page = browser.text
    const action = /name="(\$ACTION_ID_[^"]*)"/.exec(page)?.[1] ?? ''
    const body = new FormData()
    body.append(action, '')
    const response = await fetch(`${server.url}/action`, { method: 'POST', body, redirect: 'manual' })
    await server.stop()
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`/after?host=${new URL(server.url).host}`)
    expect(response.headers.getSetCookie()[0]).toContain('login=l1; Path=/;')
  })
})

describe('a server component', () => {
  it('finds the session of a person, though it cannot set a cookie', async () => {
    const clock = testClock()
    const secrets = ['a secret of the application, 32 characters']
    const answer = async (context: NextContext, bundled: typeof built): Promise<Response> => {
      const oauth = new OAuth({ adapter: bundled, secrets, clock })
      const sessions = cookieSessions(oauth, { url: 'http://127.0.0.1' })
      if (context !== null) await sessions.signIn(context, { subject: 'alice' })
      return new Response(`Hello ${(await sessions.find(context))?.subject ?? 'stranger'}`)
    }
    Object.assign(globalThis, { contractApplication: { answer } })
    const server = await startNodeServer(handler)
    const browser = new FormBrowser()
    await browser.open(`${server.url}/who`)
    expect(browser.text).toContain('Hello stranger')
    await browser.open('/sign-in')
    clock.advance(86_400) // its use is due to be noted
    await browser.open('/who')
    await server.stop()
    expect(browser.status).toBe(200)
    expect(browser.text).toContain('Hello alice')
  })
})

describe('mount', () => {
  it('answers in proxy.ts, and lets other requests go on', async () => {
    const proxy = mount({
      routes: [{ path: '/page', methods: ['GET'] }],
      handle: async () => ({ status: 200, headers: [], body: 'here' }),
    })
    expect(await (await proxy(new Request('https://app.example/page')))?.text()).toBe('here')
    expect(await proxy(new Request('https://app.example/other'))).toBeUndefined()
  })

  it('makes a redirect to a path whole, as Next.js reads it without a base', async () => {
    const proxy = mount({
      routes: [{ path: '/page', methods: ['GET'] }],
      handle: async () => ({ status: 303, headers: [['location', '/login?a=1']], body: '' }),
    })
    const response = await proxy(new Request('https://app.example/page'))
    expect(response?.headers.get('location')).toBe('https://app.example/login?a=1')
  })
})

function serve({
  decorated,
  mountables,
  onError,
  path,
  protector,
  stream,
  login,
  callback,
}: ContractApplication<NextContext, Response>) {
  const mounted = routes(mountables, { onError })
  const read = protect(protector, 'read', { onError })
  const handlers: Record<string, (request: Request) => Promise<Response>> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': read(open),
    [`${path}/notes`]: read(open),
    '/stream': read(() => new Response(stream())),
    '/admin': protect(protector, 'write', { onError })(open),
    '/login': login,
    '/callback': async (request) => {
      const result = await callback(request)
      return Response.json(result, { headers: { 'set-cookie': 'session=1' } })
    },
  }
  const answer = async (request: Request, bundled: typeof built): Promise<Response> => {
    built = bundled
    const own = handlers[new URL(request.url).pathname]
    const response = await (own ? own(request) : mounted.GET(request))
    return decorated ? decorate(response) : response
  }
  Object.assign(globalThis, { contractApplication: { answer } })
  return startNodeServer(handler)
}

async function open(request: Request): Promise<Response> {
  return Response.json({ subject: currentToken(request)?.subject ?? null, body: await request.text() })
}

function decorate(response: Response): Response {
  const copy = new Response(response.body, response)
  copy.headers.set('x-application', 'yes')
  copy.headers.set('access-control-allow-origin', 'https://app.example')
  copy.headers.append('set-cookie', 'before=1')
  return copy
}
