import { createHash } from 'node:crypto'
import { Params } from '@authlib/core'
import { decryption, encryptJwt, generateKey, type Key } from '@authlib/jose'
import { startFakeProvider, startTestServer, testClock, type FakeProvider } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discoverIssuer, OpenIDClient, type OpenIDClientOptions, logoutUrl, fetchUserinfo } from './index.ts'

const redirectUri = 'https://app.example/callback'

let clock: ReturnType<typeof testClock>
let provider: FakeProvider
beforeEach(async () => {
  clock = testClock()
  provider = await startFakeProvider({ clock })
})
afterEach(() => provider.stop())

function createClient(options: Partial<OpenIDClientOptions> = {}): OpenIDClient {
  const { issuer, clientId, clientSecret } = provider
  return new OpenIDClient({ issuer, clientId, clientSecret, clock, ...options })
}

const half = (value: string): string =>
  createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')

describe('a hybrid flow', () => {
  /** The callback as the provider would post it, with another ID Token if wanted. */
  async function finish(changes: Record<string, unknown> = {}, params: Record<string, string | undefined> = {}) {
    const client = createClient({ responseType: 'code id_token' })
    const { url, login, formPost } = await client.createAuthorization({ redirectUri })
    const query = new URL(provider.approve(url)).searchParams
    const code = query.get('code')!
    const claims = {
      iss: provider.issuer,
      aud: 'client',
      sub: 'alice',
      nonce: login.nonce,
      iat: clock(),
      exp: clock() + 60,
      c_hash: half(code),
      s_hash: half(login.state),
      ...changes,
    }
    const id_token = provider.signJwt({ header: { alg: 'ES256' }, claims })
    const callback = Params.of({ ...Object.fromEntries(query), id_token, ...params })
    return { asked: new URL(url).searchParams, formPost, result: await client.finishAuthorization(callback, login) }
  }

  it('asks for a form post, and takes a code whose hash is in the ID Token of the callback (§3.3.2)', async () => {
    const { asked, formPost, result } = await finish()
    expect([asked.get('response_type'), asked.get('response_mode'), formPost]).toEqual([
      'code id_token',
      'form_post',
      true,
    ])
    expect(result.claims.sub).toBe('alice')
    await expect(finish({ s_hash: undefined })).resolves.toBeDefined()
  })

  it('needs no iss beside the ID Token, which has one (RFC 9207 §4)', async () => {
    expect((await finish({}, { iss: undefined })).result.claims.sub).toBe('alice')
  })

  it.each<[fault: string, changes: Record<string, unknown>, params?: Record<string, string | undefined>]>([
    ['another issuer beside it (RFC 9207 §4)', {}, { iss: 'https://other.example' }],
    ['no c_hash', { c_hash: undefined }],
    ['a c_hash of another code', { c_hash: half('other') }],
    ['a c_hash that is a number', { c_hash: 1 }],
    ['an s_hash of another state', { s_hash: half('other') }],
    ['another nonce', { nonce: 'other' }],
    ['another issuer', { iss: 'https://other.example' }],
    ['another audience', { aud: 'other' }],
    ['another person than the one of the token response', { sub: 'bob' }],
    ['no ID Token', {}, { id_token: undefined }],
    ['text for an ID Token', {}, { id_token: 'a.b.c' }],
  ])('with %s is refused (§3.3.2.11, §3.3.3.6)', async (_, changes, params) => {
    await expect(finish(changes, params)).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  it('tells what the provider refused', async () => {
    const params = { error: 'access_denied', code: undefined, id_token: undefined }
    await expect(finish({}, params)).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('needs a nonce', () => {
    expect(() => createClient({ responseType: 'code id_token', nonce: false })).toThrow(TypeError)
  })
})

describe('an encrypted answer', () => {
  let key: Key
  const options = { alg: 'ECDH-ES', enc: 'A128GCM' } as const
  beforeEach(async () => void (key = await generateKey('ECDH-ES')))

  function encryptIdTokens(to: Key): void {
    provider.answer('/token', async (_, usual) => {
      const body = (await (await usual()).json()) as Record<string, string>
      return Response.json({ ...body, id_token: await encryptJwt(body['id_token']!, to, options) })
    })
  }

  async function logIn(client: OpenIDClient) {
    const { url, login } = await client.createAuthorization({ redirectUri })
    return client.finishAuthorization(provider.approve(url), login)
  }

  it('of the token endpoint is opened and validated, and kept open for logouts (Core §10.2)', async () => {
    encryptIdTokens(key)
    const client = createClient({ idTokenDecryption: decryption(key) })
    const { claims, token } = await logIn(client)
    expect(claims.sub).toBe('alice')
    expect(token.idToken!.split('.')).toHaveLength(3)
    clock.advance(10)
    const fresh = await client.refresh(token)
    expect(fresh.idToken).not.toBe(token.idToken)
    expect(await logoutUrl(client, { token: fresh })).toContain(fresh.idToken!)
  })

  it('is refused where none, another key or no encryption is expected', async () => {
    const other = await generateKey('ECDH-ES')
    await expect(logIn(createClient({ idTokenDecryption: decryption(key) }))).rejects.toMatchObject({
      code: 'invalid_id_token',
    })
    encryptIdTokens(other)
    for (const client of [createClient(), createClient({ idTokenDecryption: decryption(key) })]) {
      await expect(logIn(client)).rejects.toMatchObject({ code: 'invalid_id_token' })
    }
  })

  it('of userinfo is opened and verified (Core §5.3.2)', async () => {
    const { token } = await logIn(createClient())
    const claims = { iss: provider.issuer, aud: 'client', sub: 'alice', name: 'Alice' }
    const signed = provider.signJwt({ header: { alg: 'ES256' }, claims })
    const jwe = await encryptJwt(signed, key, options)
    const answer = (text: string) => () => new Response(text, { headers: { 'content-type': 'application/jwt' } })
    const client = createClient({ userinfoAlg: 'ES256', userinfoDecryption: decryption(key) })
    provider.answer('/userinfo', answer(jwe))
    expect(await fetchUserinfo(client, token)).toEqual({ sub: 'alice', name: 'Alice' })
    provider.answer('/userinfo', answer(signed))
    await expect(fetchUserinfo(client, token)).rejects.toMatchObject({ code: 'invalid_userinfo' })
  })
})

describe('WebFinger', () => {
  const rel = 'http://openid.net/specs/connect/1.0/issuer'

  async function ask(account: string, body: unknown, status = 200) {
    const asked: string[] = []
    const server = await startTestServer(() => Response.json(body, { status }))
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(new Request(input).url)
      return globalThis.fetch(server.url, init)
    }
    const result = discoverIssuer(account, { fetch, addresses: 'any' })
    const settled = await result.then(
      (issuer) => ({ issuer }),
      (error: unknown) => ({ error }),
    )
    await server.stop()
    const [{ origin, searchParams } = new URL('x:')] = asked.map((url) => new URL(url))
    return { ...settled, origin, asked: searchParams.getAll('resource'), rel: searchParams.get('rel') }
  }

  it.each([
    ['alice@example.com', 'acct:alice@example.com'],
    ['acct:alice@example.com', 'acct:alice@example.com'],
    ['example.com', 'https://example.com'],
    ['https://example.com/alice#x', 'https://example.com/alice'],
    ['example.com:8080', 'https://example.com:8080'],
    ['alice@example.com:8080', 'https://alice@example.com:8080'],
    ['acct:alice@example.com:8080', 'acct:alice@example.com:8080'],
    ['alice@example.com#x', 'acct:alice@example.com'],
    ['alice@mail.example@example.com', 'acct:alice%40mail.example@example.com'],
    ['acct:alice%40mail.example@example.com', 'acct:alice%40mail.example@example.com'],
    ['http://example.com/alice', 'http://example.com/alice'],
  ])('asks for %s as %s over TLS, and gives the issuer (Discovery §2, §2.1)', async (account, resource) => {
    const found = await ask(account, { links: [{ rel: 'x' }, { rel, href: 'https://as.example' }] })
    const origin = account.includes(':8080') ? 'https://example.com:8080' : 'https://example.com'
    expect(found).toEqual({ issuer: 'https://as.example', asked: [resource], origin, rel })
  })

  it.each(['', '@example.com', 'acct:alice', 'acct:80', 'https://', 'alice@'])(
    'asks for nothing that names no host: %j (Discovery §2.1)',
    async (account) => {
      await expect(discoverIssuer(account)).rejects.toThrow(TypeError)
    },
  )

  it.each<[what: string, body: unknown, code: string, status?: number]>([
    ['no link', { links: [] }, 'missing_issuer'],
    ['no list', { links: { rel } }, 'missing_issuer'],
    ['text', 'text', 'missing_issuer'],
    ['404', {}, 'missing_issuer', 404],
    ['an issuer without TLS', { links: [{ rel, href: 'http://as.example' }] }, 'invalid_issuer'],
    ['an issuer that is no URL', { links: [{ rel, href: 'javascript:alert(1)' }] }, 'invalid_issuer'],
    ['an issuer with a query', { links: [{ rel, href: 'https://as.example/?a=b' }] }, 'invalid_issuer'],
    ['an issuer with a fragment', { links: [{ rel, href: 'https://as.example/#a' }] }, 'invalid_issuer'],
  ])('refuses %s (Discovery §2)', async (_, body, code, status) => {
    expect(await ask('alice@example.com', body, status)).toMatchObject({ error: { code } })
  })

  it('asks no private address, unless it is told to', async () => {
    await expect(discoverIssuer('alice@127.0.0.1')).rejects.toMatchObject({ code: 'forbidden_address' })
  })
})
