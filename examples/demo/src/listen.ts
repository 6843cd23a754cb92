/** HTTP servers that only this machine can reach. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer } from '@authlib/node'
import { SetupError } from './settings.ts'

export interface LoopbackServer {
  /** `http://localhost:` and the port, which is known before there is anything to serve. */
  readonly url: string
  serve(listener: RequestListener): void
  close(): Promise<void>
}

/**
 * On 127.0.0.1, and on ::1 where there is IPv6, because `localhost` may mean either.
 *
 * @throws SetupError when the port is taken
 */
export async function listen(port: number, variable: string): Promise<LoopbackServer> {
  const servers: Server[] = []
  const open = async (host: string, at: number): Promise<number> => {
    const server = createServer()
    await bind(server, at, host)
    servers.push(server)
    return (server.address() as AddressInfo).port // sound: it listens on TCP
  }
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => closeServer(server)))
  }
  try {
    const chosen = await open('127.0.0.1', port)
    await open('::1', chosen).catch((error: unknown) => {
      if (codeOf(error) === 'EADDRINUSE') throw error // anything else: this machine has no IPv6
    })
    return {
      url: `http://localhost:${chosen}`,
      serve: (listener) => servers.forEach((server) => server.on('request', listener)),
      close,
    }
  } catch (error) {
    await close()
    if (codeOf(error) !== 'EADDRINUSE') throw new SetupError(`Port ${port} cannot be used: ${(error as Error).message}`)
    throw new SetupError(`Port ${port} is taken. Stop what uses it, or choose another one in ${variable}.`)
  }
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
