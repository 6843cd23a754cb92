/**
 * What a commit costs while the store grows, and what lists and sweeps cost at its largest: `stores.ts [records …]`. Database
 * servers are started from the binaries of the machine; those that it lacks are left out.
 *
 *     node --conditions=@authlib/source bench/stores.ts 10 100000 1000000
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, NEVER, type Batch, type Store, type StoredRecord } from '@authlib/core'
import pg from 'pg'
import { createConnection } from 'mysql2/promise'
import { openDatabase } from '../test/support/open-database.ts'
import {
  mariadbBinaries,
  postgresBinaries,
  redisBinaries,
  startMariadb,
  startPostgres,
  startRedis,
  type OwnServer,
} from '../test/support/own-servers.ts'

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 100_000, 1_000_000]
const COMMITS = Number(process.env['COMMITS'] ?? 4000)
const LANES = 16
const wanted = process.env['STORES']?.split(',')
const folder = mkdtempSync(join(tmpdir(), 'authlib-bench-'))

/** The `n`th record of those that only lie there: like a token of one of a thousand clients. */
function lying(n: number, partition = `p${n}`): StoredRecord {
  const data = { version: 1, scope: ['read', 'write'], issuedAt: 1_800_000_000, clientId: 'machine' }
  const index = { client: `client${n % 1000}` }
  return {
    kind: 'access_token',
    id: `id-of-a-token-that-is-long-${n}`,
    partition,
    revision: 1,
    expiresAt: 2_000_000_000 + n,
    index,
    data,
  }
}

/** By commits of a hundred. */
async function fillByCommits(store: Store, from: number, to: number): Promise<void> {
  let next = from
  const lane = async (): Promise<void> => {
    while (next < to) {
      const first = next
      next = Math.min(first + 100, to)
      const put = Array.from({ length: next - first }, (_, n) => lying(first + n, `p${first}`))
      await store.commit({ partition: `p${first}`, now: 1, expect: [], put, remove: [] })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

const COLUMNS = 'partition_id, kind, id, revision, expires_at, client, data'
const DATA = JSON.stringify(lying(0).data)

async function fillPostgres(url: string, from: number, to: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `INSERT INTO authlib.records (${COLUMNS}) SELECT 'p' || n, 'access_token', 'id-of-a-token-that-is-long-' || n, 1, 2000000000 + n,
      'client' || n % 1000, '${DATA}' FROM generate_series($1::int, $2::int - 1) AS n`,
    [from, to],
  )
  await client.query('ANALYZE authlib.records')
  await client.end()
}

async function fillMysql(uri: string, from: number, to: number): Promise<void> {
  const connection = await createConnection({ uri })
  await connection.query(
    `INSERT INTO authlib_records (${COLUMNS}) SELECT CONCAT('p', seq), 'access_token', CONCAT('id-of-a-token-that-is-long-', seq), 1,
      2000000000 + seq, CONCAT('client', seq % 1000), '${DATA}' FROM seq_${from}_to_${to - 1}`,
  )
  await connection.end()
}

interface Cost {
  readonly own: number
  readonly database: number
  readonly wall: number
}

/** Refreshes: each changes one record at an expected revision and adds one. */
async function commits(store: Store, server: OwnServer | undefined, round: string): Promise<Cost> {
  const refresh = (n: number, revision: number): Batch => {
    const partition = `work-${round}-${n % LANES}`
    const put: StoredRecord[] = [
      { ...lying(n, partition), kind: 'authorization', id: 'a', revision: revision + 1, expiresAt: NEVER },
      { ...lying(n, partition), id: `of-${round}-${n}` },
    ]
    return { partition, now: 1_800_000_000, expect: [{ kind: 'authorization', id: 'a', revision }], put, remove: [] }
  }
  const run = async (count: number, first: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        for (let step = 0; step < count / LANES; step++) {
          if (!(await store.commit(refresh(lane + LANES * (first + step), first + step)))) throw new Error('lost')
        }
      }),
    )
  }
  const warm = Math.ceil(COMMITS / 8 / LANES) * LANES
  await run(warm, 0)
  const [cpu, database, start] = [process.cpuUsage(), server?.cpu() ?? 0, performance.now()]
  await run(COMMITS, warm / LANES)
  const { user, system } = process.cpuUsage(cpu)
  return {
    own: (user + system) / COMMITS,
    database: ((server?.cpu() ?? 0) - database) / COMMITS,
    wall: ((performance.now() - start) * 1000) / COMMITS,
  }
}

async function timed(work: () => Promise<unknown>): Promise<string> {
  const start = performance.now()
  await work()
  const milliseconds = performance.now() - start
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

async function measure(
  name: string,
  store: Store,
  fill: (from: number, to: number) => Promise<void>,
  server?: OwnServer,
): Promise<void> {
  let filled = 1
  for (const size of sizes) {
    if (size > filled) await fill(filled, size)
    filled = Math.max(filled, size)
    const { own, database, wall } = await commits(store, server, String(size))
    console.log(
      `| ${name} | ${size} | ${own.toFixed(0)} | ${server ? database.toFixed(0) : '–'} | ${wall.toFixed(0)} |`,
    )
  }
  const page = await timed(() => store.list({ kind: 'access_token', by: 'client', value: 'client7', limit: 100 }))
  const idle = await timed(() => store.sweep(1_900_000_000, 10_000))
  const half = Math.min(100_000, filled)
  let swept = 0
  const sweep = await timed(async () => {
    for (let step = -1; step !== 0 && swept < half; swept += step) step = await store.sweep(2_000_000_000 + half, 500)
  })
  console.log(
    `${name}: a page of 100 of ${filled}: ${page}; a sweep that finds nothing: ${idle}; ${swept} swept: ${sweep}`,
  )
}

console.log('| store | live records | own CPU µs a commit | CPU µs of the database | µs a commit, 16 at once |')
console.log('| --- | ---: | ---: | ---: | ---: |')
const isWanted = (name: string): boolean => !wanted || wanted.includes(name)
try {
  if (isWanted('memory')) {
    const memory = memoryStore()
    await measure('memory', memory, (from, to) => fillByCommits(memory, from, to))
  }
  if (isWanted('sqlite')) {
    const { store, close } = await openDatabase(join(folder, 'bench.db'))
    await measure('SQLite', store, (from, to) => fillByCommits(store, from, to))
    await close()
  }
  const start = async (
    name: string,
    binaries: string | undefined,
    begin: (path: string) => Promise<OwnServer>,
    fill?: (url: string, from: number, to: number) => Promise<void>,
  ): Promise<void> => {
    if (binaries === undefined || !isWanted(name.toLowerCase())) return
    const server = await begin(binaries)
    const { store, close } = await openDatabase(server.url, { connections: LANES, timeout: 60 })
    await measure(
      name,
      store,
      (from, to) => (fill ? fill(server.url, from, to) : fillByCommits(store, from, to)),
      server,
    )
    await close()
    await server.remove()
  }
  await start('PostgreSQL', postgresBinaries.find(), (bin) => startPostgres(bin, ['max_wal_size=4GB']), fillPostgres)
  await start('MariaDB', mariadbBinaries.find(), startMariadb, fillMysql)
  await start('Redis', redisBinaries.find(), (path) => startRedis(path, ['--appendfsync', 'everysec']))
} finally {
  rmSync(folder, { recursive: true })
}
