import { describe, expect, it } from 'vitest'
import {
  API,
  bareServer,
  Browser,
  CHALLENGE,
  fullServer,
  manualClock,
  obtainCode,
  OTHER,
  post,
  PUBLIC,
  redeem,
  refresh,
  VERIFIER,
  WEB,
} from '../../../test/journey.ts'
import { codeChallenge } from './code-challenge.ts'
import { developmentPages } from '../interaction/development.ts'
import { authorizationCodeGrant } from './authorization-code.ts'

const WRONG = 'wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong'

async function isActive(server: Parameters<typeof post>[0], token: unknown): Promise<boolean> {
  return (await post(server, '/introspect', { token: String(token) }, API)).json['active'] as boolean
}

describe('the authorization code grant (RFC 6749 §4.1.3)', () => {
  it('gives tokens for a live code and everything that goes with it', async () => {
    const { server } = fullServer()
    const { status, json, headers } = await redeem(server, await obtainCode(server))
    expect(status).toBe(200)
    expect(Object.keys(json).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'])
    expect(headers.get('cache-control')).toBe('no-store') // §5.1
    expect(headers.get('content-type')).toBe('application/json')
  })

  it.each([
    ['missing', undefined, 'invalid_request'],
    ['bogus', 'bogus', 'invalid_grant'],
    ['of another shape', 'at_aaaaaaaaaaaaaaaaaaaaaa.x', 'invalid_grant'],
    ['unknown', `ac_${'a'.repeat(22)}.${'b'.repeat(43)}`, 'invalid_grant'],
    ['very long', `ac_${'a'.repeat(22)}.${'b'.repeat(20_000)}`, 'invalid_grant'],
    ['a prototype name', '__proto__', 'invalid_grant'],
  ])('refuses a code that is %s (T1, X1)', async (_case, code, error) => {
    const { server } = fullServer()
    const form: Record<string, string> = { grant_type: 'authorization_code', code_verifier: VERIFIER }
    if (code !== undefined) form['code'] = code
    const { status, json } = await post(server, '/token', form, WEB)
    expect([status, json['error']]).toEqual([400, error])
  })

  it('refuses a code that has expired, and changes nothing (T1)', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const code = await obtainCode(server)
    clock.advance(60)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
  })

  it('takes a code until the second before it expires', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const code = await obtainCode(server)
    clock.advance(59)
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('refuses a code of another client and leaves it alive (RFC 6749 §10.5, T1)', async () => {
    const { server, events } = fullServer()
    const code = await obtainCode(server)
    expect((await redeem(server, code, { client: OTHER })).json['error']).toBe('invalid_grant')
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', clientId: 'other', reason: 'code of another client' })
    expect((await redeem(server, code)).status).toBe(200)
  })

  it.each([
    ['wrong', WRONG],
    ['missing', undefined],
    ['the challenge itself', CHALLENGE],
    ['too short', VERIFIER.slice(0, 42)],
    ['too long', 'a'.repeat(129)],
    ['with characters outside the grammar', `${VERIFIER.slice(1)}!`],
  ])('burns the code when the verifier is %s (RFC 7636 §4.6, T4, T5, CVE-2026-41213)', async (_case, verifier) => {
    const { server } = fullServer()
    const code = await obtainCode(server)
    expect((await redeem(server, code, { code_verifier: verifier })).json['error']).toBe('invalid_grant')
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
  })

  it.each([
    ['absent', undefined, 200],
    ['the one that was used', 'https://app.example/cb', 200],
    ['another one', 'https://app.example/cb2', 400],
  ])('answers to a redirect_uri that is %s (OAuth 2.1 §10.2, T3)', async (_case, redirectUri, status) => {
    const { server } = fullServer()
    expect((await redeem(server, await obtainCode(server), { redirect_uri: redirectUri })).status).toBe(status)
  })

  it('demands redirect_uri on request (RFC 6749 §4.1.3)', async () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant({ requireRedirectUri: true }), [codeChallenge()])
    const request = await server.validateAuthorizationRequest(
      new Request(
        `http://localhost:4000/authorize?client_id=web&response_type=code&code_challenge=${CHALLENGE}&code_challenge_method=S256&redirect_uri=https%3A%2F%2Fapp.example%2Fcb`,
      ),
    )
    const response = await server.createAuthorizationResponse(request, { subject: 'alice', authTime: server.clock() })
    const location = response.headers.find(([name]) => name === 'location')?.[1] ?? ''
    const code = new URL(location).searchParams.get('code') ?? ''
    expect((await redeem(server, code, { redirect_uri: undefined })).json['error']).toBe('invalid_grant')
    expect((await redeem(server, code)).status).toBe(200)
  })
})

