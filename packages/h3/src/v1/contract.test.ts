import { adapterBrowserContract, adapterContract, startNodeServer, type ContractApplication } from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import {
  createApp,
  createRouter,
  defineEventHandler,
  readBody,
  readRawBody,
  sendStream,
  toNodeListener,
  useBase,
  type H3Event,
} from 'h3v1'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../../test/support/needs.ts'
import { currentToken, h3Adapter, mount, protect, type NodeEvent } from './index.ts'

const options = { describe, name: 'the adapter contract on h3 1', adapter: h3Adapter, serve }

adapterContract({ ...options, it, parsers: ['form', 'bytes'] })
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on h3 1', parsers: ['form', 'bytes'] })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

function serve(application: ContractApplication<NodeEvent, void>) {
  const { decorated, parser, mountables, onError, path, protector, stream, login, callback } = application
  const app = createApp()
  if (decorated) {
    app.use(
      defineEventHandler(({ node: { res } }) => {
        res.setHeader('x-application', 'yes').setHeader('access-control-allow-origin', 'https://app.example')
        res.appendHeader('set-cookie', 'before=1')
      }),
    )
  }
  if (parser !== undefined) {
    app.use(
      defineEventHandler(async (event) => {
        if (event.method === 'POST') await (parser === 'form' ? readBody(event) : readRawBody(event, false))
      }),
    )
  }
  app.use(defineEventHandler(mount(mountables, { onError }))) // as a middleware of Nuxt: for every path
  const router = createRouter()
  router.use('/open', defineEventHandler(open))
  if (path !== '/') router.use(`${path}/open`, defineEventHandler(open))
  const read = protect(protector, 'read', { onError })
  const notes = defineEventHandler(read(open))
  router.use('/notes', notes)
  if (path !== '/') router.use(`${path}/notes`, useBase(path, createRouter().use('/notes', notes).handler))
  router.get('/stream', defineEventHandler(read((event: H3Event) => sendStream(event, stream()))))
  router.use('/admin', defineEventHandler(protect(protector, 'write', { onError })(open)))
  router.get('/login', defineEventHandler(login))
  router.use(
    '/callback',
    defineEventHandler(async (event) => {
      const result = await callback(event)
      event.node.res.appendHeader('set-cookie', 'session=1')
      return result
    }),
  )
  app.use(router)
  return startNodeServer(toNodeListener(app))
}

async function open(event: H3Event): Promise<object> {
  const body = event.method === 'POST' ? await readRawBody(event) : undefined
  return { subject: currentToken(event)?.subject ?? null, body: body ?? '' }
}
