import { fromRequest, type HttpResponse } from '@authlib/core'
import { decryption, encryptJwt, generateKey, type Key } from '@authlib/jose'
import { startFakeProvider, testClock, type FakeProvider } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  backchannelLogout,
  frontchannelLogout,
  OpenIDClient,
  type BackchannelLogoutOptions,
  type OpenIDClientOptions,
} from './index.ts'

let clock: ReturnType<typeof testClock>
let provider: FakeProvider
beforeEach(async () => {
  clock = testClock()
  provider = await startFakeProvider({ clock })
})
afterEach(() => provider.stop())

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

function receiver(options: Partial<BackchannelLogoutOptions> = {}, ofClient: Partial<OpenIDClientOptions> = {}) {
  const heard: unknown[] = []
  const { issuer, clientId, clientSecret } = provider
  const client = new OpenIDClient({ issuer, clientId, clientSecret, clock, ...ofClient })
  const onLogout = (logout: unknown): void => void heard.push(logout)
  const mountable = backchannelLogout({ client, path: '/logout', onLogout, ...options })
  const post = (body: BodyInit, method = 'POST'): Promise<HttpResponse> =>
    mountable.handle(
      fromRequest(new Request('https://app.example/logout', { method, ...(method === 'POST' && { body }) })),
    )
  return { heard, post, send: (token: string) => post(new URLSearchParams({ logout_token: token })) }
}

const logoutToken = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string => {
  const claims = {
    iss: provider.issuer,
    aud: 'client',
    sub: 'alice',
    sid: 's1',
    iat: clock(),
    exp: clock() + 60,
    jti: 'j1',
    events: { [EVENT]: {} },
    ...changes,
  }
  return provider.signJwt({ header: { alg: 'ES256', typ: 'logout+jwt', ...header }, claims })
}

