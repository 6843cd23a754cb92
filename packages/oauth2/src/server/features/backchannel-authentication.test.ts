import { memoryStore } from '@authlib/core'
import { generateKey, signJwt, type Key, type NewJwtClaims } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, Browser, ISSUER, manualClock, post, refresh, WEB, type Answer } from '../../../test/journey.ts'
import { OAuth2Error } from '../../errors.ts'
import type { ClientMetadata } from '../contract/client.ts'
import type { AuthorizationDecision } from '../contract/interaction.ts'
import type { RateLimit } from '../contract/rate-limit.ts'
import { developmentPages } from '../interaction/development.ts'
import { issueInitialAccessToken } from '../records/initial-access-token.ts'
import { staticClients, storedClients } from '../records/clients.ts'
import { backchannelAuthenticationGrant, type BackchannelAuthenticationOptions } from './backchannel-authentication.ts'
import type { BackchannelNotification } from './backchannel-notification.ts'
import { CIBA, findBackchannelRequest } from './backchannel-record.ts'
import { dynamicClientRegistration } from './dynamic-registration.ts'
import { introspectionEndpoint } from './introspection.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { richAuthorizationRequests } from './rich-authorization-requests.ts'

const START = 1_800_000_000
const key = await generateKey('ES256')
const TOKEN = '8d67dc78-7faa-4d41-aabd-67707b374255'

const POLL: ClientMetadata = {
  client_id: 'poll',
  client_name: 'Call center',
  client_secret: 'poll-secret-poll-secret-poll-secret',
  grant_types: [CIBA, 'refresh_token'],
  scope: 'read write',
  backchannel_token_delivery_mode: 'poll',
}
const PING: ClientMetadata = {
  ...POLL,
  client_id: 'ping',
  backchannel_token_delivery_mode: 'ping',
  backchannel_client_notification_endpoint: 'https://client.example/ping',
}
const PUSH: ClientMetadata = {
  ...PING,
  client_id: 'push',
  backchannel_token_delivery_mode: 'push',
  backchannel_client_notification_endpoint: 'https://client.example/push',
}
const SIGNING: ClientMetadata = {
  ...POLL,
  client_id: 'signing',
  backchannel_authentication_request_signing_alg: 'ES256',
  jwks: { keys: [key.publicJwk() as never] },
}
const CODED: ClientMetadata = { ...POLL, client_id: 'coded', backchannel_user_code_parameter: true }
const PUBLIC: ClientMetadata = {
  ...POLL,
  client_id: 'public',
  client_secret: undefined,
  token_endpoint_auth_method: 'none',
}
const NO_ENDPOINT: ClientMetadata = {
  ...PING,
  client_id: 'no-endpoint',
  backchannel_client_notification_endpoint: undefined,
}
const BOUND: ClientMetadata = { ...PUSH, client_id: 'bound', dpop_bound_access_tokens: true }
const CLIENTS = [POLL, PING, PUSH, SIGNING, CODED, PUBLIC, NO_ENDPOINT, BOUND, WEB]

interface Call {
  readonly url: string
  readonly authorization: string | null
  readonly body: Record<string, unknown>
}

function start(
  options: Partial<BackchannelAuthenticationOptions> = {},
  { rateLimit, status = 204 }: { rateLimit?: RateLimit; status?: number } = {},
) {
  const clock = manualClock(START)
  const store = memoryStore()
  const asked: BackchannelNotification[] = []
  const calls: Call[] = []
  let work: Promise<unknown> = Promise.resolve()
  const answers = { status }
  const made = bareServer({
    clock,
    store,
    rateLimit,
    clients: staticClients(CLIENTS),
    background: (done) => void (work = Promise.all([work, done])),
    outgoing: {
      allowPrivateAddresses: true,
      fetch: async (url, init) => {
        const request = new Request(url, init)
        const body = (await request.json()) as Record<string, unknown>
        calls.push({ url: request.url, authorization: request.headers.get('authorization'), body })
        return new Response(null, { status: answers.status })
      },
    },
  })
  made.server
    .registerGrant(
      backchannelAuthenticationGrant({
        modes: ['poll', 'ping', 'push'],
        findSubject: ({ kind, value }) => {
          if (value === 'old') throw new OAuth2Error('expired_login_hint_token')
          const known = kind === 'login_hint' ? 'alice@example' : 'token of alice'
          return value === known ? 'alice' : null
        },
        notify: (notification) => void asked.push(notification),
        ...options,
      }),
    )
    .register(refreshTokenGrant(), introspectionEndpoint())
    .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
  return { ...made, clock, asked, calls, answers, browser: new Browser(made.server), settled: () => work }
}

