/**
 * CPU time of a server per request, over HTTP, against bare node:http and oidc-provider in the same run, and of the database
 * beside it. Database servers are started from the binaries of the machine, with their own durability; those that it lacks
 * are left out. `STORES=memory,sqlite` measures a few alone.
 *
 *     node --conditions=@authlib/source bench/http/run.ts
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  mariadbBinaries,
  postgresBinaries,
  redisBinaries,
  startMariadb,
  startPostgres,
  startRedis,
  type OwnServer,
} from '../../test/support/own-servers.ts'
import { Browser, effortOf, median, Subject } from './load.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 15)
const LANES = 32
const REQUESTS = Number(process.env['REQUESTS'] ?? 3000)
const wanted = process.env['STORES']?.split(',')
const folder = mkdtempSync(join(tmpdir(), 'authlib-bench-'))

const bare = await Subject.start('bare node:http', 'bare')
const subjects = [bare]
const peers = new Set<Subject>()
/** The server beside a subject. */
const databases = new Map<Subject, OwnServer>()

async function add(
  store: string,
  name: string,
  file: string,
  args: readonly string[],
  database?: OwnServer,
): Promise<void> {
  if (wanted && !wanted.includes(store)) return
  const subject = await Subject.start(name, file, args)
  subjects.push(subject)
  if (database) databases.set(subject, database)
  if (file === 'oidc-provider') peers.add(subject)
}

const servers: OwnServer[] = []
async function started(store: string, binaries: string | undefined, start: (path: string) => Promise<OwnServer>) {
  if (binaries === undefined || (wanted && !wanted.includes(store))) return undefined
  const server = await start(binaries)
  servers.push(server)
  return server
}

try {
  await add('memory', 'Authlib, memory', 'ours', ['memory'])
  await add('sqlite', 'Authlib, SQLite, synchronous=full', 'ours', [join(folder, 'bench.db')])
  const postgres = await started('postgres', postgresBinaries.find(), (bin) => startPostgres(bin, []))
  if (postgres) await add('postgres', 'Authlib, PostgreSQL, synchronous commit', 'ours', [postgres.url], postgres)
  const mariadb = await started('mariadb', mariadbBinaries.find(), startMariadb)
  if (mariadb) await add('mariadb', 'Authlib, MariaDB, flush at commit', 'ours', [mariadb.url], mariadb)
  const redis = await started('redis', redisBinaries.find(), (path) => startRedis(path, ['--appendfsync', 'everysec']))
  if (redis) await add('redis', 'Authlib, Redis, appendfsync everysec', 'ours', [redis.url], redis)
  await add('memory', 'oidc-provider, memory, no hashing', 'oidc-provider', [])
  const other = await started('postgres', postgresBinaries.find(), (bin) => startPostgres(bin, []))
  if (other) await add('postgres', 'oidc-provider, PostgreSQL, synchronous commit', 'oidc-provider', [other.url], other)

  await table('POST /token, client_credentials', 1, (subject) => () => subject.clientCredentials())

  const tokens = new Map<Subject, string>()
  for (const subject of subjects) if (subject !== bare) tokens.set(subject, await subject.token())
  await table('POST /introspect', 1, (subject) => {
    const token = tokens.get(subject)
    const path = peers.has(subject) ? '/token/introspection' : '/introspect'
    return () => (token === undefined ? subject.clientCredentials() : subject.introspect(path, token))
  })

  const browsers = new Map<Subject, readonly Browser[]>()
  for (const subject of subjects) if (subject !== bare) browsers.set(subject, await logins(subject))
  await table('GET /authorize and POST /token, somebody who is logged in', 2, (subject) => {
    const lanes = browsers.get(subject)
    return async (lane) => {
      if (lanes) {
        await lanes[lane]?.codeFlow()
        return
      }
      for (let i = 0; i < 2; i++) await subject.clientCredentials() // two requests a flow stand against two bare ones
    }
  })
} finally {
  for (const subject of subjects) subject.stop()
  await Promise.all(servers.map((server) => server.remove()))
  rmSync(folder, { recursive: true })
}

async function logins(subject: Subject): Promise<Browser[]> {
  const all: Browser[] = []
  while (all.length < LANES) all.push(await Browser.login(subject, peers.has(subject) ? '/auth' : '/authorize'))
  return all
}

interface Figures {
  readonly cpu: number[]
  readonly database: number[]
  readonly rate: number[]
}

async function table(
  title: string,
  requests: number,
  work: (subject: Subject) => (lane: number) => Promise<void>,
): Promise<void> {
  const figures = new Map<Subject, Figures>(subjects.map((subject) => [subject, { cpu: [], database: [], rate: [] }]))
  for (let round = -3; round < ROUNDS; round++) {
    for (const [subject, { cpu, database, rate }] of figures) {
      const beside = databases.get(subject)
      const before = beside?.cpu() ?? 0
      const times = REQUESTS / requests
      const effort = await effortOf(subject, work(subject), { times, lanes: LANES })
      if (round < 0) continue // the rounds before warm up
      cpu.push(effort.cpu)
      rate.push(effort.rate)
      if (beside) database.push((beside.cpu() - before) / times)
    }
  }
  const floor = figures.get(bare)?.cpu ?? []
  console.log(`\n${title} (${ROUNDS} rounds, interleaved, ${LANES} in flight)\n`)
  console.log('| server | CPU µs, median | against bare node:http | CPU µs of the database | a second |')
  console.log('| --- | ---: | ---: | ---: | ---: |')
  for (const [subject, { cpu, database, rate }] of figures) {
    const ratios = cpu.map((value, round) => value / (floor[round] ?? Number.NaN))
    const beside = database.length > 0 ? median(database).toFixed(0) : '–'
    const cells = [median(cpu).toFixed(0), median(ratios).toFixed(2), beside, median(rate).toFixed(0)]
    console.log(`| ${subject.name} | ${cells.join(' | ')} |`)
  }
}
