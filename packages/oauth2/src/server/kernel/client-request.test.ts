import { describe, expect, it } from 'vitest'
import { basic, bareServer, ISSUER, post, WEB } from '../../../test/journey.ts'
import { OAuth2Error } from '../../errors.ts'
import type { Extension } from '../contract/extension.ts'
import type { Endpoint } from '../contract/registrable.ts'
import { backchannelAuthenticationGrant } from '../features/backchannel-authentication.ts'
import { CIBA } from '../features/backchannel-record.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { DEVICE_CODE, deviceAuthorizationGrant } from '../features/device-authorization.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { pushedAuthorizationRequests } from '../features/pushed-authorization.ts'
import { revocationEndpoint } from '../features/revocation.ts'
import { slot } from '../records/authorization.ts'
import { staticClients } from '../records/clients.ts'

const proof = slot<string>('proof')

/** As DPoP does: a proof in a header, a nonce in every answer. */
const proving: Extension = {
  kind: 'extension',
  name: 'proving',
  receiveClientRequest({ http, params }) {
    const sent = http.headers.get('proof')
    if (sent === 'bad') throw new OAuth2Error('invalid_dpop_proof', '', { reason: 'the proof is bad' })
    return sent === null ? undefined : { data: proof.write(sent), params: params.with({ proved: 'yes' }) }
  },
  responseHeaders: (_server, endpoint) => [
    ['dpop-nonce', `fresh for ${endpoint}`],
    ['pragma', 'replaced'],
  ],
}

const echo: Endpoint = {
  kind: 'endpoint',
  name: 'echo',
  path: '/echo',
  methods: ['POST'],
  cors: true,
  direct: true,
  async handle(http, server) {
    const request = await server.clients.receive(http, 'echo')
    return { status: 200, headers: [], body: JSON.stringify([proof.read(request), request.params.get('proved')]) }
  },
}

function directServer() {
  const client = { ...WEB, grant_types: [...(WEB.grant_types ?? []), DEVICE_CODE, CIBA] }
  const made = bareServer({ clients: staticClients([{ ...client, backchannel_token_delivery_mode: 'poll' }]) })
  made.server.register(
    ...[clientCredentialsGrant(), revocationEndpoint(), introspectionEndpoint(), pushedAuthorizationRequests()],
    deviceAuthorizationGrant({ verificationUri: 'https://app.example' }),
    backchannelAuthenticationGrant({ findSubject: () => 'alice', notify: () => undefined }),
    ...[echo, proving],
  )
  return made
}

const DIRECT: readonly (readonly [path: string, endpoint: string])[] = [
  ['/token', 'token'],
  ['/revoke', 'revocation'],
  ['/introspect', 'introspection'],
  ['/par', 'pushed_authorization_request'],
  ['/device_authorization', 'device_authorization'],
  ['/bc-authorize', 'backchannel_authentication'],
  ['/echo', 'echo'],
]

describe('direct requests', () => {
  it('are those at every endpoint that authenticates clients', async () => {
    const { server } = directServer()
    const paths: string[] = []
    for (const { path, methods } of server.routes) {
      if (!methods.includes('POST')) continue
      const { status, headers, json } = await post(server, path, { grant_type: 'client_credentials', token: 'x' })
      if (status !== 401 || json['error'] !== 'invalid_client') continue
      expect([path, headers.has('dpop-nonce')]).toEqual([path, true])
      paths.push(path)
    }
    expect(paths.toSorted()).toEqual(DIRECT.map(([path]) => path).toSorted())
  })

  it.each([
    ['/token', 'token', { grant_type: 'client_credentials' }, { grant_type: 'unknown' }],
    ['/revoke', 'revocation', { token: 'x' }, {}],
    ['/introspect', 'introspection', { token: 'x' }, {}],
    ['/bc-authorize', 'backchannel_authentication', { login_hint: 'alice', scope: 'read' }, {}],
    ['/echo', 'echo', {}, null],
  ])('%s: extensions add headers to its answers, errors too, for scripts to read', async (path, name, good, bad) => {
    const { server } = directServer()
    const answers = [await post(server, path, good, WEB), await post(server, path, good)]
    if (bad) answers.push(await post(server, path, bad, WEB))
    expect(answers.map(({ status }) => status)).toEqual(bad ? [200, 401, 400] : [200, 401])
    for (const { headers } of answers) {
      expect(headers.get('dpop-nonce')).toBe(`fresh for ${name}`)
      expect(headers.get('pragma')).toBe('replaced')
      if (name !== 'introspection' && name !== 'backchannel_authentication')
        expect(headers.get('access-control-expose-headers')).toContain('dpop-nonce')
    }
  })

  it.each(DIRECT.filter(([path]) => !['/introspect', '/bc-authorize'].includes(path)))(
    '%s: scripts of any origin can read a DPoP nonce of its answers (RFC 9449 §8, Fetch §3.2.5)',
    async (path, name) => {
      const { server } = directServer()
      for (const client of [WEB, undefined]) {
        const { headers } = await post(server, path, { grant_type: 'unknown' }, client)
        const exposed = headers.get('access-control-expose-headers')?.split(', ')
        expect([headers.get('dpop-nonce'), headers.get('access-control-allow-origin')]).toEqual([
          `fresh for ${name}`,
          '*',
        ])
        expect(exposed).toEqual(expect.arrayContaining(['dpop-nonce', 'www-authenticate']))
      }
    },
  )

  it('are received by extensions before the endpoint reads them', async () => {
    const { server } = directServer()
    const headers = { authorization: basic(WEB), proof: 'good' }
    const response = await server.fetch(
      new Request(`${ISSUER}/echo`, { method: 'POST', headers, body: new URLSearchParams() }),
    )
    expect(await response.json()).toEqual(['good', 'yes'])
  })

  it.each(DIRECT)('%s: an extension may refuse', async (path) => {
    const { server, events } = directServer()
    const headers = { authorization: basic(WEB), proof: 'bad' }
    const body = new URLSearchParams({ grant_type: 'client_credentials', token: 'x' })
    const response = await server.fetch(new Request(ISSUER + path, { method: 'POST', headers, body }))
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_dpop_proof' }])
    const type = path === '/token' ? 'token.refused' : 'request.refused'
    expect(events).toContainEqual(
      expect.objectContaining({ type, clientId: 'web', error: 'invalid_dpop_proof', reason: 'the proof is bad' }),
    )
  })

  it('may carry a proof after a CORS preflight (Fetch)', async () => {
    const { server } = directServer()
    const { headers } = await server.fetch(new Request(`${ISSUER}/token`, { method: 'OPTIONS' }))
    expect(headers.get('access-control-allow-headers')).toContain('dpop')
    expect(headers.get('dpop-nonce')).toBeNull()
  })
})
