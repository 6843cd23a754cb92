import { jsonResponse, type CurrentToken, type Mountable, type Protector } from '@authlib/core'
import { connect, createServer, type ClientHttp2Session, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mount, protect } from './index.ts'

const mountable: Mountable = {
  routes: [{ path: '/echo', methods: ['GET', 'POST'] }],
  handle: async (request) => {
    const cookies = [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] as const // prettier-ignore
    return jsonResponse(200, { url: request.url, text: await request.text() }, cookies)
  },
}

const reader: Protector<CurrentToken, string> = {
  protect: async (request) => ({ subject: await request.text() }),
  respond: () => jsonResponse(401, {}),
}

let server: Http2Server
let session: ClientHttp2Session

beforeAll(async () => {
  const mounted = mount(mountable)
  const guard = protect(reader, 'read')
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    mounted(incoming, outgoing, () => {
      guard(incoming, outgoing, () => {
        void text(incoming).then((body) => outgoing.end(body))
      })
    })
  }
  server = createServer(listener as never) // sound: the compatibility API of HTTP/2 has the same surface
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterAll(() => {
  session.close()
  server.close()
})

describe('HTTP/2', () => {
  it('answers a POST with every cookie', async () => {
    const { headers, body } = await send('POST', '/echo?a=1', 'Grüße')
    expect(headers[':status']).toBe(200)
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(JSON.parse(body)).toEqual({ url: '/echo?a=1', text: 'Grüße' })
  })

  it('refuses a body of 10 MB with 413, and goes on with the connection', async () => {
    const { headers } = await send('POST', '/echo', 'a'.repeat(10_000_000))
    expect(headers[':status']).toBe(413)
    expect((await send('GET', '/echo')).headers[':status']).toBe(200)
  })

  it('answers a HEAD without a body', async () => {
    const { headers, body } = await send('HEAD', '/echo')
    expect([headers[':status'], body]).toEqual([200, ''])
  })

  it('answers many requests of one connection, each with its own', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => `body ${n}`)
    const answers = await Promise.all(texts.map((body) => send('POST', '/echo', body)))
    expect(answers.map(({ body }) => (JSON.parse(body) as { text: string }).text)).toEqual(texts)
  })

  it('lets a handler read the body that a protector has read', async () => {
    expect((await send('POST', '/other', 'Grüße')).body).toBe('Grüße')
  })
})

function send(method: string, path: string, body = '') {
  return new Promise<{ headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const stream = session.request({ ':method': method, ':path': path })
    let headers: Record<string, unknown> = {}
    stream.on('response', (received) => (headers = received)).on('error', reject)
    text(stream).then((answer) => resolve({ headers, body: answer }), reject)
    if (body === '') stream.end()
    else stream.end(body)
  })
}
