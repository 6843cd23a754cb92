import { oauth1Contract } from '@authlib/testing/oauth1'
import {
  adapterBrowserContract,
  adapterContract,
  startHttp2Server,
  startNodeServer,
  type ContractApplication,
} from '@authlib/testing'
import { H3, type H3Event } from 'h3'
import { toNodeHandler } from 'h3/node'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, h3Adapter, mount, protect } from './index.ts'

const options = { describe, name: 'the adapter contract on h3 2', adapter: h3Adapter, serve }

adapterContract({
  ...options,
  it,
  deviations: ['normalizesTargets'], // srvx reads the target for everybody behind it
  serveHttp2: (application) => startHttp2Server(listenerOf(application)),
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on h3 2' })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

type Application = ContractApplication<H3Event, Response>

function serve(application: Application) {
  return startNodeServer(listenerOf(application))
}

function listenerOf(application: Application) {
  const { decorated, mountables, onError, path, protector, stream, login, callback } = application
  const app = new H3()
  if (decorated) {
    app.use(({ res }) => {
      res.headers.set('x-application', 'yes')
      res.headers.set('access-control-allow-origin', 'https://app.example')
      res.headers.append('set-cookie', 'before=1')
    })
  }
  app.use(path === '/' ? '/**' : `${path}/**`, mount(mountables, { onError }))
  app.all('/open', open)
  if (path !== '/') app.all(`${path}/open`, open)
  const read = { middleware: [protect(protector, 'read', { onError })] }
  app.all('/notes', open, read)
  if (path !== '/') app.mount(path, new H3().all('/notes', open, read))
  app.get('/stream', () => stream(), read)
  app.all('/admin', open, { middleware: [protect(protector, 'write', { onError })] })
  app.get('/login', login)
  app.all('/callback', async (event) => {
    const headers = { 'content-type': 'application/json', 'set-cookie': 'session=1' }
    return new Response(JSON.stringify(await callback(event)), { headers })
  })
  return toNodeHandler(app)
}

async function open(event: H3Event): Promise<object> {
  return { subject: currentToken(event)?.subject ?? null, body: await event.req.text() }
}
