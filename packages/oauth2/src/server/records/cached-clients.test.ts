import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { bareServer, manualClock, OTHER, post, WEB } from '../../../test/journey.ts'
import type { Client, ClientSource } from '../contract/client.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { cachedClients } from './cached-clients.ts'
import { clientFromMetadata } from './client-metadata.ts'
import { staticClients, storedClients } from './clients.ts'

/** Counts look-ups; `hold` keeps them open until it is released. */
function counted(source: ClientSource = staticClients([WEB, OTHER])) {
  const asked: string[] = []
  let gate = Promise.resolve()
  return {
    asked,
    hold(): () => void {
      let release = (): void => undefined
      gate = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    source: {
      async find(clientId: string, about?: { readonly endpoint?: string | undefined }): Promise<Client | null> {
        asked.push(clientId)
        const client = await source.find(clientId, about)
        await gate
        return client
      },
    },
  }
}

const FORM = { grant_type: 'client_credentials' }

describe('cachedClients', () => {
  it('keeps a client for its time, over HTTP, and looks it up again afterwards', async () => {
    const clock = manualClock()
    const { asked, source } = counted()
    const { server } = bareServer({ clock, clients: cachedClients(source, 30, { clock }) })
    server.register(clientCredentialsGrant())
    const statuses = []
    for (const wait of [0, 29, 1, 0]) {
      clock.advance(wait)
      statuses.push((await post(server, '/token', FORM, WEB)).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200])
    expect(asked).toEqual(['web', 'web'])
  })

  it('shares one look-up between requests that come at once', async () => {
    const { asked, source } = counted()
    const { server } = bareServer({ clients: cachedClients(source, 30) })
    server.register(clientCredentialsGrant())
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(server, '/token', FORM, WEB)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(asked).toEqual(['web'])
  })

  it('still checks the secret of a client that it keeps', async () => {
    const { server } = bareServer({ clients: cachedClients(staticClients([WEB]), 30) })
    server.register(clientCredentialsGrant())
    await post(server, '/token', FORM, WEB)
    expect((await post(server, '/token', FORM, { ...WEB, client_secret: 'wrong' })).status).toBe(401)
  })

  it('keeps an unknown id for a shorter time, so that a new client can be used soon', async () => {
    const clock = manualClock()
    const { asked, source } = counted()
    const clients = cachedClients(source, 30, { clock })
    for (const wait of [0, 4, 1]) {
      clock.advance(wait)
      expect(await clients.find('ghost')).toBeNull()
    }
    expect(asked).toEqual(['ghost', 'ghost'])
    const never = counted()
    const strict = cachedClients(never.source, 30, { clock, unknownSeconds: 0 })
    await strict.find('ghost')
    await strict.find('ghost')
    expect(never.asked).toHaveLength(2)
  })

  it('is not emptied by strangers who ask for many ids', async () => {
    const { asked, source } = counted()
    const clients = cachedClients(source, 30, { size: 10 })
    await clients.find('web')
    for (let i = 0; i < 5000; i++) await clients.find(`ghost${i}`)
    asked.length = 0
    await clients.find('web')
    await clients.find('ghost0')
    expect(asked).toEqual(['ghost0'])
  })

  it('does not keep an error, and gives it to all that wait', async () => {
    let calls = 0
    const clients = cachedClients(
      {
        find() {
          if (calls++ === 0) throw new Error('the database is away')
          return null
        },
      },
      30,
    )
    const both = await Promise.allSettled([clients.find('web'), clients.find('web')])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await clients.find('web')).toBeNull()
    expect(calls).toBe(2)
  })

  it('asks the source once for each endpoint, which may be answered differently', async () => {
    const source: ClientSource = {
      find: async (id, about) => (about?.endpoint === 'token' ? null : staticClients([WEB]).find(id)),
    }
    const clients = cachedClients(source, 30)
    expect(await clients.find('web', { endpoint: 'authorization' })).not.toBeNull()
    expect(await clients.find('web', { endpoint: 'token' })).toBeNull()
    expect(await clients.find('web', { endpoint: 'authorization' })).not.toBeNull()
  })

  it('shows what is saved, updated and removed through it at once', async () => {
    const store = memoryStore()
    const clients = cachedClients(storedClients(store), 30)
    const { server } = bareServer({ store, clients })
    server.register(clientCredentialsGrant())
    expect((await post(server, '/token', FORM, WEB)).status).toBe(401)
    await clients.save(await clientFromMetadata(WEB))
    expect((await post(server, '/token', FORM, WEB)).status).toBe(200)
    await server.clients.update('web', (client) => ({ ...client, grantTypes: [] }))
    expect((await post(server, '/token', FORM, WEB)).json['error']).toBe('unauthorized_client')
    await server.clients.remove('web')
    expect((await post(server, '/token', FORM, WEB)).status).toBe(401)
  })

  it('does not keep what a look-up read before a change', async () => {
    const store = storedClients(memoryStore())
    await store.save(await clientFromMetadata(WEB))
    const { hold, source } = counted(store)
    const clients = cachedClients({ ...store, find: source.find }, 30)
    const release = hold()
    const early = clients.find('web')
    await clients.remove('web')
    release()
    expect(await early).not.toBeNull()
    expect(await clients.find('web')).toBeNull()
  })

  it.each([0, -1, Number.NaN, (() => 30) as never])('refuses %s as its time', (seconds) => {
    expect(() => cachedClients(staticClients([WEB]), seconds)).toThrow(/^seconds is a number of seconds, at least 1/)
  })
})
