/**
 * Whether the memory of a server on the memory store stays flat: `memory.ts [requests]`. A thousand requests are a second of
 * its clock, and tokens live for a minute, so that 60,000 are alive at any time. Run it with `--expose-gc`.
 */

import { memoryStore } from '@authlib/core'
import { AuthorizationServer, clientCredentialsGrant, staticClients } from '@authlib/oauth2/server'

const count = Number(process.argv[2] ?? 500_000)
const step = count / 10
const secret = 'a-client-secret-of-more-than-32-characters'
let issued = 0
const server = new AuthorizationServer({
  issuer: 'http://localhost:4000',
  store: memoryStore(),
  secrets: ['a-server-secret-of-more-than-32-characters'],
  clients: staticClients([{ client_id: 'machine', client_secret: secret, grant_types: ['client_credentials'] }]),
  accessTokenLifetime: 60,
  clock: () => 1_800_000_000 + Math.floor(issued / 1000),
  onEvent: () => undefined,
}).registerGrant(clientCredentialsGrant())
const headers = {
  authorization: `Basic ${btoa(`machine:${secret}`)}`,
  'content-type': 'application/x-www-form-urlencoded',
}

const started = performance.now()
while (issued < count) {
  const init = { method: 'POST', headers, body: 'grant_type=client_credentials' }
  const { status } = await server.fetch(new Request('http://localhost:4000/token', init))
  if (status !== 200) throw new Error(`the token endpoint answered ${status}`)
  if (++issued % step !== 0) continue
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  const seconds = (performance.now() - started) / 1000
  console.log(`${issued} requests, ${seconds.toFixed(0)} s: heap ${inMegabytes(heapUsed)}, process ${inMegabytes(rss)}`)
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