describe('a back-channel logout', () => {
  it('ends what it names, and answers 200 without storing (Back-Channel Logout §2.7)', async () => {
    const { send, heard } = receiver()
    const response = await send(logoutToken())
    expect(response).toMatchObject({ status: 200, body: '' })
    expect(response.headers).toContainEqual(['cache-control', 'no-store'])
    expect(heard).toEqual([{ issuer: provider.issuer, subject: 'alice', sid: 's1', issuedAt: clock() }])
    await send(logoutToken({ jti: 'j2', sid: undefined }))
    expect(heard[1]).toEqual({ issuer: provider.issuer, subject: 'alice', sid: undefined, issuedAt: clock() })
  })

  it.each<[fault: string, changes: Record<string, unknown>, header?: Record<string, unknown>]>([
    ['another iss', { iss: 'https://other.example' }],
    ['another aud', { aud: 'other' }],
    ['no aud', { aud: undefined }],
    ['no iat', { iat: undefined }],
    ['no iss', { iss: undefined }],
    ['no exp', { exp: undefined }],
    ['an exp that has passed', { exp: 1 }],
    ['no jti', { jti: undefined }],
    ['no events', { events: undefined }],
    ['events of another kind', { events: { 'urn:x': {} } }],
    ['an event that is no object', { events: { [EVENT]: 'yes' } }],
    ['events that are a list', { events: [EVENT] }],
    ['a nonce', { nonce: 'n' }],
    ['neither sub nor sid', { sub: undefined, sid: undefined }],
    ['the type of an access token', {}, { typ: 'at+jwt' }],
  ])('with %s is refused, and no one is logged out (R13)', async (_, changes, header) => {
    const { send, heard } = receiver()
    expect(await send(logoutToken(changes, header))).toMatchObject({ status: 400 })
    expect(heard).toEqual([])
  })

  it('ignores claims, events and fields that it does not know (Back-Channel Logout §2.4, §2.5)', async () => {
    const { post, heard } = receiver()
    const events = { [EVENT]: {}, 'urn:example:event': { a: 1 } }
    const body = new URLSearchParams({ logout_token: logoutToken({ events, unknown: true }), unknown: 'x' })
    expect((await post(body)).status).toBe(200)
    expect(heard).toHaveLength(1)
  })

  it('is signed, never with none (Back-Channel Logout §2.6)', async () => {
    const { send, heard } = receiver()
    const [, payload = ''] = logoutToken().split('.')
    const header = Buffer.from('{"alg":"none","typ":"logout+jwt"}').toString('base64url')
    expect((await send(`${header}.${payload}.`)).status).toBe(400)
    expect(heard).toEqual([])
  })

  it('may be encrypted as ID Tokens are (Back-Channel Logout §2.6)', async () => {
    const [key, other] = [await generateKey('ECDH-ES'), await generateKey('ECDH-ES')]
    const { send, heard } = receiver({}, { idTokenDecryption: decryption(key) })
    const to = (one: Key, token: string) => encryptJwt(token, one, { alg: 'ECDH-ES', enc: 'A128GCM' })
    expect((await send(await to(key, logoutToken()))).status).toBe(200)
    expect(heard).toHaveLength(1)
    expect((await send(await to(other, logoutToken({ jti: 'j2' })))).status).toBe(400)
    expect((await send(await to(key, logoutToken({ jti: 'j3', nonce: 'n' })))).status).toBe(400)
    expect((await receiver().send(await to(key, logoutToken({ jti: 'j4' })))).status).toBe(400)
    expect(heard).toHaveLength(1)
    expect((await send(logoutToken({ jti: 'j5' }))).status).toBe(200) // signed alone: the logout counts
  })

  it('counts once (R13, §2.6)', async () => {
    const { send, heard } = receiver()
    const token = logoutToken()
    expect((await send(token)).status).toBe(200)
    expect((await send(token)).status).toBe(400)
    expect(heard).toHaveLength(1)
  })

  it('is no ID Token, no text and no GET', async () => {
    const { send, post } = receiver()
    const claims = { iss: provider.issuer, aud: 'client', sub: 'alice', iat: clock(), exp: clock() + 60 }
    expect((await send(provider.signJwt({ header: { alg: 'ES256' }, claims }))).status).toBe(400)
    expect((await send('text')).status).toBe(400)
    expect((await post(new URLSearchParams({ a: 'b' }))).status).toBe(400)
    expect((await post('{}')).status).toBe(400)
    expect((await post('', 'GET')).status).toBe(405)
  })

  it('that the application cannot carry out is told to the provider, without its text (§2.8)', async () => {
    const { send } = receiver({ onLogout: () => Promise.reject(new Error('secret detail')) })
    const response = await send(logoutToken())
    expect(response.status).toBe(400)
    expect(JSON.parse(response.body)).toEqual({ error: 'server_error' })
  })

  it('is answered with 400 while the keys cannot be fetched, and as JSON that names the error (§2.8)', async () => {
    provider.answer('/jwks', () => new Response('', { status: 500 }))
    const { status, headers, body } = await receiver().send(logoutToken())
    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ error: 'key_set_unavailable' })
    expect(headers).toContainEqual(['content-type', 'application/json'])
    expect(headers).toContainEqual(['cache-control', 'no-store'])
  })
})

describe('a front-channel logout', () => {
  async function load(query: string, method = 'GET') {
    const heard: unknown[] = []
    const mountable = frontchannelLogout({
      path: '/out',
      issuer: 'https://as.example',
      onLogout(logout) {
        heard.push(logout)
        return [['set-cookie', 'session=; Max-Age=0']]
      },
    })
    const response = await mountable.handle(fromRequest(new Request(`https://app.example/out${query}`, { method })))
    return { heard, response }
  }

  it('names issuer and session, and may delete the cookie (Front-Channel Logout §3)', async () => {
    const { heard, response } = await load('?iss=https%3A%2F%2Fas.example&sid=s1')
    expect(heard).toEqual([{ issuer: 'https://as.example', sid: 's1' }])
    expect(response.headers).toContainEqual(['set-cookie', 'session=; Max-Age=0'])
    expect(response.headers).toContainEqual(['cache-control', 'no-store'])
  })

  it.each([
    '',
    '?sid=s1',
    '?iss=https%3A%2F%2Fas.example',
    '?iss=https%3A%2F%2Fother.example&sid=s1',
    '?iss=https%3A%2F%2Fas.example&sid=a&sid=b',
  ])('with %j changes nothing (R14)', async (query) => {
    const { heard, response } = await load(query)
    expect([heard, response.status]).toEqual([[], 200])
  })

  it('is a GET', async () => {
    expect((await load('', 'POST')).response.status).toBe(405)
  })
})
