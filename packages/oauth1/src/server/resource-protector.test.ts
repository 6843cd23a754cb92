import { apiSession } from '../client/index.ts'
import { describe, expect, it } from 'vitest'
import {
  CALLBACK,
  obtainToken,
  ORIGIN,
  post,
  PUBLIC_KEY,
  RSA,
  send,
  START,
  world,
  type World,
} from '../../test/journey.ts'
import { bodyHash, hmacSha1, hmacSha256, plaintext, rsaSha1, rsaSha256, signRequest } from '../index.ts'
import { OAuth1Error, staticClients } from './index.ts'

const asked = { params: { oauth_callback: CALLBACK } }

/** A token, and requests signed with it. */
async function signedIn(one: World = world()) {
  const { signing, token, client } = await obtainToken(one)
  return {
    one,
    token,
    client,
    ask: (options: Parameters<typeof post>[2] = {}) => post(one, '/who', { ...signing, ...options }),
  }
}

describe('what a protected resource checks (RFC 5849 §3.2)', () => {
  it('A1-19: tells the handler who asks, and leaves the form for it', async () => {
    const { ask } = await signedIn()
    const answer = await ask({ request: { form: 'a=1&b=%20' } })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({
      clientId: 'web',
      subject: 'ann',
      realms: ['photos', 'mail'],
      body: 'a=1&b=%20',
    })
  })

  it('A1-19, H5: refuses an unknown token with a challenge', async () => {
    const { ask } = await signedIn()
    for (const token of [
      'unknown',
      'oa_AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      '__proto__',
    ]) {
      const answer = await ask({ token: { token, tokenSecret: 'x' } })
      expect(answer.status).toBe(401)
      expect(answer.form).toEqual({ error: 'invalid_token', error_description: 'The token is not valid' })
      expect(answer.headers.get('www-authenticate')).toBe(`OAuth realm="${ORIGIN}"`)
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('OL-09, H5: refuses an unknown client, whatever it signs with', async () => {
    const one = world({ signatureMethods: [hmacSha1, rsaSha1, plaintext] })
    for (const options of [{ clientSecret: '' }, { signatureMethod: plaintext }, { clientSecret: 'client & ü' }]) {
      const answer = await post(one, '/oauth1/initiate', { ...asked, clientId: 'nobody', ...options })
      expect(answer.status).toBe(401)
      expect(answer.form['error']).toBe('invalid_client')
    }
    const header = `OAuth oauth_consumer_key="nobody", oauth_signature_method="RSA-SHA1", oauth_timestamp="${START}", oauth_nonce="n", oauth_signature="AAAA", oauth_callback="oob"`
    expect((await send(one, '/oauth1/initiate', { headers: { authorization: header } })).form['error']).toBe(
      'invalid_client',
    )
  })

  it.each([
    ['the client secret', { clientSecret: 'wrong' }],
    ['no client secret', { clientSecret: '' }],
    ['a broken signature', { signatureMethod: { ...hmacSha1, sign: () => 'AAAA' } }],
  ])('A1-15, H5: refuses %s', async (_name, options) => {
    const { ask } = await signedIn()
    const answer = await ask(options)
    expect(answer.status).toBe(401)
    expect(answer.form).toEqual({ error: 'invalid_signature', error_description: 'The signature is not valid' })
  })

  it('A1-15, H5: refuses a wrong token secret', async () => {
    const { ask, token } = await signedIn()
    for (const tokenSecret of ['', 'wrong']) {
      const answer = await ask({ token: { token: token.accessToken, tokenSecret } })
      expect(answer.form['error']).toBe('invalid_signature')
    }
  })

  it('H6: refuses a request whose method, path, query, form, host or scheme was changed', async () => {
    const { one, token } = await signedIn()
    const signed = await signRequest(
      { method: 'POST', url: `${ORIGIN}/who?a=1`, form: 'b=2' },
      {
        clientId: 'web',
        clientSecret: 'client & ü',
        clock: one.clock,
        token: { token: token.accessToken, tokenSecret: token.tokenSecret },
      },
    )
    const sendAs = (path: string, init: RequestInit = {}) =>
      send(one, path, {
        headers: { authorization: signed.authorization ?? '', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'b=2',
        ...init,
      })
    for (const [path, init] of [
      ['/who?a=1', { method: 'PUT' }],
      ['/who/?a=1', {}],
      ['/WHO?a=1', {}],
      ['/who?a=2', {}],
      ['/who?a=1&a=1', {}],
      ['/who', {}],
      ['/who?a=1', { body: 'b=3' }],
      ['/who?a=1', { body: '' }],
    ] as const) {
      expect((await sendAs(path, init)).form['error'], path).toBe('invalid_signature')
    }
    const elsewhere = world({ origin: 'https://other.example', store: one.store })
    expect((await elsewhere.fetch(`${ORIGIN}/who?a=1`, await initOf(signed))).status).toBe(401)
    expect((await sendAs('/who?a=1')).status).toBe(200)
  })

  it('H6: signs with the configured origin, whatever Host and X-Forwarded headers say', async () => {
    const { ask } = await signedIn()
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-port': '81' }
    expect((await ask({ headers })).status).toBe(200)
  })

  it('A1-11: reads the raw request line: what is encoded stays encoded', async () => {
    const { one, client, token } = await signedIn()
    const { fetch } = apiSession(client, { token })
    for (const path of [
      '/who/%7Ea%2fb',
      "/who/;p='x'(1)*!",
      '/who?a=%7E+%20&b&=c&a=',
      '/who/ü?ü=%C3%BC',
      '/who?a=b%26c%3Dd',
    ]) {
      expect((await fetch(path)).status, path).toBe(200)
    }
    expect(one.events.filter(({ type }) => type === 'request.refused')).toEqual([])
  })

  it('A1-13, H3: refuses a timestamp that is no positive integer or too far from the clock (§3.3)', async () => {
    const { one, ask } = await signedIn()
    for (const timestamp of [
      '-1',
      '1.5',
      'now',
      '1e9',
      ' ',
      '0x10',
      `${START - 301}`,
      `${START + 301}`,
      '9'.repeat(20),
    ]) {
      const answer = await ask({ params: { oauth_timestamp: timestamp } })
      expect(answer.status, timestamp).toBe(400)
      expect(answer.form['error']).toBe('invalid_request')
    }
    for (const timestamp of [START - 300, START + 300]) {
      expect((await ask({ params: { oauth_timestamp: String(timestamp) } })).status).toBe(200)
    }
    expect(one.events.at(-1)).toMatchObject({ type: 'request.refused', error: 'invalid_request' })
    const strict = world({ timestampWindow: 10 })
    const answer = await post(strict, '/oauth1/initiate', {
      params: { ...asked.params, oauth_timestamp: `${START - 11}` },
    })
    expect(answer.status).toBe(400)
  })

  it('A1-14, H3: takes a nonce once for each client, token and timestamp (§3.3)', async () => {
    const { one, ask } = await signedIn()
    const params = { oauth_nonce: 'n' }
    expect((await ask({ params })).status).toBe(200)
    const replay = await ask({ params })
    expect(replay.status).toBe(401)
    expect(replay.form).toEqual({ error: 'invalid_nonce', error_description: 'The nonce was used before' })
    expect((await ask({ params: { ...params, oauth_timestamp: String(START + 1) } })).status).toBe(200)
    const other = await obtainToken(one, { subject: 'bob' })
    expect((await post(one, '/who', { ...other.signing, params })).status).toBe(200)
    expect((await post(one, '/oauth1/initiate', { params: { ...asked.params, ...params } })).status).toBe(200)
    expect((await post(one, '/oauth1/initiate', { params: { ...asked.params, ...params } })).form['error']).toBe(
      'invalid_nonce',
    )
  })

  it('A1-14: remembers a nonce for as long as its timestamp is accepted', async () => {
    const { one, ask } = await signedIn()
    const params = { oauth_nonce: 'n', oauth_timestamp: String(START + 300) }
    expect((await ask({ params })).status).toBe(200)
    one.clock.advance(600)
    expect((await ask({ params })).form['error']).toBe('invalid_nonce')
    one.clock.advance(1)
    expect((await ask({ params })).form['error']).toBe('invalid_request')
  })

  it('does not use up the nonce of a request with a bad signature', async () => {
    const { ask } = await signedIn()
    const params = { oauth_nonce: 'n' }
    expect((await ask({ params, clientSecret: 'wrong' })).status).toBe(401)
    expect((await ask({ params })).status).toBe(200)
  })

  it('OL-08, H4: takes version 1.0 or none, and no other', async () => {
    const { ask } = await signedIn()
    expect((await ask({ params: { oauth_version: undefined } })).status).toBe(200)
    for (const version of ['2.0', '1', '']) {
      const answer = await ask({ params: { oauth_version: version } })
      expect(answer.form).toEqual({ error: 'invalid_request', error_description: 'oauth_version must be 1.0' })
    }
  })

  it('A1-18, H4: refuses a protocol parameter that comes twice, in one place or in two (§3.1)', async () => {
    const { one, ask } = await signedIn()
    for (const request of [{ url: `${ORIGIN}/who?oauth_nonce=a` }, { form: 'oauth_token=a' }]) {
      const answer = await ask({ request })
      expect(answer.status).toBe(400)
      expect(answer.form['error']).toBe('duplicated_oauth_protocol_parameter')
    }
    const header = 'OAuth oauth_token="a", oauth_token="a"'
    expect((await send(one, '/who', { headers: { authorization: header } })).form['error']).toBe(
      'duplicated_oauth_protocol_parameter',
    )
    expect((await send(one, '/who?oauth_version=1.0&oauth_version=1.0')).form['error']).toBe(
      'duplicated_oauth_protocol_parameter',
    )
  })

  it('OL-08: refuses protocol parameters in more than one place (§3.5)', async () => {
    const { ask } = await signedIn()
    const answer = await ask({ request: { url: `${ORIGIN}/who?oauth_extra=1` } })
    expect(answer.form).toEqual({
      error: 'invalid_request',
      error_description: 'The protocol parameters are in more than one place',
    })
  })

  it('A1-15, FO-08: refuses a signature method that the server does not have', async () => {
    const { one, ask } = await signedIn()
    for (const name of ['MD5', 'hmac-sha1', '__proto__']) {
      const answer = await ask({ params: { oauth_signature_method: name } })
      expect(answer.status).toBe(400)
      expect(answer.form['error']).toBe('unsupported_signature_method')
    }
    const rsa = await post(one, '/oauth1/initiate', {
      ...asked,
      params: { ...asked.params, oauth_signature_method: 'RSA-SHA1' },
    })
    expect(rsa.form['error']).toBe('unsupported_signature_method')
  })

  it('H9: refuses another method than the client is registered for', async () => {
    const one = world({ signatureMethods: [hmacSha1, hmacSha256, plaintext, rsaSha1, rsaSha256] })
    const initiate = async (options: Parameters<typeof post>[2]) =>
      (await post(one, '/oauth1/initiate', { ...asked, ...options })).form['error']
    // the public key as a secret
    expect(await initiate({ clientId: 'rsa', clientSecret: PUBLIC_KEY })).toBe('unsupported_signature_method')
    expect(await initiate({ clientId: 'rsa', clientSecret: '', signatureMethod: plaintext })).toBe(
      'unsupported_signature_method',
    )
    expect(await initiate({ signatureMethod: plaintext })).toBe('unsupported_signature_method')
    expect(await initiate({ clientId: 'plain', clientSecret: 'plain & ü' })).toBe('unsupported_signature_method')
    expect(RSA.signatureMethods).toBeUndefined()
  })

  it('H9: keeps a client to the one method that is registered', async () => {
    const clients = staticClients([
      { clientId: 'web', clientSecret: 'client & ü', redirectUris: [CALLBACK], signatureMethods: ['HMAC-SHA256'] },
    ])
    const one = world({ clients })
    expect((await post(one, '/oauth1/initiate', asked)).form['error']).toBe('unsupported_signature_method')
    expect((await post(one, '/oauth1/initiate', { ...asked, signatureMethod: hmacSha256 })).status).toBe(200)
  })

  it('takes PLAINTEXT without timestamp and nonce, and checks them when they are there (§3.1)', async () => {
    const one = world({ signatureMethods: [plaintext] })
    const plain = { clientId: 'plain', clientSecret: 'plain & ü', signatureMethod: plaintext }
    const bare = { ...asked.params, oauth_timestamp: undefined, oauth_nonce: undefined }
    expect((await post(one, '/oauth1/initiate', { ...plain, params: bare })).status).toBe(200)
    const old = { ...asked.params, oauth_timestamp: '1' }
    expect((await post(one, '/oauth1/initiate', { ...plain, params: old })).status).toBe(400)
    const half = { ...asked.params, oauth_timestamp: undefined }
    expect((await post(one, '/oauth1/initiate', { ...plain, params: half })).form['error']).toBe(
      'missing_required_parameter',
    )
  })

  it('A1-07: verifies the hash of a body that is no form (OAuth Request Body Hash §3.2)', async () => {
    const { one, token, ask } = await signedIn()
    const sendJson = async (hash: string, body: string) => {
      const { authorization = '' } = await signRequest(
        { method: 'POST', url: `${ORIGIN}/who` },
        {
          clientId: 'web',
          clientSecret: 'client & ü',
          clock: one.clock,
          token: { token: token.accessToken, tokenSecret: token.tokenSecret },
          params: { oauth_body_hash: hash },
        },
      )
      return send(one, '/who', { headers: { authorization, 'content-type': 'application/json' }, body })
    }
    expect((await sendJson(await bodyHash('{"a":"ü"}', hmacSha1), '{"a":"ü"}')).status).toBe(200)
    expect((await sendJson(await bodyHash('{}', hmacSha1), '{"a":1}')).form['error']).toBe('invalid_signature')
    const withForm = await ask({ request: { form: 'a=1' }, params: { oauth_body_hash: 'x' } })
    expect(withForm.form).toEqual({
      error: 'unsupported_parameter',
      error_description: 'oauth_body_hash is not for this request',
    })
  })

  it('OL-10, FO-08: lets a token through that has the realms', async () => {
    const one = world()
    const { token } = await obtainToken(one, { subject: 'ann', realms: ['photos'] })
    const protectWith = async (requirement?: string | readonly string[]) => {
      const { authorization = '' } = await signRequest(
        { url: `${ORIGIN}/x` },
        {
          clientId: 'web',
          clientSecret: 'client & ü',
          clock: one.clock,
          token: { token: token.accessToken, tokenSecret: token.tokenSecret },
        },
      )
      const headers = new Headers({ authorization })
      return one.protector.protect({ method: 'GET', url: '/x', headers, text: async () => '' }, requirement)
    }
    expect(await protectWith()).toMatchObject({ scope: ['photos'] })
    expect(await protectWith('photos')).toMatchObject({ subject: 'ann' })
    for (const requirement of ['mail', 'photos mail', ['photos', 'mail']]) {
      await expect(protectWith(requirement)).rejects.toMatchObject({ code: 'insufficient_scope', status: 403 })
    }
  })

  it('lets a client in that signs for itself only when told so', async () => {
    expect((await post(world(), '/who')).form).toMatchObject({ error: 'missing_required_parameter' })
    const one = world({}, { allowClientRequests: true })
    const answer = await post(one, '/who')
    expect(JSON.parse(answer.text)).toMatchObject({ clientId: 'web', realms: ['photos', 'mail'] })
    expect(answer.text).not.toContain('subject')
    const { signing } = await obtainToken(one)
    expect(JSON.parse((await post(one, '/who', signing)).text)).toMatchObject({ subject: 'ann' })
    expect((await post(one, '/who', { params: { oauth_token: 'unknown' } })).form['error']).toBe('invalid_token')
  })

  it.each([
    'OAuth',
    'OAuth oauth_token',
    `OAuth ${','.repeat(10_000)}`,
    `OAuth oauth_token="${'a'.repeat(60_000)}"`,
    'Bearer abc',
  ])('H10: answers the header %.30s with 400', async (authorization) => {
    const answer = await send(world(), '/who', { headers: { authorization } })
    expect(answer.status).toBe(400)
  })

  it('answers malformed parameters with 400, and a target that parsers read differently', async () => {
    const one = world()
    for (const path of ['/who?a=%zz', '/who?a=%FF', `/who?${'a&'.repeat(1001)}`]) {
      expect((await send(one, path)).form['error']).toBe('invalid_request')
    }
    const http = { method: 'GET', url: 'http://a;/who', headers: new Headers(), text: async () => '' }
    await expect(one.protector.protect(http)).rejects.toBeInstanceOf(OAuth1Error)
  })

  it('answers a crash with 500 that tells nothing, and a store that is down with 503', async () => {
    const crash = world({ clients: { find: () => Promise.reject(new Error('secret detail')) } })
    const answer = await post(crash, '/oauth1/initiate', asked)
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('detail')
    expect(crash.events.at(-1)).toMatchObject({ type: 'server.error' })
  })
})

async function initOf({
  authorization = '',
  form = '',
}: {
  authorization?: string | undefined
  form?: string | undefined
}): Promise<RequestInit> {
  return {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  }
}