type Made = ReturnType<typeof start>

const ask = (
  { server }: Made,
  form: Record<string, string> | string = {},
  client: ClientMetadata | undefined = POLL,
): Promise<Answer> =>
  post(
    server,
    '/bc-authorize',
    typeof form === 'string' ? form : { scope: 'read', login_hint: 'alice@example', ...form },
    client,
  )

const poll = ({ server }: Made, id: unknown, client = POLL): Promise<Answer> =>
  post(server, '/token', { grant_type: CIBA, auth_req_id: String(id) }, client)

const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

/** What the application of the person does. */
async function decide(made: Made, decision: Partial<AuthorizationDecision> = {}): Promise<number> {
  await made.settled()
  const request = await findBackchannelRequest(made.server, made.asked.at(-1)?.id ?? '')
  if (!request) throw new Error('nothing to answer')
  const approval = { subject: 'alice', authTime: made.clock(), ...decision }
  const { status } = await made.server.requests.answer(request, approval)
  await made.settled()
  return status
}

describe('poll mode (CIBA Core §10.1)', () => {
  it('gives tokens once the person has answered on the page that was sent', async () => {
    const made = start()
    const { status, json, headers } = await ask(made, { binding_message: 'W4SCT' })
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(json).toEqual({
      auth_req_id: expect.stringMatching(/^[\w.-]+$/) as string,
      expires_in: 300,
      interval: 5,
    })
    await made.settled()
    const [notification] = made.asked
    expect(notification).toMatchObject({ subject: 'alice', bindingMessage: 'W4SCT', scope: ['read'] })
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'authorization_pending'])

    let response = await made.browser.open(notification?.url ?? '')
    for (const fields of [{ username: 'alice', password: 'alice' }, { decision: 'approve' }]) {
      expect(response.status).toBe(303)
      const location = response.headers.get('location') ?? ''
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      response = await made.browser.open(location, { ...fields, interaction })
    }
    expect(await response.text()).toContain('Approved')

    made.clock.advance(5)
    const tokens = await poll(made, json['auth_req_id'])
    expect([tokens.status, tokens.json['scope'], tokens.json['token_type']]).toEqual([200, 'read', 'Bearer'])
    expect((await made.server.tokens.find(String(tokens.json['access_token'])))?.authorization.subject).toBe('alice')
    expect((await refresh(made.server, tokens.json['refresh_token'], POLL)).status).toBe(200)
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'invalid_grant'])
    expect((await made.browser.open(notification?.url ?? '')).status).toBe(400) // answered
  })

  it('is answered with an identifier of letters that need no escape, and of 128 random bits or more (CIBA Core §7.3)', async () => {
    const made = start()
    const { json } = await ask(made)
    const other = await ask(made)
    expect(json['auth_req_id']).toMatch(/^[\w.-]{40,}$/)
    expect(other.json['auth_req_id']).not.toBe(json['auth_req_id'])
  })

  it('publishes what it supports (§4)', () => {
    const { server } = start({ acceptsUserCode: () => true })
    expect(server.metadata()).toMatchObject({
      backchannel_authentication_endpoint: `${ISSUER}/bc-authorize`,
      backchannel_token_delivery_modes_supported: ['poll', 'ping', 'push'],
      backchannel_user_code_parameter_supported: true,
      backchannel_authentication_request_signing_alg_values_supported: expect.arrayContaining(['ES256']) as string[],
      grant_types_supported: expect.arrayContaining([CIBA]) as string[],
    })
    const plain = start({ modes: undefined, signingAlgorithms: [] }).server.metadata()
    expect(plain).toMatchObject({ backchannel_token_delivery_modes_supported: ['poll', 'ping'] })
    expect(plain).not.toHaveProperty('backchannel_authentication_request_signing_alg_values_supported')
  })

  it('says slow_down to one that polls too often, and access_denied after a denial (§11)', async () => {
    const made = start()
    const { json } = await ask(made)
    await poll(made, json['auth_req_id'])
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'slow_down'])
    made.clock.advance(9) // the interval is 10 now
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'slow_down'])
    made.clock.advance(15)
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'authorization_pending'])
    expect(await decide(made, { denied: true })).toBe(200)
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'access_denied'])
    expect(made.calls).toEqual([])
  })

  it('says expired_token for a while, and takes no answer then (§11)', async () => {
    const made = start()
    const { json } = await ask(made, { requested_expiry: '30' })
    expect(json['expires_in']).toBe(30)
    await made.settled()
    const request = await findBackchannelRequest(made.server, made.asked[0]?.id ?? '')
    made.clock.advance(31)
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'expired_token'])
    await expect(decide(made)).rejects.toThrow('nothing to answer')
    const id = { grantType: CIBA, clientId: 'poll', authorizationId: made.asked[0]?.id ?? '' }
    const resumed = made.server.requests.resume({ ...id, params: request!.params, receivedAt: START, via: [] })
    await expect(resumed).rejects.toMatchObject({ code: 'invalid_request' })
    made.clock.advance(600)
    expect(errorOf(await poll(made, json['auth_req_id']))).toEqual([400, 'invalid_grant'])
  })

  it.each<[string, Record<string, string>, ClientMetadata, number, string]>([
    ['no auth_req_id', {}, POLL, 400, 'invalid_request'],
    ['garbage', { auth_req_id: 'x' }, POLL, 400, 'invalid_grant'],
    ['one of nobody', { auth_req_id: `ar_${'A'.repeat(22)}.x` }, POLL, 400, 'invalid_grant'],
    ['another client', {}, PING, 400, 'invalid_grant'],
    ['a client without the grant', {}, WEB, 400, 'unauthorized_client'],
  ])('refuses a poll with %s (§11)', async (_case, fields, client, status, error) => {
    const made = start()
    const { json } = await ask(made)
    const own = client === POLL ? {} : { auth_req_id: String(json['auth_req_id']) }
    const answer = await post(made.server, '/token', { grant_type: CIBA, ...own, ...fields }, client)
    expect(errorOf(answer)).toEqual([status, error])
  })

  it('refuses a poll of no one, and one that names another grant (§10.1)', async () => {
    const made = start()
    const { json } = await ask(made)
    await decide(made)
    const form = { grant_type: CIBA, auth_req_id: String(json['auth_req_id']) }
    expect(errorOf(await post(made.server, '/token', form))).toEqual([401, 'invalid_client'])
    expect(errorOf(await post(made.server, '/token', { ...form, client_id: 'poll' }))).toEqual([401, 'invalid_client'])
    const other = { ...form, grant_type: 'ciba' }
    expect(errorOf(await post(made.server, '/token', other, POLL))).toEqual([400, 'unsupported_grant_type'])
    expect((await poll(made, json['auth_req_id'])).status).toBe(200)
  })

  it('refuses an auth_req_id that was tampered with', async () => {
    const made = start()
    const { json } = await ask(made)
    expect(errorOf(await poll(made, `${String(json['auth_req_id'])}x`))).toEqual([400, 'invalid_grant'])
  })
})

