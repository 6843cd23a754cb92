/** A route of a framework, open or behind `protect`: `framework.ts <framework> <open|protected>`. */

import { protect as onExpress } from '@authlib/express'
import { protect as onFastify } from '@authlib/fastify'
import { protect as onH3 } from '@authlib/h3'
import { protect as onKoa } from '@authlib/koa'
import { protect as onNode } from '@authlib/node'
import { introspection, ResourceProtector } from '@authlib/oauth2/resource'
import express from 'express'
import fastify from 'fastify'
import { H3 } from 'h3'
import { toNodeHandler } from 'h3/node'
import Koa from 'koa'
import type { RequestListener } from 'node:http'
import { audience, claims, issuer } from '../../token.ts'
import { serve } from '../server.ts'

const [, , framework = '', kind = ''] = process.argv
const isProtected = kind === 'protected'

/** Asks once: after that every request finds its token in the cache. */
const protector = new ResourceProtector({
  resource: audience,
  validators: [
    introspection({
      issuer,
      endpoint: `${issuer}/introspect`,
      clientId: 'api',
      clientSecret: 'api-secret',
      cacheLifetime: 36_000,
      fetch: async () => Response.json({ active: true, ...claims }),
    }),
  ],
})

const makers: Readonly<Record<string, () => RequestListener | Promise<RequestListener>>> = {
  'node:http': () => {
    const guard = onNode(protector, 'openid')
    return (request, response) => {
      if (isProtected) guard(request, response, () => response.end('ok'))
      else response.end('ok')
    }
  },
  Express: () => {
    const app = express().disable('x-powered-by')
    const guards = isProtected ? [onExpress(protector, 'openid')] : []
    return app.get('/notes', ...guards, (_request, response) => void response.send('ok'))
  },
  Koa: () => {
    const app = new Koa()
    if (isProtected) app.use(onKoa(protector, 'openid'))
    app.use((ctx) => {
      ctx.body = 'ok'
    })
    const listener = app.callback()
    return (request, response) => void listener(request, response)
  },
  Fastify: async () => {
    const app = fastify()
    app.get('/notes', isProtected ? { preHandler: onFastify(protector, 'openid') } : {}, async () => 'ok')
    await app.ready()
    return (request, response) => {
      app.routing(request, response)
    }
  },
  h3: () => {
    const app = new H3()
    app.get('/notes', () => 'ok', isProtected ? { middleware: [onH3(protector, 'openid')] } : {})
    const listener = toNodeHandler(app)
    return (request, response) => void listener(request, response)
  },
}

await serve(() => makers[framework]!())
