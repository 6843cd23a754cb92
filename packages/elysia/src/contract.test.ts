import { getRequestListener } from '@hono/node-server'
import {
  adapterBrowserContract,
  adapterContract,
  startNodeServer,
  type ContractApplication,
  type TestServer,
} from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import { Elysia } from 'elysia'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, elysiaAdapter, mount, protect, type ElysiaContext } from './index.ts'

const options = { describe, name: 'the adapter contract on Elysia', adapter: elysiaAdapter, serve }

const onBun = 'Bun' in globalThis
adapterContract({
  ...options,
  it,
  deviations: onBun ? ['normalizesTargets', 'refusesPipelining'] : [],
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on Elysia' })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

type Application = ContractApplication<ElysiaContext, Response>

function serve(application: Application): Promise<TestServer> {
  return listen(fetchOf(application))
}

function fetchOf(application: Application) {
  const { decorated, mountables, onError, path, protector, stream, login, callback } = application
  const app = new Elysia()
  if (decorated) {
    app.onRequest(({ set }) => {
      set.headers['x-application'] = 'yes'
      set.headers['access-control-allow-origin'] = 'https://app.example'
      set.headers['set-cookie'] = 'before=1'
    })
  }
  app.use(mount(mountables, { onError }))
  const read = { parse: 'text' as const }
  app.all('/open', open, read)
  if (path !== '/') app.all(`${path}/open`, open, read)
  const guarded = { ...read, beforeHandle: protect(protector, 'read', { onError }) }
  app.all('/notes', open, guarded)
  if (path !== '/') app.group(path, (below) => below.all('/notes', open, guarded))
  app.get('/stream', () => stream(), { beforeHandle: guarded.beforeHandle })
  app.all('/admin', open, { ...read, beforeHandle: protect(protector, 'write', { onError }) })
  app.get('/login', (context) => login(context))
  app.all('/callback', async ({ request, set, body }) => {
    const headers = { 'content-type': 'application/json', 'set-cookie': 'session=1' }
    return new Response(JSON.stringify(await callback({ request, set, body })), { headers })
  })
  return (request: Request) => app.fetch(request)
}

/** On Bun as people run Elysia, elsewhere over node:http. */
async function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<TestServer> {
  const { Bun } = globalThis as { Bun?: BunRuntime }
  if (Bun === undefined) return startNodeServer(getRequestListener(fetch))
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch })
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) }
}

interface BunRuntime {
  serve(options: { hostname: string; port: number; fetch: (request: Request) => Response | Promise<Response> }): {
    readonly port: number
    stop(closeActiveConnections: boolean): Promise<void>
  }
}

function open({ request, body }: { request: Request; body: unknown }): object {
  return { subject: currentToken({ request })?.subject ?? null, body: body ?? '' }
}
