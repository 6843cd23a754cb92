import { getRequestListener } from '@hono/node-server'
import { oauth1Contract } from '@authlib/testing/oauth1'
import {
  adapterBrowserContract,
  adapterContract,
  startHttp2Server,
  startNodeServer,
  type ContractApplication,
} from '@authlib/testing'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, fetchAdapter, mount, protect, withCookies } from './index.ts'

adapterContract({
  describe,
  it,
  name: 'the adapter contract on Web requests',
  adapter: fetchAdapter,
  serve,
  serveHttp2: (application) => startHttp2Server(listenerOf(application)),
})

oauth1Contract({ describe, it, name: 'the OAuth 1 contract on Web requests', adapter: fetchAdapter, serve })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    describe,
    it: (name, body) => it(name, body, 60_000),
    name: 'the adapter contract on Web requests',
    adapter: fetchAdapter,
    serve,
    openBrowser: () => openBrowser(path),
  })
})

type Application = ContractApplication<Request, Response>

function serve(application: Application) {
  return startNodeServer(listenerOf(application))
}

function listenerOf({ decorated, mountables, onError, path, protector, stream, login, callback }: Application) {
  const mounted = mount(mountables, { onError })
  const read = protect(protector, 'read', { onError })
  const routes: Record<string, (request: Request) => Promise<Response>> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': read(open),
    [`${path}/notes`]: read(open),
    '/stream': read(() => new Response(stream())),
    '/admin': protect(protector, 'write', { onError })(open),
    '/login': login,
    '/callback': async (request) => {
      const result = await callback(request)
      return withCookies(request, Response.json(result, { headers: { 'set-cookie': 'session=1' } }))
    },
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const response =
      (await mounted(request)) ?? (await routes[pathname]?.(request)) ?? new Response(null, { status: 404 })
    return decorated ? decorate(response) : response
  }

  return getRequestListener(answer)
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