describe('the person', () => {
  it('must be the one of the hint: someone else is asked to log in (§7.2)', async () => {
    const made = start()
    await ask(made)
    await made.settled()
    const request = (await findBackchannelRequest(made.server, made.asked[0]?.id ?? ''))!
    const answer = made.server.requests.answer(request, { subject: 'bob', authTime: made.clock() })
    await expect(answer).rejects.toMatchObject({ code: 'login_required' })
    expect(await decide(made)).toBe(200) // alice still can
  })

  it('may answer twice, the same', async () => {
    const made = start()
    const { json } = await ask(made)
    await made.settled()
    const request = (await findBackchannelRequest(made.server, made.asked[0]?.id ?? ''))!
    const approval = { subject: 'alice', authTime: made.clock() }
    expect((await made.server.requests.answer(request, approval)).status).toBe(200)
    expect((await poll(made, json['auth_req_id'])).status).toBe(200)
    expect((await made.server.requests.answer(request, approval)).status).toBe(200)
    await expect(made.server.requests.answer(request, { denied: true })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('is told again when telling failed, but not about a request that has expired', async () => {
    let fails = 1
    const told: string[] = []
    const made = start({
      notify: ({ id }) => {
        if (fails-- > 0) throw new Error('the push gateway is down')
        told.push(id)
      },
    })
    await ask(made)
    await made.settled()
    expect([told, made.events.filter(({ type }) => type === 'delivery.failed').length]).toEqual([[], 1])
    made.clock.advance(30)
    expect(await made.server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
    expect(told).toHaveLength(1)
    fails = 1
    await ask(made)
    await made.settled()
    made.clock.advance(301)
    await made.server.deliverDue()
    expect(told).toHaveLength(1)
  })

  it('gets no link when the application answers by itself', async () => {
    const asked: BackchannelNotification[] = []
    let work: Promise<unknown> = Promise.resolve()
    const { server } = bareServer({ clients: staticClients([POLL]), background: (done) => void (work = done) })
    const notify = (one: BackchannelNotification) => void asked.push(one)
    server.registerGrant(backchannelAuthenticationGrant({ findSubject: () => 'alice', notify }))
    await post(server, '/bc-authorize', { scope: 'read', login_hint: 'x' }, POLL)
    await work
    expect([asked.length, asked[0]?.url]).toEqual([1, undefined])
    expect((await server.fetch(new Request(`${ISSUER}/approve/${asked[0]?.id}`))).status).toBe(404)
  })
})

describe('ping mode (CIBA Core §10.2)', () => {
  it('calls the client, which then fetches the tokens', async () => {
    const made = start()
    const { json } = await ask(made, { client_notification_token: TOKEN }, PING)
    expect(json['interval']).toBe(5)
    expect(await decide(made)).toBe(200)
    const body = { auth_req_id: json['auth_req_id'] }
    expect(made.calls).toEqual([{ url: 'https://client.example/ping', authorization: `Bearer ${TOKEN}`, body }])
    expect((await poll(made, json['auth_req_id'], PING)).status).toBe(200)
  })

  it('calls after a denial too, without saying so', async () => {
    const made = start()
    const { json } = await ask(made, { client_notification_token: TOKEN }, PING)
    await decide(made, { denied: true })
    expect(made.calls.map(({ body }) => body)).toEqual([{ auth_req_id: json['auth_req_id'] }])
    expect(errorOf(await poll(made, json['auth_req_id'], PING))).toEqual([400, 'access_denied'])
  })

  it('calls again when the client does not answer, and gives up when the request has expired', async () => {
    const made = start({}, { status: 503 })
    await ask(made, { client_notification_token: TOKEN }, PING)
    await decide(made)
    expect(made.calls).toHaveLength(1)
    made.clock.advance(30)
    made.answers.status = 200
    expect(await made.server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
    expect(made.calls).toHaveLength(2)
    made.answers.status = 503
    await ask(made, { client_notification_token: TOKEN }, PING)
    await decide(made)
    expect(made.calls).toHaveLength(3)
    made.clock.advance(301)
    await made.server.deliverDue()
    expect(made.calls).toHaveLength(3)
  })

  it.each([302, 401, 403])('does not call again after %i, and follows no redirect (§10.2)', async (status) => {
    const made = start({}, { status })
    await ask(made, { client_notification_token: TOKEN }, PING)
    await decide(made)
    made.clock.advance(60)
    await made.server.deliverDue()
    expect(made.calls).toHaveLength(1)
  })

  it.each([
    ['no client_notification_token', {}, PING, 'invalid_request'],
    ['one that is too long', { client_notification_token: 'x'.repeat(1025) }, PING, 'invalid_request'],
    ['one that is no bearer token', { client_notification_token: 'a b' }, PING, 'invalid_request'],
    ['no endpoint of the client', { client_notification_token: TOKEN }, NO_ENDPOINT, 'unauthorized_client'],
  ])('refuses %s (§7.1)', async (_case, form, client, error) => {
    expect(errorOf(await ask(start(), form as Record<string, string>, client))).toEqual([400, error])
  })

  it('keeps neither the token nor the auth_req_id in the clear', async () => {
    const made = start()
    const { json } = await ask(made, { client_notification_token: TOKEN, user_code: '4711' }, PING)
    const page = await made.store.list({ kind: 'backchannel_request', by: 'client', value: 'ping' })
    const text = JSON.stringify(page.items)
    expect(page.items).toHaveLength(1)
    for (const secret of [TOKEN, String(json['auth_req_id']), '4711']) expect(text).not.toContain(secret)
  })
})

describe('push mode (CIBA Core §10.3)', () => {
  it('sends the tokens to the client', async () => {
    const made = start()
    const { json } = await ask(made, { client_notification_token: TOKEN }, PUSH)
    expect(json).not.toHaveProperty('interval')
    expect(await decide(made)).toBe(200)
    const [call] = made.calls
    expect(call).toMatchObject({ url: 'https://client.example/push', authorization: `Bearer ${TOKEN}` })
    expect(call?.body).toMatchObject({
      auth_req_id: json['auth_req_id'],
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'read',
    })
    const { access_token: token, refresh_token: next } = call?.body ?? {}
    expect((await made.server.tokens.find(String(token)))?.authorization.subject).toBe('alice')
    expect((await refresh(made.server, next, PUSH)).status).toBe(200)
  })

  it('sends the same tokens again when the client did not answer', async () => {
    const made = start({}, { status: 500 })
    await ask(made, { client_notification_token: TOKEN }, PUSH)
    await decide(made)
    made.answers.status = 204
    made.clock.advance(30)
    await made.server.deliverDue()
    expect(made.calls).toHaveLength(2)
    expect(made.calls[1]).toEqual(made.calls[0])
    const page = await made.store.list({ kind: 'delivery', by: 'tag', value: 'due' })
    expect(JSON.stringify(page.items)).not.toContain(String(made.calls[0]?.body['access_token']))
  })

  it('sends access_denied after a denial (§12)', async () => {
    const made = start()
    const { json } = await ask(made, { client_notification_token: TOKEN }, PUSH)
    await decide(made, { denied: true })
    expect(made.calls.map(({ body }) => body)).toEqual([{ auth_req_id: json['auth_req_id'], error: 'access_denied' }])
  })

  it('sends transaction_failed when something else refuses the answer (§12)', async () => {
    const made = start()
    made.server.registerExtension({
      kind: 'extension',
      name: 'refuses',
      authorizing() {
        throw new OAuth2Error('invalid_scope')
      },
    })
    const { json } = await ask(made, { client_notification_token: TOKEN }, PUSH)
    await decide(made)
    expect(made.calls.map(({ body }) => body)).toEqual([
      { auth_req_id: json['auth_req_id'], error: 'transaction_failed' },
    ])
  })

  it('refuses the token endpoint (§11), and clients whose tokens are bound to a key', async () => {
    const made = start()
    const form = { client_notification_token: TOKEN }
    const { json } = await ask(made, form, PUSH)
    await decide(made)
    expect(errorOf(await poll(made, json['auth_req_id'], PUSH))).toEqual([400, 'unauthorized_client'])
    expect(errorOf(await ask(made, form, BOUND))).toEqual([400, 'unauthorized_client'])
  })

  it('answers twice without a second set of tokens', async () => {
    const made = start()
    await ask(made, { client_notification_token: TOKEN }, PUSH)
    await made.settled()
    const request = (await findBackchannelRequest(made.server, made.asked[0]?.id ?? ''))!
    const approval = { subject: 'alice', authTime: made.clock() }
    const answers = [1, 2].map(() => made.server.requests.answer(request, approval))
    await Promise.allSettled(answers)
    expect((await made.server.requests.answer(request, approval)).status).toBe(200)
    await made.settled()
    expect(made.calls).toHaveLength(1)
  })

  it('is not supported unless the server says so', async () => {
    const made = start({ modes: undefined })
    expect(errorOf(await ask(made, { client_notification_token: TOKEN }, PUSH))).toEqual([400, 'unauthorized_client'])
  })
})

describe('requests (CIBA Core §7.1, §13)', () => {
  const both = { login_hint: 'alice@example', login_hint_token: 'token of alice' }
  it.each<[string, Record<string, string> | string, ClientMetadata | undefined, number, string]>([
    ['no client', {}, undefined, 401, 'invalid_client'],
    ['a public client', {}, PUBLIC, 401, 'invalid_client'],
    ['a client without the grant', {}, WEB, 400, 'unauthorized_client'],
    ['no hint', 'scope=read', POLL, 400, 'invalid_request'],
    ['two hints', both, POLL, 400, 'invalid_request'],
    ['no scope', 'login_hint=alice@example', POLL, 400, 'invalid_request'],
    ['a person that is not known', { login_hint: 'mallory' }, POLL, 400, 'unknown_user_id'],
    ['an old token', 'login_hint_token=old&scope=read', POLL, 400, 'expired_login_hint_token'],
    ['an ID Token that nothing verifies', 'id_token_hint=x&scope=read', POLL, 400, 'invalid_request'],
    ['scope that the client may not have', { scope: 'admin' }, POLL, 400, 'invalid_scope'],
    ['a repeated parameter', 'login_hint=a&scope=read&scope=write', POLL, 400, 'invalid_request'],
    ['a binding message that is too long', { binding_message: 'x'.repeat(65) }, POLL, 400, 'invalid_binding_message'],
    ['one with a line break', { binding_message: 'a\nb' }, POLL, 400, 'invalid_binding_message'],
    ['one with markup', { binding_message: '<b>' }, POLL, 400, 'invalid_binding_message'],
    ['an expiry of zero', { requested_expiry: '0' }, POLL, 400, 'invalid_request'],
    ['an expiry that is no number', { requested_expiry: '1e3' }, POLL, 400, 'invalid_request'],
    ['a signed request of a client that signs none', { request: 'x' }, POLL, 400, 'invalid_request'],
    ['a plain request of a client that signs', {}, SIGNING, 400, 'invalid_request'],
  ])('refuses %s', async (_case, form, client, status, error) => {
    const made = start()
    const answer = client ? await ask(made, form, client) : await post(made.server, '/bc-authorize', form)
    expect(errorOf(answer)).toEqual([status, error])
    expect(answer.json['error_description'] ?? '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/) // §13
    expect(made.events.filter(({ type }) => type === 'request.refused')).toHaveLength(1)
  })

  it('may be refused unless they are signed (FAPI-CIBA §5.2.2)', async () => {
    expect(errorOf(await ask(start({ requireSignedRequests: true })))).toEqual([400, 'invalid_request'])
  })

  it('may need a binding message, or authorization details (FAPI-CIBA §5.2.2)', async () => {
    const made = start({ requireBindingMessage: true })
    made.server.register(richAuthorizationRequests({ types: { payment: { validate: () => true } } }))
    expect(errorOf(await ask(made))).toEqual([400, 'invalid_request'])
    expect((await ask(made, { binding_message: 'W4SCT' })).status).toBe(200)
    const details = JSON.stringify([{ type: 'payment', amount: '5' }])
    expect((await ask(made, { authorization_details: details })).status).toBe(200)
  })

  it('takes a login_hint_token, and ignores parameters that it does not know', async () => {
    const made = start()
    const form = { login_hint_token: 'token of alice', scope: 'read', colour: 'blue', prompt: 'none', request_uri: 'x' }
    const { status } = await ask(made, new URLSearchParams(form).toString())
    expect([status, await decide(made)]).toEqual([200, 200])
  })

  it('takes a binding message of any script, and gives at most the longest expiry', async () => {
    const made = start({ maxLifetime: 400 })
    const { status, json } = await ask(made, { binding_message: 'Überweisung 4711', requested_expiry: '86400' })
    expect([status, json['expires_in']]).toEqual([200, 400])
  })

  it('lets the application refuse a client with 403 (§13)', async () => {
    const findSubject = (): never => {
      throw new OAuth2Error('access_denied', '', { status: 403 })
    }
    expect(errorOf(await ask(start({ findSubject })))).toEqual([403, 'access_denied'])
  })

  it('answers GET with 405', async () => {
    expect((await start().server.fetch(new Request(`${ISSUER}/bc-authorize`))).status).toBe(405)
  })
})

describe('user codes (CIBA Core §7.1.2)', () => {
  const acceptsUserCode: BackchannelAuthenticationOptions['acceptsUserCode'] = ({ client, userCode }) =>
    userCode === undefined ? client.clientId === 'poll' : userCode === '4711'

  it('are asked for and checked', async () => {
    const made = start({ acceptsUserCode })
    expect(errorOf(await ask(made, {}, CODED))).toEqual([400, 'missing_user_code'])
    expect(errorOf(await ask(made, { user_code: '1' }, CODED))).toEqual([400, 'invalid_user_code'])
    expect((await ask(made, { user_code: '4711' }, CODED)).status).toBe(200)
    expect((await ask(made)).status).toBe(200) // the application lets it go without
    expect(errorOf(await ask(made, { user_code: '4711' }))).toEqual([400, 'invalid_request']) // not registered for it
  })

  it('count as guesses when they are wrong', async () => {
    const failed: string[] = []
    const rateLimit: RateLimit = {
      check: ({ kind }) => (kind === 'user_code' && failed.length > 1 ? 60 : 0),
      failed: ({ kind, clientId }) => void failed.push(`${kind} ${clientId}`),
    }
    const made = start({ acceptsUserCode }, { rateLimit })
    await ask(made, {}, CODED)
    await ask(made, { user_code: '1' }, CODED)
    await ask(made, { user_code: '2' }, CODED)
    expect(failed).toEqual(['user_code coded', 'user_code coded'])
    expect((await ask(made, { user_code: '4711' }, CODED)).status).toBe(429)
  })
})

describe('signed requests (CIBA Core §7.1.1)', () => {
  const CLAIMS = {
    ...{ iss: 'signing', aud: ISSUER, exp: START + 300, iat: START, nbf: START - 5, jti: 'one' },
    ...{ scope: 'read', login_hint: 'alice@example', requested_expiry: 60 },
  }
  const sign = (changes: NewJwtClaims = {}, by: Key = key): Promise<string> => signJwt({ ...CLAIMS, ...changes }, by)
  const signWithout = (name: string): Promise<string> =>
    signJwt(Object.fromEntries(Object.entries(CLAIMS).filter(([claim]) => claim !== name)), key, { lifetime: null })
  const send = async (made: Made, request: string, beside: Record<string, string> = {}): Promise<Answer> =>
    post(made.server, '/bc-authorize', { request, ...beside }, SIGNING)

  it('count alone', async () => {
    const made = start()
    const { status, json } = await send(made, await sign())
    expect([status, json]).toMatchObject([200, { expires_in: 60 }])
    expect(await decide(made)).toBe(200)
    expect((await poll(made, json['auth_req_id'], SIGNING)).json['scope']).toBe('read')
  })

  it.each<[string, NewJwtClaims]>([
    ['another issuer', { iss: 'poll' }],
    ['another client_id', { client_id: 'poll' }],
    ['another audience', { aud: 'https://other.example' }],
    ['an end in the past', { exp: START - 60 }],
    ['a life of a day', { exp: START + 86_400 }],
    ['a request inside', { request: 'x' }],
  ])('are refused with %s', async (_case, changes) => {
    expect(errorOf(await send(start(), await sign(changes)))).toEqual([400, 'invalid_request'])
  })

  it.each(['exp', 'iat', 'nbf', 'jti'])('are refused without %s', async (name) => {
    expect(errorOf(await send(start(), await signWithout(name)))).toEqual([400, 'invalid_request'])
  })

  it('are refused with another key, another algorithm, or parameters beside them', async () => {
    const made = start()
    expect(errorOf(await send(made, await sign({}, await generateKey('ES256'))))).toEqual([400, 'invalid_request'])
    expect(errorOf(await send(made, await sign({}, await generateKey('ES384'))))).toEqual([400, 'invalid_request'])
    expect(errorOf(await send(made, await sign(), { scope: 'read' }))).toEqual([400, 'invalid_request'])
    expect(errorOf(await send(made, 'x'))).toEqual([400, 'invalid_request'])
  })
})

describe('registration (CIBA Core §4)', () => {
  const register = async (metadata: Record<string, unknown>, options: object = {}): Promise<unknown[]> => {
    const store = memoryStore()
    const { server } = bareServer({ store, clients: storedClients(store) })
    const grant = { findSubject: () => 'alice', notify: () => undefined, modes: ['poll', 'ping', 'push'] as const }
    server.registerGrant(backchannelAuthenticationGrant({ ...grant, ...options })).register(dynamicClientRegistration())
    const token = await issueInitialAccessToken(server)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ grant_types: [CIBA], response_types: [], ...metadata })
    const response = await server.fetch(new Request(`${ISSUER}/register`, { method: 'POST', headers, body }))
    const { error } = (await response.json()) as { error?: string }
    return [response.status, error]
  }
  const endpoint = { backchannel_client_notification_endpoint: 'https://client.example/ping' }

  it.each<[Record<string, unknown>, number]>([
    [{ backchannel_token_delivery_mode: 'poll' }, 201],
    [{ backchannel_token_delivery_mode: 'ping', ...endpoint }, 201],
    [{ backchannel_token_delivery_mode: 'poll', backchannel_authentication_request_signing_alg: 'ES256' }, 201],
    [{}, 400],
    [{ backchannel_token_delivery_mode: 'pull' }, 400],
    [{ backchannel_token_delivery_mode: 'ping' }, 400],
    [{ backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: 'http://a.example' }, 400],
    [{ backchannel_token_delivery_mode: 'poll', backchannel_authentication_request_signing_alg: 'HS256' }, 400],
    [{ backchannel_token_delivery_mode: 'push', ...endpoint, dpop_bound_access_tokens: true }, 400],
  ])('checks the members: %j', async (metadata, status) => {
    expect(await register(metadata)).toEqual([status, status === 400 ? 'invalid_client_metadata' : undefined])
  })

  it('demands a signature algorithm where requests must be signed (FAPI-CIBA §5.2.2)', async () => {
    const mode = { backchannel_token_delivery_mode: 'poll' }
    const signed = { ...mode, backchannel_authentication_request_signing_alg: 'ES256' }
    expect(await register(mode, { requireSignedRequests: true })).toEqual([400, 'invalid_client_metadata'])
    expect(await register(signed, { requireSignedRequests: true })).toEqual([201, undefined])
  })
})
