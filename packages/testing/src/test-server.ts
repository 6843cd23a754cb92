/** An HTTP server on this machine for the time of a test. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Awaitable } from '@authlib/core'

/** A server that runs until it is stopped. */
export interface TestServer {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly url: string
  /** Ends open connections too. */
  stop(): Promise<void>
}

/** Answers every request with what `handler` returns, on a free port of the loopback address. */
export async function startTestServer(handler: (request: Request) => Awaitable<Response>): Promise<TestServer> {
  return await startNodeServer((incoming, outgoing) => {
    answer(incoming, outgoing, handler).catch(() => outgoing.destroy())
  })
}

/** Answers requests with a listener of node:http, which an Express application is too. */
export async function startNodeServer(
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown,
): Promise<TestServer> {
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  server.keepAliveTimeout = 60_000 // on a busy machine a connection would end as the next request is sent on it
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on a port, not on a pipe
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The same on HTTP/2 without TLS, as a proxy speaks it. */
export async function startHttp2Server(
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown,
): Promise<TestServer> {
  const sessions = new Set<ServerHttp2Session>()
  const server = createHttp2Server(listener as never) // sound: the compatibility API of HTTP/2 has the same surface
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on a port, not on a pipe
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const session of sessions) session.destroy()
      }),
  }
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handler: (request: Request) => Awaitable<Response>,
): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array) // sound: no encoding was set
  const { method = 'GET', url = '/', headers } = incoming
  const request = new Request(`http://${headers.host ?? 'localhost'}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, [value].flat().join(', ')]),
    body: method === 'GET' || method === 'HEAD' ? null : Buffer.concat(chunks),
  })
  const response = await handler(request)
  outgoing.writeHead(response.status, [...response.headers].flat())
  outgoing.end(new Uint8Array(await response.arrayBuffer()))
}
