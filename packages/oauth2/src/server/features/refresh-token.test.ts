import { describe, expect, it } from 'vitest'
import {
  API,
  bareServer,
  fullServer,
  manualClock,
  obtainCode,
  OTHER,
  post,
  PUBLIC,
  redeem,
  refresh,
  WEB,
} from '../../../test/journey.ts'
import { codeChallenge } from './code-challenge.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { refreshTokenGrant, type RefreshTokenGrantOptions } from './refresh-token.ts'
import { createRefreshToken } from './refresh-token-text.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients } from '../records/clients.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

async function signedIn(
  options: RefreshTokenGrantOptions = {},
): Promise<{ server: AuthorizationServer; clock: ReturnType<typeof manualClock>; access: string; token: string }> {
  const clock = manualClock()
  const { server } = bareServer({ clock })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant(options))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  const { json } = await redeem(server, await obtainCode(server))
  return { server, clock, access: String(json['access_token']), token: String(json['refresh_token']) }
}

describe('the refresh token grant (RFC 6749 §6, RFC 9700 §4.14)', () => {
  it('rotates: a new refresh token with every refresh', async () => {
    const { server, token } = await signedIn()
    const { json } = await refresh(server, token)
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'read write' })
    expect(json['refresh_token']).not.toBe(token)
    expect((await refresh(server, json['refresh_token'])).status).toBe(200)
  })

  it('answers the predecessor with the same successor within the reuse interval', async () => {
    const { server, clock, token } = await signedIn()
    const first = await refresh(server, token)
    clock.advance(9)
    const again = await refresh(server, token)
    expect(again.status).toBe(200)
    expect(again.json['refresh_token']).toBe(first.json['refresh_token'])
    expect(again.json['access_token']).not.toBe(first.json['access_token'])
  })

  it('takes a reuse after the interval for theft and ends the authorization (RFC 9700 §4.14.2)', async () => {
    const { server, clock, token, access } = await signedIn()
    const { json } = await refresh(server, token)
    clock.advance(10)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect(await server.tokens.find(access)).toBeNull()
  })

  it('takes a reuse two generations back for theft, however soon', async () => {
    const { server, token } = await signedIn()
    const second = await refresh(server, token)
    const third = await refresh(server, second.json['refresh_token'])
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, third.json['refresh_token'])).json['error']).toBe('invalid_grant')
  })

  it('is strict when the reuse interval is 0', async () => {
    const { server, token } = await signedIn({ reuseInterval: 0 })
    const { json } = await refresh(server, token)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, json['refresh_token'])).json['error']).toBe('invalid_grant')
  })

  it('ends only the authorization of the stolen token: other devices stay signed in', async () => {
    const { server, clock, token } = await signedIn()
    const other = await redeem(server, await obtainCode(server))
    await refresh(server, token)
    clock.advance(60)
    await refresh(server, token)
    expect((await refresh(server, other.json['refresh_token'])).status).toBe(200)
  })

  it.each([
    ['garbage', () => 'rt_garbage'],
    ['a changed mac', (token: string) => `${token.slice(0, -2)}AA`],
    ['a lower generation', (token: string) => token.replace('.1.', '.0.')],
    ['a higher generation', (token: string) => token.replace('.1.', '.2.')],
    ['changed randomness', (token: string) => token.replace(/\.1\.../, '.1.zz')],
  ])('refuses %s and ends nothing: a claim of reuse must be authentic', async (_case, forge) => {
    const { server, token } = await signedIn()
    expect((await refresh(server, forge(token))).json['error']).toBe('invalid_grant')
    expect((await refresh(server, token)).status).toBe(200)
  })

  it('refuses another client and ends nothing (T17)', async () => {
    const { server, token } = await signedIn()
    expect((await refresh(server, token, OTHER)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, token)).status).toBe(200)
  })

  it('demands refresh_token', async () => {
    const { server } = await signedIn()
    const { json } = await post(server, '/token', { grant_type: 'refresh_token' }, OTHER)
    expect(json['error']).toBe('invalid_request')
  })

  it('narrows the access token on request, and never the next refresh token (OAuth 2.1 §4.3)', async () => {
    const { server, token } = await signedIn()
    const narrow = await refresh(server, token, undefined, { scope: 'read' })
    expect(narrow.json['scope']).toBe('read')
    const wide = await refresh(server, narrow.json['refresh_token'])
    expect(wide.json['scope']).toBe('read write')
  })

  it('refuses scope that was not granted, and keeps the token alive (T17)', async () => {
    const { server, token } = await signedIn()
    expect((await refresh(server, token, undefined, { scope: 'read admin' })).json['error']).toBe('invalid_scope')
    expect((await refresh(server, token)).status).toBe(200)
  })

  it('is issued when `issueTo` says so: by client and by authorization', async () => {
    const asked: unknown[] = []
    const issueTo = (answer: boolean): RefreshTokenGrantOptions => ({
      issueTo({ clientId }, { subject, scope }) {
        asked.push([clientId, subject, scope])
        return answer
      },
    })
    expect((await signedIn(issueTo(true))).token).toMatch(/^rt_/)
    expect((await signedIn(issueTo(false))).token).toBe('undefined')
    expect(asked[0]).toEqual(['web', 'alice', ['read', 'write']])
  })

  it('dies when it is idle, and lives as long as it is used', async () => {
    const { server, clock, token } = await signedIn({ idleLifetime: 100 })
    clock.advance(99)
    const { json } = await refresh(server, token)
    clock.advance(99)
    const again = await refresh(server, json['refresh_token'])
    expect(again.status).toBe(200)
    clock.advance(100)
    expect((await refresh(server, again.json['refresh_token'])).json['error']).toBe('invalid_grant')
  })

  it('dies at its absolute lifetime however much it is used', async () => {
    const { server, clock, token } = await signedIn({ idleLifetime: 100, lifetime: 150 })
    clock.advance(90)
    const { json } = await refresh(server, token)
    expect(json['error']).toBeUndefined()
    clock.advance(60)
    expect((await refresh(server, json['refresh_token'])).json['error']).toBe('invalid_grant')
  })

  it('keeps the access token of the last refresh alive to its own end, past the refresh token', async () => {
    const { server, clock, token } = await signedIn({ idleLifetime: 100 })
    const { json } = await refresh(server, token)
    clock.advance(1000)
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
  })

  it('is not issued to a client that is not registered for the grant', async () => {
    const { server } = fullServer({
      clients: staticClients([{ ...WEB, grant_types: ['authorization_code'] }]),
    })
    const { json } = await redeem(server, await obtainCode(server))
    expect(json['access_token']).toBeDefined()
    expect(json['refresh_token']).toBeUndefined()
  })

  it('works for public clients alike', async () => {
    const { server } = fullServer()
    const { json } = await redeem(server, await obtainCode(server, { client_id: 'public' }), { client: PUBLIC })
    expect((await refresh(server, json['refresh_token'], PUBLIC)).status).toBe(200)
  })
})

