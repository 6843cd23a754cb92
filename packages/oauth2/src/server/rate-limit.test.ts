import { fromRequest } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  basic,
  Browser,
  fullServer,
  ISSUER,
  obtainCode,
  post,
  PUBLIC,
  redeem,
  refresh,
  WEB,
} from '../../test/journey.ts'
import type { Attempt, FailedAttempt, RateLimit } from './contract/rate-limit.ts'
import { DEVICE_CODE, deviceAuthorizationGrant, findDeviceRequest } from './features/device-authorization.ts'
import { staticClients } from './records/clients.ts'

/** Refuses for 7.2 s after `most` failures of one kind. */
function limiter(most: number = Infinity) {
  const checked: Attempt[] = []
  const failures: FailedAttempt[] = []
  const rateLimit: RateLimit = {
    check(attempt) {
      checked.push(attempt)
      return failures.filter(({ kind }) => kind === attempt.kind).length >= most ? 7.2 : undefined
    },
    async failed(attempt) {
      failures.push(attempt)
    },
  }
  return { rateLimit, checked, failures }
}

const MACHINE = { grant_type: 'client_credentials' }
const WRONG = { ...WEB, client_secret: 'wrong' }
const CODE = { code: 'ac_AAAAAAAAAAAAAAAAAAAAAA.guess' }

describe('a rate limiter, when client authentication fails', () => {
  it('is told the client, the endpoint and the reason', async () => {
    const { rateLimit, failures } = limiter()
    const { server } = fullServer({ rateLimit })
    await post(server, '/token', MACHINE, WRONG)
    await post(server, '/revoke', { token: 'x' }, { ...WEB, client_id: 'ghost' })
    await post(server, '/token', MACHINE, WEB)
    expect(failures).toMatchObject([
      { kind: 'client', endpoint: 'token', clientId: 'web', reason: 'wrong secret' },
      { kind: 'client', endpoint: 'revocation', clientId: 'ghost', reason: 'unknown client' },
    ])
  })

  it('is told the address of the connection where the adapter knows it, and gets the headers', async () => {
    const { rateLimit, failures } = limiter()
    const { server } = fullServer({ rateLimit })
    const headers = { authorization: basic(WRONG), 'x-forwarded-for': '192.0.2.1' }
    const body = new URLSearchParams(MACHINE)
    const request = fromRequest(new Request(`${ISSUER}/token`, { method: 'POST', body, headers }))
    await server.handle({ ...request, remoteAddress: '198.51.100.7' })
    expect(failures[0]?.address).toBe('198.51.100.7')
    expect(failures[0]?.http?.headers.get('x-forwarded-for')).toBe('192.0.2.1')
  })

  it('refuses with 429 and Retry-After, also the right secret', async () => {
    const { rateLimit, failures } = limiter(3)
    const { server, events } = fullServer({ rateLimit })
    for (let i = 0; i < 3; i++) expect((await post(server, '/token', MACHINE, WRONG)).status).toBe(401)
    for (const client of [WRONG, WEB]) {
      const { status, headers, json } = await post(server, '/token', MACHINE, client)
      expect([status, headers.get('retry-after')]).toEqual([429, '8'])
      expect(json).toEqual({ error: 'temporarily_unavailable', error_description: 'too many failed attempts' })
      expect(headers.get('cache-control')).toBe('no-store')
    }
    expect(failures).toHaveLength(3)
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', reason: 'refused by the rate limit: client' })
  })
})

describe('a rate limiter, when a grant fails', () => {
  it('is told of wrong codes and refresh tokens, and not of right or malformed ones', async () => {
    const { rateLimit, failures, checked } = limiter()
    const { server } = fullServer({ rateLimit })
    const { json } = await redeem(server, await obtainCode(server))
    expect((await refresh(server, json['refresh_token'])).status).toBe(200)
    await post(server, '/token', { grant_type: 'authorization_code' }, WEB)
    expect(failures).toEqual([])
    await redeem(server, CODE.code, { client: PUBLIC })
    await refresh(server, 'rt_guess')
    expect(failures).toMatchObject([
      {
        kind: 'grant',
        endpoint: 'token',
        clientId: 'public',
        grantType: 'authorization_code',
        reason: expect.any(String) as string,
      },
      {
        kind: 'grant',
        endpoint: 'token',
        clientId: 'web',
        grantType: 'refresh_token',
        reason: 'not a refresh token of this server',
      },
    ])
    expect(new Set(checked.map(({ kind }) => kind))).toEqual(new Set(['client', 'grant']))
  })

  it('refuses with 429 before the code is read, which stays good', async () => {
    const { rateLimit, failures } = limiter(1)
    const { server } = fullServer({ rateLimit })
    const code = await obtainCode(server)
    await redeem(server, CODE.code)
    const refused = await redeem(server, code)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '8'])
    failures.length = 0
    expect((await redeem(server, code)).status).toBe(200)
  })
})

describe('a rate limiter, when a user code is wrong', () => {
  const TV = { client_id: 'tv', token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE], scope: 'read' }

  function deviceServer(rateLimit: RateLimit) {
    const { server } = fullServer({ rateLimit, clients: staticClients([TV]) })
    return server.register(deviceAuthorizationGrant())
  }

  it('is told of it, and refuses with a page, 429 and Retry-After', async () => {
    const { rateLimit, failures } = limiter(2)
    const server = deviceServer(rateLimit)
    const { json } = await post(server, '/device_authorization', { scope: 'read' }, TV)
    const enter = (code: unknown) => new Browser(server).open('/device', { user_code: String(code) })
    expect((await enter('BBBB-BBBB')).status).toBe(400)
    expect((await enter(json['user_code'])).status).toBe(303)
    expect((await enter('CCCC-CCCC')).status).toBe(400)
    expect(failures).toMatchObject([
      { kind: 'user_code', endpoint: 'device_verification', reason: 'unknown user code' },
      { kind: 'user_code' },
    ])
    const refused = await enter(json['user_code'])
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '8'])
    expect(refused.headers.get('content-type')).toContain('text/html')
  })

  it('works behind a page of your own', async () => {
    const { rateLimit, failures } = limiter(1)
    const server = deviceServer(rateLimit)
    const http = { ...fromRequest(new Request(`${ISSUER}/mine`)), remoteAddress: '198.51.100.7' }
    expect(await findDeviceRequest(server, 'BBBB-BBBB', { http })).toBeNull()
    expect(failures).toMatchObject([{ kind: 'user_code', address: '198.51.100.7' }])
    await expect(findDeviceRequest(server, 'BBBB-BBBB')).rejects.toMatchObject({ status: 429 })
  })
})

describe('a rate limiter that fails', () => {
  it.each<[string, Partial<RateLimit>]>([
    ['throws before', { check: () => Promise.reject(new Error('away')) }],
    ['throws afterwards', { failed: () => Promise.reject(new Error('away')) }],
    ['gives no number', { check: () => Number.NaN }],
  ])('is an error of the server when it %s', async (_how, broken) => {
    const { rateLimit } = limiter()
    const { server, events } = fullServer({ rateLimit: { ...rateLimit, ...broken } })
    const { status, json } = await post(server, '/token', MACHINE, WRONG)
    expect([status, json]).toEqual([500, { error: 'server_error' }])
    expect(events.some(({ type }) => type === 'server.error')).toBe(true)
  })
})
