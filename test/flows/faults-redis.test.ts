/** Redis that is killed, silent or full, and a failover to its replica, on servers of the test's own. */

import type { Store } from '@authlib/core'
import { redisStore } from '@authlib/redis'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { cuttingProxy } from '../support/cutting-proxy.ts'
import { faultCases } from '../support/fault-cases.ts'
import { freshCode, freshTokens, nextOf, PAIR, redeemCode, refreshToken } from '../support/load.ts'
import { describeWith } from '../support/needs.ts'
import { redisBinaries, startRedis } from '../support/own-servers.ts'
import { raceServer } from '../support/race-server.ts'

describeWith(redisBinaries, 'Redis that fails', (command) => {
  const field = faultCases({ start: () => startRedis(command) })

  it('answers 503 when its memory is full, writes nothing of a batch, and goes on when there is room', async () => {
    const server = raceServer(field.store, () => undefined)
    const { refresh_token } = await freshTokens(server)
    await field.store.commit(nextOf('full', 0))
    const admin = new Redis(field.server.url)
    onTestFinished(() => admin.disconnect())
    await admin.config('SET', 'maxmemory', '1')
    expect((await refreshToken(server, refresh_token)).status).toBe(503)
    await expect(field.store.commit(nextOf('full', 1))).rejects.toMatchObject({ code: 'store_unavailable' })
    await admin.config('SET', 'maxmemory', '0')
    expect((await field.store.get('full', PAIR)).map((record) => record?.revision)).toEqual([1, 1])
    expect((await refreshToken(server, refresh_token)).status).toBe(200)
  })

  /** A primary and its replica, and a way to cut the line between them. */
  const pair = async () => {
    const primary = await startRedis(command, ['--repl-diskless-sync-delay', '0'])
    const line = await cuttingProxy(primary.port)
    const replica = await startRedis(command, ['--replicaof', '127.0.0.1', `${line.port}`])
    const clients = [primary, replica].map(({ url }) => new Redis(url, { retryStrategy: () => 50 }))
    onTestFinished(async () => {
      for (const each of clients) each.disconnect()
      await line.close()
      await Promise.all([primary.remove(), replica.remove()])
    })
    const [ofPrimary, ofReplica] = clients as [Redis, Redis]
    for (const each of clients) each.on('error', () => undefined)
    // WAIT counts a replica from its first acknowledgement on: up to a second after the replica says that it is up.
    await ofPrimary.set('written', 'before')
    await expect.poll(() => ofPrimary.wait(1, 500), { timeout: 20_000 }).toBe(1)
    const failOver = async (): Promise<Store> => {
      await primary.kill()
      await ofReplica.replicaof('NO', 'ONE')
      return redisStore(ofReplica)
    }
    return { ofPrimary, line, failOver }
  }

  it(
    'with WAIT, keeps what it has acknowledged through a failover: a code stays redeemed',
    { timeout: 60_000 },
    async () => {
      const { ofPrimary, line, failOver } = await pair()
      const before = raceServer(redisStore(ofPrimary, { replicas: 1, timeout: 1 }), () => undefined)
      const code = await freshCode(before)
      const redeemed = await redeemCode(before, code)
      expect(redeemed.status).toBe(200)

      line.fallSilent()
      const other = await freshCode(before).catch((error: unknown) => error)
      expect(other).toMatchObject({ code: 'temporarily_unavailable', status: 503 }) // no replica: nothing is acknowledged

      const after = raceServer(await failOver(), () => undefined)
      expect(await redeemCode(after, code)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
      expect((await refreshToken(after, redeemed.json.refresh_token!)).status).toBe(200)
    },
  )

  it(
    'without WAIT, forgets what its replica had not received: a code is redeemed twice',
    { timeout: 60_000 },
    async () => {
      const { ofPrimary, line, failOver } = await pair()
      const before = raceServer(redisStore(ofPrimary), () => undefined)
      const code = await freshCode(before)
      await ofPrimary.wait(1, 5000) // the code is on both
      line.fallSilent()
      expect((await redeemCode(before, code)).status).toBe(200)

      const after = raceServer(await failOver(), () => undefined)
      expect((await redeemCode(after, code)).status).toBe(200) // what the guide warns of
    },
  )
})
