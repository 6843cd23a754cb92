import { describe, expect, it } from 'vitest'
import { API, bareServer, manualClock, OTHER, post, refresh, WEB, type Answer } from '../../../test/journey.ts'
import { staticClients } from '../records/clients.ts'
import type { ForeignRefreshToken } from '../contract/token-moments.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { introspectionEndpoint } from './introspection.ts'
import { legacyTokenReader, type LegacyAccessToken } from './legacy-token-reader.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { revocationEndpoint } from './revocation.ts'
import { TOKEN_EXCHANGE, tokenExchangeGrant } from './token-exchange.ts'

const START = 1_800_000_000
const STATIC = { ...WEB, client_id: 'static', trust: { refreshTokenRotation: false } }
const GATEWAY = { ...OTHER, client_id: 'gateway', grant_types: [TOKEN_EXCHANGE] }

function start({ access = {}, refreshed = {} }: { access?: object; refreshed?: Partial<ForeignRefreshToken> } = {}) {
  const clock = manualClock(START)
  const made = bareServer({ clock, clients: staticClients([WEB, OTHER, STATIC, GATEWAY, API]) })
  const asked: string[] = []
  const accessTokens = new Map<string, LegacyAccessToken>([
    [
      'old-access',
      {
        ...{ clientId: 'web', subject: 'alice', scope: ['read'], issuedAt: START - 60, expiresAt: START + 600 },
        ...access,
      },
    ],
  ])
  const refreshTokens = new Map<string, ForeignRefreshToken>(
    ['old-refresh', 'of static'].map((name) => [
      name,
      {
        clientId: name === 'old-refresh' ? 'web' : 'static',
        ...{ subject: 'alice', scope: ['read', 'write'], expiresAt: START + 86_400, authTime: START - 99 },
        ...refreshed,
      },
    ]),
  )
  made.server
    .register(refreshTokenGrant(), clientCredentialsGrant(), introspectionEndpoint(), revocationEndpoint())
    .register(tokenExchangeGrant({ allow: () => true }))
    .register(
      legacyTokenReader({
        accessToken(token) {
          asked.push(token)
          return accessTokens.get(token) ?? null
        },
        refreshToken: (token) => refreshTokens.get(token) ?? null,
      }),
    )
  return { ...made, clock, asked, accessTokens, refreshTokens }
}

type Made = ReturnType<typeof start>

const introspect = async ({ server }: Made, token: unknown): Promise<Answer['json']> =>
  (await post(server, '/introspect', { token: String(token) }, API)).json
const revoke = ({ server }: Made, token: string, client = WEB): Promise<Answer> =>
  post(server, '/revoke', { token }, client)
