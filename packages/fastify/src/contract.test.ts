import formbody from '@fastify/formbody'
import {
  adapterBrowserContract,
  adapterContract,
  type BodyParser,
  type ContractApplication,
  type TestServer,
} from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, fastifyAdapter, mount, protect } from './index.ts'

const options = { describe, name: 'the adapter contract on Fastify', adapter: fastifyAdapter, serve }

adapterContract({
  ...options,
  it,
  parsers: ['form', 'text', 'bytes', 'json'],
  serveHttp2: (application) => serve(application, true),
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on Fastify', parsers: ['form', 'text', 'bytes', 'json'] })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

async function serve(application: ContractApplication<FastifyReply, void>, http2 = false): Promise<TestServer> {
  const { decorated, parser, mountables, onError, path, protector, stream, login, callback } = application
  const setup = { trustProxy: true, forceCloseConnections: true } as const
  // sound: the same surface, but for the types of the messages below
  const app = http2 ? (fastify({ ...setup, http2 }) as unknown as FastifyInstance) : fastify(setup)
  if (decorated) {
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers({ 'x-application': 'yes', 'access-control-allow-origin': 'https://app.example' })
      reply.header('set-cookie', 'before=1')
      done()
    })
  }
  await parse(app, parser)
  await app.register(mount(mountables, { onError }), { prefix: path })
  app.all('/open', open)
  if (path !== '/') app.all(`${path}/open`, open)
  const read = { preHandler: protect(protector, 'read', { onError }) }
  app.all('/notes', read, open)
  if (path !== '/') await app.register(async (below) => void below.all('/notes', read, open), { prefix: path })
  app.get('/stream', read, (_request, reply) => reply.type('text/plain').send(Readable.from(stream())))
  app.all('/admin', { preHandler: protect(protector, 'write', { onError }) }, open)
  app.get('/login', (_request, reply) => login(reply))
  app.route({
    method: ['GET', 'POST'],
    url: '/callback',
    handler: async (_request, reply) => {
      const result = await callback(reply)
      reply.header('set-cookie', 'session=1')
      return result
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, stop: () => app.close() }
}

/** Fastify answers 415 to content types without a parser, so one for the rest is always there. */
async function parse(app: FastifyInstance, parser: BodyParser | undefined): Promise<void> {
  if (parser !== 'json') app.removeContentTypeParser('application/json')
  if (parser === 'form') await app.register(formbody)
  const parseAs = parser === 'bytes' ? 'buffer' : 'string'
  app.addContentTypeParser('*', { parseAs, bodyLimit: 11_000_000 }, (_request, body, done) => {
    done(null, body)
  })
}

function open(request: FastifyRequest): object {
  const { body } = request
  return {
    subject: currentToken(request)?.subject ?? null,
    body: typeof body === 'string' || body instanceof Uint8Array ? body.toString() : '',
  }
}
