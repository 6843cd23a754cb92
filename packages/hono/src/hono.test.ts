import {
  jsonResponse,
  type CurrentToken,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
  type Protector,
} from '@authlib/core'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { currentToken, honoAdapter, honoRequest, keepCookies, mount, protect } from './index.ts'

const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1&b=%C3%BC' }

describe('mount', () => {
  it('answers whole paths, also inside of a sub-application', async () => {
    const sub = new Hono().use(mount(answering('/auth/token', [])))
    const app = new Hono().route('/auth', sub)
    expect((await app.request('/auth/token')).status).toBe(200)
    expect((await app.request('/token')).status).toBe(404)
  })

  it('has the last word over headers that a middleware has put into the response', async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      c.res.headers.set('cache-control', 'public')
      c.res.headers.append('set-cookie', 'before=1')
      await next()
    })
    app.use(mount(answering('/token', [['cache-control', 'no-store'], ['set-cookie', 'mine=1']]))) // prettier-ignore
    const { headers } = await app.request('/token')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.getSetCookie()).toEqual(['before=1', 'mine=1'])
  })

  it('says what to do when something has read the raw body', async () => {
    const errors: unknown[] = []
    const reading: Mountable = {
      routes: [{ path: '/token', methods: ['POST'] }],
      handle: async (request) => jsonResponse(200, await request.text()),
    }
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.raw.text()
      await next()
    })
    app.use(mount(reading, { onError: (error) => errors.push(error) }))
    expect((await app.request('/token', form)).status).toBe(500)
    expect(errors).toEqual([expect.objectContaining({ code: 'body_used' })])
  })
})

describe('protect', () => {
  const readingProtector: Protector<CurrentToken, 'read' | 'write'> = {
    async protect(request: HttpRequest) {
      return { subject: await request.text() }
    },
    respond: () => jsonResponse(401, {}),
  }

  it('leaves the token in a variable of the context', async () => {
    const app = new Hono()
    app.get('/notes', protect(readingProtector, 'read'), (c) => c.json(c.var.token))
    const response = await app.request('/notes')
    expect(await response.json()).toEqual({ subject: '' })
  })

  it('leaves a body that the protector has read to the handler, in every form', async () => {
    const app = new Hono().use(protect(readingProtector, 'read'))
    app.post('/text', async (c) => c.json(await c.req.text()))
    app.post('/form', async (c) => c.json(await c.req.parseBody()))
    app.post('/fields', async (c) => c.json([...(await c.req.formData())]))
    app.post('/length', async (c) => c.json((await c.req.arrayBuffer()).byteLength))
    expect(await (await app.request('/text', form)).json()).toBe('a=1&b=%C3%BC')
    expect(await (await app.request('/form', form)).json()).toEqual({ a: '1', b: 'ü' })
    expect(await (await app.request('/fields', form)).json()).toEqual([['a', '1'], ['b', 'ü']]) // prettier-ignore
    expect(await (await app.request('/length', form)).json()).toBe(12)
  })

  it('keeps the token when a later middleware replaces the request', async () => {
    const app = new Hono().use(protect(readingProtector))
    app.use(async (c, next) => {
      c.req.raw = new Request(c.req.raw.url)
      await next()
    })
    app.get('/', (c) => c.json(currentToken(c)))
    expect(await (await app.request('/')).json()).toEqual({ subject: '' })
  })

  it('checks the type of the requirement', () => {
    protect(readingProtector, 'write')
    // @ts-expect-error -- no requirement of this protector
    protect(readingProtector, 'delete')
  })
})

describe('keepCookies', () => {
  const finish = (app: Hono) => {
    app.get('/own', (c) => {
      honoAdapter.setCookies(c, [{ name: 'used', value: '1' }])
      return new Response('done', { headers: { 'set-cookie': 'session=1' } })
    })
    app.get('/made', (c) => {
      honoAdapter.setCookies(c, [{ name: 'used', value: '1' }])
      return c.redirect('/')
    })
    return app
  }
  const cookies = async (app: Hono, path: string) => {
    return (await app.request(path)).headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  }

  it('adds the cookies of a login to a response that the handler made itself', async () => {
    expect(await cookies(finish(new Hono().use(keepCookies())), '/own')).toEqual(['session=1', 'used=1'])
  })

  it('is part of mount', async () => {
    expect(await cookies(finish(new Hono().use(mount([]))), '/own')).toEqual(['session=1', 'used=1'])
  })

  it('is not needed for what the context makes, and sets nothing twice there', async () => {
    expect(await cookies(finish(new Hono()), '/made')).toEqual(['used=1'])
    expect(await cookies(finish(new Hono().use(keepCookies())), '/made')).toEqual(['used=1'])
  })
})

describe('honoRequest', () => {
  it('takes the client certificate from where the application says (RFC 8705 §2)', async () => {
    const app = new Hono()
    app.get('/', (c) => {
      const der = new Uint8Array([1, 2])
      const clientCertificate = () => ({ der, trusted: c.req.header('x-verified') === 'yes' })
      return c.json([
        honoRequest(c, { clientCertificate }).clientCertificate?.trusted,
        honoRequest(c).clientCertificate,
      ])
    })
    expect(await (await app.request('/', { headers: { 'x-verified': 'yes' } })).json()).toEqual([true, null])
  })

  it('takes the limit of a body from its options, for what Hono has read too', async () => {
    const app = new Hono()
    app.post('/:first', async (c) => {
      if (c.req.param('first') === 'read') await c.req.text()
      const text = await honoRequest(c, { maxBody: 11 }).text().catch((error: unknown) => error) // prettier-ignore
      return c.json(text as object)
    })
    for (const path of ['/unread', '/read']) {
      expect(await (await app.request(path, form)).json()).toMatchObject({ code: 'payload_too_large' })
      expect(await (await app.request(path, { ...form, body: 'a=1' })).json()).toBe('a=1')
    }
  })
})

function answering(path: string, headers: readonly HttpHeader[]): Mountable {
  const handle = async (): Promise<HttpResponse> => jsonResponse(200, {}, headers)
  return { routes: [{ path, methods: ['GET'] }], handle }
}
