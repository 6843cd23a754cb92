import { decodeUnverifiedJwt, generateKey } from '@authlib/jose'
import { apiSession, signedRequest } from '@authlib/oauth2/client'
import { createHmac, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto'
import { memoryTokens } from '@authlib/core'
import { startFakeProvider, testClock, type FakeProvider, type IdTokenDraft } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  OpenIDClient,
  type OpenIDAuthorizationOptions,
  type OpenIDClientOptions,
  type OpenIDLoginResult,
  fetchUserinfo,
  logoutUrl,
} from './index.ts'

const redirectUri = 'https://app.example/callback'
const clientSecret = 'a-client-secret-long-enough-for-hmac'

let clock: ReturnType<typeof testClock>
let provider: FakeProvider
beforeEach(async () => {
  clock = testClock()
  provider = await startFakeProvider({ clock, clientSecret })
})
afterEach(() => provider.stop())

function createClient(options: Partial<OpenIDClientOptions> = {}): OpenIDClient {
  const { issuer, clientId } = provider
  return new OpenIDClient({ issuer, clientId, clientSecret, scope: ['profile', 'email'], clock, ...options })
}

async function logIn(
  client = createClient(),
  options: Partial<OpenIDAuthorizationOptions> = {},
): Promise<OpenIDLoginResult> {
  const { url, login } = await client.createAuthorization({ redirectUri, ...options })
  return client.finishAuthorization(provider.approve(url), login)
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Lets ID Tokens have these claims; undefined leaves one out. */
function withClaims(changes: Record<string, unknown>): void {
  provider.makeIdToken = ({ header, claims }) => provider.signJwt({ header, claims: { ...claims, ...changes } })
}

describe('a login', () => {
  it('says who it is, by a validated ID Token (OpenID Connect Core §3.1.3.7)', async () => {
    withClaims({ name: 'Alice', email: 'alice@example.com', custom: 1 })
    const { token, claims, profile } = await logIn()
    expect(claims).toMatchObject({ iss: provider.issuer, sub: 'alice', aud: 'client', custom: 1 })
    expect(profile).toEqual({ sub: 'alice', name: 'Alice', email: 'alice@example.com' })
    expect(token.scope).toEqual(['openid', 'profile', 'email'])
  })

  it('has a nonce of its own, always (R8)', async () => {
    const client = createClient()
    const starts = await Promise.all(Array.from({ length: 20 }, () => client.createAuthorization({ redirectUri })))
    const nonces = starts.map(({ url }) => new URL(url).searchParams.get('nonce'))
    expect(new Set(nonces).size).toBe(20)
    for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{43}$/) // 256 bits: nobody guesses it. Core §3.1.2.1
    expect(nonces).toEqual(starts.map(({ login }) => login.nonce))
  })

  it('asks for what it is told, a max_age of 0 too (X-11, OpenID Connect Core §3.1.2.1)', async () => {
    const { url } = await createClient().createAuthorization({
      redirectUri,
      scope: ['email'],
      prompt: ['login', 'consent'],
      maxAge: 0,
      loginHint: 'alice',
      idTokenHint: 'eyJ.of.alice',
      acrValues: ['mfa'],
      uiLocales: ['de', 'en'],
    })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      scope: 'openid email',
      prompt: 'login consent',
      max_age: '0',
      login_hint: 'alice',
      id_token_hint: 'eyJ.of.alice',
      acr_values: 'mfa',
      ui_locales: 'de en',
    })
  })

  it('says what it prompts for in one string, in a signed request too (OpenID Connect Prompt Create §4.1)', async () => {
    const key = await generateKey('ES256')
    const client = createClient({ extensions: [signedRequest(key)] })
    const { url } = await client.createAuthorization({ redirectUri, prompt: ['create', 'consent'] })
    const { claims } = decodeUnverifiedJwt(new URL(url).searchParams.get('request') ?? '')
    expect(claims['prompt']).toBe('create consent')
  })

  it('asks the userinfo endpoint when it is told to', async () => {
    withClaims({ name: 'Old name' })
    const { profile } = await logIn(createClient({ userinfo: fetchUserinfo }))
    expect(profile).toEqual({ sub: 'alice', name: 'Alice', email: 'alice@example.com' })
  })

  it('accepts several audiences when the authorized party is this client', async () => {
    withClaims({ aud: ['other', 'client'], azp: 'client' })
    expect((await logIn()).claims.azp).toBe('client')
  })

  it('accepts no other audiences than those that it trusts, once they are named (OpenID Connect Core §3.1.3.7)', async () => {
    const client = createClient({ trustedAudiences: ['other'] })
    for (const aud of ['client', ['client'], ['other', 'client']]) {
      withClaims({ aud, azp: 'client' })
      await expect(logIn(client)).resolves.toBeDefined()
    }
    withClaims({ aud: ['client', 'other', 'third'], azp: 'client' })
    await expect(logIn(client)).rejects.toMatchObject({ reason: 'aud names a client that is not trusted' })
    withClaims({ aud: ['client', 'other'], azp: 'client' })
    await expect(logIn(createClient({ trustedAudiences: [] }))).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('lets clocks differ a little, and no more', async () => {
    withClaims({ iat: clock() + 5, exp: clock() - 4 })
    await expect(logIn()).resolves.toBeDefined()
    withClaims({ iat: clock() + 6 })
    await expect(logIn()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('checks how long ago the person authenticated when it asked (max_age)', async () => {
    withClaims({ auth_time: clock() - 60 })
    await expect(logIn(createClient(), { maxAge: 60 })).resolves.toBeDefined()
    withClaims({ auth_time: clock() - 66 })
    await expect(logIn(createClient(), { maxAge: 60 })).rejects.toMatchObject({ code: 'invalid_id_token' })
    withClaims({ auth_time: undefined })
    await expect(logIn(createClient(), { maxAge: 60 })).rejects.toMatchObject({ code: 'invalid_id_token' })
    await expect(logIn()).resolves.toBeDefined()
  })
})

describe('an ID Token', () => {
  const now = testClock()()
  it.each<[fault: string, changes: Record<string, unknown>]>([
    ['another iss', { iss: 'https://other.example' }],
    ['an iss with a trailing slash', { iss: '{issuer}/' }],
    ['no iss', { iss: undefined }],
    ['an iss that is a list', { iss: ['{issuer}'] }],
    ['another aud', { aud: 'other' }],
    ['another aud in a list', { aud: ['other'] }],
    ['no aud', { aud: undefined }],
    ['an empty list as aud', { aud: [] }],
    ['an aud that is an object', { aud: { client: true } }],
    ['an aud of this client in another case', { aud: 'Client' }],
    ['an aud without this client, but its azp', { aud: ['other'], azp: 'client' }],
    ['several aud and no azp', { aud: ['client', 'other'] }],
    ['another azp', { azp: 'other' }],
    ['another azp with several aud', { aud: ['client', 'other'], azp: 'other' }],
    ['an azp that is a list', { azp: ['client'] }],
    ['no sub', { sub: undefined }],
    ['an empty sub', { sub: '' }],
    ['a sub that is a number', { sub: 1 }],
    ['a sub that is too long', { sub: 'a'.repeat(256) }],
    ['no exp', { exp: undefined }],
    ['an exp that has passed', { exp: now - 5 }],
    ['an exp that is a string', { exp: String(now + 300) }],
    ['an exp that is null', { exp: null }],
    ['an nbf that lies ahead', { nbf: now + 60 }],
    ['an nbf that is a string', { nbf: String(now) }],
    ['no iat', { iat: undefined }],
    ['an iat that lies ahead', { iat: now + 60 }],
    ['an iat that is a string', { iat: String(now) }],
    ['no nonce', { nonce: undefined }],
    ['another nonce', { nonce: 'other' }],
    ['an empty nonce', { nonce: '' }],
    ['a nonce that is a number', { nonce: 1 }],
    ['an at_hash of another access token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['an at_hash that is empty', { at_hash: '' }],
    ['an at_hash that is a number', { at_hash: 1 }],
    ['an auth_time that is a string', { auth_time: 'now' }],
    ['an amr that is a string', { amr: 'pwd' }],
    ['an acr that is a number', { acr: 1 }],
  ])('with %s is refused (R1, D-20)', async (_, changes) => {
    const filled = JSON.parse(JSON.stringify(changes).replaceAll('{issuer}', provider.issuer)) as Record<
      string,
      unknown
    >
    withClaims({ ...changes, ...filled })
    await expect(logIn()).rejects.toMatchObject({
      code: 'invalid_id_token',
      status: 400,
      reason: expect.stringMatching(new RegExp(`${Object.keys(changes).join('|')}|refused by validate`)),
    })
  })

  it('may have what is optional, or lack it (OpenID Connect Core §2, §3.1.3.6)', async () => {
    const given = {
      sub: 'a'.repeat(255),
      amr: ['pwd', 'otp'],
      acr: 'urn:mfa',
      azp: 'client',
      sid: 's',
      unknown: { a: 1 },
    }
    withClaims({ ...given, at_hash: undefined })
    expect((await logIn()).claims).toMatchObject(given)
    withClaims({ auth_time: undefined, at_hash: undefined })
    expect((await logIn()).claims).not.toHaveProperty('at_hash')
  })

  it.each<[fault: string, changes: Record<string, unknown>, hint: string | undefined]>([
    ['has expired', { exp: now - 5 }, 'Compare the clock of this machine with the provider.'],
    ['is from the future', { nbf: now + 60 }, 'Compare the clock of this machine with the provider.'],
    ['is for another client', { aud: 'other' }, undefined],
  ])('that %s comes with advice, where there is any', async (_, changes, hint) => {
    withClaims(changes)
    const error: unknown = await logIn().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'invalid_id_token', hint })
  })

  it('of an algorithm that is not expected says what to set', async () => {
    await expect(logIn(createClient({ idTokenAlg: 'RS256' }))).rejects.toMatchObject({
      code: 'invalid_id_token',
      hint: 'Name the algorithm of the registration as `idTokenAlg`.',
    })
  })

  it('of another issuer says which one was configured', async () => {
    withClaims({ iss: 'https://other.example' })
    await expect(logIn()).rejects.toMatchObject({ hint: expect.stringContaining(`'${provider.issuer}'`) })
  })

  it('whose nonce is a list with ours in it is refused (R1)', async () => {
    provider.makeIdToken = ({ header, claims }) =>
      provider.signJwt({ header, claims: { ...claims, nonce: [claims['nonce'], 'other'] } })
    await expect(logIn()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('that is missing is refused (R1)', async () => {
    provider.answer('/token', async (_, usual) => {
      const { id_token: _idToken, ...rest } = (await (await usual()).json()) as Record<string, unknown>
      return Response.json(rest)
    })
    await expect(logIn()).rejects.toMatchObject({ code: 'invalid_id_token', reason: 'there is none' })
  })

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const rs256 = ({ claims }: IdTokenDraft, header: object): string => {
    const input = `${encode({ alg: 'RS256', ...header })}.${encode(claims)}`
    return `${input}.${createSign('sha256').update(input).sign(rsa.privateKey, 'base64url')}`
  }
  const hs256 = ({ claims }: IdTokenDraft, key: string | Buffer): string => {
    const input = `${encode({ alg: 'HS256' })}.${encode(claims)}`
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
  }
  const jwk = other.publicKey.export({ format: 'jwk' })

  it.each<[fault: string, make: (draft: IdTokenDraft) => string]>([
    ['alg none', ({ claims }) => `${encode({ alg: 'none' })}.${encode(claims)}.`],
    ['alg NoNe', ({ claims }) => `${encode({ alg: 'NoNe' })}.${encode(claims)}.`],
    ['no signature', (draft) => provider.signJwt(draft).replace(/[^.]+$/, '')],
    [
      'a changed payload',
      (draft) => provider.signJwt(draft).replace(/\.[^.]+\./, `.${encode({ ...draft.claims, sub: 'bob' })}.`),
    ],
    ['HMAC by the client secret, not registered', (draft) => hs256(draft, clientSecret)],
    ['HMAC by the public key', (draft) => hs256(draft, rsa.publicKey.export({ format: 'pem', type: 'spki' }))],
    ['the key of somebody else', (draft) => provider.signJwt(draft, other.privateKey)],
    [
      'the key of somebody else, without kid',
      ({ claims }) => provider.signJwt({ header: { alg: 'ES256' }, claims }, other.privateKey),
    ],
    [
      'a key in its own header',
      ({ header, claims }) => provider.signJwt({ header: { ...header, jwk }, claims }, other.privateKey),
    ],
    [
      'a key set URL in its own header',
      ({ claims }) =>
        provider.signJwt({ header: { alg: 'ES256', jku: 'https://evil.example' }, claims }, other.privateKey),
    ],
    ['an algorithm that the metadata does not list', (draft) => rs256(draft, {})],
    [
      'an unknown critical header',
      ({ header, claims }) => provider.signJwt({ header: { ...header, crit: ['x'], x: 1 }, claims }),
    ],
    [
      'the type of an access token',
      ({ header, claims }) => provider.signJwt({ header: { ...header, typ: 'at+jwt' }, claims }),
    ],
    ['five parts', () => 'a.b.c.d.e'],
    [
      'a size beyond reason',
      ({ header, claims }) => provider.signJwt({ header, claims: { ...claims, x: 'x'.repeat(20_000) } }),
    ],
  ])('with %s is refused (R2)', async (_, make) => {
    provider.makeIdToken = make
    await expect(logIn()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('with HMAC by the key that the provider publishes is refused in every spelling of it (R2, RFC 8725 §2.1)', async () => {
    const { keys } = (await (await fetch(provider.metadata.jwks_uri)).json()) as { keys: [{ x: string }] }
    const key = createPublicKey({ key: keys[0], format: 'jwk' })
    const pem = key.export({ format: 'pem', type: 'spki' }).toString()
    const spellings = [
      pem,
      pem.trim(),
      key.export({ format: 'der', type: 'spki' }),
      JSON.stringify(keys[0]),
      keys[0].x,
      '',
    ]
    const metadata = { ...provider.metadata, id_token_signing_alg_values_supported: ['ES256', 'HS256'] }
    for (const spelling of spellings) {
      provider.makeIdToken = (draft) => hs256(draft, spelling)
      await expect(logIn(createClient({ metadata }))).rejects.toMatchObject({ code: 'invalid_id_token' })
    }
  })

  it('whose key is for encryption is refused (R2)', async () => {
    provider.answer('/jwks', async (_, usual) => {
      const { keys } = (await (await usual()).json()) as { keys: object[] }
      return Response.json({ keys: keys.map((key) => ({ ...key, use: 'enc' })) })
    })
    await expect(logIn()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it.each<[fault: string, answer: () => Response]>([
    ['500', () => new Response('', { status: 500 })],
    ['HTML', () => new Response('<html>')],
    ['no keys', () => Response.json({})],
    ['5 MB', () => new Response(' '.repeat(5e6))],
    ['a redirect', () => Response.redirect('https://evil.example/jwks')],
  ])('is refused while the key set answers %s (R2)', async (_, answer) => {
    provider.answer('/jwks', answer)
    await expect(logIn()).rejects.toMatchObject({ code: 'key_set_unavailable' })
  })

  it('signed with a new key is accepted after one more fetch of the key set (R2)', async () => {
    const client = createClient()
    await logIn(client)
    provider.rotateKey()
    clock.advance(31) // longer than the cooldown between fetches for an unknown kid
    await logIn(client)
    await logIn(client)
    expect(provider.requests.filter((request) => request === 'GET /jwks')).toHaveLength(2)
  })

  it('signed with HMAC is accepted when that is registered, and nothing else then (R2, §3.1.3.7 item 8)', async () => {
    const client = createClient({ idTokenAlg: 'HS256' })
    await expect(logIn(client)).rejects.toMatchObject({ code: 'invalid_id_token' })
    provider.makeIdToken = (draft) => hs256(draft, clientSecret)
    expect((await logIn(client)).claims.sub).toBe('alice')
  })

  it('is validated by keys that come over the `fetch` of the client', async () => {
    const fetched: string[] = []
    const observed: typeof fetch = (input, init) => {
      fetched.push(new URL(new Request(input, init).url).pathname)
      return fetch(input, init)
    }
    await logIn(createClient({ fetch: observed, userinfo: fetchUserinfo }))
    expect(fetched).toEqual(['/.well-known/openid-configuration', '/token', '/jwks', '/userinfo'])
  })

  it('is validated by keys that are fetched within the limits of the client: time-out and plain http', async () => {
    provider.answer('/jwks', () => new Promise<never>(() => undefined))
    const error = await logIn(createClient({ timeout: 0.2 })).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'key_set_unavailable', cause: { code: 'timeout' } })
    provider.answer('/jwks', null)
    const inside: typeof fetch = (input, init) =>
      fetch(new Request(input, init).url.replace('http://keys.internal', provider.issuer), init)
    const metadata = { jwks_uri: 'http://keys.internal/jwks' }
    const client = createClient({ metadata, allowInsecureTransport: true, fetch: inside })
    expect((await logIn(client)).claims.sub).toBe('alice')
  })

  it('is expected with RS256 when the provider does not say (OpenID Connect Core §3.1.3.7 item 7)', async () => {
    const metadata = { id_token_signing_alg_values_supported: undefined }
    await expect(logIn(createClient({ metadata }))).rejects.toMatchObject({ code: 'invalid_id_token' })
    provider.answer('/jwks', () => Response.json({ keys: [rsa.publicKey.export({ format: 'jwk' })] }))
    provider.makeIdToken = (draft) => rs256(draft, {})
    await expect(logIn(createClient({ metadata }))).resolves.toBeDefined()
  })

  it('cannot be validated when the provider names no keys', async () => {
    const metadata = { jwks_uri: undefined }
    await expect(logIn(createClient({ metadata }))).rejects.toMatchObject({ code: 'missing_endpoint' })
  })

  it('cannot be validated when the provider lists no algorithm with public keys', async () => {
    const metadata = { ...provider.metadata, id_token_signing_alg_values_supported: ['none', 'HS256'] }
    await expect(logIn(createClient({ metadata }))).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })
})

describe('what a login knows of the person', () => {
  const withUserinfo = (userinfo: Record<string, unknown>): Promise<OpenIDLoginResult> => {
    provider.answer('/userinfo', () => Response.json({ sub: 'alice', ...userinfo }))
    return logIn(createClient({ userinfo: fetchUserinfo }))
  }

  it.each<[what: string, ofToken: object, userinfo: Record<string, unknown>, profile: object]>([
    [
      'a flag of the ID Token vouches for no other address of userinfo',
      { email: 'old@a.example', email_verified: true },
      { email: 'new@a.example' },
      { email: 'new@a.example' },
    ],
    [
      'a flag stays with the same address',
      { email: 'a@a.example', email_verified: true },
      { email: 'a@a.example' },
      { email: 'a@a.example', email_verified: true },
    ],
    [
      'a flag of userinfo vouches for no address of the ID Token',
      { email: 'a@a.example' },
      { email_verified: true },
      { email: 'a@a.example' },
    ],
    [
      'a flag of userinfo counts for its own address',
      { email: 'a@a.example', email_verified: true },
      { email: 'b@a.example', email_verified: false },
      { email: 'b@a.example', email_verified: false },
    ],
    [
      'a telephone number likewise',
      { phone_number: '+1', phone_number_verified: true },
      { phone_number: '+2' },
      { phone_number: '+2' },
    ],
  ])('%s (OpenID Connect Core §5.1)', async (_, ofToken, userinfo, profile) => {
    withClaims({ ...ofToken })
    expect((await withUserinfo(userinfo)).profile).toEqual({ sub: 'alice', ...profile })
  })

  it('has the types of the specification, however the provider writes them', async () => {
    withClaims({ email: 'a@a.example', email_verified: 'false', name: 7, updated_at: '2026-01-01T00:00:00Z' })
    expect((await logIn()).profile).toEqual({
      sub: 'alice',
      email: 'a@a.example',
      email_verified: false,
      updated_at: 1_767_225_600,
    })
    const { profile } = await withUserinfo({
      phone_number: '+1',
      phone_number_verified: 'true',
      address: 'Street 1',
      x: 1,
    })
    expect(profile).toMatchObject({ phone_number_verified: true, address: { formatted: 'Street 1' }, x: 1 })
  })
})

describe('a login of another shape', () => {
  it('may be by an issuer that has a claim in it, as Microsoft does', async () => {
    const { issuer } = provider
    const metadata = { issuer: `${issuer}/{tenantid}/v2.0`, authorization_response_iss_parameter_supported: false }
    provider.answer('/.well-known/openid-configuration', () => Response.json({ ...provider.metadata, ...metadata }))
    const client = createClient({ metadata, issuers: `${issuer}/{tid}/v2.0` })
    const start = async () => {
      const { url, login } = await client.createAuthorization({ redirectUri })
      return client.finishAuthorization(provider.approve(url, { iss: undefined }), login)
    }
    withClaims({ iss: `${issuer}/t-1/v2.0`, tid: 't-1' })
    expect((await start()).claims['tid']).toBe('t-1')
    withClaims({ iss: `${issuer}/t-1/v2.0`, tid: 't-2' })
    await expect(start()).rejects.toMatchObject({ code: 'invalid_id_token', reason: expect.stringContaining('tid') })
    withClaims({ iss: `${issuer}/t-1/v2.0` })
    await expect(start()).rejects.toMatchObject({ code: 'invalid_id_token' })
    withClaims({ iss: `${issuer}/a/b/v2.0`, tid: 'a/b' })
    await expect(start()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('may be without a nonce, where the provider repeats none', async () => {
    withClaims({ nonce: undefined })
    await expect(logIn()).rejects.toMatchObject({ hint: expect.stringContaining('nonce: false') })
    const client = createClient({ nonce: false })
    const { url } = await client.createAuthorization({ redirectUri })
    expect(new URL(url).searchParams.has('nonce')).toBe(false)
    await expect(logIn(client)).resolves.toBeDefined()
    withClaims({ nonce: 'of another login' })
    await expect(logIn(client)).rejects.toMatchObject({ reason: 'nonce was not sent' }) // Core §2
  })

  it('asks what is in `params`, checks it, and refuses what has an option of its own', async () => {
    const client = createClient()
    const { url } = await client.createAuthorization({ redirectUri, params: { prompt: 'login', max_age: '60' } })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ prompt: 'login', max_age: '60' })
    withClaims({ auth_time: clock() - 66 })
    await expect(logIn(client, { params: { max_age: '60' } })).rejects.toMatchObject({ code: 'invalid_id_token' })
    const usual = createClient({ params: { prompt: 'consent', access_type: 'offline' } })
    const over = new URL((await usual.createAuthorization({ redirectUri, prompt: ['select_account'] })).url)
      .searchParams
    expect([over.get('prompt'), over.get('access_type')]).toEqual(['select_account', 'offline'])
    const twice = client.createAuthorization({ redirectUri, prompt: ['login'], params: { prompt: 'none' } })
    await expect(twice).rejects.toMatchObject({ code: 'reserved_parameter' })
  })

  it.each([
    [{ promt: ['login'] }, 'no option "promt"'],
    [{ prompt: 'login' }, '`prompt` must be an array'],
    [{ acrValues: 'mfa' }, '`acrValues` must be an array'],
  ])('refuses the options %j: a wish must not be dropped', async (options, message) => {
    const begun = createClient().createAuthorization({ redirectUri, ...(options as object) })
    await expect(begun).rejects.toThrow(message)
  })

  it('gives what `finish` makes of it', async () => {
    const finish = ({ claims }: OpenIDLoginResult): { name: string } => ({ name: `the ${claims.sub}` })
    const { issuer, clientId } = provider
    const client = new OpenIDClient({ issuer, clientId, clientSecret, clock, finish })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { name } = await client.finishAuthorization(provider.approve(url), login)
    expect(name).toBe('the alice')
  })

  it('leaves `openid` to logins: a token for the client itself has none', async () => {
    const sent: (string | null)[] = []
    provider.answer('/token', async (request, usual) => {
      sent.push(new URLSearchParams(await request.clone().text()).get('scope'))
      return usual()
    })
    await createClient({ scope: undefined }).clientCredentials()
    await createClient({ scope: ['api'] }).clientCredentials()
    expect(sent).toEqual([null, 'api'])
  })

  it('by another grant has its ID Token validated too', async () => {
    provider.makeIdToken = () => 'a.b.c'
    provider.answer('/token', () => Response.json({ access_token: 'a', token_type: 'Bearer', id_token: 'a.b.c' }))
    await expect(createClient().exchange('urn:x')).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('by another grant has an ID Token of today, as no nonce tells an old one (OpenID Connect Core §3.1.3.7 item 10)', async () => {
    let issued: string | undefined
    provider.answer('/token', async (request, usual) => {
      const form = new URLSearchParams(await request.clone().text())
      if (form.get('grant_type') !== 'urn:x') return usual()
      return Response.json({ access_token: 'a', token_type: 'Bearer', id_token: issued })
    })
    const age = async (seconds: number): Promise<unknown> => {
      provider.makeIdToken = ({ header, claims }) => {
        issued = provider.signJwt({ header, claims: { ...claims, iat: clock() - seconds, at_hash: undefined } })
        return issued
      }
      await logIn() // with a nonce, an old one is as good
      return createClient().exchange('urn:x')
    }
    await expect(age(86_400)).resolves.toHaveProperty('idToken')
    await expect(age(86_400 + 6)).rejects.toMatchObject({ code: 'invalid_id_token', reason: 'it was issued long ago' })
  })
})

describe('a session of OpenID Connect', () => {
  it.each<[fault: string, changes: Record<string, unknown>]>([
    ['another time of authentication', { auth_time: 1 }],
    ['another nonce', { nonce: 'other' }],
    ['a signature whose keys cannot be fetched', {}],
  ])('loses no account over a refreshed ID Token with %s: it keeps the one before', async (_, changes) => {
    const tokens = memoryTokens()
    const client = createClient({ tokens })
    const { token } = await logIn(client)
    await apiSession(client, 'alice').save(token)
    withClaims(changes)
    if (Object.keys(changes).length === 0) {
      provider.rotateKey()
      provider.answer('/jwks', () => new Response('', { status: 500 }))
    }
    clock.advance(3600)
    const fresh = await apiSession(client, 'alice').token()
    expect(fresh).toMatchObject({ idToken: token.idToken, accessToken: expect.not.stringMatching(token.accessToken) })
    expect(await tokens.get('alice')).toMatchObject({ refreshToken: fresh.refreshToken })
  })

  it('gives no token of another person', async () => {
    const tokens = memoryTokens()
    const client = createClient({ tokens })
    await apiSession(client, 'alice').save((await logIn(client)).token)
    withClaims({ sub: 'bob' })
    clock.advance(3600)
    for (let i = 0; i < 2; i++)
      await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })
})

describe('a refreshed ID Token', () => {
  it('replaces the one before', async () => {
    const client = createClient()
    const { token } = await logIn(client)
    clock.advance(10)
    const fresh = await client.refresh(token)
    expect(fresh.idToken).not.toBe(token.idToken)
  })

  it('may lack nonce and time, and may be missing: the one before stays (OpenID Connect Core §12.2)', async () => {
    const client = createClient()
    const { token } = await logIn(client)
    withClaims({ nonce: undefined, auth_time: undefined, at_hash: undefined })
    const fresh = await client.refresh(token)
    expect(fresh.idToken).not.toBe(token.idToken)
    provider.answer('/token', () => Response.json({ access_token: 'at', token_type: 'Bearer' }))
    expect((await client.refresh(fresh)).idToken).toBe(fresh.idToken)
    expect((await client.refresh({ ...fresh, idToken: undefined })).idToken).toBeUndefined()
  })

  it.each<[fault: string, changes: Record<string, unknown>]>([
    ['nobody', { sub: undefined }],
    ['somebody else', { sub: 'bob' }],
    ['another time of authentication', { auth_time: 1 }],
    ['another nonce', { nonce: 'other' }],
    ['another issuer', { iss: 'https://other.example' }],
    ['another client', { aud: 'other' }],
  ])('of %s is refused (OpenID Connect Core §12.2)', async (_, changes) => {
    const client = createClient()
    const { token } = await logIn(client)
    withClaims(changes)
    await expect(client.refresh(token)).rejects.toMatchObject({ code: 'invalid_id_token' })
  })
})

describe('userinfo', () => {
  const json = (text: string): Response => new Response(text, { headers: { 'content-type': 'application/json' } })
  const signed = (
    changes: Record<string, unknown> = {},
    header: Record<string, unknown> = { alg: 'ES256' },
  ): Response => {
    const claims = { iss: provider.issuer, aud: 'client', sub: 'alice', name: 'Alice', ...changes }
    return new Response(provider.signJwt({ header, claims }), { headers: { 'content-type': 'application/jwt' } })
  }

  it('is about the person of the ID Token (OpenID Connect Core §5.3.2)', async () => {
    const client = createClient()
    const { token } = await logIn(client)
    expect(await fetchUserinfo(client, token)).toEqual({ sub: 'alice', name: 'Alice', email: 'alice@example.com' })
    expect(await fetchUserinfo(client, { ...token, idToken: undefined }, 'alice')).toHaveProperty('name')
    await expect(fetchUserinfo(client, { ...token, idToken: undefined })).rejects.toThrow(TypeError)
  })

  it('passes on where claims of other providers are, and asks none of them (OpenID Connect Core §5.6.2)', async () => {
    const elsewhere = {
      _claim_names: { address: 'bank', roles: 'nobody' },
      _claim_sources: { bank: { endpoint: 'https://bank.example/claims', access_token: 'at', more: 1 } },
    }
    provider.answer('/userinfo', () => Response.json({ sub: 'alice', ...elsewhere }))
    const asked: string[] = []
    const watching: typeof fetch = (input, init) => {
      asked.push(new URL(new Request(input, init).url).origin)
      return fetch(input, init)
    }
    const { profile } = await logIn(createClient({ userinfo: fetchUserinfo, fetch: watching }))
    expect(profile).toEqual({ sub: 'alice', ...elsewhere })
    expect(new Set(asked)).toEqual(new Set([provider.issuer]))
  })

  it('is about a person of the same code points: nothing is normalized (OpenID Connect Discovery §5)', async () => {
    withClaims({ sub: 'caf\u00E9' })
    const { token } = await logIn()
    for (const [sub, isSame] of [
      ['caf\u00E9', true],
      ['cafe\u0301', false],
    ] as const) {
      provider.answer('/userinfo', () => Response.json({ sub }))
      const answer = fetchUserinfo(createClient(), token)
      if (isSame) expect(await answer).toEqual({ sub })
      else await expect(answer).rejects.toMatchObject({ code: 'invalid_userinfo' })
    }
  })

  it.each<[fault: string, code: string, answer: () => Response]>([
    ['another sub', 'invalid_userinfo', () => Response.json({ sub: 'bob' })],
    ['no sub', 'invalid_userinfo', () => Response.json({ name: 'Alice' })],
    ['a list', 'invalid_userinfo', () => Response.json([{ sub: 'alice' }])],
    ['HTML', 'invalid_userinfo', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    [
      'JSON that says it is HTML',
      'invalid_userinfo',
      () => new Response('{"sub":"alice"}', { headers: { 'content-type': 'text/html' } }),
    ],
    ['401', 'invalid_token', () => new Response('', { status: 401 })],
    ['500', 'invalid_userinfo', () => new Response('', { status: 500 })],
    ['203', 'invalid_userinfo', () => Response.json({ sub: 'alice' }, { status: 203 })],
    ['a member twice', 'invalid_userinfo', () => json('{"sub":"bob","sub":"alice"}')],
    ['a prototype', 'invalid_userinfo', () => json('{"sub":"alice","__proto__":{"admin":true}}')],
    ['a redirect', 'unexpected_redirect', () => Response.redirect('https://evil.example/userinfo')],
    ['a signed answer that was not agreed on', 'invalid_userinfo', () => signed()],
    [
      'an encrypted answer',
      'invalid_userinfo',
      () => new Response('a.b.c.d.e', { headers: { 'content-type': 'application/jwt' } }),
    ],
  ])('with %s is refused (R7)', async (_, code, answer) => {
    const client = createClient()
    const { token } = await logIn(client)
    provider.answer('/userinfo', answer)
    await expect(fetchUserinfo(client, token)).rejects.toMatchObject({ code })
  })

  it('that is a JWT unasked says what to set (oidc-client-js#635)', async () => {
    const jwt = { headers: { 'content-type': 'application/jwt' } }
    provider.answer('/userinfo', () => new Response('a.b.c', jwt))
    await expect(logIn(createClient({ userinfo: fetchUserinfo }))).rejects.toMatchObject({
      code: 'invalid_userinfo',
      hint: expect.stringContaining('`userinfoAlg`'),
    })
  })

  it('cannot be asked when the provider has no such endpoint', async () => {
    const { token } = await logIn()
    const metadata = { userinfo_endpoint: undefined }
    await expect(fetchUserinfo(createClient({ metadata }), token)).rejects.toMatchObject({ code: 'missing_endpoint' })
  })

  it('is accepted signed when that is registered', async () => {
    const client = createClient({ userinfoAlg: 'ES256' })
    const { token } = await logIn(client)
    provider.answer('/userinfo', () => signed())
    expect(await fetchUserinfo(client, token)).toMatchObject({ name: 'Alice' })
  })

  it('that is signed leaves out what is about the answer', async () => {
    const client = createClient({ userinfoAlg: 'ES256' })
    const { token } = await logIn(client)
    provider.answer('/userinfo', () => signed({ iat: 1, jti: 'j' }))
    expect(await fetchUserinfo(client, token)).toEqual({ sub: 'alice', name: 'Alice' })
  })

  it.each<[fault: string, answer: () => Response]>([
    ['another aud', () => signed({ aud: 'other' })],
    ['no aud', () => signed({ aud: undefined })],
    ['a prototype', () => signed(JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>)],
    ['another iss', () => signed({ iss: 'https://other.example' })],
    ['no iss', () => signed({ iss: undefined })],
    [
      'alg none',
      () =>
        new Response(`${encode({ alg: 'none' })}.${encode({ sub: 'alice' })}.`, {
          headers: { 'content-type': 'application/jwt' },
        }),
    ],
    ['another alg', () => signed({}, { alg: 'HS256' })],
    ['another sub', () => signed({ sub: 'bob' })],
    ['no signature', () => Response.json({ sub: 'alice' })],
    ['encryption', () => new Response('a.b.c.d.e', { headers: { 'content-type': 'application/jwt' } })],
  ])('that is registered as signed is refused with %s (R7)', async (_, answer) => {
    const client = createClient({ userinfoAlg: 'ES256' })
    const { token } = await logIn(client)
    provider.answer('/userinfo', answer)
    await expect(fetchUserinfo(client, token)).rejects.toMatchObject({ code: 'invalid_userinfo' })
  })
})

describe('logging out', () => {
  it('goes by the provider, which learns whose session ends (RP-Initiated Logout §2)', async () => {
    const client = createClient()
    const { token } = await logIn(client)
    const url = await logoutUrl(client, {
      token,
      postLogoutRedirectUri: 'https://app.example/',
      state: 's',
      logoutHint: 'alice',
      uiLocales: ['de', 'en'],
    })
    expect(url!.startsWith(`${provider.issuer}/logout?`)).toBe(true)
    expect(Object.fromEntries(new URL(url!).searchParams)).toEqual({
      client_id: 'client',
      id_token_hint: token.idToken,
      post_logout_redirect_uri: 'https://app.example/',
      state: 's',
      logout_hint: 'alice',
      ui_locales: 'de en',
    })
  })

  it('stays here when the provider offers no logout', async () => {
    const metadata = { end_session_endpoint: undefined }
    expect(await logoutUrl(createClient({ metadata }))).toBeNull()
  })
})
