/** Redis through `redis` and `ioredis`, one node and a cluster: the contract, and what goes wrong. */

import { randomBytes } from 'node:crypto'
import { NEVER, type Batch, type StoredRecord } from '@authlib/core'
import { storeContract } from '@authlib/testing'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, redisCluster, redisServer } from '../../../test/support/needs.ts'
import { redisStore, type IoredisClient } from './index.ts'

const newPrefix = () => `test:${randomBytes(6).toString('hex')}:`
const record = (id: string, changes: Partial<StoredRecord> = {}): StoredRecord => {
  return { kind: 'code', id, partition: 'p', revision: 1, expiresAt: NEVER, data: {}, ...changes }
}
const putting = (...put: readonly StoredRecord[]): Batch => ({ partition: 'p', now: 1, expect: [], put, remove: [] })

describeWith(redisServer, 'Redis', (url) => {
  const clients = [1, 2, 3].map(() => new Redis(url))
  const [client] = clients as [Redis, ...Redis[]]
  const others = [1, 2].map(() => createClient({ url }))
  beforeAll(async () => {
    await client.script('FLUSH')
    await Promise.all(others.map((each) => each.connect()))
  })
  afterAll(async () => {
    for (const each of clients) each.disconnect()
    await Promise.all(others.map((each) => each.close()))
  })

  storeContract({
    ...{ describe, it, name: 'the store contract on three clients of ioredis' },
    open() {
      const prefix = newPrefix()
      return clients.map((each) => redisStore(each, { prefix }))
    },
  })
  storeContract({
    ...{ describe, it, name: 'the store contract on two clients of redis' },
    open() {
      const prefix = newPrefix()
      return others.map((each) => redisStore(each, { prefix }))
    },
  })

  describe('redisStore', () => {
    it('lets the server remove what has expired, some time later', async () => {
      const prefix = newPrefix()
      const store = redisStore(client, { prefix })
      await store.commit({ ...putting(record('a', { expiresAt: 61, index: { client: 'c' } }), record('b')), now: 1 })
      const lifetimes = await Promise.all(
        ['r{p}code\0a', 'r{p}code\0b', 'i{code\0client\0c}'].map((key) => client.pttl(prefix + key)),
      )
      expect(lifetimes[0]).toBeGreaterThan(300_000)
      expect(lifetimes[0]).toBeLessThanOrEqual(360_000)
      expect(lifetimes[1]).toBe(-1)
      expect(lifetimes[2]).toBeGreaterThan(300_000)
      expect(await store.sweep(1e6, 100)).toBe(0)
    })

    it('takes expired members off the lists that are written', async () => {
      const prefix = newPrefix()
      const store = redisStore(client, { prefix })
      for (let n = 0; n < 50; n++) {
        const put = [record(`${n}`, { expiresAt: n + 5, index: { client: 'c' } })]
        await store.commit({ ...putting(...put), now: n })
      }
      await store.commit({ ...putting(record('x', { index: { client: 'c' } })), now: 10_000 })
      await store.commit({ ...putting(record('y', { index: { client: 'c' } })), now: 10_000 })
      expect(await client.zcard(`${prefix}i{code\0client\0c}`)).toBe(52 - 16)
    })

    it('takes members off a list when it finds that they have left', async () => {
      const prefix = newPrefix()
      const store = redisStore(client, { prefix })
      await store.commit(putting(record('a', { index: { client: 'c' } }), record('b', { index: { client: 'c' } })))
      await store.commit(putting(record('a', { index: { client: 'd' } })))
      expect((await store.list({ kind: 'code', by: 'client', value: 'c' })).items.map(({ id }) => id)).toEqual(['b'])
      expect(await client.zcard(`${prefix}i{code\0client\0c}`)).toBe(1)
    })

    it.each([
      ['maxmemory_policy:allkeys-lru', 'recent-loss', 'maxmemory-policy is allkeys-lru'],
      ['aof_enabled:0', 'recent-loss', 'appendonly is no'],
      ['aof_enabled:1', 'full', 'appendfsync is everysec'],
    ] as const)('refuses a server with %s for durability %s', async (line, durability, reason) => {
      const server: IoredisClient = {
        call: (command) =>
          Promise.resolve(command === 'INFO' ? `# Memory\r\n${line}\r\n` : ['appendfsync', 'everysec']),
      }
      const store = redisStore(server, { durability })
      await expect(store.get('p', [['code', 'a']])).rejects.toMatchObject({ code: 'unsafe_settings', reason })
      await expect(store.commit(putting(record('a')))).rejects.toMatchObject({ code: 'unsafe_settings' })
    })

    it('accepts a server that forgets, when that is said', async () => {
      const server: IoredisClient = {
        call: (command) => Promise.resolve(command === 'INFO' ? 'aof_enabled:0\r\n' : [null]),
      }
      const store = redisStore(server, { durability: 'none' })
      expect(await store.get('p', [['code', 'a']])).toEqual([null])
      expect(store.guarantees.durability).toBe('none')
    })

    it('fails with 503 when too few replicas have a commit', async () => {
      const store = redisStore(client, { prefix: newPrefix(), replicas: 1, timeout: 4 }) // half of it for the replicas
      const unavailable = { code: 'store_unavailable', status: 503, reason: expect.stringContaining('replicas') }
      await expect(store.commit(putting(record('a')))).rejects.toMatchObject(unavailable)
    })

    it('fails within its time-out when the server does not answer, and recovers', async () => {
      const prefix = newPrefix()
      const store = redisStore(client, { prefix, timeout: 0.1 })
      await store.commit(putting(record('a')))
      await clients[1]!.call('CLIENT', 'PAUSE', '600', 'ALL')
      await expect(store.get('p', [['code', 'a']])).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
      await expect.poll(() => store.get('p', [['code', 'a']]).catch(() => []), { timeout: 5000 }).toEqual([record('a')])
    })

    it('goes on after its connection was cut', async () => {
      const own = new Redis(url)
      const store = redisStore(own, { prefix: newPrefix() })
      await store.commit(putting(record('a')))
      await client.call('CLIENT', 'KILL', 'ID', String(await own.client('ID')))
      const answers = Array.from({ length: 10 }, (_, n) => store.commit(putting(record(`b${n}`))))
      for (const answer of await Promise.allSettled(answers)) {
        if (answer.status === 'rejected')
          expect(answer.reason).toMatchObject({ code: 'store_unavailable', status: 503 })
      }
      await expect.poll(() => store.commit(putting(record('c'))).catch(() => false)).toBe(true)
      own.disconnect()
    })

    it('refuses options that cannot work', () => {
      expect(() => redisStore(client, { prefix: '{a}' })).toThrow(TypeError)
    })
  })
})

describeWith(redisCluster, 'a Redis cluster', (url) => {
  const { hostname: host, port } = new URL(url)
  const clients = [1, 2].map(() => new Cluster([{ host, port: Number(port) }]))
  const other = createCluster({ rootNodes: [{ url }] })
  beforeAll(() => other.connect())
  afterAll(async () => {
    for (const each of clients) each.disconnect()
    await other.close()
  })
  storeContract({
    ...{ describe, it, name: 'the store contract on two cluster clients of ioredis' },
    open() {
      const prefix = newPrefix()
      return clients.map((each) => redisStore(each, { prefix }))
    },
  })
  storeContract({
    ...{ describe, it, name: 'the store contract on a cluster client of redis' },
    open: () => redisStore(other, { prefix: newPrefix() }),
  })
})
