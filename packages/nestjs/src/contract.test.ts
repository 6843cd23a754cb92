import 'reflect-metadata'
import { adapterBrowserContract, adapterContract, type ContractApplication, type TestServer } from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import {
  All,
  Controller,
  Get,
  Module,
  Req,
  Res,
  StreamableFile,
  type INestApplication,
  type Type,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import {
  AuthlibModule,
  currentToken,
  nestAdapter,
  Protect,
  type PlatformRequest,
  type PlatformResponse,
} from './index.ts'

describe.each([
  ['Express', serveOnExpress],
  ['Fastify', serveOnFastify],
] as const)('Nest over %s', (platform, serve) => {
  const options = { describe, name: `the adapter contract on Nest over ${platform}`, adapter: nestAdapter, serve }
  const serveHttp2 = platform === 'Fastify' ? serveOnHttp2 : undefined
  adapterContract({ ...options, it, parsers: ['form', 'json'], serveHttp2 })
  oauth1Contract({ ...options, it, name: `the OAuth 1 contract on Nest over ${platform}`, parsers: ['form', 'json'] })

  describeWith(chromium, 'in a real browser', (path) => {
    adapterBrowserContract({
      ...options,
      it: (title, body) => it(title, body, 60_000),
      openBrowser: () => openBrowser(path),
    })
  })
})

type Application = ContractApplication<PlatformResponse, void>

async function serveOnExpress(application: Application): Promise<TestServer> {
  const bodyParser = application.parser !== undefined
  const options = { bodyParser, logger: false } as const
  return start(await NestFactory.create(moduleOf(application), new ExpressAdapter(), options), application)
}

function serveOnFastify(application: Application): Promise<TestServer> {
  return startFastify(new FastifyAdapter({ forceCloseConnections: true }), application)
}

function serveOnHttp2(application: Application): Promise<TestServer> {
  const adapter = new FastifyAdapter({ forceCloseConnections: true, http2: true })
  return startFastify(adapter, application)
}

async function startFastify(adapter: FastifyAdapter, application: Application): Promise<TestServer> {
  const options = { bodyParser: application.parser !== undefined, logger: false } as const
  const app = await NestFactory.create(moduleOf(application), adapter, options)
  // Fastify answers 415 to content types without a parser
  adapter
    .getInstance()
    .addContentTypeParser('*', { parseAs: 'string', bodyLimit: 11_000_000 }, (_request, body, done) => {
      done(null, body)
    })
  return start(app, application)
}

async function start(app: INestApplication, { decorated }: Application): Promise<TestServer> {
  if (decorated) {
    app.use((_request: unknown, response: PlatformResponse, next: () => void) => {
      const { raw } = 'raw' in response ? response : { raw: response }
      raw.setHeader('x-application', 'yes').setHeader('access-control-allow-origin', 'https://app.example')
      raw.appendHeader('set-cookie', 'before=1')
      next()
    })
  }
  await app.listen(0, '127.0.0.1')
  const server = app.getHttpServer() as Server
  return {
    url: await app.getUrl(),
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections() // not on HTTP/2
      await app.close()
    },
  }
}

/** Decorators as calls: the test runner strips types, and decorators are no JavaScript yet. */
function moduleOf({ mountables, onError, path, protector, stream, login, callback }: Application): Type {
  class Routes {
    open(request: PlatformRequest): Promise<object> {
      return bodyAndSubject(request)
    }

    notes(request: PlatformRequest): Promise<object> {
      return bodyAndSubject(request)
    }

    stream(): StreamableFile {
      return new StreamableFile(Readable.from(stream()), { type: 'text/plain' })
    }

    admin(request: PlatformRequest): Promise<object> {
      return bodyAndSubject(request)
    }

    login(response: PlatformResponse): Promise<void> {
      return login(response)
    }

    async callback(response: PlatformResponse): Promise<void> {
      const result = await callback(response)
      if ('raw' in response) {
        response.header('set-cookie', 'session=1')
        response.header('content-type', 'application/json')
        response.code(200).send(JSON.stringify(result))
      } else {
        response.appendHeader('set-cookie', 'session=1').setHeader('content-type', 'application/json')
        response.end(JSON.stringify(result))
      }
    }
  }
  Controller()(Routes)
  decorate(Routes, 'open', [All(path === '/' ? 'open' : ['open', `${path}/open`])], Req())
  decorate(
    Routes,
    'notes',
    [All(path === '/' ? 'notes' : ['notes', `${path}/notes`]), Protect(protector, 'read', { onError })],
    Req(),
  )
  decorate(Routes, 'stream', [Get('stream'), Protect(protector, 'read', { onError })], Req())
  decorate(Routes, 'admin', [All('admin'), Protect(protector, 'write', { onError })], Req())
  decorate(Routes, 'login', [Get('login')], Res())
  decorate(Routes, 'callback', [All('callback')], Res())

  const Root: Type = class {
    readonly name = 'contract'
  }
  Module({ imports: [AuthlibModule.mount(mountables, { onError })], controllers: [Routes] })(Root)
  return Root
}

function decorate(type: Type, method: string, decorators: MethodDecorator[], parameter: ParameterDecorator): void {
  const prototype = type.prototype as object // sound: a class has one
  parameter(prototype, method, 0)
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method)!
  for (const decorator of decorators) decorator(prototype, method, descriptor)
}

async function bodyAndSubject(request: PlatformRequest): Promise<object> {
  const subject = currentToken(request)?.subject ?? null
  const { body } = request as { body?: unknown }
  if (typeof body === 'string') return { subject, body }
  return { subject, body: 'raw' in request ? '' : await text(request) }
}
