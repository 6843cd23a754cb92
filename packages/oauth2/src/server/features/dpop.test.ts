import { fromRequest, type ClientCertificate } from '@authlib/core'
import { decodeUnverifiedJwt, generateKey, jwkThumbprint, signJwt, staticKeys, type Key } from '@authlib/jose'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  Browser,
  fullServer,
  ISSUER,
  post,
  PUBLIC,
  REDIRECT_URI,
  VERIFIER,
  WEB,
  API,
  authorizeUrl,
  CHALLENGE,
  basic,
} from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { staticClients, type ConfiguredClient } from '../records/clients.ts'
import { dpop, type DpopOptions } from './dpop.ts'
import { jwtAccessToken } from './jwt-access-token.ts'
import { mutualTls } from './mutual-tls.ts'
import { pushedAuthorizationRequests } from './pushed-authorization.ts'
import { requestObject } from './request-object.ts'

let key: Key
let other: Key
let jkt: string
beforeAll(async () => {
  key = await generateKey('ES256')
  other = await generateKey('ES256')
  jkt = await jwkThumbprint(key.publicJwk())
})

interface Made {
  readonly by?: Key
  readonly htu?: string
  readonly nonce?: string | undefined
}

let count = 0
function proof({ by = key, htu = `${ISSUER}/token`, nonce }: Made = {}): Promise<string> {
  const { kty, crv, x, y } = by.publicJwk()
  const claims = {
    jti: `p${++count}`,
    htm: 'POST',
    htu,
    iat: Math.floor(Date.now() / 1000),
    ...(nonce !== undefined && { nonce }),
  }
  return signJwt(claims, by, { typ: 'dpop+jwt', header: { jwk: { kty, crv, x, y } } as never, lifetime: null })
}

function serverWith(options: DpopOptions = {}, clients: ConfiguredClient[] = []): AuthorizationServer {
  const { server } = fullServer({ clients: staticClients([WEB, PUBLIC, API, ...clients]) })
  return server.register(dpop(options), pushedAuthorizationRequests())
}

interface Sent {
  readonly status: number
  readonly nonce: string | null
  readonly json: Record<string, unknown>
}

async function send(
  server: AuthorizationServer,
  form: Record<string, string>,
  header: string | undefined,
  client: ClientMetadata = WEB,
  path = '/token',
): Promise<Sent> {
  const body = new URLSearchParams(form)
  const headers = new Headers()
  if (client.client_secret === undefined) body.set('client_id', client.client_id)
  else headers.set('authorization', basic(client))
  if (header !== undefined) headers.set('dpop', header)
  const response = await server.fetch(new Request(ISSUER + path, { method: 'POST', body, headers }))
  return {
    status: response.status,
    nonce: response.headers.get('dpop-nonce'),
    json: (await response.json()) as Record<string, unknown>,
  }
}

async function codeFor(
  server: AuthorizationServer,
  client: ClientMetadata,
  params: Record<string, string> = {},
): Promise<Record<string, string>> {
  const answer = await new Browser(server).authorize({ client_id: client.client_id, ...params })
  return {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
  }
}

const machine = { grant_type: 'client_credentials' }

