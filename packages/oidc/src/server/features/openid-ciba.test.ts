import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import {
  backchannelAuthenticationGrant,
  CIBA,
  findBackchannelRequest,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, post, type Answer } from '../../../../oauth2/test/journey.ts'
import { halfHash } from '../../hashes.ts'
import { openId } from './openid.ts'

const POLL = {
  client_id: 'poll',
  client_secret: 'poll-secret-poll-secret-poll-secret',
  grant_types: [CIBA, 'refresh_token'],
  scope: 'openid offline_access email',
}
const PUSH = {
  ...POLL,
  client_id: 'push',
  backchannel_token_delivery_mode: 'push',
  backchannel_client_notification_endpoint: 'https://client.example/push',
}

const keys = staticKeys([await generateKey('ES256')])

function start() {
  const pushed: Record<string, unknown>[] = []
  const asked: string[] = []
  let work: Promise<unknown> = Promise.resolve()
  const { server } = bareServer({
    keys,
    clock: manualClock(Math.floor(Date.now() / 1000)),
    store: memoryStore(),
    clients: staticClients([POLL, PUSH]),
    background: (done) => void (work = Promise.all([work, done])),
    outgoing: {
      allowPrivateAddresses: true,
      fetch: async (url, init) => {
        pushed.push((await new Request(url, init).json()) as Record<string, unknown>)
        return new Response(null, { status: 204 })
      },
    },
  })
  server
    .registerGrant(
      backchannelAuthenticationGrant({
        modes: ['poll', 'push'],
        findSubject: ({ value }) => (value === 'alice' ? 'alice' : null),
        notify: ({ id }) => void asked.push(id),
      }),
    )
    .register(refreshTokenGrant(), openId({ claims: (subject) => ({ sub: subject, email: 'alice@example.org' }) }))

  const ask = (form: Record<string, string>, client = POLL): Promise<Answer> =>
    post(server, '/bc-authorize', { scope: 'openid offline_access', ...form }, client)
  const approve = async (): Promise<void> => {
    await work
    const request = await findBackchannelRequest(server, asked.at(-1) ?? '')
    await server.requests.answer(request!, { subject: 'alice', authTime: server.clock(), acr: 'phone' })
    await work
  }
  const poll = (id: unknown): Promise<Answer> =>
    post(server, '/token', { grant_type: CIBA, auth_req_id: String(id) }, POLL)
  return { server, pushed, ask, approve, poll }
}

describe('ID Tokens of CIBA', () => {
  it('come with the tokens in poll mode, and serve as id_token_hint (CIBA Core §7.1, §10.1.1)', async () => {
    const { ask, approve, poll } = start()
    const first = await ask({ login_hint: 'alice' })
    await approve()
    const { json } = await poll(first.json['auth_req_id'])
    const hint = String(json['id_token'])
    expect(decodeJwt(hint)).toMatchObject({ sub: 'alice', aud: 'poll', acr: 'phone' })
    expect(decodeJwt(hint)).not.toHaveProperty('urn:openid:params:jwt:claim:auth_req_id') // push mode only

    const second = await ask({ id_token_hint: hint })
    expect(second.status).toBe(200)
    await approve()
    expect(decodeJwt(String((await poll(second.json['auth_req_id'])).json['id_token'])).sub).toBe('alice')
  })

  it('cannot be a hint when another client got them, or someone else made them (CIBA Core §13)', async () => {
    const { ask, approve, poll } = start()
    const { json: asked } = await ask({ login_hint: 'alice' })
    await approve()
    const { json } = await poll(asked['auth_req_id'])
    const form = { id_token_hint: String(json['id_token']), client_notification_token: 'x'.repeat(32) }
    expect((await ask(form, PUSH)).json['error']).toBe('invalid_request')
    expect((await ask({ id_token_hint: `${String(json['id_token'])}x` })).json['error']).toBe('invalid_request')
  })

  it('tie the tokens to the request in push mode (CIBA Core §10.3.1)', async () => {
    const { server, pushed, ask, approve } = start()
    const { json } = await ask({ login_hint: 'alice', client_notification_token: 'x'.repeat(32) }, PUSH)
    await approve()
    const [body = {}] = pushed
    const response = await server.fetch(new Request(String(server.metadata().jwks_uri)))
    const jwks = createLocalJWKSet((await response.json()) as JSONWebKeySet)
    const { payload } = await jwtVerify(String(body['id_token']), jwks, { issuer: ISSUER, audience: 'push' })
    expect(payload).toMatchObject({
      sub: 'alice',
      'urn:openid:params:jwt:claim:auth_req_id': json['auth_req_id'],
      'urn:openid:params:jwt:claim:rt_hash': await halfHash(String(body['refresh_token']), 'ES256'),
      at_hash: await halfHash(String(body['access_token']), 'ES256'),
    })
  })

  it('are not pushed when no one asked for openid', async () => {
    const { pushed, ask, approve } = start()
    const form = { scope: 'email', login_hint: 'alice', client_notification_token: 'x'.repeat(32) }
    await ask(form, PUSH)
    await approve()
    expect(pushed[0]).toHaveProperty('access_token')
    expect(pushed[0]).not.toHaveProperty('id_token')
  })
})
