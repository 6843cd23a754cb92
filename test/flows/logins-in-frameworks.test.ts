import { AuthlibError, OAuth, type Adapter } from '@authlib/core'
import { elysiaAdapter } from '@authlib/elysia'
import { expressAdapter } from '@authlib/express'
import { fastifyAdapter } from '@authlib/fastify'
import { fetchAdapter, withCookies } from '@authlib/fetch'
import { h3Adapter } from '@authlib/h3'
import { honoAdapter } from '@authlib/hono'
import { koaAdapter } from '@authlib/koa'
import { nodeAdapter } from '@authlib/node'
import { oidc, type OpenIDAuthorizationOptions, type OpenIDClient } from '@authlib/oidc/client'
import {
  startFakeProvider,
  startNodeServer,
  startTestServer,
  type FakeProvider,
  type TestServer,
} from '@authlib/testing'
import formbody from '@fastify/formbody'
import { Elysia } from 'elysia'
import express, { type ErrorRequestHandler } from 'express'
import fastify from 'fastify'
import { H3 } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

/** The same application in each framework: two routes, and its way to answer errors. */
const frameworks: readonly [name: string, start: (application: Application) => Promise<TestServer>][] = [
  [
    'node:http',
    ({ register, options, result, refusal }) => {
      const { provider } = register(nodeAdapter)
      return startNodeServer(async (incoming, outgoing) => {
        try {
          if (incoming.url!.startsWith('/login')) await provider.authorizeRedirect(outgoing, options(incoming.url!))
          else outgoing.end(JSON.stringify(result(await provider.authorizeAccessToken(outgoing))))
        } catch (error) {
          const { status, body } = refusal(error)
          outgoing.writeHead(status).end(JSON.stringify(body))
        }
      })
    },
  ],
  [
    'Express',
    ({ register, options, result, refusal }) => {
      const { provider } = register(expressAdapter)
      const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
        const { status, body } = refusal(error)
        response.status(status).json(body)
      }
      const app = express()
        .use(express.urlencoded({ extended: true }))
        .get('/login', (request, response) => provider.authorizeRedirect(response, options(request.url)))
        .all('/callback', async (_request, response) => {
          response.json(result(await provider.authorizeAccessToken(response)))
        })
        .use(answerError)
      return startNodeServer(app)
    },
  ],
  [
    'Hono',
    ({ register, options, result, refusal }) => {
      const { provider } = register(honoAdapter)
      const app = new Hono()
        .get('/login', (c) => provider.authorizeRedirect(c, options(c.req.url)))
        .all('/callback', async (c) => c.json(result(await provider.authorizeAccessToken(c))))
        .onError((error, c) => {
          const { status, body } = refusal(error)
          return c.json(body, status)
        })
      return startTestServer((request) => app.fetch(request))
    },
  ],
  [
    'Koa',
    ({ register, options, result, refusal }) => {
      const { provider } = register(koaAdapter)
      const app = new Koa()
      app.use(async (ctx) => {
        try {
          if (ctx.path === '/login') await provider.authorizeRedirect(ctx, options(ctx.url))
          else ctx.body = result(await provider.authorizeAccessToken(ctx))
        } catch (error) {
          const { status, body } = refusal(error)
          ctx.status = status
          ctx.body = body
        }
      })
      return startNodeServer(app.callback())
    },
  ],
  [
    'Fastify',
    async ({ register, options, result, refusal }) => {
      const { provider } = register(fastifyAdapter)
      const app = fastify({ forceCloseConnections: true })
      await app.register(formbody)
      app.get('/login', (request, reply) => provider.authorizeRedirect(reply, options(request.url)))
      app.all('/callback', async (_request, reply) => result(await provider.authorizeAccessToken(reply)))
      app.setErrorHandler((error, _request, reply) => {
        const { status, body } = refusal(error)
        return reply.code(status).send(body)
      })
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      return { url, stop: () => app.close() }
    },
  ],
  [
    'Web requests',
    ({ register, options, result, refusal }) => {
      const { provider } = register(fetchAdapter)
      return startTestServer(async (request) => {
        try {
          if (new URL(request.url).pathname === '/login') {
            return await provider.authorizeRedirect(request, options(request.url))
          }
          return withCookies(request, Response.json(result(await provider.authorizeAccessToken(request))))
        } catch (error) {
          const { status, body } = refusal(error)
          return withCookies(request, Response.json(body, { status }))
        }
      })
    },
  ],
  [
    'h3',
    ({ register, options, result, refusal }) => {
      const { provider } = register(h3Adapter)
      const app = new H3()
      app.get('/login', (event) => provider.authorizeRedirect(event, options(event.req.url)))
      app.all('/callback', async (event) => {
        try {
          return result(await provider.authorizeAccessToken(event))
        } catch (error) {
          const { status, body } = refusal(error)
          event.res.status = status
          return body
        }
      })
      return startTestServer((request) => app.fetch(request))
    },
  ],
  [
    'Elysia',
    ({ register, options, result, refusal }) => {
      const { provider } = register(elysiaAdapter)
      const app = new Elysia()
        .get('/login', (context) => provider.authorizeRedirect(context, options(context.request.url)))
        .all('/callback', async ({ request, set, body }) => {
          try {
            return result(await provider.authorizeAccessToken({ request, set, body }))
          } catch (error) {
            const { status, body } = refusal(error)
            set.status = status
            return body
          }
        })
      return startTestServer((request) => app.fetch(request))
    },
  ],
]

