/** Database servers that a test starts for itself, so that it may kill them: from the binaries of the machine, on a free port. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import type { Need } from './needs.ts'

/** A server with a data directory of its own. */
export interface OwnServer {
  readonly port: number
  readonly url: string
  /** CPU microseconds so far, of all its processes. */
  cpu(): number
  /** Runs it again on the same data and port, and waits until it answers. */
  start(): Promise<void>
  /** As an administrator does it. */
  stop(): Promise<void>
  /** SIGKILL for every process of it. */
  kill(): Promise<void>
  /** Ends it, with its data. */
  remove(): Promise<void>
}

/** The folder of PostgreSQL's binaries. */
export const postgresBinaries: Need = {
  name: "PostgreSQL's binaries",
  find() {
    const root = '/usr/lib/postgresql'
    const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
    return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')))
  },
  advice: 'apt install postgresql',
}

/** The path of MariaDB's server. */
export const mariadbBinaries: Need = {
  name: "MariaDB's server",
  find: () => ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd'].find((path) => existsSync(path)),
  advice: 'apt install mariadb-server',
}

/** The path of Redis' server. */
export const redisBinaries: Need = {
  name: "Redis' server",
  find: () => ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path)),
  advice: 'apt install redis-server',
}

/** `bin` is what {@link postgresBinaries} finds. */
export async function startPostgres(bin: string, settings: readonly string[] = ['fsync=off']): Promise<OwnServer> {
  const { folder, user, remove } = makeFolder('postgres')
  const data = join(folder, 'data')
  runAs(user, join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'])
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return own({
    ...{ port, url, user, remove, orderly: 'SIGINT' },
    command: join(bin, 'postgres'),
    // What a killed process has written is safe with the system: fsync protects from more than tests do.
    args: [
      ...['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder],
      ...settings.flatMap((one) => ['-c', one]),
    ],
    async ready() {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
      client.on('error', () => undefined)
      await client.connect()
      await client.query('SELECT 1')
      await client.end()
    },
  })
}

/** `command` is what {@link mariadbBinaries} finds. */
export async function startMariadb(command: string): Promise<OwnServer> {
  const { folder, user, remove } = makeFolder('mysql')
  const data = join(folder, 'data')
  runAs(user, 'mariadb-install-db', [
    ...['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
  ])
  const port = await freePort()
  const uri = `mysql://root@127.0.0.1:${port}/`
  return own({
    ...{ port, url: `${uri}authlib`, user, remove, command, orderly: 'SIGTERM' },
    args: [
      ...['--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...[`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`, '--innodb-buffer-pool-size=32M'],
    ],
    async ready() {
      const connection = await createConnection({ uri, connectTimeout: 1000 })
      await connection.query('CREATE DATABASE IF NOT EXISTS authlib')
      await connection.end()
    },
  })
}

/** `command` is what {@link redisBinaries} finds. Appends to its file before it answers, unless `settings` say otherwise. */
export async function startRedis(command: string, settings: readonly string[] = []): Promise<OwnServer> {
  const { folder, user, remove } = makeFolder('redis')
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  return own({
    ...{ port, url, user, remove, command, orderly: 'SIGTERM' },
    args: [
      ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always', ...settings],
    ],
    async ready() {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: null })
      client.on('error', () => undefined)
      try {
        await client.connect()
        await client.ping()
      } finally {
        client.disconnect()
      }
    },
  })
}

interface User {
  readonly uid: number
  readonly gid: number
}

interface Recipe {
  readonly port: number
  readonly url: string
  readonly command: string
  readonly args: readonly string[]
  readonly user: User | undefined
  readonly orderly: NodeJS.Signals
  readonly ready: () => Promise<unknown>
  readonly remove: () => void
}

async function own({ port, url, command, args, user, orderly, ready, remove }: Recipe): Promise<OwnServer> {
  let child: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    if (signal === 'SIGKILL') for (const pid of childrenOf(child.pid)) quietly(() => process.kill(pid, signal))
    child.kill(signal)
    await ended
  }
  const orphaned = (): unknown => child?.kill('SIGKILL')
  process.once('exit', orphaned)
  const server: OwnServer = {
    ...{ port, url },
    cpu: () =>
      child?.pid === undefined ? 0 : [child.pid, ...childrenOf(child.pid)].reduce((sum, pid) => sum + cpuOf(pid), 0),
    async start() {
      for (let n = 0; n < 600; n++) {
        // It may refuse to start while processes of its predecessor end.
        if (child?.exitCode !== null || child.signalCode !== null) {
          child = spawn(command, args, { ...user, stdio: 'ignore' })
        }
        try {
          return await ready()
        } catch {
          await sleep(100)
        }
      }
      throw new Error(`${command} does not start`)
    },
    stop: () => end(orderly),
    kill: () => end('SIGKILL'),
    async remove() {
      await end('SIGKILL')
      process.off('exit', orphaned)
      remove()
    },
  } as OwnServer
  await server.start()
  return server
}

/** A folder of the account that the server runs under when we are root. */
function makeFolder(account: string): { folder: string; user: User | undefined; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), `authlib-${account}-`))
  const folder = join(root, 'server')
  mkdirSync(folder)
  const user = process.getuid?.() === 0 ? { uid: idOf(account, '-u'), gid: idOf(account, '-g') } : undefined
  if (user) {
    chmodSync(root, 0o755)
    chownSync(folder, user.uid, user.gid)
  }
  return { folder, user, remove: () => rmSync(root, { recursive: true, maxRetries: 10 }) }
}

function idOf(account: string, option: '-u' | '-g'): number {
  return Number(spawnSync('id', [option, account], { encoding: 'utf8' }).stdout)
}

function runAs(user: User | undefined, command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...user, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stdout + stderr}`)
}

function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

/** With children that have ended. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10_000, 0) // a hundred ticks a second
}

function quietly(action: () => unknown): void {
  try {
    action()
  } catch {
    // it has ended
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on TCP
  await new Promise((resolve) => server.close(resolve))
  return port
}