describe('DPoP at the token endpoint (RFC 9449 §5)', () => {
  it('binds the access token to the key of the proof, opaque or JWT (§6)', async () => {
    const server = serverWith()
    const { json } = await send(server, machine, await proof())
    expect(json).toMatchObject({ token_type: 'DPoP' })
    const about = await post(server, '/introspect', { token: String(json['access_token']) }, WEB)
    expect(about.json).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt } })

    const { server: signing } = fullServer({ keys: staticKeys([await generateKey('ES256')]) })
    signing.register(dpop(), jwtAccessToken({ audience: 'https://api.example' }))
    const signed = (await send(signing, machine, await proof())).json['access_token']
    expect(decodeUnverifiedJwt(String(signed)).claims['cnf']).toEqual({ jkt })
    const told = await post(signing, '/introspect', { token: String(signed) }, WEB)
    expect(told.json).toMatchObject({ active: true, token_type: 'DPoP' })
  })

  it('leaves requests without a proof alone, unless one is required', async () => {
    expect((await send(serverWith(), machine, undefined)).json).toMatchObject({ token_type: 'Bearer' })
    expect((await send(serverWith({ required: true }), machine, undefined)).json['error']).toBe('invalid_request')
    const bound: ClientMetadata = { ...WEB, client_id: 'bound', dpop_bound_access_tokens: true }
    const server = serverWith({}, [bound])
    expect((await send(server, machine, undefined, bound)).json['error']).toBe('invalid_request')
    expect((await send(server, machine, await proof(), bound)).status).toBe(200)
  })

  it('refuses a wrong proof with 400, and says what is wrong with it (§5)', async () => {
    const { status, json } = await send(serverWith(), machine, await proof({ htu: `${ISSUER}/other` }))
    expect([status, json]).toEqual([
      400,
      { error: 'invalid_dpop_proof', error_description: 'invalid DPoP proof: htu is another URL' },
    ])
  })

  it('accepts a proof for the address that asks for certificates (RFC 8705 §5)', async () => {
    const server = serverWith().register(mutualTls({ aliasOrigin: 'https://mtls.example' }))
    const alias = await proof({ htu: 'https://mtls.example/token' })
    expect((await send(server, machine, alias)).json).toMatchObject({ token_type: 'DPoP' })
    expect((await send(serverWith(), machine, alias)).json['error']).toBe('invalid_dpop_proof')
  })

  it('accepts a proof once (§11.1)', async () => {
    const server = serverWith()
    const text = await proof()
    const answers = await Promise.all([1, 2, 3].map(() => send(server, machine, text)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400])
  })

  it('publishes its algorithms (§5.1)', () => {
    expect(serverWith().metadata()['dpop_signing_alg_values_supported']).toContain('ES256')
  })
})

describe('nonces (RFC 9449 §8)', () => {
  it('are demanded, and a challenge does not use up the code', async () => {
    const server = serverWith({ nonce: true })
    const form = await codeFor(server, WEB)
    const challenged = await send(server, form, await proof())
    expect([challenged.status, challenged.json['error']]).toEqual([400, 'use_dpop_nonce'])
    const { status, nonce, json } = await send(server, form, await proof({ nonce: challenged.nonce ?? '' }))
    expect([status, nonce, json['token_type']]).toEqual([200, challenged.nonce, 'DPoP'])
  })

  it('are not demanded of requests without a proof, where none is required', async () => {
    expect((await send(serverWith({ nonce: true }), machine, undefined)).status).toBe(200)
    const required = await send(serverWith({ nonce: true, required: true }), machine, undefined)
    expect([required.json['error'], required.nonce]).toEqual(['use_dpop_nonce', expect.any(String)])
  })
})

