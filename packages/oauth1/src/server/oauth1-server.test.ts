import { apiSession } from '../client/index.ts'
import { memoryStore, type Store } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  CALLBACK,
  CLIENT,
  decide,
  getRequest,
  locationOf,
  obtainToken,
  ORIGIN,
  PIN,
  PLAIN,
  post,
  PRIVATE_KEY,
  RSA,
  SECRETS,
  send,
  START,
  world,
} from '../../test/journey.ts'
import { hmacSha1, hmacSha256, hmacSha512, plaintext, rsaSha1, rsaSha256, rsaSha512 } from '../index.ts'
import { OAuth1Server, staticClients, storedClients } from './index.ts'

const INITIATE = '/oauth1/initiate'
const TOKEN = '/oauth1/token'
const asked = { params: { oauth_callback: CALLBACK } }
const EVERY = [hmacSha1, hmacSha256, hmacSha512, plaintext, rsaSha1, rsaSha256, rsaSha512]

describe('the whole journey (RFC 5849 §2)', () => {
  it.each(EVERY)('A1-15, H2: with $name in the header, the query and the form', async (signatureMethod) => {
    const one = world({ signatureMethods: EVERY })
    const { clientId, clientSecret, privateKey } =
      signatureMethod.key === 'publicKey'
        ? { clientId: RSA.clientId, clientSecret: undefined, privateKey: PRIVATE_KEY }
        : { ...(signatureMethod === plaintext ? PLAIN : CLIENT), privateKey: undefined }
    for (const placement of ['header', 'query', 'body'] as const) {
      const options = { signatureMethod, clientId, clientSecret, privateKey, placement }
      const { client, token } = await obtainToken(one, { subject: 'ann' }, options)
      const answer = await apiSession(client, { token }).fetch('/who?a=1&a=%20', {
        method: 'POST',
        body: new URLSearchParams([
          ['b', 'ü &'],
          ['b', ''],
        ]),
      })
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ clientId, subject: 'ann' })
    }
  })

  it('tells what happened, without a credential', async () => {
    const one = world()
    const { token } = await obtainToken(one)
    expect(one.events.map(({ type }) => type)).toEqual([
      'temporary_credentials.issued',
      'authorization.granted',
      'token.issued',
    ])
    const told = JSON.stringify(one.events)
    expect(told).not.toContain(token.tokenSecret)
    expect(told).not.toContain(token.accessToken)
  })

  it('keeps nothing secret at rest', async () => {
    const { store, batches } = spied()
    const one = world({ store })
    const { token } = await obtainToken(one)
    const dump = JSON.stringify(batches)
    expect(batches.length).toBeGreaterThan(2)
    for (const secret of [token.accessToken, token.tokenSecret, 'client & ü']) expect(dump).not.toContain(secret)
  })

  it('writes one batch for each step, each in one partition', async () => {
    const { store, batches } = spied()
    await obtainToken(world({ store }))
    expect(batches.map(({ put, remove }) => [put.length, remove.length])).toEqual([
      [2, 0],
      [1, 0],
      [2, 1],
    ])
    expect(new Set(batches.map(({ partition }) => partition)).size).toBe(1)
  })
})

