import { describe, expect, it } from 'vitest'
import {
  bareServer,
  manualClock,
  obtainCode,
  OTHER,
  post,
  PUBLIC,
  redeem,
  refresh,
  WEB,
} from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Client, ClientMetadata } from '../contract/client.ts'
import { developmentPages } from '../interaction/development.ts'
import { clientFromMetadata } from '../records/client-metadata.ts'
import { staticClients, type ConfiguredClient } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { codeChallenge } from './code-challenge.ts'
import { refreshTokenGrant, type RefreshTokenGrantOptions } from './refresh-token.ts'
import { revocationEndpoint } from './revocation.ts'

const KEEPS: ConfiguredClient = { ...WEB, trust: { refreshTokenRotation: false } }

function serverWith(options: RefreshTokenGrantOptions, clients: readonly ConfiguredClient[] = [WEB, OTHER, PUBLIC]) {
  const clock = manualClock()
  const { server, events } = bareServer({ clock, clients: staticClients(clients) })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(options), revocationEndpoint(), developmentPages({ users: [{ username: 'alice' }] }))
  return { server, clock, events }
}

async function tokenFor(server: AuthorizationServer, client: ClientMetadata = WEB): Promise<string> {
  const { json } = await redeem(server, await obtainCode(server, { client_id: client.client_id }), { client })
  return String(json['refresh_token'])
}

describe('a client that asks for OpenID Connect', () => {
  it('gets a refresh token with offline_access only (Core §11)', async () => {
    const { server } = serverWith({}, [{ ...WEB, scope: 'openid offline_access read' }])
    for (const [scope, expected] of [
      ['openid read', false],
      ['openid offline_access', true],
      ['read', true],
    ] as const) {
      const { json } = await redeem(server, await obtainCode(server, { scope }))
      expect([scope, 'refresh_token' in json]).toEqual([scope, expected])
    }
  })
})

describe('refresh token lifetimes for each client', () => {
  const seconds = ({ clientId }: Client): number => (clientId === 'web' ? 60 : 86_400)

  it('end a token when its client has not used it for so long', async () => {
    const { server, clock } = serverWith({ idleLifetime: seconds })
    const [web, other] = [await tokenFor(server), await tokenFor(server, OTHER)]
    clock.advance(60)
    expect((await refresh(server, web)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, other, OTHER)).status).toBe(200)
  })

  it('end a token after its whole time, however much it is used', async () => {
    const { server, clock } = serverWith({ lifetime: seconds })
    const [web, other] = [await tokenFor(server), await tokenFor(server, OTHER)]
    clock.advance(59)
    const next = await refresh(server, web)
    expect(next.status).toBe(200)
    clock.advance(1)
    expect((await refresh(server, next.json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect((await refresh(server, other, OTHER)).status).toBe(200)
  })

  it('are errors of the server when a function gives no number', async () => {
    const { server, events } = serverWith({ idleLifetime: () => Number.NaN })
    const { status, json } = await redeem(server, await obtainCode(server))
    expect([status, json]).toEqual([500, { error: 'server_error' }])
    expect(String(events.find((event) => event.type === 'server.error')?.error)).toContain(
      'idleLifetime() is a number of seconds, at least 1, and not NaN',
    )
  })
})

describe('refresh tokens that do not rotate', () => {
  it('stay the same for a client trusted so, and live as long as they are used', async () => {
    const { server, clock } = serverWith({ idleLifetime: 100 }, [KEEPS])
    const token = await tokenFor(server)
    for (let use = 0; use < 3; use++) {
      clock.advance(99)
      const { status, json } = await refresh(server, token)
      expect(status).toBe(200)
      expect(json['refresh_token']).toBeUndefined() // RFC 6749 §6: the client keeps the one it has
    }
    clock.advance(100)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
  })

  it('end at their whole lifetime', async () => {
    const { server, clock } = serverWith({ lifetime: 150 }, [KEEPS])
    const token = await tokenFor(server)
    clock.advance(149)
    expect((await refresh(server, token)).status).toBe(200)
    clock.advance(1)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
  })

  it('serve many refreshes at once', async () => {
    const { server, clock } = serverWith({}, [KEEPS])
    const token = await tokenFor(server)
    clock.advance(10)
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(server, token)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(new Set(answers.map(({ json }) => json['access_token'])).size).toBe(50)
  })

  it('are for the client that they were issued to, and can be revoked', async () => {
    const { server } = serverWith({}, [KEEPS, OTHER])
    const token = await tokenFor(server)
    expect((await refresh(server, token, OTHER)).json['error']).toBe('invalid_grant')
    expect((await post(server, '/revoke', { token }, WEB)).status).toBe(200)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
  })

  it('begin to rotate when the trust ends', async () => {
    let client: ConfiguredClient = KEEPS
    const clock = manualClock()
    const { server } = bareServer({ clock, clients: { find: (id) => staticClients([client]).find(id) } })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(refreshTokenGrant(), developmentPages({ users: [{ username: 'alice' }] }))
    const token = await tokenFor(server)
    expect((await refresh(server, token)).json['refresh_token']).toBeUndefined()
    client = WEB
    expect((await refresh(server, token)).json['refresh_token']).toMatch(/^rt_/)
    clock.advance(60)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
  })

  it.each<[string, ConfiguredClient]>([
    ['a public client', { ...PUBLIC, trust: { refreshTokenRotation: false } }],
    [
      'one that may come without authentication',
      { ...WEB, trust: { refreshTokenRotation: false, authMethods: ['none'] } },
    ],
  ])('are refused for %s (RFC 9700 §2.2.2)', (_which, client) => {
    expect(() => staticClients([client])).toThrow(/may come without authentication/)
  })

  it('rotate all the same for a public client whose source says otherwise', async () => {
    const own: Client = { ...(await clientFromMetadata(PUBLIC)), refreshTokenRotation: false }
    const { server } = bareServer({ clients: { find: () => own } })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(refreshTokenGrant(), developmentPages({ users: [{ username: 'alice' }] }))
    const token = await tokenFor(server, PUBLIC)
    expect((await refresh(server, token, PUBLIC)).json['refresh_token']).toMatch(/^rt_/)
  })

  it('are never asked for by client metadata', async () => {
    const metadata = { ...WEB, refreshTokenRotation: false }
    await expect(clientFromMetadata(metadata)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })
})
