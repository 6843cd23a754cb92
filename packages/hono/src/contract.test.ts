import { getRequestListener } from '@hono/node-server'
import {
  adapterBrowserContract,
  adapterContract,
  startHttp2Server,
  startNodeServer,
  type BodyParser,
  type ContractApplication,
} from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import { Hono, type Context } from 'hono'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, honoAdapter, keepCookies, mount, protect } from './index.ts'

/** Each leaves the body behind in another of the forms that Hono keeps. */
const parsers: Partial<Record<BodyParser, (c: Context) => Promise<unknown>>> = {
  form: async (c) => isA(c, 'application/x-www-form-urlencoded') && (await c.req.formData()),
  bytes: (c) => c.req.arrayBuffer(),
  text: (c) => c.req.text(),
  json: async (c) => isA(c, 'application/json') && (await c.req.json<unknown>()),
}

adapterContract({
  describe,
  it,
  name: 'the adapter contract on Hono',
  adapter: honoAdapter,
  serve,
  parsers: ['form', 'text', 'bytes', 'json'],
  deviations: 'Deno' in globalThis ? ['endsResetConnections'] : [],
  serveHttp2: (application) => startHttp2Server(listenerOf(application)),
})

oauth1Contract({
  describe,
  it,
  name: 'the OAuth 1 contract on Hono',
  adapter: honoAdapter,
  serve,
  parsers: ['form', 'text', 'bytes', 'json'],
})

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    describe,
    it: (name, body) => it(name, body, 60_000),
    name: 'the adapter contract on Hono',
    adapter: honoAdapter,
    serve,
    openBrowser: () => openBrowser(path),
  })
})

type Application = ContractApplication<Context, Response>

function serve(application: Application) {
  return startNodeServer(listenerOf(application))
}

function listenerOf(application: Application) {
  const { decorated, parser, mountables, onError, path, protector, stream, login, callback } = application
  const app = new Hono()
  if (decorated) {
    app.use(async (c, next) => {
      const early = c.req.path !== '/callback' // Hono itself drops it from a `Response` that the handler made
      if (early) decorate(c)
      await next()
      if (!early) decorate(c)
    })
  }
  if (parser !== undefined) {
    app.use(async (c, next) => {
      await parsers[parser]!(c)
      await next()
    })
  }
  app.use(path === '/' ? '*' : `${path}/*`, mount(mountables, { onError }))
  const open = async (c: Context) => c.json({ subject: currentToken(c)?.subject ?? null, body: await c.req.text() })
  app.all('/open', open).all(`${path}/open`, open)
  const read = protect(protector, 'read', { onError })
  app.all('/notes', read, open)
  if (path !== '/') app.route(path, new Hono().all('/notes', read, open))
  app.get('/stream', read, (c) => c.body(stream()))
  app.all('/admin', protect(protector, 'write', { onError }), open)
  app.get('/login', async (c) => await login(c))
  app.all('/callback', keepCookies(), async (c) => {
    const headers = { 'content-type': 'application/json', 'set-cookie': 'session=1' }
    return new Response(JSON.stringify(await callback(c)), { headers })
  })
  return getRequestListener(app.fetch)
}

function isA(c: Context, type: string): boolean {
  return c.req.header('content-type')?.startsWith(type) ?? false
}

function decorate(c: Context): void {
  c.header('x-application', 'yes')
  c.header('access-control-allow-origin', 'https://app.example')
  c.header('set-cookie', 'before=1', { append: true })
}
