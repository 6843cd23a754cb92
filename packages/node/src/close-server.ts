/** Ending an HTTP server without cutting a request. */

import type { Server } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import { assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'

export interface CloseServerOptions {
  /**
   * Seconds in which a client with an open connection sends its next request, and learns that it is the last one. Connections
   * that are idle longer are closed. Default 0.5.
   */
  readonly notice?: number | undefined
  /** Seconds after which requests that are still under way are cut. Default 10. */
  readonly grace?: number | undefined
}

/**
 * Stops listening, answers what comes on the open connections with `Connection: close`, and resolves when all are closed.
 * `server.close()` alone also ends connections on which the next request is on its way.
 *
 * @example
 * process.once('SIGTERM', async () => {
 *   await closeServer(server)
 *   store.close()
 * })
 */
export function closeServer(
  server: Server | HttpsServer,
  { notice = 0.5, grace = 10, ...others }: CloseServerOptions = {},
): Promise<void> {
  refuseUnknownOptions('closeServer', others)
  assertSeconds({ notice, grace })
  return new Promise((resolve) => {
    server.prependListener('request', (_request, response) => (response.shouldKeepAlive = false))
    // After the next poll: a request that has arrived and was not read yet would count as idle.
    const idle = setInterval(() => setImmediate(() => server.closeIdleConnections()), notice * 1000)
    const end = setTimeout(() => server.closeAllConnections(), grace * 1000)
    // Not that of `http.Server`, which closes idle connections at once.
    NetServer.prototype.close.call(server, () => {
      clearInterval(idle)
      clearTimeout(end)
      resolve()
    })
  })
}
