import { AsyncLocalStorage } from 'node:async_hooks'
import { memoryStore, type Store } from '@authlib/core'
import { faultyStore } from '@authlib/testing'
import { describe, expect, it } from 'vitest'
import {
  bareServer,
  ISSUER,
  OTHER,
  Browser,
  fullServer,
  manualClock,
  obtainCode,
  post,
  redeem,
  refresh,
  WEB,
} from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { clientFromMetadata } from '../records/client-metadata.ts'
import { staticClients, storedClients } from '../records/clients.ts'
import { rememberedScope } from '../records/consent.ts'
import { findSession, startSession } from '../records/session.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { TOKEN_EXCHANGE, tokenExchangeGrant } from '../features/token-exchange.ts'
import { consoleEvents } from '../contract/events.ts'

async function isActive(server: AuthorizationServer, token: unknown): Promise<unknown> {
  return (await post(server, '/introspect', { token: String(token) }, WEB)).json['active']
}

describe('the end of a client', () => {
  async function started() {
    const store = memoryStore()
    const clients = storedClients(store)
    await clients.save(await clientFromMetadata(WEB))
    const { server, events } = fullServer({ store, clients })
    const { json } = await redeem(server, await obtainCode(server))
    const machine = (await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).json['access_token']
    return { store, clients, server, events, json, machine }
  }

  it.each(['server.clients.remove', 'clients.remove'])('by %s is the end of its tokens and consents', async (by) => {
    const { clients, server, json, machine } = await started()
    expect(await rememberedScope(server, 'alice', 'web')).toEqual(['read', 'write'])
    await (by === 'clients.remove' ? clients.remove('web') : server.clients.remove('web'))
    expect(await clients.find('web')).toBeNull()
    await clients.save(await clientFromMetadata(WEB)) // another application of the same id
    for (const token of [json['access_token'], json['refresh_token'], machine])
      expect(await isActive(server, token)).toBe(false)
    expect((await refresh(server, json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect(await rememberedScope(server, 'alice', 'web')).toBeNull()
  })

  it('is told to listeners by server.clients.remove', async () => {
    const { server, events } = await started()
    await server.clients.remove('web')
    expect(events.filter(({ type }) => type === 'authorization.revoked')).toMatchObject([
      { clientId: 'web', cause: 'administration' },
    ])
  })

  it('leaves other clients alone', async () => {
    const { clients, server, json } = await started()
    await clients.save(await clientFromMetadata({ ...WEB, client_id: 'second' }))
    await clients.remove('second')
    expect(await isActive(server, json['access_token'])).toBe(true)
  })

  it('is refused where the clients are a list', async () => {
    await expect(fullServer().server.clients.remove('web')).rejects.toMatchObject({ code: 'clients_are_fixed' })
  })

  it('that is only gone from the list ends what others can learn about its tokens', async () => {
    const { store, json } = await started()
    const other = { ...WEB, client_id: 'api', trust: { resourceServer: true } }
    const gone = bareServer({
      store,
      clients: {
        find: async (id) =>
          id === 'api' ? clientFromMetadata(WEB, other.trust).then((client) => ({ ...client, clientId: 'api' })) : null,
      },
    })
    gone.server.register(introspectionEndpoint())
    const api = { ...WEB, client_id: 'api' }
    expect((await post(gone.server, '/introspect', { token: String(json['access_token']) }, api)).json).toEqual({
      active: false,
    })
    expect(gone.events).toMatchObject([{ type: 'introspection.withheld', reason: 'the client of the token is gone' }])
  })
})

describe('authorizations.revoke', () => {
  it('of a subject ends its sessions too, so that no cookie makes new codes', async () => {
    const { server } = fullServer()
    const { value } = await startSession(server, { subject: 'alice' }, 1000)
    const other = await startSession(server, { subject: 'bob' }, 1000)
    const browser = new Browser(server)
    await browser.authorize({})
    await server.authorizations.revoke({ subject: 'alice' })
    expect(await findSession(server, value)).toBeNull()
    expect(await findSession(server, other.value)).not.toBeNull()
    expect(
      (
        await browser.open(
          '/authorize?client_id=web&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=read&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256',
        )
      ).headers.get('location'),
    ).toMatch(/^\/login/)
  })

  it('by id ends a token of client_credentials, once', async () => {
    const { server, events } = fullServer()
    const token = (await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).json['access_token']
    const issued = events.find((event) => event.type === 'token.issued')
    const authorizationId = issued?.type === 'token.issued' ? issued.authorizationId : ''
    expect(await isActive(server, token)).toBe(true)
    expect(await server.authorizations.revoke({ authorizationId })).toBe(1)
    expect(await isActive(server, token)).toBe(false)
    expect(await server.authorizations.revoke({ authorizationId })).toBe(0)
    expect(await server.authorizations.revoke({ authorizationId: 'not an id' })).toBe(0)
  })
})

describe('the end of a token of client_credentials that is exchanged at this moment', () => {
  /** `then` runs once, after the next call of the verb that meets `kind`. */
  function interruptible(store: Store) {
    let after: { verb: 'get' | 'list'; kind: string; then: () => Promise<unknown> } | undefined
    const interrupt = async (verb: 'get' | 'list', kinds: readonly string[]): Promise<void> => {
      if (after?.verb !== verb || !kinds.includes(after.kind)) return
      const { then } = after
      after = undefined
      await then()
    }
    const wrapped: Store = {
      ...store,
      async get(partition, keys) {
        const found = await store.get(partition, keys)
        await interrupt('get', keys.length === 1 ? keys.map(([kind]) => kind) : [])
        return found
      },
      async list(query) {
        const found = await store.list(query)
        await interrupt('list', [query.kind])
        return found
      },
    }
    return { store: wrapped, onceAfter: (next: NonNullable<typeof after>) => void (after = next) }
  }

  async function started() {
    const { store, onceAfter } = interruptible(memoryStore())
    const exchanging = { ...OTHER, grant_types: [TOKEN_EXCHANGE] }
    const clients = storedClients(store)
    for (const metadata of [WEB, exchanging]) await clients.save(await clientFromMetadata(metadata))
    const { server, events } = fullServer({ store, clients })
    server.register(tokenExchangeGrant({ allow: () => true }))
    const token = String((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).json['access_token'])
    const issued = events.find((event) => event.type === 'token.issued')
    const authorizationId = issued?.type === 'token.issued' ? issued.authorizationId : ''
    const exchange = async () => {
      const fields = { grant_type: TOKEN_EXCHANGE, subject_token: token, scope: 'read' }
      const type = { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }
      return post(server, '/token', { ...fields, ...type }, exchanging)
    }
    return { server, clients, token, authorizationId, exchange, onceAfter }
  }

  type Started = Awaited<ReturnType<typeof started>>

  it.each<[string, 'get' | 'list', (made: Started) => Promise<unknown>]>([
    ['by id', 'get', ({ server, authorizationId }) => server.authorizations.revoke({ authorizationId })],
    ['of its client', 'list', ({ server }) => server.authorizations.revoke({ clientId: 'web' })],
    ['with its client', 'list', ({ clients }) => clients.remove('web')],
  ])('%s ends what the exchange has made', async (_case, verb, end) => {
    const made = await started()
    let exchanged: string | undefined
    made.onceAfter({
      verb,
      kind: 'authorization',
      then: async () => {
        const { access_token } = (await made.exchange()).json
        if (typeof access_token === 'string') exchanged = access_token
      },
    })
    await end(made)
    expect(await made.server.tokens.find(made.token)).toBeNull()
    if (exchanged !== undefined) expect(await made.server.tokens.find(exchanged)).toBeNull()
    expect((await made.exchange()).status).toBe(400)
  })
})

describe('a replay', () => {
  it('is acted upon however often others write first', async () => {
    const store = faultyStore(memoryStore())
    const { server, events } = fullServer({ store, clock: manualClock() })
    const code = await obtainCode(server)
    const { json } = await redeem(server, code)
    ;(server.clock as ReturnType<typeof manualClock>).advance(5)
    store.loseNext(20)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect(await isActive(server, json['access_token'])).toBe(false)
    expect(events.filter(({ type }) => type === 'authorization.revoked')).toMatchObject([{ cause: 'replay' }])
  })
})

describe('an event', () => {
  it('is told in the asynchronous context of its request, so that a listener finds out who asked', async () => {
    const asking = new AsyncLocalStorage<string>()
    const told: unknown[] = []
    const { server } = fullServer({ onEvent: ({ type }) => told.push([type, asking.getStore()]) })
    await Promise.all([
      asking.run('192.0.2.1', () => post(server, '/token', { grant_type: 'client_credentials' }, WEB)),
      asking.run('192.0.2.2', () => post(server, '/token', { grant_type: 'unknown' }, WEB)),
    ])
    expect(told).toEqual(
      expect.arrayContaining([
        ['token.issued', '192.0.2.1'],
        ['token.refused', '192.0.2.2'],
      ]),
    )
  })
})

describe('consoleEvents', () => {
  it('says in one line why a request was refused, and is quiet about the rest', async () => {
    const lines: string[] = []
    const { server } = fullServer({ onEvent: consoleEvents({ write: (line) => lines.push(line) }) })
    await redeem(server, await obtainCode(server), { code_verifier: 'x'.repeat(43) })
    expect(lines).toEqual([
      'authlib token.refused clientId="web" grantType="authorization_code" error="invalid_grant" reason="wrong code_verifier"',
    ])
  })

  it('says everything when asked to', async () => {
    const lines: string[] = []
    const clients = staticClients([{ ...WEB, grant_types: ['client_credentials'], response_types: [] }])
    const onEvent = consoleEvents({ verbose: true, write: (line) => lines.push(line) })
    const { server } = bareServer({ onEvent, clients })
    server.registerGrant(clientCredentialsGrant())
    await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(lines).toEqual([
      expect.stringMatching(
        /^authlib token\.issued authorizationId="[^"]+" clientId="web" grantType="client_credentials"/,
      ) as string,
    ])
  })
})

describe('what a developer of a client learns on the wire', () => {
  it.each<[string, RequestInit, number, string]>([
    [
      'JSON',
      { body: '{}', headers: { 'content-type': 'application/json' } },
      415,
      'The body must be application/x-www-form-urlencoded',
    ],
    [
      'a body that is too large',
      { body: new URLSearchParams({ x: 'y'.repeat(70_000) }) },
      413,
      'The body is too large',
    ],
  ])('about %s at the token endpoint', async (_, init, status, description) => {
    const response = await fullServer().server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', ...init }))
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: 'invalid_request', error_description: description },
    ])
  })

  it('about a code: the same for unknown, used and foreign ones', async () => {
    const { server } = fullServer()
    const used = await obtainCode(server)
    await redeem(server, used)
    const description = 'the code is unknown, expired or used, or of another client'
    const foreign = await obtainCode(server)
    for (const answer of [
      await redeem(server, 'x'),
      await redeem(server, used),
      await redeem(server, foreign, { client: OTHER }),
    ]) {
      expect(answer.json).toEqual({ error: 'invalid_grant', error_description: description })
    }
    const wrong = await redeem(server, foreign, { redirect_uri: 'https://app.example/other' })
    expect(wrong.json['error_description']).toBe('redirect_uri differs from that of the authorization request')
    const verifier = await redeem(server, await obtainCode(server), { code_verifier: 'x'.repeat(43) })
    expect(verifier.json['error_description']).toBe('wrong code_verifier')
  })
})
