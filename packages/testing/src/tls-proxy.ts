/** A reverse proxy that ends TLS, and a client that asks through it. */

import { Agent, request as forward, type IncomingMessage } from 'node:http'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { selfSigned } from './self-signed.ts'

export interface TlsProxy {
  /** As fetch, for a path, over TLS; redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Its few connections to the application are shared by all who ask, and stay open. */
export async function startTlsProxy(target: string): Promise<TlsProxy> {
  const { hostname, port } = new URL(target)
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const server = createServer(selfSigned(), (incoming, outgoing) => {
    const { method, url } = incoming
    const { connection: _, ...headers } = incoming.headers // of the hop before (RFC 9110 §7.6.1)
    const forwarded = {
      ...headers,
      host: 'app.internal:8080',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'app.example',
      'x-forwarded-proto': 'https',
      forwarded: 'for=203.0.113.7;host=app.example;proto=https',
    }
    const onward = forward({ agent, hostname, port, method, path: url, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()))
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo // sound: it listens on a port, not on a pipe
  return {
    fetch: (path, init) => secureFetch(address.port, path, init),
    stop: () =>
      new Promise((resolve) => {
        agent.destroy()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** fetch has no way to accept a certificate that no one has signed. */
function secureFetch(
  port: number,
  path: string,
  { method = 'GET', headers, body }: RequestInit = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, rejectUnauthorized: false, agent: false } as const
    const content = typeof body === 'string' ? { 'content-length': `${Buffer.byteLength(body)}` } : {}
    const sent = { ...Object.fromEntries(new Headers(headers)), ...content }
    const asked = request({ ...options, headers: sent }, (answer) => void toResponse(answer).then(resolve, reject))
    asked.on('error', reject)
    asked.end(body ?? '')
  })
}

async function toResponse(answer: IncomingMessage): Promise<Response> {
  const status = answer.statusCode ?? 502
  const headers = new Headers()
  for (let n = 0; n < answer.rawHeaders.length; n += 2) headers.append(answer.rawHeaders[n]!, answer.rawHeaders[n + 1]!)
  const bytes = await buffer(answer)
  return new Response(status === 204 || status === 304 ? null : new Uint8Array(bytes), { status, headers })
}
