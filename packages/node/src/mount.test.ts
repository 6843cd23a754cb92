import { jsonResponse, type HttpHeader, type Mountable } from '@authlib/core'
import { startNodeServer } from '@authlib/testing'
import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { mount, nodeAdapter } from './index.ts'

describe('mount', () => {
  it('is a whole server by itself, with a 404 for what is not its', async () => {
    const server = await startNodeServer(mount(answering('/a', [])))
    const [found, missing] = [await fetch(`${server.url}/a?b`), await fetch(`${server.url}/b`)]
    await server.stop()
    expect([found.status, await found.json()]).toEqual([200, 'ü'])
    expect(found.headers.get('content-length')).toBe('4')
    expect([missing.status, await missing.text()]).toEqual([404, 'Not Found'])
  })

  it('serves several mountables', async () => {
    const server = await startNodeServer(mount([answering('/a', []), answering('/b', [])]))
    const statuses = [(await fetch(`${server.url}/a`)).status, (await fetch(`${server.url}/b`)).status]
    await server.stop()
    expect(statuses).toEqual([200, 200])
  })

  it('tells a HEAD the length that a GET has', async () => {
    const server = await startNodeServer(mount(answering('/a', [])))
    const response = await fetch(`${server.url}/a`, { method: 'HEAD' })
    await server.stop()
    expect(response.headers.get('content-length')).toBe('4')
  })

  it('goes together with middleware that watches `writeHead` and knows no list of headers', async () => {
    const headers: HttpHeader[] = [['x-first', '1'], ['set-cookie', 'a=1'], ['set-cookie', 'b=2']] // prettier-ignore
    const mounted = mount(answering('/a', headers))
    const server = await startNodeServer((incoming, outgoing) => {
      outgoing.writeHead = function (this: ServerResponse, status: number, ...rest: unknown[]) {
        if (Array.isArray(rest.at(-1))) throw new TypeError('A list of headers')
        this.setHeader('x-watched', 'yes')
        return ServerResponse.prototype.writeHead.call(this, status, ...(rest as []))
      } as ServerResponse['writeHead']
      mounted(incoming, outgoing)
    })
    const response = await fetch(`${server.url}/a`)
    await server.stop()
    expect(response.headers.get('x-watched')).toBe('yes')
    expect(response.headers.get('x-first')).toBe('1')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it('leaves an answer alone that someone else has begun', async () => {
    const mounted = mount(answering('/a', []))
    const server = await startNodeServer((incoming, outgoing) => {
      mounted(incoming, outgoing)
      outgoing.writeHead(202).end('mine')
    })
    const response = await fetch(`${server.url}/a`)
    expect([response.status, await response.text()]).toEqual([202, 'mine'])
    await server.stop()
  })

  it('replaces what the application has set, adds to `vary` and `set-cookie`, and keeps repeated challenges', async () => {
    const headers: HttpHeader[] = [
      ['cache-control', 'no-store'],
      ['vary', 'origin'],
      ['set-cookie', 'b=2'],
      ['www-authenticate', 'Bearer'],
      ['www-authenticate', 'DPoP'],
    ]
    const mounted = mount(answering('/a', headers))
    const server = await startNodeServer((incoming, outgoing) => {
      outgoing.setHeader('cache-control', 'public').setHeader('vary', 'accept').setHeader('set-cookie', 'a=1')
      mounted(incoming, outgoing)
    })
    const response = await fetch(`${server.url}/a`)
    await server.stop()
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('vary')).toBe('accept, origin')
    expect(response.headers.get('www-authenticate')).toBe('Bearer, DPoP')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })
})

describe('nodeAdapter', () => {
  it('says that it wants the response when it gets the request', async () => {
    let error: unknown
    const server = await startNodeServer((incoming, outgoing) => {
      try {
        void nodeAdapter.request(incoming as never)
      } catch (caught) {
        error = caught
      }
      outgoing.end()
    })
    await fetch(server.url)
    await server.stop()
    expect(error).toEqual(new TypeError('Pass the response (`res`), not the request: it knows its request'))
  })

  it('refuses to set a cookie that a browser would drop', async () => {
    let error: unknown
    const server = await startNodeServer((_incoming, outgoing) => {
      try {
        nodeAdapter.setCookies(outgoing, [{ name: 'a', value: '1', sameSite: 'None' }])
      } catch (caught) {
        error = caught
      }
      outgoing.end()
    })
    await fetch(server.url)
    await server.stop()
    expect(error).toBeInstanceOf(TypeError)
  })
})

function answering(path: string, headers: readonly HttpHeader[]): Mountable {
  return { routes: [{ path, methods: ['GET'] }], handle: async () => jsonResponse(200, 'ü', headers) }
}