describe('codes that are bound to a key (RFC 9449 §10)', () => {
  it('are redeemed with a proof of that key only, and a missing proof does not use them up', async () => {
    const server = serverWith()
    const form = await codeFor(server, WEB, { dpop_jkt: jkt })
    expect((await send(server, form, undefined)).json['error']).toBe('invalid_request')
    expect((await send(server, form, await proof())).status).toBe(200)
    const second = await codeFor(server, WEB, { dpop_jkt: jkt })
    expect((await send(server, second, await proof({ by: other }))).json['error']).toBe('invalid_grant')
  })

  it('are bound by the proof of a pushed request (§10.1)', async () => {
    const server = serverWith()
    const parameters = { ...Object.fromEntries(new URL(authorizeUrl()).searchParams), code_challenge: CHALLENGE }
    const push = async (extra: object, by: Key) =>
      send(
        server,
        { ...parameters, ...extra },
        await proof({ by, htu: server.url('pushed_authorization_request') }),
        WEB,
        new URL(server.url('pushed_authorization_request')).pathname,
      )
    expect((await push({ dpop_jkt: jkt }, other)).json['error']).toBe('invalid_request')
    const { json } = await push({}, key)
    const url = `${ISSUER}/authorize?client_id=web&request_uri=${encodeURIComponent(String(json['request_uri']))}`
    const browser = new Browser(server)
    const code = await follow(browser, url)
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
    expect((await send(server, form, await proof({ by: other }))).json['error']).toBe('invalid_grant')
  })

  it('are bound by the proof of a pushed request that is signed (§10.1, RFC 9101 §6.3)', async () => {
    const signing = await generateKey('ES256')
    const jwks = { keys: [signing.publicJwk() as never] }
    const client: ConfiguredClient = { ...WEB, client_id: 'signer', jwks }
    const server = serverWith({}, [client]).register(requestObject())
    const path = new URL(server.url('pushed_authorization_request')).pathname
    const push = async (extra: object) => {
      const claims = Object.fromEntries(new URL(authorizeUrl({ client_id: 'signer' })).searchParams)
      const signed = { iss: 'signer', aud: ISSUER, ...claims, code_challenge: CHALLENGE, ...extra }
      const request = await signJwt(signed, signing, { lifetime: 60 })
      return send(server, { request }, await proof({ htu: ISSUER + path }), client, path)
    }
    const otherKey = await jwkThumbprint(other.publicJwk())
    expect((await push({ dpop_jkt: otherKey })).json['error']).toBe('invalid_request')
    const { json } = await push({})
    const url = `${ISSUER}/authorize?client_id=signer&request_uri=${encodeURIComponent(String(json['request_uri']))}`
    const code = await follow(new Browser(server), url)
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
    expect((await send(server, form, await proof({ by: other }), client)).json['error']).toBe('invalid_grant')
  })

  it('need a thumbprint', async () => {
    const answer = await new Browser(serverWith()).authorize({ dpop_jkt: 'x' })
    expect(answer.get('error')).toBe('invalid_request')
  })
})

async function follow(browser: Browser, url: string): Promise<string> {
  let response = await browser.open(url)
  for (let step = 0; step < 4; step++) {
    const location = response.headers.get('location') ?? ''
    if (location.startsWith(REDIRECT_URI)) return new URL(location).searchParams.get('code') ?? ''
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    const form = location.startsWith('/login') ? { username: 'alice', password: 'alice' } : { decision: 'approve' }
    response = await browser.open(location, { ...form, interaction })
  }
  throw new Error('the journey does not end')
}

describe('refresh tokens (RFC 9449 §5)', () => {
  const refreshOf = (json: Record<string, unknown>) => ({
    grant_type: 'refresh_token',
    refresh_token: String(json['refresh_token']),
  })

  it('of a public client are bound to its key', async () => {
    const server = serverWith()
    const { json } = await send(server, await codeFor(server, PUBLIC), await proof(), PUBLIC)
    expect((await send(server, refreshOf(json), undefined, PUBLIC)).json['error']).toBe('invalid_request')
    expect((await send(server, refreshOf(json), await proof({ by: other }), PUBLIC)).json['error']).toBe(
      'invalid_grant',
    )
    const second = await send(server, refreshOf(json), await proof(), PUBLIC)
    expect(second.json).toMatchObject({ token_type: 'DPoP' })
    expect((await send(server, refreshOf(second.json), await proof({ by: other }), PUBLIC)).json['error']).toBe(
      'invalid_grant',
    )
  })

  it('of a confidential client are not: it proves itself, and may change its key', async () => {
    const server = serverWith()
    const { json } = await send(server, await codeFor(server, WEB), await proof())
    const second = await send(server, refreshOf(json), await proof({ by: other }))
    expect(second.json).toMatchObject({ token_type: 'DPoP' })
    const about = await post(server, '/introspect', { token: String(second.json['access_token']) }, WEB)
    expect(about.json['cnf']).toEqual({ jkt: await jwkThumbprint(other.publicJwk()) })
  })
})