describe('temporary credentials (RFC 5849 §2.1)', () => {
  it('A1-12: answers form-encoded, never cached, and confirms the callback', async () => {
    const answer = await post(world(), INITIATE, asked)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.form).toEqual({
      oauth_token: expect.stringMatching(/^ot_[\w-]{22}\.[\w-]{43}$/) as string,
      oauth_token_secret: expect.stringMatching(/^[\w-]{43}$/) as string,
      oauth_callback_confirmed: 'true',
    })
  })

  it('A1-12: takes POST only', async () => {
    const one = world()
    for (const path of [INITIATE, TOKEN]) {
      const answer = await send(one, path, { method: 'GET' })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('POST')
    }
    expect((await send(one, '/oauth1/nothing')).status).toBe(404)
  })

  it.each([
    ['oauth_consumer_key'],
    ['oauth_signature_method'],
    ['oauth_timestamp'],
    ['oauth_nonce'],
    ['oauth_callback'],
  ])('A1-12, OL-08: names %s when it is missing', async (name) => {
    for (const value of [undefined, '']) {
      const answer = await post(world(), INITIATE, { params: { ...asked.params, [name]: value } })
      expect(answer.status).toBe(400)
      expect(answer.form).toEqual({ error: 'missing_required_parameter', error_description: `${name} is missing` })
    }
  })

  it('A1-12, OL-08: names oauth_signature when it is missing', async () => {
    const header = `OAuth oauth_consumer_key="web", oauth_signature_method="HMAC-SHA1", oauth_timestamp="${START}", oauth_nonce="n"`
    const answer = await send(world(), INITIATE, { headers: { authorization: header } })
    expect(answer.form).toMatchObject({
      error: 'missing_required_parameter',
      error_description: 'oauth_signature is missing',
    })
    expect((await send(world(), INITIATE)).form['error']).toBe('missing_required_parameter')
  })

  it.each(['https://evil.example/', 'https://app.example/cb', 'oob', 'not a URL'])(
    'A1-12, H7, FO-08: refuses the callback %s, which is not registered',
    async (callback) => {
      const answer = await post(world(), INITIATE, { params: { oauth_callback: callback } })
      expect(answer.status).toBe(400)
      expect(answer.form).toEqual({ error: 'invalid_request', error_description: 'oauth_callback is not registered' })
    },
  )

  it('OL-10, FO-08: grants the realms of the header that the client may ask for, and all of them by default', async () => {
    const one = world()
    const granted = async (realm?: string) => {
      const client = one.client({ realm })
      const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
      const request = await one.server.validateAuthorizationRequest(getRequest(url))
      const callback = locationOf(await decide(one.server, url))
      return { request, token: (await client.finishAuthorization(callback, login)).token, client }
    }
    expect((await granted('photos')).request.realms).toEqual(['photos'])
    expect((await granted()).request.realms).toEqual(['photos', 'mail'])
    await expect(granted('photos admin')).rejects.toMatchObject({ code: 'request_refused' })
    const { client, token } = await granted('mail')
    expect(await (await apiSession(client, { token }).fetch('/who')).json()).toMatchObject({ realms: ['mail'] })
  })

  it('takes the realm of a client without realms for a name (RFC 9110 §11.5)', async () => {
    const answer = await post(world(), INITIATE, { ...asked, clientId: 'other', clientSecret: 'other', realm: ORIGIN })
    expect(answer.status).toBe(200)
  })
})

