import { memoryStore, type JsonObject } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { bareServer, fullServer, manualClock, obtainCode, redeem, type TestClock } from '../../../test/journey.ts'
import type { AuthorizationServer, AuthEvent, Extension } from '../index.ts'
import { deliveryRecord } from '../records/deliveries.ts'

/** A server that tells someone whenever an authorization ends. */
function start(
  accepts: (data: JsonObject) => boolean | Promise<boolean>,
  store = memoryStore(),
  clock = manualClock(),
) {
  const made = fullServer({ store, clock })
  const ending: Extension = {
    kind: 'extension',
    name: 'tell',
    ending: ({ id, clientId }, cause, server) => ({
      changes: { put: [deliveryRecord(server, { name: 'ended', partition: id, data: { clientId, cause } })] },
    }),
  }
  const told: JsonObject[] = []
  made.server.register(ending, {
    kind: 'delivery',
    name: 'ended',
    deliver(data) {
      told.push(data)
      return accepts(data)
    },
  })
  return { ...made, clock, told }
}

async function grant(server: AuthorizationServer): Promise<void> {
  expect((await redeem(server, await obtainCode(server))).status).toBe(200)
}

const typesOf = (events: readonly AuthEvent[]): string[] => events.map(({ type }) => type)

describe('what an ending writes', () => {
  it('is delivered once, and the event says so', async () => {
    const { server, told, events } = start(() => true)
    await grant(server)
    await server.authorizations.revoke({ clientId: 'web' })
    expect(told).toEqual([]) // nothing is sent before the commit, nor by it
    expect(await server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
    expect(told).toEqual([{ clientId: 'web', cause: 'administration' }])
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    expect(typesOf(events)).toContain('delivery.done')
  })

  it('comes from a revocation by the client, and from a replayed code too', async () => {
    const { server, told, clock } = start(() => true)
    const code = await obtainCode(server)
    await redeem(server, code)
    clock.advance(3)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    await server.deliverDue()
    expect(told).toEqual([{ clientId: 'web', cause: 'replay' }])
  })

  it('is written with the ending or not at all', async () => {
    const store = memoryStore()
    const { server, told } = start(() => true, store)
    await grant(server)
    const page = await store.list({ kind: 'authorization', by: 'client', value: 'web' })
    await store.commit({
      ...{ partition: page.items[0]!.partition, now: 0, expect: [], put: [] },
      remove: [['authorization', page.items[0]!.id]],
    })
    await server.authorizations.revoke({ clientId: 'web' })
    await server.deliverDue()
    expect(told).toEqual([])
  })
})

describe('what does not arrive', () => {
  it.each([
    ['refused', () => false],
    ['crashed', () => Promise.reject(new Error('the client is down'))],
  ])('is tried again, later each time: %s', async (_, accepts) => {
    let works = false
    const { server, clock, events } = start(() => works || accepts())
    await grant(server)
    await server.authorizations.revoke({ clientId: 'web' })
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 1 })
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 0 }) // not due yet
    clock.advance(30)
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 1 })
    clock.advance(119)
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    works = true
    clock.advance(1)
    expect(await server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
    expect(typesOf(events).filter((type) => type.startsWith('delivery'))).toEqual([
      'delivery.failed',
      'delivery.failed',
      'delivery.done',
    ])
  })

  it('is given up after a day', async () => {
    const { server, clock, told } = start(() => false)
    await grant(server)
    await server.authorizations.revoke({ clientId: 'web' })
    await server.deliverDue()
    clock.advance(86_401)
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    expect(told).toHaveLength(1)
  })

  it('survives a crash between the claim and the answer', async () => {
    const store = memoryStore()
    const clock: TestClock = manualClock()
    const dying = start(() => new Promise<boolean>(() => undefined), store, clock)
    await grant(dying.server)
    await dying.server.authorizations.revoke({ clientId: 'web' })
    void dying.server.deliverDue() // and the process ends here
    await new Promise((resolve) => setImmediate(resolve))
    const next = start(() => true, store, clock)
    expect(await next.server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    clock.advance(30)
    expect(await next.server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
  })
})

it('has one sender, however many processes look', async () => {
  const store = memoryStore()
  const clock = manualClock()
  const servers = Array.from({ length: 8 }, () => start(() => true, store, clock))
  for (let round = 0; round < 5; round++) await grant(servers[0]!.server)
  await servers[0]!.server.authorizations.revoke({ clientId: 'web' })
  await Promise.all(servers.map(({ server }) => server.deliverDue()))
  expect(servers.flatMap(({ told }) => told)).toHaveLength(5)
})

it('says in the event that nothing of the name is registered', async () => {
  const { server, store, events } = bareServer()
  const record = deliveryRecord(server, { name: 'gone', partition: 'p', data: {} })
  await store.commit({ partition: 'p', now: 0, expect: [], put: [record], remove: [] })
  expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 1 })
  expect(events).toContainEqual(expect.objectContaining({ type: 'delivery.failed', name: 'gone', attempts: 1 }))
})
