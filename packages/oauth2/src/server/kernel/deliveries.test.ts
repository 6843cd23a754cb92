import { memoryStore, type Batch, type JsonObject, type Store } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  bareServer,
  fullServer,
  manualClock,
  obtainCode,
  post,
  redeem,
  WEB,
  type TestClock,
} from '../../../test/journey.ts'
import type { AuthorizationServer, AuthEvent, Extension } from '../index.ts'
import { deliveryRecord } from '../records/deliveries.ts'

/** A server that tells someone whenever an authorization ends. */
function start(
  accepts: (data: JsonObject) => boolean | Promise<boolean>,
  store: Store = memoryStore(),
  clock = manualClock(),
) {
  const waiting: Promise<void>[] = []
  const made = fullServer({ store, clock, background: (work) => void waiting.push(work) })
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
  const settle = async (): Promise<void> => {
    for (let work = waiting.pop(); work; work = waiting.pop()) await work
  }
  return { ...made, clock, told, settle }
}

async function grant(server: AuthorizationServer): Promise<void> {
  expect((await redeem(server, await obtainCode(server))).status).toBe(200)
}

const typesOf = (events: readonly AuthEvent[]): string[] => events.map(({ type }) => type)

describe('what an ending writes', () => {
  it('is sent in the background, once, and the event says so', async () => {
    const { server, told, events, settle } = start(() => true)
    await grant(server)
    await server.authorizations.revoke({ clientId: 'web' })
    expect(told).toEqual([]) // nothing is sent before the commit, nor by it
    await settle()
    expect(told).toEqual([{ clientId: 'web', cause: 'administration' }])
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    expect(typesOf(events)).toContain('delivery.done')
  })

  it.each<[cause: string, ends: (server: AuthorizationServer, id: string, refreshToken: string) => Promise<unknown>]>([
    ['administration', (server, authorizationId) => server.authorizations.revoke({ authorizationId })],
    ['revocation', (server, _id, token) => post(server, '/revoke', { token }, WEB)],
    ['logout', (server, authorizationId) => server.authorizations.revoke({ authorizationId }, 'logout')],
  ])('knows the cause, and is sent whatever it is: %s', async (cause, ends) => {
    const { server, told, settle } = start(() => true)
    const { json } = await redeem(server, await obtainCode(server))
    const found = await server.tokens.find(String(json['access_token']))
    await ends(server, found!.authorization.id, String(json['refresh_token']))
    await settle()
    expect(told).toEqual([{ clientId: 'web', cause }])
  })

  it('comes from a replayed code too', async () => {
    const { server, told, clock, settle } = start(() => true)
    const code = await obtainCode(server)
    await redeem(server, code)
    clock.advance(3)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    await settle()
    expect(told).toEqual([{ clientId: 'web', cause: 'replay' }])
  })

  it('is sent when another writer came first, too', async () => {
    const inner = memoryStore()
    let loses = false
    const store: Store = {
      ...inner,
      async commit(batch) {
        if (!loses) return inner.commit(batch)
        loses = false
        return false
      },
    }
    const { server, told, settle } = start(() => true, store)
    const { json } = await redeem(server, await obtainCode(server))
    loses = true
    await post(server, '/revoke', { token: String(json['refresh_token']) }, WEB)
    await settle()
    expect(told).toEqual([{ clientId: 'web', cause: 'revocation' }])
  })

  it('is written in the batch that ends the authorization', async () => {
    const inner = memoryStore()
    const batches: Batch[] = []
    const store: Store = { ...inner, commit: (batch) => (batches.push(batch), inner.commit(batch)) }
    const { server, told } = start(() => true, store)
    await grant(server)
    batches.length = 0
    await server.authorizations.revoke({ clientId: 'web' })
    const ending = batches.filter(({ put }) => put.some(({ kind }) => kind === 'authorization'))
    expect(ending.map(({ put }) => put.map(({ kind }) => kind))).toEqual([['authorization', 'delivery']])
    expect(told).toEqual([])
  })

  it('is written with the ending or not at all', async () => {
    const inner = memoryStore()
    let down = false
    const commit: Store['commit'] = (batch) => (down ? Promise.reject(new Error('down')) : inner.commit(batch))
    const { server, told, settle } = start(() => true, { ...inner, commit })
    await grant(server)
    down = true
    await expect(server.authorizations.revoke({ clientId: 'web' })).rejects.toThrow('down')
    down = false
    await settle()
    expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    expect(told).toEqual([])
  })
})

it('what an approval writes is sent in the background too', async () => {
  const { server, told, settle } = start(() => true)
  server.register({
    kind: 'extension',
    name: 'approvals',
    authorizing: ({ server, authorizationId: partition }) => ({
      changes: { put: [deliveryRecord(server, { name: 'ended', partition, data: { approved: true } })] },
    }),
  })
  await obtainCode(server)
  await settle()
  expect(told).toEqual([{ approved: true }])
})

describe('what does not arrive', () => {
  it.each([
    ['refused', () => false],
    ['crashed', () => Promise.reject(new Error('the client is down'))],
  ])('is tried again, later each time: %s', async (_, accepts) => {
    let works = false
    const { server, clock, events, settle } = start(() => works || accepts())
    await grant(server)
    await server.authorizations.revoke({ clientId: 'web' })
    await settle()
    expect(typesOf(events)).toContain('delivery.failed')
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
    const { server, clock, told, settle } = start(() => false)
    await grant(server)
    await server.authorizations.revoke({ clientId: 'web' })
    await settle()
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
    await expect.poll(() => dying.told).toHaveLength(1) // and the process ends here
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
  await servers[0]!.settle()
  expect(servers.flatMap(({ told }) => told)).toHaveLength(5)
})

it('says in the event that nothing of the name is registered', async () => {
  const { server, store, events } = bareServer()
  const record = deliveryRecord(server, { name: 'gone', partition: 'p', data: {} })
  await store.commit({ partition: 'p', now: 0, expect: [], put: [record], remove: [] })
  expect(await server.deliverDue()).toEqual({ delivered: 0, failed: 1 })
  expect(events).toContainEqual(expect.objectContaining({ type: 'delivery.failed', name: 'gone', attempts: 1 }))
})