describe('the decision (RFC 5849 §2.2)', () => {
  it('A1-16: sends the person back with token and verifier, and keeps the query of the callback', async () => {
    const one = world()
    const { url, id } = await one.client().createAuthorization({ redirectUri: CALLBACK })
    const response = await decide(one.server, url)
    expect(response.status).toBe(303)
    const location = new URL(locationOf(response))
    expect(location.origin + location.pathname).toBe('https://app.example/cb')
    expect(location.searchParams.get('keep')).toBe('1')
    expect(location.searchParams.get('oauth_token')).toBe(id)
    expect(location.searchParams.get('oauth_verifier')).toMatch(/^[\w-]{43}$/)
  })

  it('A1-16, FO-08: tells the client of a refusal, and gives no token for it', async () => {
    const one = world()
    const client = one.client()
    const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
    const callback = locationOf(await decide(one.server, url, { denied: true }))
    expect(new URL(callback).searchParams.get('error')).toBe('access_denied')
    await expect(client.finishAuthorization(callback, login)).rejects.toMatchObject({ code: 'access_denied' })
    await expect(client.requestTokenCredentials(login, 'v')).rejects.toMatchObject({ code: 'request_refused' })
    expect(one.events.at(-1)).toMatchObject({ type: 'request.refused', error: 'invalid_token', clientId: 'web' })
  })

  it.each(['', '?oauth_token=', '?oauth_token=unknown', '?oauth_token=a&oauth_token=b'])(
    'A1-16: refuses the authorization request %s',
    async (query) => {
      const { server } = world()
      await expect(server.validateAuthorizationRequest(getRequest(`/oauth1/authorize${query}`))).rejects.toMatchObject({
        code: 'invalid_request',
        status: 400,
      })
    },
  )

  it('A1-16: refuses a request that is finished, or too old', async () => {
    const one = world()
    const client = one.client()
    const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
    await client.finishAuthorization(locationOf(await decide(one.server, url)), login)
    await expect(decide(one.server, url)).rejects.toMatchObject({ code: 'invalid_request' })

    const other = await client.createAuthorization({ redirectUri: CALLBACK })
    one.clock.advance(601)
    await expect(decide(one.server, other.url)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('H7: ignores a callback at the authorization endpoint (session fixation of OAuth Core 1.0)', async () => {
    const one = world()
    const { url } = await one.client().createAuthorization({ redirectUri: CALLBACK })
    const response = await decide(one.server, `${url}&oauth_callback=https%3A%2F%2Fevil.example%2F`)
    expect(locationOf(response)).toMatch(/^https:\/\/app\.example\/cb\?keep=1&/)
  })

  it('answers twice alike, and refuses another decision', async () => {
    const one = world()
    const { url } = await one.client().createAuthorization({ redirectUri: CALLBACK })
    const first = await decide(one.server, url)
    expect(await decide(one.server, url)).toEqual(first)
    await expect(decide(one.server, url, { subject: 'bob' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(decide(one.server, url, { denied: true })).rejects.toMatchObject({ code: 'invalid_request' })
    const other = (await one.client().createAuthorization({ redirectUri: CALLBACK })).url
    const denied = await decide(one.server, other, { denied: true })
    expect(await decide(one.server, other, { denied: true })).toEqual(denied)
  })

  it('OL-10: grants no realm that was not asked for', async () => {
    const one = world()
    const { url } = await one.client({ realm: 'photos' }).createAuthorization({ redirectUri: CALLBACK })
    await expect(decide(one.server, url, { subject: 'ann', realms: ['mail'] })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    const { token, client } = await obtainToken(one, { subject: 'ann', realms: ['mail'] })
    expect(await (await apiSession(client, { token }).fetch('/who')).json()).toMatchObject({ realms: ['mail'] })
  })

  it('A1-16, OL-07: shows a PIN to a person whose client cannot be redirected to (oob)', async () => {
    const one = world()
    const client = one.client({ clientId: 'pin', clientSecret: PIN.clientSecret })
    const { url, login } = await client.createAuthorization({ redirectUri: 'oob' })
    const page = await decide(one.server, url)
    expect(page.status).toBe(200)
    expect(page.headers).toContainEqual(['content-type', 'text/html; charset=utf-8'])
    const [, pin = ''] = /<strong id="pin">(\d{10})<\/strong>/.exec(page.body) ?? []
    expect((await client.requestTokenCredentials(login, pin)).accessToken).toMatch(/^oa_/)
    const other = await client.createAuthorization({ redirectUri: 'oob' })
    expect((await decide(one.server, other.url, { denied: true })).body).toContain('Access denied')
  })
})

describe('token credentials (RFC 5849 §2.3)', () => {
  const approved = async (one = world()) => {
    const client = one.client()
    const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
    const callback = new URL(locationOf(await decide(one.server, url)))
    return { one, client, login, verifier: callback.searchParams.get('oauth_verifier') ?? '' }
  }

  it('A1-17: exchanges temporary credentials once', async () => {
    const { one, client, login, verifier } = await approved()
    const { accessToken } = await client.requestTokenCredentials(login, verifier)
    expect(accessToken).toMatch(/^oa_[\w-]{22}\.[\w-]{43}$/)
    await expect(client.requestTokenCredentials(login, verifier)).rejects.toMatchObject({
      response: { status: 401, text: 'error=invalid_token&error_description=The%20token%20is%20not%20valid' },
    })
    expect(one.events.at(-1)).toMatchObject({ reason: 'it is unknown, expired or used' })
  })

  it('A1-17, H8: refuses a wrong verifier, one of another login, and any before the approval', async () => {
    const { one, client, login } = await approved()
    const other = await approved(one)
    for (const verifier of ['wrong', other.verifier]) {
      await expect(client.requestTokenCredentials(login, verifier)).rejects.toMatchObject({ response: { status: 401 } })
    }
    const early = await client.createAuthorization({ redirectUri: CALLBACK })
    await expect(client.requestTokenCredentials(early.login, 'early')).rejects.toMatchObject({
      response: { status: 401 },
    })
    const missing = await post(one, TOKEN, { token: login })
    expect(missing.form).toMatchObject({
      error: 'missing_required_parameter',
      error_description: 'oauth_verifier is missing',
    })
  })

  it('H8: gives up after three wrong verifiers', async () => {
    const { client, login, verifier } = await approved()
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(client.requestTokenCredentials(login, 'wrong')).rejects.toMatchObject({ response: { status: 401 } })
    }
    await expect(client.requestTokenCredentials(login, verifier)).rejects.toMatchObject({ response: { status: 401 } })
  })

  it('H8: refuses temporary credentials as a token, a token as temporary credentials, and those of another client', async () => {
    const { one, client, login, verifier } = await approved()
    expect((await post(one, '/who', { token: login })).form['error']).toBe('invalid_token')
    const { token } = await obtainToken(one)
    const asTemporary = { token: token.accessToken, tokenSecret: token.tokenSecret }
    const params = { oauth_verifier: verifier }
    expect((await post(one, TOKEN, { token: asTemporary, params })).form['error']).toBe('invalid_token')
    const foreign = { clientId: 'other', clientSecret: 'other', token: login, params }
    expect((await post(one, TOKEN, foreign)).form['error']).toBe('invalid_token')
    expect((await client.requestTokenCredentials(login, verifier)).accessToken).toMatch(/^oa_/)
  })

  it('refuses them once they have expired', async () => {
    const { one, client, login, verifier } = await approved()
    one.clock.advance(601)
    await expect(client.requestTokenCredentials(login, verifier)).rejects.toMatchObject({ response: { status: 401 } })
  })

  it('FO-11: gives tokens a lifetime when told so', async () => {
    const one = world({ tokenLifetime: 3600 })
    const { client, token } = await obtainToken(one)
    expect(token.expiresAt).toBe(START + 3600)
    one.clock.advance(3599)
    expect((await apiSession(client, { token }).fetch('/who')).status).toBe(200)
    one.clock.advance(1)
    expect((await apiSession(client, { token }).fetch('/who')).status).toBe(401)
  })
})

describe('administration', () => {
  it('lists and ends the tokens of a person or a client', async () => {
    const one = world()
    const ann = await obtainToken(one)
    const bob = await obtainToken(one, { subject: 'bob', realms: ['mail'] })
    const list = async (owner: { subject: string } | { clientId: string }) => {
      const tokens = []
      for await (const token of one.server.listTokens(owner)) tokens.push(token)
      return tokens
    }
    expect(await list({ subject: 'bob' })).toEqual([
      { clientId: 'web', subject: 'bob', realms: ['mail'], issuedAt: START },
    ])
    expect(await list({ clientId: 'web' })).toHaveLength(2)
    expect(await one.server.revokeTokens({ subject: 'ann' })).toBe(1)
    expect((await apiSession(ann.client, { token: ann.token }).fetch('/who')).status).toBe(401)
    expect((await apiSession(bob.client, { token: bob.token }).fetch('/who')).status).toBe(200)
    expect(await one.server.revokeTokens({ token: bob.token.accessToken })).toBe(1)
    expect(await one.server.revokeTokens({ token: 'unknown' })).toBe(0)
    expect((await apiSession(bob.client, { token: bob.token }).fetch('/who')).status).toBe(401)
  })

  it('A1-20: keeps clients sealed in the store, and forgets the tokens of one that is removed', async () => {
    const { store, batches } = spied()
    const clients = storedClients(store, { secrets: SECRETS })
    await clients.save(CLIENT)
    expect(JSON.stringify(batches)).not.toContain('client & ü')
    const one = world({ store, clients })
    const { client, token } = await obtainToken(one)
    expect((await apiSession(client, { token }).fetch('/who')).status).toBe(200)
    await clients.remove('web')
    expect((await apiSession(client, { token }).fetch('/who')).status).toBe(401)
  })

  it('A1-20, OL-46: takes a table of your own as clients', async () => {
    const one = world({ clients: { find: async (id) => (id === 'web' ? CLIENT : null) } })
    expect((await post(one, INITIATE, asked)).status).toBe(200)
  })

  it.each([
    [{ clientId: '', clientSecret: 's', redirectUris: [] }],
    [{ clientId: 'a', clientSecret: '', redirectUris: [] }],
    [{ clientId: 'a', redirectUris: [] }],
    [{ clientId: 'a', clientSecret: 's', redirectUris: ['/cb'] }],
  ])('refuses the client %j', (client) => {
    expect(() => staticClients([client])).toThrow(expect.objectContaining({ code: 'invalid_client_metadata' }))
  })
})

describe('configuration', () => {
  const options = { origin: ORIGIN, store: memoryStore(), secrets: SECRETS, clients: staticClients([]) }

  it('OL-08: demands TLS, but on this machine', () => {
    const http = { ...options, origin: 'http://api.example' }
    expect(() => new OAuth1Server(http)).toThrow(expect.objectContaining({ code: 'insecure_transport' }))
    expect(new OAuth1Server({ ...http, allowInsecureTransport: true }).routes).toHaveLength(2)
    expect(new OAuth1Server({ ...options, origin: 'http://localhost:4000' }).routes).toHaveLength(2)
    expect(() => new OAuth1Server({ ...http, allowInsecureTransport: true, signatureMethods: [plaintext] })).toThrow(
      expect.objectContaining({ code: 'insecure_transport' }),
    )
  })

  it('refuses an origin with a path, a weak secret and a weak store', () => {
    for (const origin of ['https://api.example/v1', 'api.example', 'https://user@api.example']) {
      expect(() => new OAuth1Server({ ...options, origin })).toThrow(TypeError)
    }
    expect(() => new OAuth1Server({ ...options, secrets: ['short'] })).toThrow(
      expect.objectContaining({ code: 'weak_secret' }),
    )
    const store: Store = { ...options.store, guarantees: { ...options.store.guarantees, reads: 'eventual' } }
    expect(() => new OAuth1Server({ ...options, store })).toThrow(expect.objectContaining({ code: 'weak_storage' }))
  })

  it('A1-21: has other paths when told so, and an authorization endpoint only with pages', () => {
    const paths = { initiate: '/a', authorize: '/b', token: '/c' }
    const pages = { login: '/login', consent: '/consent' }
    expect(new OAuth1Server({ ...options, paths, pages }).routes).toEqual([
      { path: '/a', methods: ['POST'] },
      { path: '/c', methods: ['POST'] },
      { path: '/b', methods: ['GET', 'HEAD'] },
    ])
    expect(new OAuth1Server({ ...options, paths }).routes.map(({ path }) => path)).toEqual(['/a', '/c'])
  })
})

/** A memory store, and every batch it was asked to write. */
function spied() {
  const store = memoryStore()
  const batches: Parameters<Store['commit']>[0][] = []
  const commit: Store['commit'] = (batch) => {
    batches.push(batch)
    return store.commit(batch)
  }
  return { store: { ...store, commit }, batches }
}
