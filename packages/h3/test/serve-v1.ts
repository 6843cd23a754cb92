/** The application of the adapter contract on h3 1. */

import { startNodeServer, type ContractApplication, type TestServer } from '@authlib/testing'
import {
  createApp,
  createRouter,
  defineEventHandler,
  readBody,
  readRawBody,
  sendStream,
  toNodeListener,
  useBase,
  type EventHandler,
  type H3Event,
} from 'h3v1'
import { currentToken, mount, protect, type NodeEvent } from '../src/v1/index.ts'

/** Handlers in place of those that are made here. */
export interface Parts {
  /** For every path, as a middleware of Nuxt. */
  readonly auth: EventHandler
  readonly logIn: EventHandler
}

export function serve(application: ContractApplication<NodeEvent, void>, parts?: Parts): Promise<TestServer> {
  const { decorated, parser, mountables, onError, path, protector } = application
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
  app.use(parts?.auth ?? defineEventHandler(mount(mountables, { onError })))
  const router = createRouter()
  router.use('/open', defineEventHandler(open))
  if (path !== '/') router.use(`${path}/open`, defineEventHandler(open))
  const read = protect(protector, 'read', { onError })
  const notes = defineEventHandler(read(open))
  router.use('/notes', notes)
  if (path !== '/') router.use(`${path}/notes`, useBase(path, createRouter().use('/notes', notes).handler))
  router.get('/stream', defineEventHandler(read((event: H3Event) => sendStream(event, application.stream()))))
  router.use('/admin', defineEventHandler(protect(protector, 'write', { onError })(open)))
  router.get('/login', parts?.logIn ?? defineEventHandler((event) => application.login(event)))
  router.use(
    '/callback',
    defineEventHandler(async (event) => {
      const result = await application.callback(event)
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
