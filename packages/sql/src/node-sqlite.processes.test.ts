// Several real processes on one file: what no test within one process can show.
import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteStore } from './node-sqlite.ts'

const WORKER = fileURLToPath(new URL('../test/worker.ts', import.meta.url))

let folder: string
let file: string
let workers: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authlib-sql-'))
  file = join(folder, 'auth.db')
  workers = []
})

afterEach(async () => {
  await Promise.all(workers.map((worker) => exit(worker, 'SIGKILL')))
  rmSync(folder, { recursive: true })
})

describe('sqliteStore with several processes', { timeout: 60_000 }, () => {
  it('lets one attempt of 32 in four processes redeem a code, in each of 50 rounds', async () => {
    const processes = Array.from({ length: 4 }, () => start('redeem')) // they create the file together
    expect(await Promise.all(processes.map((worker) => answer(worker)))).toEqual(['ready', 'ready', 'ready', 'ready'])
    const store = sqliteStore(file)
    for (let round = 0; round < 50; round++) {
      const partition = `round${round}`
      const code = { kind: 'code', id: 'a', partition, revision: 1, expiresAt: 2 ** 40, data: {} }
      await store.commit({ partition, now: 1, expect: [], put: [code], remove: [] })
      const answers = processes.map((worker) => answer<{ winners: string[] }>(worker))
      for (const worker of processes) worker.send(round)
      const winners = (await Promise.all(answers)).flatMap((each) => each.winners)
      expect(winners).toHaveLength(1)
      const { items } = await store.list({ kind: 'token', by: 'tag', value: partition })
      expect(items.map(({ id }) => id)).toEqual(winners)
    }
    store.close()
  })

  it('keeps every acknowledged commit and no half of one, when the process is killed', async () => {
    const witness = sqliteStore(file) // stays open, so that nothing is mended by opening the file
    for (const kill of [50, 500, 1500]) {
      const acknowledged = new Map<string, number>()
      const worker = start('count')
      await new Promise<void>((resolve) => {
        let steps = 0
        worker.on('message', ({ partition, revision }: { partition: string; revision: number }) => {
          acknowledged.set(partition, revision)
          if (++steps === kill) resolve()
        })
      })
      await exit(worker, 'SIGKILL')
      const late = sqliteStore(file)
      for (const store of [witness, late]) {
        for (const [partition, revision] of acknowledged) {
          const [a, b] = await store.get(partition, [
            ['code', 'a'],
            ['code', 'b'],
          ])
          expect(a?.revision).toBe(b?.revision)
          expect(a?.revision).toBeGreaterThanOrEqual(revision)
        }
      }
      expect(acknowledged.size).toBe(16)
      expect(await witness.commit({ partition: 'p', now: 1, expect: [], put: [], remove: [] })).toBe(true) // no lock is left behind
      late.close()
    }
    witness.close()
  })

  it.skipIf(process.platform === 'win32')(
    'refuses with 503 what no longer fits on the disk, keeps what it has, and goes on when there is room',
    async () => {
      const worker = start('fill', 'ulimit -f 400') // the system takes no file beyond that many blocks
      const told = await answer<{ written: number }>(worker)
      expect(told).toMatchObject({ code: 'store_unavailable', status: 503, readable: true })
      expect(told.written).toBeGreaterThan(0)
      await exit(worker, 'SIGTERM')
      const store = sqliteStore(file)
      const keys = Array.from({ length: told.written + 1 }, (_, n): [string, string] => ['code', `${n}`])
      const found = await store.get('p', keys)
      expect(found.map((record) => record !== null)).toEqual([...Array<boolean>(told.written).fill(true), false])
      expect(
        await store.commit({ partition: 'p', now: 1, expect: [], put: [{ ...found[0]!, id: 'a' }], remove: [] }),
      ).toBe(true)
      store.close()
    },
  )
})

/** `limit` is a command of the shell that holds for the process. */
function start(task: string, limit?: string): ChildProcess {
  const execArgv = [
    '--conditions=@authlib/source',
    ...(process.versions['bun'] ? [] : ['--disable-warning=ExperimentalWarning']),
  ]
  const worker =
    limit === undefined
      ? fork(WORKER, [file, task], { execArgv })
      : spawn('sh', ['-c', `${limit}; exec "$0" "$@"`, process.execPath, ...execArgv, WORKER, file, task], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        })
  workers.push(worker)
  return worker
}

/** The next message of the worker, which is all that it sends. */
function answer<Message>(worker: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('the worker has ended'))
    worker.once('exit', fail)
    worker.once('message', (message) => {
      worker.off('exit', fail)
      resolve(message as Message) // test/worker.ts sends nothing else
    })
  })
}

async function exit(worker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const gone = new Promise((resolve) => worker.once('exit', resolve))
  worker.kill(signal)
  await gone
}
