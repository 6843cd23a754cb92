import { bodyParser } from '@koa/bodyparser'
import { oauth1Contract } from '@authlib/testing/oauth1'
import {
  adapterBrowserContract,
  adapterContract,
  startHttp2Server,
  startNodeServer,
  type ContractApplication,
} from '@authlib/testing'
import Koa, { type Context, type Middleware } from 'koa'
import mountBelow from 'koa-mount'
// @ts-expect-error -- the older major has no types under its alias
import Koa2 from 'koa2'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, koaAdapter, mount, protect } from './index.ts'

describe.each([
  ['Koa 3', Koa],
  ['Koa 2', Koa2 as unknown as typeof Koa], // sound: it has the same surface here, and no types of its own
])('%s', (name, Framework) => {
  const options = {
    describe,
    name: `the adapter contract on ${name}`,
    adapter: koaAdapter,
    serve: (application: Application) => startNodeServer(listenerOf(application, Framework)),
  }
  const onHttp2 = (application: Application) => startHttp2Server(listenerOf(application, Framework))
  const serveHttp2 = Framework === Koa ? onHttp2 : undefined // Koa 2 itself never answers a HEAD there
  const deviations = 'Deno' in globalThis ? (['endsResetConnections'] as const) : []
  adapterContract({ ...options, it, parsers: ['form', 'json'], deviations, serveHttp2 })
  oauth1Contract({ ...options, it, name: `the OAuth 1 contract on ${name}`, parsers: ['form', 'json'] })

  describeWith(chromium, 'in a real browser', (path) => {
    adapterBrowserContract({
      ...options,
      it: (title, body) => it(title, body, 60_000),
      openBrowser: () => openBrowser(path),
    })
  })
})

type Application = ContractApplication<Context, void>

function listenerOf(application: Application, Framework: typeof Koa) {
  const { decorated, parser, mountables, onError, path, protector, stream, login, callback } = application
  const app = new Framework()
  app.proxy = true
  app.silent = true // else it prints the connections that the suite breaks
  if (decorated) {
    app.use(async (ctx, next) => {
      ctx.set({ 'x-application': 'yes', 'access-control-allow-origin': 'https://app.example' })
      ctx.append('set-cookie', 'before=1')
      await next()
    })
  }
  if (parser !== undefined) app.use(bodyParser({ enableTypes: [parser] as ('form' | 'json')[] })) // sound: see `parsers`
  const mounted = mount(mountables, { onError })
  app.use(path === '/' ? mounted : mountBelow(path, mounted))

  const read = protect(protector, 'read', { onError })
  const write = protect(protector, 'write', { onError })
  const routes: Record<string, (ctx: Context) => unknown> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': (ctx) => guarded(read, ctx),
    '/stream': (ctx) => guarded(read, ctx, () => (ctx.body = Readable.from(stream()))),
    '/admin': (ctx) => guarded(write, ctx),
    '/login': login,
    '/callback': async (ctx) => {
      const result = await callback(ctx)
      ctx.cookies.set('session', '1')
      ctx.body = result
    },
  }
  if (path !== '/') {
    app.use(mountBelow(path, (ctx, next) => (ctx.path === '/notes' ? guarded(read, ctx) : next())))
  }
  app.use((ctx) => routes[ctx.path]?.(ctx))
  return app.callback()
}

async function guarded(guard: Middleware, ctx: Context, handler: (ctx: Context) => unknown = open): Promise<void> {
  await guard(ctx, async () => {
    await handler(ctx)
  })
}

async function open(ctx: Context): Promise<void> {
  const subject = currentToken(ctx)?.subject ?? null
  const { rawBody } = ctx.request as { rawBody?: string }
  ctx.body = { subject, body: rawBody ?? (await text(ctx.req)) }
}
