/** One server under test, as a child process: listens on a free loopback port and tells its CPU time when asked. */

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export const CLIENT = {
  client_id: 'bench',
  client_secret: 'bench-secret-bench-secret-bench-secret',
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: 'read write',
  token_endpoint_auth_method: 'client_secret_basic',
}

/** Answers `{ port }` first, then `{ cpu }` in microseconds to every message. */
export async function serve(make: (origin: string) => RequestListener | Promise<RequestListener>): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on TCP
  server.on('request', await make(`http://127.0.0.1:${port}`)) // the issuer has the port in it
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}