describe('a code that comes again', () => {
  it('is refused without harm within two seconds: browsers submit twice', async () => {
    const clock = manualClock()
    const { server, events } = fullServer({ clock })
    const code = await obtainCode(server)
    const { json } = await redeem(server, code)
    clock.advance(1)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect(events.at(-1)).toMatchObject({ reason: 'code submitted twice' })
    expect(await isActive(server, json['access_token'])).toBe(true)
  })

  it('ends its authorization with every token, when fully valid and later (RFC 6749 §4.1.2)', async () => {
    const clock = manualClock()
    const { server, events } = fullServer({ clock })
    const code = await obtainCode(server)
    const { json } = await redeem(server, code)
    const refreshed = await refresh(server, json['refresh_token'])
    clock.advance(5)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect(await isActive(server, json['access_token'])).toBe(false)
    expect(await isActive(server, refreshed.json['access_token'])).toBe(false)
    expect((await refresh(server, refreshed.json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect(events.some((event) => event.type === 'authorization.revoked' && event.cause === 'replay')).toBe(true)
  })

  it('is noticed long after the code itself has expired', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const code = await obtainCode(server)
    const { json } = await redeem(server, code)
    clock.advance(300)
    await redeem(server, code)
    expect(await isActive(server, json['access_token'])).toBe(false)
  })

  it.each([
    ['without the verifier', { code_verifier: undefined }],
    ['with a wrong verifier', { code_verifier: WRONG }],
    ['from another client', { client: OTHER }],
    ['with another redirect_uri', { redirect_uri: 'https://app.example/x' }],
  ])('changes nothing %s: a thief of the code alone signs no one out (OAuth 2.1 §7.5)', async (_case, form) => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const code = await obtainCode(server)
    const { json } = await redeem(server, code)
    clock.advance(5)
    expect((await redeem(server, code, form)).json['error']).toBe('invalid_grant')
    expect(await isActive(server, json['access_token'])).toBe(true)
  })

  it('ends only the authorization it belongs to', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const other = await redeem(server, await obtainCode(server))
    const code = await obtainCode(server)
    await redeem(server, code)
    clock.advance(5)
    await redeem(server, code)
    expect(await isActive(server, other.json['access_token'])).toBe(true)
  })

  it('is strict when the interval is 0', async () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant({ doubleSubmitInterval: 0 }), [codeChallenge()])
    const request = await server.validateAuthorizationRequest(
      new Request(
        `http://localhost:4000/authorize?client_id=web&response_type=code&code_challenge=${CHALLENGE}&code_challenge_method=S256`,
      ),
    )
    const response = await server.createAuthorizationResponse(request, { subject: 'alice', authTime: server.clock() })
    const code =
      new URL(response.headers.find(([name]) => name === 'location')?.[1] ?? '').searchParams.get('code') ?? ''
    const { json } = await redeem(server, code, { redirect_uri: undefined })
    await redeem(server, code, { redirect_uri: undefined })
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })
})

describe('races', () => {
  it('has one winner among 100 redemptions at once, and the winner keeps its tokens (T2, RFC 9700 §4.5)', async () => {
    const { server } = fullServer()
    const code = await obtainCode(server)
    const answers = await Promise.all(Array.from({ length: 100 }, () => redeem(server, code)))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
    expect(await isActive(server, winners[0]?.json['access_token'])).toBe(true)
  })
})

describe('PKCE (RFC 7636)', () => {
  it.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['the method plain', { code_challenge_method: 'plain' }],
    ['no method, which means plain (§4.3)', { code_challenge_method: undefined }],
    ['a method without a challenge', { code_challenge: undefined }],
    ['a short challenge', { code_challenge: 'abc' }],
    ['a long challenge', { code_challenge: 'a'.repeat(200) }],
    ['a challenge outside the grammar', { code_challenge: `${CHALLENGE.slice(1)}é` }],
  ])('refuses an authorization request with %s (T4, T6, RFC 9700 §2.1.1)', async (_case, params) => {
    const { server } = fullServer()
    const answer = await new Browser(server).authorize(params)
    expect(answer.get('error')).toBe('invalid_request')
    expect(answer.get('code')).toBeNull()
  })

  it('does not let a code without a challenge be redeemed with a verifier (RFC 9700 §4.8.2, T5)', async () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant(), [codeChallenge({ requiredFor: 'public_clients' })])
    const request = await server.validateAuthorizationRequest(
      new Request('http://localhost:4000/authorize?client_id=web&response_type=code'),
    )
    const response = await server.createAuthorizationResponse(request, { subject: 'alice', authTime: server.clock() })
    const code =
      new URL(response.headers.find(([name]) => name === 'location')?.[1] ?? '').searchParams.get('code') ?? ''
    expect((await redeem(server, code, { redirect_uri: undefined })).json['error']).toBe('invalid_grant')
  })

  it('stays required for public clients when it is lifted for confidential ones', async () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant(), [codeChallenge({ requiredFor: 'public_clients' })])
    const request = new Request(`http://localhost:4000/authorize?client_id=${PUBLIC.client_id}&response_type=code`)
    await expect(server.validateAuthorizationRequest(request)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it.each([
    ['web', undefined],
    ['other', 'invalid_request'],
    ['public', 'invalid_request'],
  ])('is lifted client by client, and never for a public one: %s', async (clientId, error) => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant(), [
      codeChallenge({ requiredFor: (client) => client.clientId === 'other' }),
    ])
    const request = new Request(`http://localhost:4000/authorize?client_id=${clientId}&response_type=code`)
    const code = await server.validateAuthorizationRequest(request).then(
      () => undefined,
      (refusal: unknown) => (refusal as { code: string }).code,
    )
    expect(code).toBe(error)
  })

  it('must be registered with the grant', () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant())
    expect(() => server.routes).toThrow(expect.objectContaining({ code: 'missing_extension' }) as Error)
  })

  it('can, by an option that says what it is, and then works without', async () => {
    const { server } = bareServer()
    server
      .registerGrant(authorizationCodeGrant({ allowWithoutCodeChallenge: true }))
      .register(developmentPages({ users: [{ username: 'alice' }] }))
    const code = await obtainCode(server, { code_challenge: undefined, code_challenge_method: undefined })
    expect((await redeem(server, code, { code_verifier: undefined })).status).toBe(200)
    expect(server.metadata()).not.toHaveProperty('code_challenge_methods_supported')
  })
})
