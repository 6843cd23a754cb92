/**
 * What a request costs with more and more live tokens, on SQLite in files: `live-tokens.ts [tokens …]`. CPU time of the
 * process, medians over rounds that take turns over the sizes, as ratios to the first size; on Linux also the reads and writes
 * of files, which do not depend on how busy the machine is. The tokens belong to a thousand clients.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomToken, systemClock, type Store, type StoredRecord } from '@authlib/core'
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

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 100_000, 1_000_000]
const ROUNDS = Number(process.env['ROUNDS'] ?? 9)
const TIMES = Number(process.env['TIMES'] ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'authlib-live-'))
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

type Works = Readonly<Record<string, () => Promise<unknown>>>

/** A server on a file with this many tokens, and what is measured on it. */
async function prepare(size: number): Promise<{ size: number; works: Works; close: () => void }> {
  const store = sqliteStore(join(folder, `${size}.db`))
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
    const client = { clientId: 'machine', clientSecret: secret }
    const { status, json } = await callEndpoint(server, endpoint, { client, params })
    if (status !== 200) throw new Error(`${endpoint} answered ${status}`)
    return json
  }

  await fill(store, size)
  const { access_token: token } = await call('token', { grant_type: 'client_credentials' })
  let { refresh_token: held } = await call('token', { grant_type: ofPerson.grantType })
  return {
    size,
    works: {
      'client credentials': () => call('token', { grant_type: 'client_credentials' }),
      introspection: () => call('introspection', { token: String(token) }),
      refresh: async () => {
        held = (await call('token', { grant_type: 'refresh_token', refresh_token: String(held) }))['refresh_token']
      },
    },
    close: () => store.close(),
  }
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

async function fill(store: Store, size: number): Promise<void> {
  const now = systemClock()
  for (let filled = 0; filled < size; filled += 1000) {
    const records = Array.from({ length: Math.min(1000, size - filled) }, (_, index) => liveToken(filled + index, now))
    const commit = (record: StoredRecord): Promise<boolean> =>
      store.commit({ partition: record.partition, now, expect: [], put: [record], remove: [] })
    await Promise.all(records.map(commit))
  }
}

interface Cost {
  readonly cpu: number
  readonly reads: number
  readonly writes: number
}

/** CPU microseconds a call, and calls of the system that read and write files. */
async function cost(work: () => Promise<unknown>): Promise<Cost> {
  const [before, io] = [process.cpuUsage(), systemCalls()]
  for (let count = 0; count < TIMES; count++) await work()
  const { user, system } = process.cpuUsage(before)
  const after = systemCalls()
  return {
    cpu: (user + system) / TIMES,
    reads: (after.reads - io.reads) / TIMES,
    writes: (after.writes - io.writes) / TIMES,
  }
}

function systemCalls(): { reads: number; writes: number } {
  const path = '/proc/self/io'
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const of = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(text)?.[1])
  return { reads: of('syscr'), writes: of('syscw') }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const prepared: Awaited<ReturnType<typeof prepare>>[] = []
try {
  for (const size of sizes) prepared.push(await prepare(size))
  const figures = new Map<string, Cost[]>()
  for (let round = -1; round < ROUNDS; round++) {
    for (const { size, works } of prepared) {
      for (const [name, work] of Object.entries(works)) {
        const spent = await cost(work)
        const key = `${size} ${name}`
        if (round >= 0) figures.set(key, [...(figures.get(key) ?? []), spent]) // the round before warms up
      }
    }
  }
  const figure = (size: number, name: string, of: keyof Cost): number =>
    median((figures.get(`${size} ${name}`) ?? []).map((one) => one[of]))
  console.log('| request | live tokens | CPU µs | × | reads of files | writes of files |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const name of Object.keys(prepared[0]?.works ?? {})) {
    for (const size of sizes) {
      const cpu = figure(size, name, 'cpu')
      const ratio = cpu / figure(sizes[0] ?? size, name, 'cpu')
      const io = [figure(size, name, 'reads'), figure(size, name, 'writes')].map((value) => value.toFixed(1))
      console.log(`| ${name} | ${size} | ${cpu.toFixed(0)} | ${ratio.toFixed(2)} | ${io.join(' | ')} |`)
    }
  }
} finally {
  for (const { close } of prepared) close()
  rmSync(folder, { recursive: true })
}
