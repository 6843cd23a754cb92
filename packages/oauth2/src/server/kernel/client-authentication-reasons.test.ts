// What the log says about a refused client, what the wire says, and which endpoint a client source is told of.
import { describe, expect, it } from 'vitest'
import { basic, bareServer, ISSUER, manualClock, OTHER, PUBLIC, WEB } from '../../../test/journey.ts'
import type { ClientSource } from '../contract/client.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { hashClientSecret } from '../records/client-secret.ts'
import { staticClients } from '../records/clients.ts'

const START = 1_800_000_000
const POST = { ...OTHER, client_id: 'post', token_endpoint_auth_method: 'client_secret_post' }

function start(find?: ClientSource['find']) {
  const asked: (string | undefined)[] = []
  const source = staticClients([WEB, OTHER, PUBLIC, POST])
  const { server, events } = bareServer({
    clock: manualClock(START),
    clients: {
      find(clientId, about) {
        asked.push(about?.endpoint)
        return find ? find(clientId, about) : source.find(clientId, about)
      },
    },
  })
  server.register(clientCredentialsGrant(), introspectionEndpoint())
  const send = async (headers: Record<string, string>, form: Record<string, string> = {}, path = '/token') => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', token: 'x', ...form })
    const response = await server.fetch(new Request(ISSUER + path, { method: 'POST', headers, body }))
    return { status: response.status, json: (await response.json()) as unknown, headers: response.headers }
  }
  return { server, events, asked, send }
}

const invalid = { error: 'invalid_client' }
const otherMethod = {
  ...invalid,
  error_description: 'the client is registered for another authentication method',
}
const twoMethods = {
  error: 'invalid_request',
  error_description: 'more than one client authentication method is used',
}

describe('a client that is refused', () => {
  it.each<
    [string, Record<string, string>, Record<string, string>, number, object, string | undefined, string | undefined]
  >([
    ['nothing', {}, {}, 401, invalid, 'no client authentication', undefined],
    ['a bare id', {}, { client_id: 'web' }, 401, invalid, 'no client authentication', 'web'],
    ['an unknown bare id', {}, { client_id: 'ghost' }, 401, invalid, 'unknown client', 'ghost'],
    [
      'malformed credentials',
      { authorization: 'Basic ***' },
      { client_id: 'web' },
      401,
      invalid,
      'malformed Basic credentials',
      'web',
    ],
    ['an unknown client', { authorization: `Basic ${btoa('ghost:x')}` }, {}, 401, invalid, 'unknown client', 'ghost'],
    ['a wrong secret', { authorization: `Basic ${btoa('web:x')}` }, {}, 401, invalid, 'wrong secret', 'web'],
    [
      'the id of another',
      { authorization: basic(WEB) },
      { client_id: 'other' },
      401,
      invalid,
      'client_id of another client',
      'web',
    ],
    [
      'a secret twice',
      { authorization: basic(WEB) },
      { client_id: 'web', client_secret: 'x' },
      400,
      twoMethods,
      undefined,
      'web',
    ],
    [
      'the secret in the form',
      {},
      { client_id: 'web', client_secret: WEB.client_secret! },
      ...([401, otherMethod, 'registered for client_secret_basic, used client_secret_post', 'web'] as const),
    ],
    [
      'the secret in a header',
      { authorization: basic(POST) },
      {},
      ...([401, otherMethod, 'registered for client_secret_post, used client_secret_basic', 'post'] as const),
    ],
    ['a secret without an id', {}, { client_secret: 'x' }, 401, invalid, 'no client authentication', undefined],
    [
      'a public client with a secret',
      {},
      { client_id: 'public', client_secret: 'x' },
      401,
      invalid,
      'wrong secret',
      'public',
    ],
    [
      'an assertion of no method',
      {},
      { client_id: 'public', client_assertion: 'x' },
      401,
      invalid,
      'no client authentication',
      'public',
    ],
  ])(
    'for %s: the wire says little, the log says why (RFC 6749 §5.2)',
    async (_case, headers, form, status, json, reason, clientId) => {
      const { send, events } = start()
      const answer = await send(headers, form)
      expect([answer.status, answer.json]).toEqual([status, json])
      expect(events.find(({ type }) => type === 'client.refused')).toEqual({
        type: 'client.refused',
        at: START,
        clientId,
        reason,
      })
    },
  )

  it('because its source crashed is no refused client, and no event of one', async () => {
    const { send, events } = start(() => Promise.reject(new Error('the database is gone')))
    expect((await send({ authorization: basic(WEB) })).status).toBe(500)
    expect(events.map(({ type }) => type)).toEqual(['server.error'])
  })

  it('for a secret that has expired, when another one is wrong (RFC 7591 §3.2.1)', async () => {
    const secrets = [
      { hash: await hashClientSecret('old-secret-old-secret'), expiresAt: START },
      { hash: await hashClientSecret('new-secret-new-secret') },
    ]
    const client = (await staticClients([WEB]).find('web'))!
    const { send, events } = start(() => ({ ...client, secrets }))
    const old = await send({ authorization: `Basic ${btoa('web:old-secret-old-secret')}` })
    expect([old.status, old.json]).toEqual([401, invalid])
    expect(events[0]).toMatchObject({ type: 'client.refused', reason: 'the secret has expired' })
    expect((await send({ authorization: `Basic ${btoa('web:new-secret-new-secret')}` })).status).toBe(200)
  })

  it('with one live and one expired copy of its secret is let in', async () => {
    const hash = await hashClientSecret('same-secret-same-secret')
    const client = (await staticClients([WEB]).find('web'))!
    const { send } = start(() => ({ ...client, secrets: [{ hash, expiresAt: START }, { hash }] }))
    expect((await send({ authorization: `Basic ${btoa('web:same-secret-same-secret')}` })).status).toBe(200)
  })

  it('never costs a look-up without a hash: a client that has no secret is compared with nobody', async () => {
    const client = (await staticClients([WEB]).find('web'))!
    const { send, events } = start(() => ({ ...client, secrets: [] }))
    expect((await send({ authorization: `Basic ${btoa('web:x')}` })).json).toEqual(invalid)
    expect(events[0]).toMatchObject({ reason: 'wrong secret' })
  })
})

describe('the endpoint that asks', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['client_secret_basic', { authorization: basic(WEB) }, {}],
    ['client_secret_post', {}, { client_id: 'post', client_secret: OTHER.client_secret! }],
    ['none', {}, { client_id: 'public' }],
    ['both readings of Basic credentials', { authorization: `Basic ${btoa('ghost%2D:x')}` }, {}],
  ])('is told to the source of clients by %s', async (_case, headers, form) => {
    for (const [path, endpoint] of [
      ['/token', 'token'],
      ['/introspect', 'introspection'],
    ] as const) {
      const { send, asked } = start()
      await send(headers, form, path)
      expect(asked.length).toBeGreaterThan(0)
      expect(new Set(asked)).toEqual(new Set([endpoint]))
    }
  })
})
