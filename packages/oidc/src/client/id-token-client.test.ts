import { createHash } from 'node:crypto'
import { Params } from '@authlib/core'
import { decryption, encryptJwt, generateKey } from '@authlib/jose'
import { startFakeProvider, testClock, type FakeProvider } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fetchUserinfo,
  IdTokenClient,
  insecureFrontChannelTokens,
  logoutUrl,
  OpenIDClient,
  type IdTokenClientOptions,
} from './index.ts'

const redirectUri = 'https://app.example/callback'
const ACCESS = 'access-token'

let clock: ReturnType<typeof testClock>
let provider: FakeProvider
let published: Record<string, unknown>
beforeEach(async () => {
  clock = testClock()
  provider = await startFakeProvider({ clock })
  published = { ...provider.metadata, response_types_supported: undefined }
  provider.answer('/.well-known/openid-configuration', () => Response.json(published))
})
afterEach(() => provider.stop())

const half = (value: string): string =>
  createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')

function createClient(options: Partial<IdTokenClientOptions> = {}): IdTokenClient {
  const { issuer, clientId } = provider
  return new IdTokenClient({ issuer, clientId, clock, ...options })
}

const sign = (nonce: string, changes: Record<string, unknown> = {}): string =>
  provider.signJwt({
    header: { alg: 'ES256' },
    claims: {
      ...{ iss: provider.issuer, aud: 'client', sub: 'alice', email: 'alice@example.com', nonce },
      ...{ iat: clock(), exp: clock() + 60, ...changes },
    },
  })

/** A login whose callback is as the provider posts it, with other claims and parameters if wanted. */
async function logIn(
  client: IdTokenClient = createClient(),
  claims: Record<string, unknown> = {},
  params: Record<string, string | undefined> = {},
) {
  const { url, login, formPost } = await client.createAuthorization({ redirectUri, maxAge: 60 })
  const id_token = sign(login.nonce, { auth_time: clock(), ...claims })
  const callback = Params.of({ state: login.state, iss: provider.issuer, id_token, ...params })
  const asked = new URL(url).searchParams
  return { asked, formPost, result: await client.finishAuthorization(callback, login) }
}

