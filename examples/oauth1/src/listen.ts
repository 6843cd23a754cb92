/** Listens on this machine. */

import type { Express } from 'express'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** On the port, 0 for a free one. The URL is known before the application that answers. */
export async function listen(
  port: number,
): Promise<{ readonly url: string; serve(app: Express): void; stop(): Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // sound: it listens on a port
    serve: (app) => void server.on('request', app),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