type LoginResult = Awaited<ReturnType<OpenIDClient['finishAuthorization']>> & { readonly data: object }

interface Application {
  register<Context, Answer>(adapter: Adapter<Context, Answer>): ReturnType<typeof registryFor<Context, Answer>>
  options(url: string): OpenIDAuthorizationOptions & { data: { returnTo: string } }
  result(login: LoginResult): object
  refusal(error: unknown): { status: 400 | 403 | 500; body: object }
}

function registryFor<Context, Answer>(
  adapter: Adapter<Context, Answer>,
  { issuer, clientId, clientSecret }: FakeProvider,
) {
  const secrets = ['a secret of the application, 32 characters']
  return new OAuth({ adapter, secrets }).register('provider', oidc({ issuer, clientId, clientSecret }))
}

describe.each(frameworks)('logging in with %s', (_name, start) => {
  let provider: FakeProvider
  let application: TestServer
  let browser: FormBrowser
  let asked: string[]

  beforeEach(async () => {
    provider = await startFakeProvider()
    browser = new FormBrowser()
    asked = []
    application = await start({
      register: (adapter) => registryFor(adapter, provider),
      options: (url) => ({
        redirectUri: `${application.url}/callback`,
        responseMode: url.includes('form') ? 'form_post' : undefined,
        data: { returnTo: '/notes' },
      }),
      result: ({ claims, data }) => ({ sub: claims.sub, ...data }),
      refusal(error) {
        const { code, status } = error instanceof AuthlibError ? error : { code: String(error), status: 500 }
        return { status: status === 400 || status === 403 ? status : 500, body: { error: code } }
      },
    })
    provider.answer('/authorize', ({ url }) => {
      asked.push(url)
      return new Response('Do you agree?')
    })
  })
  afterEach(() => Promise.all([application.stop(), provider.stop()]))

  /** What the page says, after the browser has followed the answer of the provider. */
  async function comeBack(asking: string, changes?: Record<string, string | undefined>): Promise<unknown> {
    await browser.open(provider.approve(asking, changes))
    return JSON.parse(browser.text)
  }

  it('ends with the person and the data, once', async () => {
    await browser.open(`${application.url}/login`)
    expect(await comeBack(asked[0]!)).toEqual({ sub: 'alice', returnTo: '/notes' })
    const before = provider.requests.length
    expect(await comeBack(asked[0]!)).toEqual({ error: 'login_used' })
    expect(browser.status).toBe(400)
    expect(provider.requests).toHaveLength(before)
  })

  it('works for two tabs, whichever comes back first (R8)', async () => {
    await browser.open(`${application.url}/login`)
    await browser.open(`${application.url}/login`)
    expect(await comeBack(asked[1]!)).toMatchObject({ sub: 'alice' })
    expect(await comeBack(asked[0]!)).toMatchObject({ sub: 'alice' })
  })

  it('takes the answer of the provider as a form (X-13)', async () => {
    provider.answer('/authorize', ({ url }) => {
      const callback = new URL(provider.approve(url))
      const inputs = [...callback.searchParams].map(([name, value]) => {
        return `<input type="hidden" name="${name}" value="${value}">`
      })
      const form = `<form method="post" action="${application.url}/callback">${inputs.join('')}</form>`
      return new Response(form, { headers: { 'content-type': 'text/html' } })
    })
    await browser.open(`${application.url}/login?form`)
    await browser.submit()
    expect(JSON.parse(browser.text)).toEqual({ sub: 'alice', returnTo: '/notes' })
  })

  it('is over when the person declines, also for a second callback (R8)', async () => {
    await browser.open(`${application.url}/login`)
    expect(await comeBack(asked[0]!, { code: undefined, error: 'access_denied' })).toEqual({ error: 'access_denied' })
    expect(browser.status).toBe(403)
    expect(await comeBack(asked[0]!)).toEqual({ error: 'login_used' })
  })

  it('does not end in another browser: login CSRF (R9, RFC 9700 §4.7)', async () => {
    await browser.open(`${application.url}/login`)
    browser = new FormBrowser()
    expect(await comeBack(asked[0]!)).toEqual({ error: 'mismatching_state' })
    expect(provider.requests).not.toContain('POST /token')
  })
})
