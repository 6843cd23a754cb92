import { memoryStore } from '@authlib/core'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { describe, expect, it } from 'vitest'
import { authorizeUrl, basic, fullServer, ISSUER, WEB } from '../../../test/journey.ts'
import { dynamicClientRegistration } from '../features/dynamic-registration.ts'
import { clientFromMetadata } from './client-metadata.ts'
import { storedClients } from './clients.ts'
import { startSession } from './session.ts'

const LONG = 'x'.repeat(300)

describe.each([
  ['memory', memoryStore],
  ['SQLite', () => sqliteStore(':memory:')],
])('ids longer than the names of a store, on %s', (_, makeStore) => {
  it('are unknown clients when a request brings them, never a failure', async () => {
    const store = makeStore()
    const { server } = fullServer({ store, clients: storedClients(store) })
    const authorization = basic({ client_id: LONG, client_secret: 'a-secret-of-32-characters-or-more' })
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const token = await server.fetch(
      new Request(`${ISSUER}/token`, { method: 'POST', headers, body: 'grant_type=client_credentials' }),
    )
    expect([token.status, await token.json()]).toEqual([401, { error: 'invalid_client' }])
    const page = await server.fetch(new Request(new URL(authorizeUrl({ client_id: LONG }), ISSUER)))
    expect(page.status).toBe(400)
  })

  it('are unknown codes and tokens', async () => {
    const store = makeStore()
    await storedClients(store).save(await clientFromMetadata(WEB))
    const { server } = fullServer({ store, clients: storedClients(store) })
    const headers = { authorization: basic(WEB), 'content-type': 'application/x-www-form-urlencoded' }
    const ask = async (path: string, body: Record<string, string>): Promise<number> => {
      const init = { method: 'POST', headers, body: new URLSearchParams(body) }
      return (await server.fetch(new Request(ISSUER + path, init))).status
    }
    const text = `${LONG}.${LONG}`
    const code = { grant_type: 'authorization_code', code: text, redirect_uri: WEB.redirect_uris![0]! }
    expect(await ask('/token', code)).toBe(400)
    expect(await ask('/token', { grant_type: 'refresh_token', refresh_token: text })).toBe(400)
    expect(await ask('/introspect', { token: text })).toBe(200)
    expect(await ask('/revoke', { token: text })).toBe(200)
  })

  it('are refused by name in metadata and as the subject of a login', async () => {
    await expect(clientFromMetadata({ ...WEB, client_id: LONG })).rejects.toThrow(
      'client_id has more than 200 characters',
    )
    const { server } = fullServer({ store: makeStore() })
    for (const subject of [LONG, '', 'a\0b', 'ä'.repeat(128)])
      await expect(startSession(server, { subject }, 60)).rejects.toMatchObject({ code: 'invalid_subject' })
  })
})

describe('a redirect URI on this machine', () => {
  async function register(issuer: string, metadata: Record<string, unknown>): Promise<number> {
    const store = memoryStore()
    const { server } = fullServer({ issuer, store, clients: storedClients(store) }, { pages: false })
    server.register(dynamicClientRegistration({ access: 'open' }))
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata) }
    return (await server.fetch(new Request(`${issuer}/register`, init))).status
  }

  it.each([
    ['https://as.example', { redirect_uris: ['http://localhost:3000/cb'] }, 400],
    ['https://as.example', { redirect_uris: ['http://127.0.0.1:3000/cb'] }, 400],
    ['https://as.example', { redirect_uris: ['http://localhost:3000/cb'], application_type: 'native' }, 201],
    ['https://as.example', { redirect_uris: ['http://localhost:3000/cb'], token_endpoint_auth_method: 'none' }, 201],
    ['http://localhost:4000', { redirect_uris: ['http://localhost:3000/cb'] }, 201],
  ])('at %s: %j is answered with %i (G1, OpenID Connect Registration §2)', async (issuer, metadata, status) => {
    expect(await register(issuer, metadata)).toBe(status)
  })
})
