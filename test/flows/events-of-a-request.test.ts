// Which request an event belongs to: the listener runs in its asynchronous context.
import { memoryStore } from '@authlib/core'
import { mount } from '@authlib/node'
import {
  AuthorizationServer,
  clientCredentialsGrant,
  introspectionEndpoint,
  refreshTokenGrant,
  revocationEndpoint,
  staticClients,
  type AuthEvent,
} from '@authlib/oauth2/server'
import { startNodeServer, type TestServer } from '@authlib/testing'
import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, expect, it } from 'vitest'

const SECRET = 'a-secret-of-the-client-long-enough'
const ids = new AsyncLocalStorage<string>()
const events: (AuthEvent & { readonly requestId: string | undefined })[] = []
const failed: { reason?: string | undefined; clientId?: string | undefined; address?: string | undefined }[] = []
let http: TestServer

beforeAll(async () => {
  const server = new AuthorizationServer({
    issuer: 'http://localhost:4000',
    store: memoryStore(),
    secrets: ['a secret of the server, 32 characters'],
    clients: staticClients([
      { client_id: 'app', client_secret: SECRET, grant_types: ['client_credentials', 'refresh_token'], scope: 'read' },
    ]),
    rateLimit: { check: () => 0, failed: (attempt) => void failed.push(attempt) },
    onEvent: (event) => events.push({ ...event, requestId: ids.getStore() }),
  })
  server.register(clientCredentialsGrant(), refreshTokenGrant(), introspectionEndpoint(), revocationEndpoint())
  const handle = mount(server)
  http = await startNodeServer((incoming, outgoing) =>
    ids.run(String(incoming.headers['x-request-id']), () => handle(incoming, outgoing)),
  )
})
afterAll(() => http.stop())

async function send(id: string, path: string, form: Record<string, string>, secret = SECRET): Promise<number> {
  const headers = { 'x-request-id': id, authorization: `Basic ${btoa(`app:${secret}`)}` }
  return (await fetch(http.url + path, { method: 'POST', headers, body: new URLSearchParams(form) })).status
}

it('is known for each of many requests at once, refusals and errors too', async () => {
  const kinds = [
    (id: string) => send(id, '/token', { grant_type: 'client_credentials' }),
    (id: string) => send(id, '/token', { grant_type: 'client_credentials' }, 'wrong'),
    (id: string) => send(id, '/token', { grant_type: 'refresh_token', refresh_token: 'x' }),
    (id: string) => send(id, '/token', { grant_type: 'unknown' }),
    (id: string) => send(id, '/introspect', {}),
    (id: string) => send(id, '/revoke', { token: 'x' }, 'wrong'),
  ]
  await Promise.all(Array.from({ length: 60 }, (_, index) => kinds[index % 6]!(`${index % 6}-${index}`)))
  const byKind = new Map<string, Set<string>>()
  for (const { type, requestId = 'none' } of events) {
    const kind = requestId.split('-')[0]!
    byKind.set(kind, (byKind.get(kind) ?? new Set()).add(type))
  }
  expect(Object.fromEntries([...byKind].sort().map(([kind, types]) => [kind, [...types].sort()]))).toEqual({
    0: ['token.issued'],
    1: ['client.refused', 'token.refused'],
    2: ['token.refused'],
    3: ['token.refused'],
    4: ['request.refused'],
    5: ['client.refused', 'request.refused'],
  })
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(60)
})

it('comes to the rate limiter with client, address and reason', () => {
  const reasons = new Map(failed.map((attempt) => [attempt.reason, attempt]))
  expect(reasons.get('wrong secret')).toMatchObject({ kind: 'client', clientId: 'app', address: '127.0.0.1' })
  expect(reasons.get('not a refresh token of this server')).toMatchObject({
    ...{ kind: 'grant', clientId: 'app', grantType: 'refresh_token', address: '127.0.0.1' },
  })
})
