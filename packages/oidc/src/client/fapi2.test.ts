import { createHash } from 'node:crypto'
import { generateKey, type Key } from '@authlib/jose'
import { clientSecretPost, dpop, fapi2, mutualTls, OAuth2Client, privateKeyJwt } from '@authlib/oauth2/client'
import { fakeProvider, testClock, type LocalFakeProvider } from '@authlib/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { OpenIDClient, type OpenIDClientOptions } from './index.ts'

const redirectUri = 'https://app.example/callback'

let clock: ReturnType<typeof testClock>
let provider: LocalFakeProvider
let key: Key
let published: Record<string, unknown>
let pushed: URLSearchParams
let approved = ''
beforeEach(async () => {
  clock = testClock()
  key = await generateKey('ES256')
  provider = fakeProvider({ clock, dpop: true })
  published = {
    ...provider.metadata,
    pushed_authorization_request_endpoint: `${provider.issuer}/par`,
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
  }
  provider.answer('/.well-known/openid-configuration', () => Response.json(published))
  provider.answer('/par', async (request) => {
    pushed = new URLSearchParams(await request.text())
    return Response.json({ request_uri: 'urn:request:1', expires_in: 60 }, { status: 201 })
  })
})

/** The provider knows no assertions: what was proved otherwise is a secret here. */
const fetch: typeof globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  if (!request.url.endsWith('/token')) return provider.fetch(request)
  const body = new URLSearchParams(await request.text())
  body.set('client_id', provider.clientId)
  body.set('client_secret', provider.clientSecret)
  return provider.fetch(new Request(request, { body }))
}

function createClient(options: Partial<OpenIDClientOptions> = {}): OpenIDClient {
  const { issuer, clientId } = provider
  const extensions = [dpop(), fapi2()]
  return new OpenIDClient({ issuer, clientId, clientAuth: privateKeyJwt(key), clock, fetch, extensions, ...options })
}

async function logIn(client = createClient(), changes: Record<string, string | undefined> = {}) {
  const { url, login } = await client.createAuthorization({ redirectUri })
  approved = provider.approve(`${provider.issuer}/authorize?${pushed.toString()}`, changes)
  return { url, result: await client.finishAuthorization(approved, login) }
}

const violates = (section: string) => ({
  code: 'profile_violation',
  message: expect.stringContaining(`FAPI 2.0 §${section}: `) as unknown,
})

