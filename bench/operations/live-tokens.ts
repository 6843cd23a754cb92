/**
 * What a request costs with more and more live tokens, on SQLite in a file: `live-tokens.ts [tokens …]`. CPU time of the process,
 * medians over rounds; the tokens belong to a thousand clients.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomToken, systemClock, type StoredRecord } from '@authlib/core'
import {
  AuthorizationServer,
  callEndpoint,
  clientCredentialsGrant,
  introspectionEndpoint,
  newAuthorization,
  refreshTokenGrant,
  staticClients,
  tokenEndpoint,
  type Grant,
} from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 1000, 100_000, 1_000_000]
const ROUNDS = Number(process.env['ROUNDS'] ?? 9)
const TIMES = 300
const folder = mkdtempSync(join(tmpdir(), 'authlib-live-'))
const store = sqliteStore(join(folder, 'bench.db'))
const secret = 'a-client-secret-of-more-than-32-characters'

/** A person's authorization with a refresh token, as a login gives it. */
const ofPerson: Grant = {
  kind: 'grant',
  grantType: 'urn:example:person',
  includes: [tokenEndpoint],
  exchange: (request) => ({
    authorization: newAuthorization(request, { subject: 'alice', scope: ['read'] }),
    scope: ['read'],
    refreshable: true,
  }),
}

const grants = ['client_credentials', 'refresh_token', ofPerson.grantType]
const server = new AuthorizationServer({
  issuer: 'http://localhost:4000',
  store,
  secrets: ['a-server-secret-of-more-than-32-characters'],
  clients: staticClients([{ client_id: 'machine', client_secret: secret, grant_types: grants, scope: 'read' }]),
  onEvent: () => undefined,
})
  .registerGrant(ofPerson)
  .register(clientCredentialsGrant(), refreshTokenGrant(), introspectionEndpoint())

async function call(endpoint: string, params: Record<string, string>): Promise<Readonly<Record<string, unknown>>> {
  const { status, json } = await callEndpoint(server, endpoint, {
    client: { clientId: 'machine', clientSecret: secret },
    params,
  })
  if (status !== 200) throw new Error(`${endpoint} answered ${status}`)
  return json
}

/** A record as the client credentials grant writes it. */
function liveToken(n: number, now: number): StoredRecord {
  const clientId = `client-${n % 1000}`
  return {
    ...{ kind: 'access_token', id: randomToken(undefined, 32), partition: randomToken(undefined, 16), revision: 1 },
    expiresAt: now + 86_400,
    index: { client: clientId },
    data: {
      ...{ version: 1, scope: ['read'], issuedAt: now },
      authorization: { version: 1, status: 'active', clientId, scope: ['read'], createdAt: now, data: {} },
    },
  }
}

let filled = 0
async function fillTo(size: number): Promise<void> {
  const now = systemClock()
  while (filled < size) {
    const records = Array.from({ length: Math.min(1000, size - filled) }, (_, index) => liveToken(filled + index, now))
    const commit = (record: StoredRecord): Promise<boolean> =>
      store.commit({ partition: record.partition, now, expect: [], put: [record], remove: [] })
    await Promise.all(records.map(commit))
    filled += records.length
  }
}

/** CPU microseconds a call. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  for (let count = 0; count < TIMES; count++) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / TIMES
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

try {
  const { access_token: token } = await call('token', { grant_type: 'client_credentials' })
  let { refresh_token: held } = await call('token', { grant_type: ofPerson.grantType })
  const works: Readonly<Record<string, () => Promise<unknown>>> = {
    'client credentials': () => call('token', { grant_type: 'client_credentials' }),
    introspection: () => call('introspection', { token: String(token) }),
    refresh: async () => {
      held = (await call('token', { grant_type: 'refresh_token', refresh_token: String(held) }))['refresh_token']
    },
  }
  console.log(`| live tokens | ${Object.keys(works).join(', CPU µs | ')}, CPU µs |`)
  console.log(`| ---: |${' ---: |'.repeat(Object.keys(works).length)}`)
  for (const size of sizes) {
    await fillTo(size)
    const figures = new Map<string, number[]>()
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, work] of Object.entries(works)) {
        const spent = await cost(work)
        if (round >= 0) figures.set(name, [...(figures.get(name) ?? []), spent]) // the round before warms up
      }
    }
    console.log(`| ${size} | ${[...figures.values()].map((values) => median(values).toFixed(0)).join(' | ')} |`)
  }
} finally {
  store.close()
  rmSync(folder, { recursive: true })
}
