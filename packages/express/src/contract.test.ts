import {
  adapterBrowserContract,
  adapterContract,
  startNodeServer,
  type BodyParser,
  type ContractApplication,
} from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import express, { type Request, type RequestHandler, type Response } from 'express'
// @ts-expect-error -- the older major has no types under its alias
import express4 from 'express4'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, expressAdapter, mount, protect } from './index.ts'

const parsers: Record<BodyParser, RequestHandler> = {
  form: express.urlencoded({ extended: false }),
  'nested form': express.urlencoded({ extended: true }),
  text: express.text({ type: '*/*' }),
  bytes: express.raw({ type: '*/*' }),
  json: express.json(),
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as typeof express], // sound: it has the same surface here
])('%s', (name, application) => {
  const options = {
    describe,
    name: `the adapter contract on ${name}`,
    adapter: expressAdapter,
    serve: serving(application),
  }
  adapterContract({ ...options, it, parsers: ['form', 'nested form', 'text', 'bytes', 'json'] })
  oauth1Contract({
    ...options,
    it,
    name: `the OAuth 1 contract on ${name}`,
    parsers: ['form', 'nested form', 'text', 'bytes', 'json'],
  })

  describeWith(chromium, 'in a real browser', (path) => {
    adapterBrowserContract({
      ...options,
      it: (title, body) => it(title, body, 60_000),
      openBrowser: () => openBrowser(path),
    })
  })
})

function serving(create: typeof express) {
  return (application: ContractApplication<Response, void>) => serve(application, create)
}

function serve(application: ContractApplication<Response, void>, create: typeof express) {
  const { decorated, parser, mountables, onError, path, protector, stream, login, callback } = application
  const app = create()
  app.disable('x-powered-by') // else nothing is ever sent the fast way
  app.set('trust proxy', true)
  app.enable('case sensitive routing').enable('strict routing')
  if (decorated) {
    app.use((_request, response, next) => {
      response.set({ 'x-application': 'yes', 'access-control-allow-origin': 'https://app.example' })
      response.append('set-cookie', 'before=1')
      next()
    })
  }
  if (parser !== undefined) app.use(parsers[parser])
  app.use(path, mount(mountables, { onError }))
  const open = [express.text({ type: '*/*' }), answer]
  app.all(['/open', `${path}/open`], open)
  const read = protect(protector, 'read', { onError })
  app.all('/notes', read, open)
  if (path !== '/') app.use(path, create.Router().all('/notes', read, open))
  app.get('/stream', read, async (_request, response) => {
    await pipeline(Readable.from(stream()), response).catch(() => undefined) // the client has left
  })
  app.all('/admin', protect(protector, 'write', { onError }), open)
  app.get('/login', (_request, response) => login(response))
  app.all('/callback', async (_request, response) => {
    const result = await callback(response)
    response.cookie('session', '1').json(result)
  })
  return startNodeServer(app)
}

function answer(request: Request, response: Response): void {
  const body: unknown = request.body
  response.json({ subject: currentToken(request)?.subject ?? null, body: typeof body === 'string' ? body : '' })
}
