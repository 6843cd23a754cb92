/**
 * How late requests are while expired rows are swept, on SQLite in a file: `sweep.ts [rows]`. Token requests come at a steady
 * rate, first without a sweep, then with one as the guide shows it.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type StoredRecord } from '@authlib/core'
import { AuthorizationServer, clientCredentialsGrant, staticClients } from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'

const count = Number(process.argv[2] ?? 300_000)
/** Requests in a millisecond. */
const PER_MILLISECOND = 0.5
const folder = mkdtempSync(join(tmpdir(), 'authlib-sweep-'))
const store = sqliteStore(join(folder, 'bench.db'))
const secret = 'a-client-secret-of-more-than-32-characters'
const server = new AuthorizationServer({
  issuer: 'http://localhost:4000',
  store,
  secrets: ['a-server-secret-of-more-than-32-characters'],
  clients: staticClients([{ client_id: 'machine', client_secret: secret, grant_types: ['client_credentials'] }]),
  onEvent: () => undefined,
}).registerGrant(clientCredentialsGrant())
const headers = {
  authorization: `Basic ${btoa(`machine:${secret}`)}`,
  'content-type': 'application/x-www-form-urlencoded',
}

/** As the guide does it. */
async function sweep(): Promise<number> {
  let swept = 0
  let removed: number
  do {
    removed = await store.sweep(systemClock(), 1000)
    swept += removed
  } while (removed === 1000)
  return swept
}

/** Latencies of requests that come at a steady rate, from when each was due, until `until` is done. */
async function latencies(until: Promise<unknown>): Promise<number[]> {
  const late: number[] = []
  const running: Promise<void>[] = []
  const state = { over: false }
  void until.finally(() => (state.over = true))
  const started = performance.now()
  for (let sent = 0; !state.over;) {
    const due = (performance.now() - started) * PER_MILLISECOND
    for (; sent < due; sent++) running.push(request(started + sent / PER_MILLISECOND, late))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(running)
  return late.sort((a, b) => a - b)
}

async function request(due: number, late: number[]): Promise<void> {
  const init = { method: 'POST', headers, body: 'grant_type=client_credentials' }
  const { status } = await server.fetch(new Request('http://localhost:4000/token', init))
  if (status !== 200) throw new Error(`the token endpoint answered ${status}`)
  late.push(performance.now() - due)
}

function show(what: string, sorted: readonly number[]): void {
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1)
  console.log(`${what}: ${sorted.length} requests, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(0.99999)} ms`)
}

function expired(n: number): StoredRecord {
  const data = { version: 1, scope: ['read', 'write'], issuedAt: 1, clientId: 'machine' }
  return {
    kind: 'access_token',
    id: `t${n}`,
    partition: `p${n}`,
    revision: 1,
    expiresAt: 1,
    index: { client: 'c' },
    data,
  }
}

try {
  for (let n = 0; n < count; n += 1000) {
    const records = Array.from({ length: Math.min(1000, count - n) }, (_, i) => expired(n + i))
    const commit = (record: StoredRecord): Promise<boolean> =>
      store.commit({ partition: record.partition, now: 0, expect: [], put: [record], remove: [] })
    await Promise.all(records.map(commit))
  }
  show('without a sweep', await latencies(new Promise((resolve) => setTimeout(resolve, 5000))))
  const started = performance.now()
  const sweeping = sweep()
  show('during the sweep', await latencies(sweeping))
  console.log(`${await sweeping} rows swept in ${((performance.now() - started) / 1000).toFixed(1)} s`)
} finally {
  store.close()
  rmSync(folder, { recursive: true })
}
