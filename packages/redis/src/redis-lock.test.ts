/** Locks of Redis, through `redis` and `ioredis`, one node and a cluster. */

import { randomBytes } from 'node:crypto'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockCases } from '../../../test/support/lock-cases.ts'
import { describeWith, redisCluster, redisServer } from '../../../test/support/needs.ts'
import { redisLock } from './index.ts'

const newPrefix = (): string => `test:${randomBytes(6).toString('hex')}:`

describeWith(redisServer, 'locks of Redis', (url) => {
  const clients = [1, 2].map(() => new Redis(url))
  const [client] = clients as [Redis, ...Redis[]]
  const other = createClient({ url })
  beforeAll(() => other.connect())
  afterAll(async () => {
    for (const each of clients) each.disconnect()
    await other.close()
  })

  describe('redisLock', () => {
    const prefix = newPrefix()
    lockCases({
      open: () => [redisLock(client, { prefix }), redisLock(other, { prefix })],
      impatient: () => redisLock(other, { prefix, timeout: 1 }),
    })

    it('is free after the lease of a process that ended', async () => {
      const key = newPrefix()
      await client.set(`${key}alice`, 'a process that ended', 'PX', 300)
      expect(await redisLock(client, { prefix: key, timeout: 5 })('alice', async () => 'in')).toBe('in')
    })

    it('is renewed for an action that takes longer than the lease', async () => {
      const key = newPrefix()
      const lock = redisLock(client, { prefix: key, lease: 3 }) // long enough for a busy machine
      await lock('alice', async () => {
        const second = redisLock(other, { prefix: key, timeout: 4 })('alice', async () => 'in')
        await expect(second).rejects.toMatchObject({ code: 'store_unavailable' })
      })
      expect(await client.exists(`${key}alice`)).toBe(0)
    })

    it('leaves the lock to a holder that took it meanwhile', async () => {
      const key = newPrefix()
      await redisLock(client, { prefix: key })('alice', () => client.set(`${key}alice`, 'someone else'))
      expect(await client.get(`${key}alice`)).toBe('someone else')
    })

    it('says that Redis failed', async () => {
      const broken = { call: () => Promise.reject(new Error('no connection')) }
      const locking = redisLock(broken)('alice', async () => 'in')
      await expect(locking).rejects.toMatchObject({ code: 'store_unavailable', status: 503, reason: 'no connection' })
    })

    it('refuses options that it does not know', () => {
      expect(() => redisLock(client, { lifetime: 3 } as object)).toThrow('lifetime')
    })
  })
})

describeWith(redisCluster, 'locks of a Redis cluster', (url) => {
  const { hostname, port } = new URL(url)
  const nodes = [1, 2].map(() => new Cluster([{ host: hostname, port: Number(port) }]))
  const prefix = newPrefix()
  afterAll(() => nodes.forEach((each) => each.disconnect()))
  lockCases({
    open: () => [redisLock(nodes[0]!, { prefix }), redisLock(nodes[1]!, { prefix })],
    impatient: () => redisLock(nodes[1]!, { prefix, timeout: 1 }),
  })
})
