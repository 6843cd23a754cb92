/** What sixty extensions cost a token request that has nothing to do with them, in one process: `extensions.ts [rounds]`. */

import { memoryStore, type HttpRequest } from '@authlib/core'
import { fetchRequest } from '@authlib/fetch'
import { AuthorizationServer, clientCredentialsGrant, staticClients, type Extension } from '@authlib/oauth2/server'

const rounds = Number(process.argv[2] ?? 40)
const REQUESTS = 2000
const secret = 'a-client-secret-of-more-than-32-characters'

function createServer(idle: number): AuthorizationServer {
  const nothing = (): undefined => undefined
  const extensions = Array.from({ length: idle }, (_, index): Extension => {
    return {
      kind: 'extension',
      name: `idle${index}`,
      resolveRequestUri: nothing,
      validateAuthorizationRequest: nothing,
      demands: nothing,
      consents: nothing,
      authorizing: nothing,
      authorizationResponse: nothing,
      ending: nothing,
    }
  })
  return new AuthorizationServer({
    issuer: 'http://localhost:4000',
    store: memoryStore(),
    secrets: ['a-server-secret-of-more-than-32-characters'],
    clients: staticClients([{ client_id: 'machine', client_secret: secret, grant_types: ['client_credentials'] }]),
    onEvent: () => undefined,
  })
    .registerGrant(clientCredentialsGrant())
    .register(...extensions)
}

const headers = new Headers({
  authorization: `Basic ${btoa(`machine:${secret}`)}`,
  'content-type': 'application/x-www-form-urlencoded',
})

function tokenRequest(): HttpRequest {
  const url = 'http://localhost:4000/token'
  return fetchRequest(new Request(url, { method: 'POST', headers, body: 'grant_type=client_credentials' }))
}

/** Microseconds of CPU for one request. */
async function effortOf(server: AuthorizationServer): Promise<number> {
  const requests = Array.from({ length: REQUESTS }, tokenRequest)
  const before = process.cpuUsage()
  for (const request of requests) {
    const { status } = await server.handle(request)
    if (status !== 200) throw new Error(`the token endpoint answered ${status}`)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / REQUESTS
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const [without, withSixty] = [createServer(0), createServer(60)]
const [bare, idle, differences]: [number[], number[], number[]] = [[], [], []]
for (let round = -5; round < rounds; round++) {
  const turn = round % 2 === 0
  const first = await effortOf(turn ? without : withSixty)
  const second = await effortOf(turn ? withSixty : without)
  const [a, b] = turn ? [first, second] : [second, first]
  if (round < 0) continue // warms up
  bare.push(a)
  idle.push(b)
  differences.push(b - a)
}

console.log(`POST /token, client_credentials, in process (${rounds} rounds of ${REQUESTS}, interleaved)\n`)
console.log('| idle extensions | CPU µs, median | ratio |')
console.log('| ---: | ---: | ---: |')
console.log(`| 0 | ${median(bare).toFixed(1)} | 1 |`)
console.log(`| 60 | ${median(idle).toFixed(1)} | ${(median(idle) / median(bare)).toFixed(3)} |`)
console.log(`\nMedian of the differences in pairs: ${median(differences).toFixed(2)} µs`)