it('logs a person in by a pushed request, a client assertion and DPoP (§5.3.3.2)', async () => {
  const { url, result } = await logIn()
  expect([...new URL(url).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
  expect([pushed.get('code_challenge_method'), pushed.has('client_assertion')]).toEqual(['S256', true])
  expect(result).toMatchObject({ claims: { sub: 'alice' }, token: { tokenType: 'DPoP' } })
  expect((await createClient().refresh(result.token)).tokenType).toBe('DPoP')
})

describe('a set-up is refused', () => {
  it.each<[what: string, section: string, options: () => Partial<OpenIDClientOptions>]>([
    ['without a sender constraint', '5.3.3.1', () => ({ extensions: [fapi2()] })],
    [
      'with a certificate that binds no tokens',
      '5.3.3.1',
      () => ({ extensions: [mutualTls({ fetch, boundTokens: false }), fapi2()] }),
    ],
    ['with a secret in the header', '5.3.3.1', () => ({ clientAuth: undefined, clientSecret: 's' })],
    ['with a secret in the body', '5.3.3.1', () => ({ clientAuth: clientSecretPost('s') })],
    ['without authentication', '5.3.3.1', () => ({ clientAuth: undefined })],
    ['that allows http', '5.2.1', () => ({ allowInsecureTransport: true })],
    ['of a hybrid flow', '5.3.3.2', () => ({ responseType: 'code id_token' })],
  ])('%s (§%s)', async (_, section, options) => {
    await expect(createClient(options()).createAuthorization({ redirectUri })).rejects.toMatchObject(violates(section))
  })

  it('with an assertion signed by RS256 (§5.4.1)', async () => {
    const clientAuth = privateKeyJwt(await generateKey('RS256'))
    await expect(createClient({ clientAuth }).createAuthorization({ redirectUri })).rejects.toMatchObject(
      violates('5.4.1'),
    )
  })

  it('with a redirect URI that is http (§5.3.2.2)', async () => {
    const started = createClient().createAuthorization({ redirectUri: 'http://app.example/callback' })
    await expect(started).rejects.toMatchObject(violates('5.3.2.2'))
  })

  it('without an issuer (§5.3.3.1)', async () => {
    const metadata = { token_endpoint: `${provider.issuer}/token` }
    const client = new OAuth2Client({ clientId: 'c', metadata, fetch, extensions: [dpop(), fapi2()] })
    await expect(client.clientCredentials()).rejects.toMatchObject(violates('5.3.3.1'))
  })
})

it('takes a certificate for both the client and its tokens (§5.3.3.1)', async () => {
  published['token_endpoint_auth_methods_supported'] = ['tls_client_auth']
  const client = createClient({ clientAuth: undefined, extensions: [mutualTls({ fetch }), fapi2()] })
  const { url } = await client.createAuthorization({ redirectUri })
  expect(url).toContain('request_uri=')
})

describe('a server is refused', () => {
  it.each<[what: string, section: string, members: Record<string, unknown>]>([
    ['without pushed requests', '5.3.3.2', { pushed_authorization_request_endpoint: undefined }],
    ['without S256', '5.3.3.2', { code_challenge_methods_supported: ['plain'] }],
    ['that does not say whether it has S256', '5.3.3.2', { code_challenge_methods_supported: undefined }],
    ['that promises no iss', '5.3.3.2', { authorization_response_iss_parameter_supported: undefined }],
    ['with secrets only', '5.3.3.1', { token_endpoint_auth_methods_supported: ['client_secret_basic'] }],
    ['with ID Tokens by RS256 only', '5.4.1', { id_token_signing_alg_values_supported: ['RS256'] }],
  ])('%s (§%s)', async (_, section, members) => {
    Object.assign(published, members)
    await expect(createClient().createAuthorization({ redirectUri })).rejects.toMatchObject(violates(section))
    await expect(createClient().clientCredentials()).rejects.toMatchObject(violates(section))
    expect(provider.requests.filter((request) => request.startsWith('POST'))).toEqual([])
  })
})

it('refuses a server on http, even on this machine (§5.2.1)', async () => {
  const { issuer, fetch } = fakeProvider({ issuer: 'http://127.0.0.1:1', dpop: true })
  const client = createClient({ issuer, fetch })
  await expect(client.createAuthorization({ redirectUri })).rejects.toMatchObject(violates('5.2.1'))
})

describe('an answer is refused', () => {
  it('without iss (§5.3.3.2)', async () => {
    await expect(logIn(createClient(), { iss: undefined })).rejects.toMatchObject(violates('5.3.3.2'))
  })

  it('with a bearer token (§5.3.3.1)', async () => {
    provider.answer('/token', () => Response.json({ access_token: 'a', token_type: 'Bearer' }))
    const client = new OAuth2Client({
      ...{ issuer: provider.issuer, clientId: 'c', clientAuth: privateKeyJwt(key), clock, fetch },
      extensions: [dpop(), fapi2()],
    })
    await expect(client.clientCredentials()).rejects.toMatchObject({ code: 'invalid_response' }) // `dpop()` is the first to see it
  })
})

it('names no secret in its errors', async () => {
  const secret = createHash('sha256').update('x').digest('hex')
  const error: unknown = await createClient({ clientAuth: clientSecretPost(secret) })
    .createAuthorization({ redirectUri })
    .catch((reason: unknown) => reason)
  expect(JSON.stringify(error) + String(error)).not.toContain(secret)
})