const exchange = ({ server }: Made, subject_token: string): Promise<Answer> =>
  post(
    server,
    '/token',
    { grant_type: TOKEN_EXCHANGE, subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    GATEWAY,
  )
const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

describe('an access token of another server', () => {
  it('is introspected like one of ours (RFC 7662 §2.2)', async () => {
    expect(await introspect(start(), 'old-access')).toMatchObject({
      ...{ active: true, client_id: 'web', sub: 'alice', scope: 'read', token_type: 'Bearer' },
      ...{ iat: START - 60, exp: START + 600 },
    })
    const bound = { tokenType: 'DPoP', claims: { cnf: { jkt: 'x' } }, audience: ['https://api.example'] }
    const { server } = start({ access: bound })
    expect(await server.tokens.find('old-access')).toMatchObject({ ...bound, kind: 'access_token' })
  })

  it('is inactive when it is unknown, has expired there, or has an end that is no number', async () => {
    const made = start()
    expect(await introspect(made, 'unknown')).toEqual({ active: false })
    made.clock.advance(600)
    expect(await introspect(made, 'old-access')).toEqual({ active: false })
    expect(await introspect(start({ access: { expiresAt: Number.NaN } }), 'old-access')).toEqual({ active: false })
  })

  it('is revoked by its client alone, and stays revoked (RFC 7009 §2.1)', async () => {
    const made = start()
    expect((await revoke(made, 'old-access', OTHER)).status).toBe(200)
    expect(await introspect(made, 'old-access')).toMatchObject({ active: true })
    expect((await revoke(made, 'old-access')).status).toBe(200)
    expect(await introspect(made, 'old-access')).toEqual({ active: false })
    expect(made.events.find(({ type }) => type === 'token.revoked')).toMatchObject({ clientId: 'web' })
  })

  it('can be exchanged, and takes what came of it along (RFC 8693)', async () => {
    const made = start()
    const first = await exchange(made, 'old-access')
    const second = await exchange(made, 'old-access')
    for (const { status, json } of [first, second]) {
      expect([status, json['expires_in']]).toEqual([200, 600])
      expect(await introspect(made, json['access_token'])).toMatchObject({ active: true, sub: 'alice' })
    }
    await revoke(made, 'old-access')
    for (const { json } of [first, second])
      expect(await introspect(made, json['access_token'])).toEqual({ active: false })
    expect(errorOf(await exchange(made, 'old-access'))).toEqual([400, 'invalid_request'])
  })

  it('ends with its subject once something was made of it', async () => {
    const made = start()
    await exchange(made, 'old-access')
    expect(await made.server.authorizations.revoke({ subject: 'alice' })).toBeGreaterThan(0)
    expect(await introspect(made, 'old-access')).toEqual({ active: false })
  })

  it('is not looked for when the string is too long, or one of ours', async () => {
    const made = start()
    expect(await introspect(made, 'x'.repeat(16_385))).toEqual({ active: false })
    const { json } = await post(made.server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(await introspect(made, json['access_token'])).toMatchObject({ active: true })
    expect(made.asked).toEqual([])
  })
})

describe('a refresh token of another server', () => {
  it('becomes one of ours at its first use, with what the other server knew', async () => {
    const made = start()
    const first = await refresh(made.server, 'old-refresh')
    expect([first.status, first.json['scope']]).toEqual([200, 'read write'])
    expect(first.json['refresh_token']).toMatch(/^rt_/)
    const found = await made.server.tokens.find(String(first.json['access_token']))
    expect(found?.authorization).toMatchObject({ subject: 'alice', authTime: START - 99, status: 'active' })
    expect((await refresh(made.server, first.json['refresh_token'])).status).toBe(200)
  })

  it('gives the same successor to a client that lost the answer', async () => {
    const made = start()
    const first = await refresh(made.server, 'old-refresh')
    made.clock.advance(9)
    const again = await refresh(made.server, 'old-refresh')
    expect(again.json['refresh_token']).toBe(first.json['refresh_token'])
  })

  it('is a replay later, and ends what came of it (RFC 9700 §4.14.2)', async () => {
    const made = start()
    const first = await refresh(made.server, 'old-refresh')
    made.clock.advance(11)
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await refresh(made.server, first.json['refresh_token']))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
    expect(made.events.filter(({ type }) => type === 'authorization.revoked')).toHaveLength(1)
  })

  it('is refused to other clients, after its end, and when it is unknown', async () => {
    const made = start()
    expect(errorOf(await refresh(made.server, 'old-refresh', OTHER))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await refresh(made.server, 'unknown'))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await refresh(made.server, 'x'.repeat(16_385)))).toEqual([400, 'invalid_grant'])
    expect((await refresh(made.server, 'old-refresh')).status).toBe(200) // the attempts before have done no harm
    made.clock.advance(86_400)
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
  })

  it('is remembered as used for as long as the other server calls it alive', async () => {
    const made = start({ refreshed: { expiresAt: START + 400 * 86_400 } })
    const first = await refresh(made.server, 'old-refresh')
    await revoke(made, String(first.json['refresh_token']))
    made.clock.advance(399 * 86_400)
    await made.store.sweep(made.clock(), 1000)
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
  })

  it('ends where the other server says that the person must come back', async () => {
    const made = start({ refreshed: { absoluteUntil: START + 100 } })
    const first = await refresh(made.server, 'old-refresh')
    made.clock.advance(99)
    const second = await refresh(made.server, first.json['refresh_token'])
    expect(second.status).toBe(200)
    made.clock.advance(1)
    expect(errorOf(await refresh(made.server, second.json['refresh_token']))).toEqual([400, 'invalid_grant'])
  })

  it('is of no use after that, however long it lived on the other server', async () => {
    const made = start({ refreshed: { absoluteUntil: START + 100 } })
    made.clock.advance(100)
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
  })

  it('stays as it is for a client without rotation', async () => {
    const made = start()
    for (let use = 0; use < 3; use++) {
      const { status, json } = await refresh(made.server, 'of static', STATIC)
      expect([status, json['refresh_token']]).toEqual([200, undefined])
      made.clock.advance(3600)
    }
    await revoke(made, 'of static', STATIC)
    expect(errorOf(await refresh(made.server, 'of static', STATIC))).toEqual([400, 'invalid_grant'])
  })

  it('goes on for a client without rotation that uses it, past its end on the other server', async () => {
    const made = start()
    made.clock.advance(86_399)
    expect((await refresh(made.server, 'of static', STATIC)).status).toBe(200)
    made.clock.advance(20 * 86_400)
    expect((await refresh(made.server, 'of static', STATIC)).status).toBe(200)
    made.clock.advance(30 * 86_400)
    expect(errorOf(await refresh(made.server, 'of static', STATIC))).toEqual([400, 'invalid_grant']) // not used for too long
  })

  it('that comes twice is a replay, however late: its authorization ends (RFC 9700 §4.14.2)', async () => {
    const made = start()
    const first = await refresh(made.server, 'old-refresh')
    made.clock.advance(2 * 86_400)
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await refresh(made.server, first.json['refresh_token']))).toEqual([400, 'invalid_grant'])
  })

  it('that has ended on the other server begins nothing here', async () => {
    const made = start()
    made.clock.advance(86_400)
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
  })

  it('is introspected by its client and can be revoked before its first use', async () => {
    const made = start()
    const { json } = await post(made.server, '/introspect', { token: 'old-refresh' }, WEB)
    expect(json).toMatchObject({ active: true, token_type: 'N_A', exp: START + 86_400 })
    await revoke(made, 'old-refresh')
    expect(errorOf(await refresh(made.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
  })

  it('is found again after the secrets of the server were replaced', async () => {
    const made = start()
    await refresh(made.server, 'old-refresh')
    const later = bareServer({
      store: made.store,
      clock: made.clock,
      secrets: ['another secret, long enough to pass ...'],
    })
    later.server.register(
      refreshTokenGrant(),
      legacyTokenReader({ refreshToken: (token) => made.refreshTokens.get(token) ?? null }),
    )
    made.clock.advance(60)
    expect(errorOf(await refresh(later.server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
  })
})

it('reads only what it was given a function for', async () => {
  const { server } = bareServer()
  server.register(refreshTokenGrant(), introspectionEndpoint(), legacyTokenReader({}))
  expect(await server.tokens.find('old-access')).toBeNull()
  expect(errorOf(await refresh(server, 'old-refresh'))).toEqual([400, 'invalid_grant'])
})