describe('parallel refreshes', () => {
  it('all succeed and share one successor (50 at once)', async () => {
    const { server, token } = await signedIn()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(server, token)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map(({ json }) => json['refresh_token'])).size).toBe(1)
  })

  it('leave one refresh token that is alive, and it works', async () => {
    const { server, token } = await signedIn()
    const [one] = await Promise.all(Array.from({ length: 10 }, () => refresh(server, token)))
    expect((await refresh(server, one?.json['refresh_token'])).status).toBe(200)
  })
})

describe('a refresh token at the other endpoints', () => {
  it.each([
    [9, true],
    [10, false],
  ])('still ends everything %i seconds after it was replaced: %s (RFC 7009 §2.1)', async (seconds, ends) => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const { json } = await redeem(server, await obtainCode(server))
    const next = await refresh(server, json['refresh_token'])
    clock.advance(seconds)
    expect((await post(server, '/revoke', { token: String(json['refresh_token']) }, WEB)).status).toBe(200)
    expect((await refresh(server, next.json['refresh_token'])).status).toBe(ends ? 400 : 200)
  })

  it('is introspected by its own client, and not by a resource server (RFC 7662 §2.2)', async () => {
    const { server } = fullServer()
    const { json } = await redeem(server, await obtainCode(server))
    const token = String(json['refresh_token'])
    expect((await post(server, '/introspect', { token }, WEB)).json).toMatchObject({ active: true, sub: 'alice' })
    expect((await post(server, '/introspect', { token }, API)).json).toEqual({ active: false })
  })
})

describe('a refresh token', () => {
  it('that was made and never answered is refused, and ends nothing: its request lost the write', async () => {
    const { server, token } = await signedIn()
    const { json } = await refresh(server, token)
    const [, id = ''] = /_([\w-]{22})\./.exec(token) ?? []
    for (const generation of [2, 3]) {
      const lost = await createRefreshToken(server, id, generation)
      expect((await refresh(server, lost)).json['error']).toBe('invalid_grant')
    }
    expect((await refresh(server, json['refresh_token'])).status).toBe(200)
  })

  it('is known to no one once its authorization has ended, or it has expired', async () => {
    const { server, clock, token } = await signedIn({ idleLifetime: 100 })
    const other = String((await redeem(server, await obtainCode(server))).json['refresh_token'])
    const found = await server.tokens.find(other)
    expect(found).toMatchObject({ kind: 'refresh_token', expiresAt: clock() + 100 })
    await server.authorizations.revoke({ authorizationId: found?.authorization.id ?? '' })
    expect(await server.tokens.find(other)).toBeNull()
    clock.advance(99)
    expect(await server.tokens.find(token)).not.toBeNull()
    clock.advance(1)
    expect(await server.tokens.find(token)).toBeNull()
  })
})

describe('scope that was taken from the client', () => {
  it('is gone at the next refresh, and comes back with the client', async () => {
    let scope = 'read write'
    const clients = { find: (id: string) => staticClients([{ ...WEB, scope }]).find(id) }
    const { server } = fullServer({ clients })
    const { json } = await redeem(server, await obtainCode(server))
    scope = 'read'
    const less = await refresh(server, json['refresh_token'])
    expect(less.json['scope']).toBe('read')
    expect((await refresh(server, less.json['refresh_token'], WEB, { scope: 'read write' })).json['error']).toBe(
      'invalid_scope',
    )
    scope = 'other'
    expect((await refresh(server, less.json['refresh_token'])).json['error']).toBe('invalid_grant')
    scope = 'read write'
    expect((await refresh(server, less.json['refresh_token'])).json['scope']).toBe('read write')
  })
})