describe('a login by `id_token`', () => {
  it('asks for a form post with a nonce and without PKCE, and calls no token endpoint (Core §3.2.2.1)', async () => {
    const client = createClient()
    const { asked, formPost, result } = await logIn(client)
    expect([asked.get('response_type'), asked.get('response_mode'), formPost]).toEqual(['id_token', 'form_post', true])
    expect(asked.get('nonce')).toMatch(/^[\w-]{20,}$/)
    expect([asked.has('code_challenge'), asked.has('code_challenge_method')]).toEqual([false, false])
    expect(result).toMatchObject({ claims: { sub: 'alice' }, profile: { sub: 'alice', email: 'alice@example.com' } })
    expect(result).not.toHaveProperty('token')
    expect(provider.requests).not.toContain('POST /token')
    expect(await logoutUrl(client, { token: result })).toContain(`id_token_hint=${result.idToken}`)
  })

  it.each<[fault: string, claims: Record<string, unknown>, params?: Record<string, string | undefined>]>([
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://other.example' }],
    ['another audience', { aud: 'other' }],
    ['an end that has passed', { exp: 1 }],
    ['an old authentication', { auth_time: 1 }],
    ['no ID Token', {}, { id_token: undefined }],
    ['an ID Token without a signature', {}, { id_token: `${btoa('{"alg":"none"}')}.e30.` }],
  ])('with %s is refused (Core §3.2.2.11)', async (_, claims, params) => {
    await expect(logIn(createClient(), claims, params)).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it.each([
    ['invalid_callback', 'a code that was not asked for', { code: 'code' }],
    ['invalid_callback', 'an access token that was not asked for', { access_token: ACCESS }],
    ['mismatching_state', 'another state', { state: 'other' }],
    ['issuer_mismatch', 'another iss (RFC 9207 §2.4)', { iss: 'https://other.example' }],
    ['missing_issuer', 'an error without iss (RFC 9207 §2.4)', { iss: undefined, error: 'x', id_token: undefined }],
    ['access_denied', 'an error of the provider', { error: 'access_denied', id_token: undefined }],
  ])('answers %s to %s', async (code, _, params) => {
    await expect(logIn(createClient(), {}, params)).rejects.toMatchObject({ code })
  })

  it('refuses an audience that is not trusted, if the client lists those that are (Core §3.2.2.11)', async () => {
    const claims = { aud: ['client', 'other'], azp: 'client' }
    expect((await logIn(createClient(), claims)).result.claims.sub).toBe('alice')
    expect((await logIn(createClient({ trustedAudiences: ['other'] }), claims)).result.claims.sub).toBe('alice')
    const end = logIn(createClient({ trustedAudiences: [] }), claims)
    await expect(end).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('needs no iss beside the ID Token, which has one; both must be the same (RFC 9207 §4)', async () => {
    expect((await logIn(createClient(), {}, { iss: undefined })).result.claims.sub).toBe('alice')
    const issuers = [provider.issuer, 'https://other.example']
    const end = logIn(createClient({ issuers }), {}, { iss: 'https://other.example' })
    await expect(end).rejects.toMatchObject({ code: 'invalid_id_token', reason: 'iss is not the one of the callback' })
  })

  it('refuses an ID Token that came twice (RFC 6749 §3.1)', async () => {
    const client = createClient()
    const { login } = await client.createAuthorization({ redirectUri })
    const fields = new URLSearchParams({ state: login.state, iss: provider.issuer, id_token: sign(login.nonce) })
    fields.append('id_token', sign(login.nonce, { sub: 'bob' }))
    const end = client.finishAuthorization(Params.parse(fields.toString()), login)
    await expect(end).rejects.toMatchObject({ code: 'invalid_callback', reason: 'a parameter came twice' })
  })

  it('says of an answer in the fragment that no server can read it (Multiple Response Types §5)', async () => {
    const client = createClient()
    const { login } = await client.createAuthorization({ redirectUri })
    const refused = { code: 'invalid_callback', hint: expect.stringContaining('form_post') as unknown }
    const fragment = `${redirectUri}#state=${login.state}&id_token=${sign(login.nonce)}`
    await expect(client.finishAuthorization(fragment, login)).rejects.toMatchObject(refused)
    await expect(client.finishAuthorization(redirectUri, login)).rejects.toMatchObject(refused)
    expect(() => client.loginId(Params.of({}))).toThrow(expect.objectContaining(refused) as Error)
    expect(await client.loginId(Params.of({ state: 'x' }))).toBe('x')
    await expect(client.createAuthorization({ redirectUri, responseMode: 'query' })).rejects.toThrow(TypeError)
  })

  it.each([
    ['response modes', { response_modes_supported: ['query', 'fragment'] }, 'form_post'],
    ['response types', { response_types_supported: ['code'] }, 'id_token'],
  ])('is refused where the metadata has no such %s', async (_, members, named) => {
    Object.assign(published, members)
    const refused = { code: 'unsupported_response_type', message: expect.stringContaining(named) as unknown }
    await expect(createClient().createAuthorization({ redirectUri })).rejects.toMatchObject(refused)
  })

  it('opens an encrypted ID Token, and takes no other then (Core §10.2)', async () => {
    const key = await generateKey('ECDH-ES')
    const client = createClient({ idTokenDecryption: decryption(key) })
    await expect(logIn(client)).rejects.toMatchObject({ code: 'invalid_id_token' })
    const { login } = await client.createAuthorization({ redirectUri })
    const id_token = await encryptJwt(sign(login.nonce), key, { alg: 'ECDH-ES', enc: 'A128GCM' })
    const callback = Params.of({ state: login.state, iss: provider.issuer, id_token })
    expect((await client.finishAuthorization(callback, login)).idToken.split('.')).toHaveLength(3)
  })
})

describe('an access token through the browser', () => {
  const extensions = [insecureFrontChannelTokens()]
  const params = { access_token: ACCESS, token_type: 'Bearer', expires_in: '60' }

  it('comes with `id_token token`, whose at_hash vouches for it (Core §3.2.2.9)', async () => {
    published['response_types_supported'] = ['token id_token'] // in any order
    const client = createClient({ extensions })
    const claims = { at_hash: half(ACCESS) }
    const { asked, result } = await logIn(client, claims, { ...params, refresh_token: 'r' })
    expect([asked.get('response_type'), asked.get('response_mode')]).toEqual(['id_token token', 'form_post'])
    expect(result.token).toMatchObject({ accessToken: ACCESS, expiresAt: clock() + 60, scope: ['openid'] })
    expect(result.token?.refreshToken).toBeUndefined() // RFC 6749 §4.2.2
    provider.answer('/userinfo', ({ headers }) =>
      Response.json({ sub: headers.get('authorization') === `Bearer ${ACCESS}` ? 'alice' : 'nobody' }),
    )
    expect(await fetchUserinfo(client, result.token!)).toEqual({ sub: 'alice' })
  })

  it.each<[code: string, fault: string, claims: object, params: object]>([
    ['invalid_id_token', 'no at_hash', {}, {}],
    ['invalid_id_token', 'the at_hash of another token', { at_hash: half('other') }, {}],
    ['invalid_callback', 'no access token', { at_hash: half(ACCESS) }, { access_token: undefined }],
    ['invalid_response', 'no token type', { at_hash: half(ACCESS) }, { token_type: undefined }],
  ])('is refused as %s with %s (Core §3.2.2.11)', async (code, _, claims, changes) => {
    const end = logIn(createClient({ extensions }), { ...claims }, { ...params, ...changes })
    await expect(end).rejects.toMatchObject({ code })
  })

  /** A hybrid login: what the browser carries, and then the code. */
  async function hybrid(
    responseType: 'code' | 'code id_token',
    changes: Record<string, unknown> = {},
    withToken = true,
  ) {
    const { issuer, clientId, clientSecret } = provider
    const client = new OpenIDClient({ issuer, clientId, clientSecret, clock, responseType, extensions })
    const { url, login, formPost } = await client.createAuthorization({ redirectUri })
    const query = new URL(provider.approve(url)).searchParams
    const hashes = { c_hash: half(query.get('code')!), at_hash: half(ACCESS) }
    const id_token = responseType === 'code' ? undefined : sign(login.nonce, { ...hashes, ...changes })
    const callback = Params.of({ ...Object.fromEntries(query), ...(withToken && params), id_token })
    const result = await client.finishAuthorization(callback, login)
    return { asked: new URL(url).searchParams.get('response_type'), formPost, result }
  }

  it.each([
    ['code token', 'code'],
    ['code id_token token', 'code id_token'],
  ] as const)('comes with `%s`, where the token of the code is the one that counts', async (asked, responseType) => {
    const login = await hybrid(responseType)
    expect(login).toMatchObject({ asked, formPost: true, result: { claims: { sub: 'alice' } } })
    expect(login.result.token.accessToken).not.toBe(ACCESS)
    expect(login.result.callback.get('access_token')).toBe(ACCESS)
    await expect(hybrid(responseType, {}, false)).rejects.toMatchObject({ code: 'invalid_callback' })
  })

  it.each([
    ['no at_hash', { at_hash: undefined }],
    ['another at_hash', { at_hash: half('other') }],
  ])('is refused in a hybrid flow with %s (Core §3.3.2.9)', async (_, changes) => {
    await expect(hybrid('code id_token', changes)).rejects.toMatchObject({ code: 'invalid_id_token' })
  })
})