describe('oauth4webapi', () => {
  it('gets a bound token from a server that demands nonces', async () => {
    const server = serverWith({ nonce: true })
    const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256', { extractable: true }))
    const as = { issuer: ISSUER, token_endpoint: `${ISSUER}/token` }
    const client = { client_id: 'web' }
    const request = () =>
      oauth.clientCredentialsGrantRequest(
        as,
        client,
        oauth.ClientSecretBasic(String(WEB.client_secret)),
        {},
        {
          DPoP,
          [oauth.customFetch]: (url, options) => server.fetch(new Request(url, options)),
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out: here is no TLS
          [oauth.allowInsecureRequests]: true,
        },
      )
    const first = await oauth
      .processClientCredentialsResponse(as, client, await request())
      .catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(first)).toBe(true)
    expect(await oauth.processClientCredentialsResponse(as, client, await request())).toMatchObject({
      token_type: 'dpop',
    })
  })
})

describe('mutual TLS (RFC 8705 §3)', () => {
  const certificate: ClientCertificate = { der: new Uint8Array([48, 1, 2]), trusted: false }
  const another: ClientCertificate = { der: new Uint8Array([48, 3]), trusted: false }
  const bound = { tls_client_certificate_bound_access_tokens: true }
  const asking: ClientMetadata = { ...WEB, client_id: 'asking', ...bound }
  const publicAsking: ClientMetadata = { ...PUBLIC, ...bound }

  function tlsServer(): AuthorizationServer {
    const { server } = fullServer({ clients: staticClients([WEB, asking, publicAsking]) })
    return server.register(mutualTls({ aliasOrigin: 'https://mtls.as.example' }), dpop())
  }

  async function sendWith(
    server: AuthorizationServer,
    form: Record<string, string>,
    client: ClientMetadata,
    clientCertificate?: ClientCertificate,
    header?: string,
  ) {
    const body = new URLSearchParams(form)
    const headers = new Headers()
    if (client.client_secret === undefined) body.set('client_id', client.client_id)
    else headers.set('authorization', basic(client))
    if (header !== undefined) headers.set('dpop', header)
    const request = fromRequest(new Request(`${ISSUER}/token`, { method: 'POST', body, headers }))
    const response = await server.handle({ ...request, clientCertificate })
    return JSON.parse(response.body) as Record<string, unknown>
  }

  it('binds tokens of clients that ask for it, and to a DPoP key besides', async () => {
    const server = tlsServer()
    const cnfOf = async (json: Record<string, unknown>): Promise<unknown> =>
      (await post(server, '/introspect', { token: String(json['access_token']) }, asking)).json['cnf']
    const json = await sendWith(server, machine, asking, certificate)
    expect(json).toMatchObject({ token_type: 'Bearer' })
    const thumbprint = expect.stringMatching(/^[\w-]{43}$/) as string
    expect(await cnfOf(json)).toEqual({ 'x5t#S256': thumbprint })
    const both = await sendWith(server, machine, asking, certificate, await proof())
    expect(await cnfOf(both)).toEqual({ 'x5t#S256': thumbprint, jkt })
    expect((await sendWith(server, machine, asking))['error']).toBe('invalid_request')
    const plain = await sendWith(server, machine, WEB, certificate)
    expect((await post(server, '/introspect', { token: String(plain['access_token']) }, WEB)).json).not.toHaveProperty(
      'cnf',
    )
  })

  it('binds refresh tokens of public clients (§4)', async () => {
    const server = tlsServer()
    const json = await sendWith(server, await codeFor(server, publicAsking), publicAsking, certificate)
    const form = { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) }
    expect((await sendWith(server, form, publicAsking, another))['error']).toBe('invalid_grant')
    expect((await sendWith(server, form, publicAsking))['error']).toBe('invalid_request')
    expect(await sendWith(server, form, publicAsking, certificate)).toHaveProperty('access_token')
  })

  it('publishes where certificates are asked for (§5)', () => {
    expect(tlsServer().metadata()).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: { token_endpoint: 'https://mtls.as.example/token' },
    })
    expect(() => mutualTls({ aliasOrigin: 'https://mtls.as.example/' })).toThrow(TypeError)
  })
})
