import { fromRequest, type ClientCertificate } from '@authlib/core'
import { generateKey, signJwt, type Key } from '@authlib/jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { basic, bareServer, ISSUER, obtainCode, REDIRECT_URI, VERIFIER, WEB } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { codeChallenge } from './code-challenge.ts'
import { dpop } from './dpop.ts'
import { mutualTls } from './mutual-tls.ts'
import { refreshTokenGrant } from './refresh-token.ts'

/** A confidential client: its codes and refresh tokens are not bound to a key, so only the sender is compared. */
const CLIENT = { ...WEB, tls_client_certificate_bound_access_tokens: true }

/** Long intervals, as proofs carry the time of the machine. */
const INTERVAL = 600

type Sender = (request: Request) => Promise<Parameters<AuthorizationServer['handle']>[0]>

let key: Key
let other: Key
beforeAll(async () => {
  key = await generateKey('ES256')
  other = await generateKey('ES256')
})

let proofs = 0
function withKey(which: () => Key): Sender {
  return async (request) => {
    const { kty, crv, x, y } = which().publicJwk()
    const iat = Math.floor(Date.now() / 1000)
    const claims = { jti: `s${++proofs}`, htm: 'POST', htu: `${ISSUER}/token`, iat }
    const header = { jwk: { kty, crv, x, y } } as never
    const headers = new Headers(request.headers)
    headers.set('dpop', await signJwt(claims, which(), { typ: 'dpop+jwt', header, lifetime: null }))
    return fromRequest(new Request(request, { headers }))
  }
}

function withCertificate(byte: number): Sender {
  const clientCertificate: ClientCertificate = { der: new Uint8Array([48, byte]), trusted: false }
  return async (request) => ({ ...fromRequest(request), clientCertificate })
}

const plain: Sender = async (request) => fromRequest(request)

function serverFor(binding: 'dpop' | 'mtls'): AuthorizationServer {
  const { server } = bareServer({ clients: staticClients([binding === 'dpop' ? WEB : CLIENT]) })
  return server
    .registerGrant(authorizationCodeGrant({ doubleSubmitInterval: INTERVAL }), [codeChallenge()])
    .register(refreshTokenGrant({ reuseInterval: INTERVAL }), developmentPages({ users: [{ username: 'alice' }] }))
    .register(binding === 'dpop' ? dpop() : mutualTls())
}

async function send(server: AuthorizationServer, form: Record<string, string>, sender: Sender) {
  const headers = { authorization: basic(WEB) }
  const request = new Request(`${ISSUER}/token`, { method: 'POST', body: new URLSearchParams(form), headers })
  const { status, body } = await server.handle(await sender(request))
  return { status, json: JSON.parse(body) as Record<string, unknown> }
}

const redemption = async (server: AuthorizationServer) => ({
  ...{ grant_type: 'authorization_code', code: await obtainCode(server) },
  ...{ redirect_uri: REDIRECT_URI, code_verifier: VERIFIER },
})

const refreshing = (token: unknown) => ({ grant_type: 'refresh_token', refresh_token: String(token) })

const senders: readonly [string, 'dpop' | 'mtls', Sender, Sender][] = [
  ['a DPoP key', 'dpop', withKey(() => key), withKey(() => other)],
  ['a DPoP key, then none', 'dpop', withKey(() => key), plain],
  ['no DPoP key, then one', 'dpop', plain, withKey(() => key)],
  ['a client certificate', 'mtls', withCertificate(1), withCertificate(2)],
]

describe.each(senders)('requests that come twice, of a sender with %s', (_what, binding, own, another) => {
  it('leave the tokens alone when the code comes again from the same sender', async () => {
    const server = serverFor(binding)
    const form = await redemption(server)
    const { json } = await send(server, form, own)
    expect((await send(server, form, own)).json['error']).toBe('invalid_grant')
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
  })

  it('end the authorization when the code comes again from another sender', async () => {
    const server = serverFor(binding)
    const form = await redemption(server)
    const { json } = await send(server, form, own)
    expect((await send(server, form, another)).json['error']).toBe('invalid_grant')
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })

  it('get the same successor when the same sender refreshes twice', async () => {
    const server = serverFor(binding)
    const { json } = await send(server, await redemption(server), own)
    const first = await send(server, refreshing(json['refresh_token']), own)
    const second = await send(server, refreshing(json['refresh_token']), own)
    expect(first.json['refresh_token']).toMatch(/^rt_/)
    expect(second.json['refresh_token']).toBe(first.json['refresh_token'])
  })

  it('end the authorization when another sender uses a replaced refresh token', async () => {
    const server = serverFor(binding)
    const { json } = await send(server, await redemption(server), own)
    const next = await send(server, refreshing(json['refresh_token']), own)
    expect((await send(server, refreshing(json['refresh_token']), another)).json['error']).toBe('invalid_grant')
    expect((await send(server, refreshing(next.json['refresh_token']), own)).json['error']).toBe('invalid_grant')
  })
})
