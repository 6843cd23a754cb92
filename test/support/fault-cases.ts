/** What every store does when its database fails: 503 or success, never half a batch, and on it goes without a restart. */

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Store } from '@authlib/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.ts'
import { freshCode, freshTokens, nextOf, PAIR, redeemCode, refreshToken, startLoad, type Load } from './load.ts'
import { openDatabase, type OpenDatabase } from './open-database.ts'
import type { OwnServer } from './own-servers.ts'
import { raceServer } from './race-server.ts'

/** What the cases of one database work on. Set before the first of them runs. */
export interface Field {
  server: OwnServer
  proxy: CuttingProxy
  /** Through the proxy, with a time-out of one second. */
  store: Store
}

export interface FaultOptions {
  readonly start: () => Promise<OwnServer>
  /** What the request that commits a batch has in it, and no other before it. Default: the data of the batch. */
  readonly commit?: string
}

const COUNTING = fileURLToPath(new URL('counting-process.ts', import.meta.url))
const UNAVAILABLE = { code: 'store_unavailable', status: 503 }
/** For `expect.poll`. */
export const PATIENCE = { timeout: 20_000, interval: 50 }

/** Returns what further cases need. */
export function faultCases({ start, commit }: FaultOptions): Field {
  const field = {} as Field // sound: beforeAll fills it before a case runs
  let database: OpenDatabase

  beforeAll(async () => {
    field.server = await start()
    field.proxy = await cuttingProxy(field.server.port)
    database = await openDatabase(field.server.url.replace(`${field.server.port}`, `${field.proxy.port}`), {
      timeout: 1,
    })
    field.store = database.store
  }, 60_000)
  afterAll(async () => {
    await field.proxy.close()
    await field.server.remove()
    await database.close()
  })

  /** Waits until every lane of the load has got further. */
  const goesOn = async ({ done }: Load): Promise<void> => {
    const before = done()
    await expect.poll(() => Math.min(...done().map((now, n) => now - before[n]!)), PATIENCE).toBeGreaterThan(3)
  }

  it('goes on when the server is killed and restarted under load', { timeout: 60_000 }, async () => {
    const load = await startLoad(field.store)
    for (const end of ['kill', 'stop'] as const) {
      await goesOn(load)
      await field.server[end]()
      const refused = load.refused()
      await expect.poll(load.refused, PATIENCE).toBeGreaterThan(refused)
      await field.server.start()
      await goesOn(load)
    }
    await load.stop()
    expect(load.wrongs).toEqual([])
  })

  it('goes on when connections fall silent under load, and no call hangs', { timeout: 60_000 }, async () => {
    const load = await startLoad(field.store, 'silent')
    await goesOn(load)
    field.proxy.fallSilent()
    const refused = load.refused()
    await expect.poll(load.refused, PATIENCE).toBeGreaterThan(refused + 16) // every lane
    field.proxy.speak()
    await goesOn(load)
    await load.stop()
    expect(load.wrongs).toEqual([])
  })

  it('has all or nothing of a batch of a process that was killed, and no lock of it', { timeout: 60_000 }, async () => {
    const execArgv = ['--conditions=@authlib/source', '--no-warnings']
    const child = fork(COUNTING, [field.server.url, 'killed'], { execArgv })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const acknowledged = new Map<string, number>()
    let steps = 0
    await new Promise<void>((resolve, reject) => {
      void ended.then(() => reject(new Error('the process has ended')))
      child.on('message', ({ partition, revision }: { partition: string; revision: number }) => {
        acknowledged.set(partition, revision)
        if (++steps === 300) resolve()
      })
    })
    child.kill('SIGKILL')
    await ended
    for (const [partition, revision] of acknowledged) {
      const [a, b] = await field.store.get(partition, PAIR)
      expect(a).toEqual({ ...b, id: 'a' })
      expect(a!.revision).toBeGreaterThanOrEqual(revision)
      expect(await field.store.commit(nextOf(partition, a!.revision))).toBe(true)
    }
  })

  it('reports a commit whose acknowledgement was cut off, which is there as a whole', async () => {
    const marker = 'its answer is cut off'
    expect(await field.store.commit(nextOf('cut', 0))).toBe(true)
    field.proxy.cutAnswerTo(commit ?? marker)
    await expect(field.store.commit(nextOf('cut', 1, { marker }))).rejects.toMatchObject(UNAVAILABLE)
    expect(field.proxy.cuts()).toBe(1)
    const found = await eventually(() => field.store.get('cut', PAIR))
    expect(found.map((record) => [record?.revision, record?.data])).toEqual([[2, { marker }], [2, { marker }]]) // prettier-ignore
  })

  it('answers 503 to a refresh whose acknowledgement was cut off, and gives its token to the next attempt', async () => {
    let armed = false
    const arming: Store = {
      ...field.store,
      commit(batch) {
        if (armed) field.proxy.cutAnswerTo(commit ?? batch.partition)
        armed = false
        return field.store.commit(batch)
      },
    }
    const server = raceServer(arming, () => undefined)
    const { refresh_token } = await freshTokens(server)
    const code = await freshCode(server)
    const cuts = field.proxy.cuts()

    armed = true
    expect(await refreshToken(server, refresh_token)).toMatchObject({ status: 503 })
    const again = await eventually(() => answered(refreshToken(server, refresh_token)))
    expect(again.status).toBe(200)
    expect(await refreshToken(server, again.json.refresh_token ?? '')).toMatchObject({ status: 200 })

    // Nobody can have the tokens of a code that was redeemed, and nothing is revoked: the person logs in again.
    armed = true
    expect(await redeemCode(server, code)).toMatchObject({ status: 503 })
    const late = await eventually(() => answered(redeemCode(server, code)))
    expect(late).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect(field.proxy.cuts()).toBe(cuts + 2)
  })
  return field
}

/** Repeats a call that the store refuses while it finds a new connection. */
export async function eventually<T>(call: () => Promise<T>): Promise<T> {
  let answer: T | undefined
  await expect
    .poll(async () => {
      answer = await call().catch(() => undefined)
      return answer !== undefined
    }, PATIENCE)
    .toBe(true)
  return answer!
}

/** Rejects for a 503. */
async function answered<T extends { readonly status: number }>(answer: Promise<T>): Promise<T> {
  const { status } = await answer
  if (status === 503) throw new Error('503')
  return answer
}
