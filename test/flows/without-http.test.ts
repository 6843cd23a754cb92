// Every grant and endpoint of a server that has everything, called without HTTP.
import { signJwt } from '@authlib/jose'
import {
  callEndpoint,
  CIBA,
  DEVICE_CODE,
  findBackchannelRequest,
  findDeviceRequest,
  JWT_BEARER,
  TOKEN_EXCHANGE,
  type EndpointAnswer,
} from '@authlib/oauth2/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { API, SECRET, SIGNER, startEverything, type Everything } from '../support/everything.ts'

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 appendix B
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const REDIRECT_URI = 'https://app.example/cb'
const client = { clientId: 'client_secret_basic', clientSecret: SECRET }

let everything: Everything
beforeAll(async () => {
  everything = await startEverything(REDIRECT_URI)
})
afterAll(() => everything.stop())

const call = (endpoint: string, params: Record<string, string> = {}): Promise<EndpointAnswer> =>
  callEndpoint(everything.server, endpoint, { client, params })

const token = async (grant_type: string, params: Record<string, string> = {}): Promise<EndpointAnswer> => {
  const answer = await call('token', { grant_type, ...params })
  expect([grant_type, answer.status, answer.json]).toEqual([grant_type, 200, expect.anything()])
  return answer
}

const decision = () => ({ subject: 'alice', authTime: Math.floor(Date.now() / 1000) })

async function code(request: Record<string, string>): Promise<string> {
  const { server } = everything
  const url = `${everything.issuer}/authorize?${new URLSearchParams({ client_id: client.clientId, ...request }).toString()}`
  const headers = { get: () => null }
  const asked = await server.requests.authorization({ method: 'GET', url, headers, text: () => Promise.resolve('') })
  const answer = await server.requests.answer(asked, decision())
  const location = answer.headers.find(([name]) => name === 'location')?.[1] ?? ''
  return new URL(location).searchParams.get('code') ?? ''
}

it('issues tokens by every grant', async () => {
  const { server, clientKey } = everything
  const used = new Set<string>()
  const grant = async (type: string, params: Record<string, string> = {}) => {
    used.add(type)
    return token(type, params)
  }
  const challenge = { code_challenge: CHALLENGE, code_challenge_method: 'S256', response_type: 'code', scope: 'read' }
  const pushed = await call('pushed_authorization_request', { ...challenge, redirect_uri: REDIRECT_URI })
  expect(pushed.status).toBe(201)
  const redeemed = { code: await code({ request_uri: String(pushed.json['request_uri']) }), code_verifier: VERIFIER }
  const first = await grant('authorization_code', { ...redeemed, redirect_uri: REDIRECT_URI })
  await grant('refresh_token', { refresh_token: String(first.json['refresh_token']) })
  const own = await grant('client_credentials', { scope: 'read' })
  await grant('password', { username: 'alice', password: 'wonderland' })
  await grant(TOKEN_EXCHANGE, {
    subject_token: String(own.json['access_token']),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: API,
  })
  const claims = { iss: SIGNER, sub: 'alice', aud: everything.issuer, jti: 'without HTTP' }
  await grant(JWT_BEARER, { assertion: await signJwt(claims, clientKey, { lifetime: 60 }) })

  const device = await call('device_authorization', { scope: 'read' })
  const shown = await findDeviceRequest(server, String(device.json['user_code']))
  await server.requests.answer(shown!, decision())
  await grant(DEVICE_CODE, { device_code: String(device.json['device_code']) })

  const asked = await call('backchannel_authentication', { scope: 'read', login_hint: 'alice' })
  const id = String(asked.json['auth_req_id']).slice(3, 25)
  await server.requests.answer((await findBackchannelRequest(server, id))!, decision())
  await grant(CIBA, { auth_req_id: String(asked.json['auth_req_id']) })
  expect([...used].sort()).toEqual([...server.grantTypes].sort())
})

it('answers at every endpoint that clients call', async () => {
  const { server } = everything
  const { json } = await token('client_credentials', { scope: 'read' })
  const held = { token: String(json['access_token']) }
  expect((await call('introspection', held)).json).toMatchObject({ active: true, client_id: client.clientId })
  expect((await call('revocation', held)).status).toBe(200)
  expect((await call('introspection', held)).json).toEqual({ active: false })
  const documents = ['jwks', 'oauth_authorization_server', 'openid_configuration']
  const answers = await Promise.all(
    documents.map((name) =>
      callEndpoint(server, name, { method: 'GET' }).then(
        ({ status }) => status,
        () => 'unknown',
      ),
    ),
  )
  expect(answers.filter((status) => status === 200).length).toBeGreaterThan(0)
  const registered = await callEndpoint(server, 'registration', { headers: { 'content-type': 'application/json' } })
  expect([registered.status, registered.json['error']]).toEqual([400, 'invalid_client_metadata'])
  const refused = await callEndpoint(server, 'token', { params: { grant_type: 'client_credentials' } })
  expect([refused.status, refused.json['error']]).toEqual([401, 'invalid_client'])
  await expect(callEndpoint(server, 'nowhere')).rejects.toMatchObject({ code: 'unknown_endpoint' })
})

it('says where the caller is, as an adapter does', async () => {
  const { server } = everything
  const certificate = { der: new Uint8Array([1, 2, 3]), trusted: false }
  const params = { grant_type: 'client_credentials', client_id: 'self_signed_tls_client_auth' }
  const answer = await callEndpoint(server, 'token', { params, from: { clientCertificate: certificate } })
  expect([answer.status, answer.json['error']]).toEqual([401, 'invalid_client']) // another certificate
})
