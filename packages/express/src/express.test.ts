import { jsonResponse, type CurrentToken, type Mountable, type Protector } from '@authlib/core'
import { requestPath } from '@authlib/core/kit'
import { startNodeServer } from '@authlib/testing'
import express, { Router, type Express, type Response } from 'express'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import type {} from './augment.ts'
import { currentToken, expressAdapter, mount, protect } from './index.ts'

const echo: Mountable = {
  routes: [{ path: '/auth/v1/echo', methods: ['GET', 'POST'] }],
  handle: async (request) => jsonResponse(200, { path: requestPath(request), text: await request.text() }),
}

describe('mount', () => {
  it('answers whole paths inside of nested routers', async () => {
    const inner = Router().use('/v1', mount(echo))
    const answer = await get(express().use('/auth', inner), '/auth/v1/echo?a=1')
    expect(await answer.json()).toEqual({ path: '/auth/v1/echo', text: '' })
  })

  it('says that it is mounted below a path that the issuer lacks', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const route = { path: '/token', methods: ['POST'] }
    const mountable = { routes: [route], handle: () => Promise.resolve({ status: 200, headers: [], body: '' }) }
    const { url, stop } = await startNodeServer(express().use('/auth', mount(mountable)))
    expect((await fetch(`${url}/auth/token?a=b`, { method: 'POST' })).status).toBe(404)
    expect(warn.mock.calls.flat().join()).toContain('End the issuer with /auth')
    warn.mockRestore()
    await stop()
  })

  it('stays out of the error handling of the application', async () => {
    const heard: unknown[] = []
    const failing: Mountable = { routes: echo.routes, handle: () => Promise.reject(new Error('secret')) }
    const app = express().use(mount(failing, { onError: (error) => heard.push(error) }))
    app.use((_error: unknown, _request: unknown, response: Response, _next: unknown) => {
      response.status(418).end()
    })
    const answer = await get(app, '/auth/v1/echo')
    expect([answer.status, await answer.text()]).toEqual([500, '{"error":"server_error"}'])
    expect(heard).toEqual([expect.objectContaining({ message: 'secret' })])
  })
})

describe('protect', () => {
  interface Token extends CurrentToken {
    readonly level: number
  }
  const protector: Protector<Token, 'read' | 'write'> = {
    protect: async () => ({ subject: 'ann', level: 3 }),
    respond: () => jsonResponse(401, {}),
  }

  it('gives the handler the token in the type of its protector', async () => {
    const app = express()
    app.get('/notes', protect(protector, 'read'), (request, response) => {
      const token = currentToken<Token>(request)
      expectTypeOf(token).toEqualTypeOf<Token | undefined>()
      response.json(token)
    })
    expect(await (await get(app, '/notes')).json()).toEqual({ subject: 'ann', level: 3 })
  })

  it('leaves the token in a property of the request, typed for those who ask for it', async () => {
    const app = express()
    app.get('/notes', protect(protector, 'read'), (request, response) => {
      expectTypeOf(request.token).toEqualTypeOf<CurrentToken | undefined>()
      response.json(request.token)
    })
    expect(await (await get(app, '/notes')).json()).toEqual({ subject: 'ann', level: 3 })
  })

  it('checks the type of the requirement', () => {
    protect(protector, 'write')
    // @ts-expect-error -- no requirement of this protector
    protect(protector, 'delete')
  })

  it('hands what a handler throws to the error handling of the application', async () => {
    const app = express()
    app.get('/notes', protect(protector), () => {
      throw new Error('late')
    })
    app.use((error: Error, _request: unknown, response: Response, _next: unknown) => {
      response.status(418).send(error.message)
    })
    const answer = await get(app, '/notes')
    expect([answer.status, await answer.text()]).toEqual([418, 'late'])
  })
})

describe('expressAdapter', () => {
  it('goes together with the cookies of Express, before and after', async () => {
    const app = express()
    app.get('/', (_request, response) => {
      response.cookie('first', '1')
      expressAdapter.setCookies(response, [{ name: 'login', value: '1' }])
      response.cookie('last', '1').redirect('/home')
    })
    const answer = await get(app, '/')
    expect(answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual(['first', 'login', 'last'])
  })
})

async function get(app: Express, path: string) {
  const server = await startNodeServer(app)
  try {
    const response = await fetch(server.url + path, { redirect: 'manual' })
    return new globalThis.Response(await response.text(), response)
  } finally {
    await server.stop()
  }
}
