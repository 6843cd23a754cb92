/** One server under test, as a child process: listens on a free loopback port and tells how it is doing when asked. */

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export const CLIENT = {
  client_id: 'bench',
  client_secret: 'bench-secret-bench-secret-bench-secret',
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: 'read write',
  token_endpoint_auth_method: 'client_secret_basic',
}

/** A client that signs; its key is an argument of the server. */
export const SIGNING_CLIENT = {
  client_id: 'signing',
  grant_types: ['client_credentials'],
  response_types: [],
  scope: 'read write',
  token_endpoint_auth_method: 'private_key_jwt',
}

/** A resource server that may introspect the tokens of everyone. */
export const API = {
  client_id: 'api',
  client_secret: 'api-secret-api-secret-api-secret',
  grant_types: [],
  trust: { resourceServer: true },
}

/** What a server tells of itself. */
export interface Usage {
  /** CPU time so far, microseconds. */
  readonly cpu: number
  /** By how many microseconds the event loop was late since the last question, at the 50th and the 99th percentile. */
  readonly delay: { readonly p50: number; readonly p99: number }
}

/** Answers `{ port }` first, then its usage to every message. */
export async function serve(make: (origin: string) => RequestListener | Promise<RequestListener>): Promise<void> {
  const server = createServer()
  server.keepAliveTimeout = 60_000 // on a busy machine a round of the others takes longer than the default
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on TCP
  server.on('request', await make(`http://127.0.0.1:${port}`)) // the issuer has the port in it
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    const usage: Usage = {
      cpu: user + system,
      delay: { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)) },
    }
    delay.reset()
    process.send?.(usage)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}

const RESOLUTION = 5 // milliseconds: the histogram counts them in

function late(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1000 - RESOLUTION * 1000)
}
