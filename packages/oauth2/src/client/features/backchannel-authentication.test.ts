import { memoryStore, type HttpRequest, type JsonObject } from '@authlib/core'
import { decodeUnverifiedJwt, generateKey, type Key } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock } from '../../../test/journey.ts'
import { backchannelAuthenticationGrant } from '../../server/features/backchannel-authentication.ts'
import type { BackchannelNotification } from '../../server/features/backchannel-notification.ts'
import { findBackchannelRequest } from '../../server/features/backchannel-record.ts'
import { developmentPages } from '../../server/interaction/development.ts'
import { staticClients } from '../../server/records/clients.ts'
import {
  backchannelAuthentication,
  backchannelPings,
  OAuth2Client,
  signedRequest,
  type BackchannelAuthenticationOptions,
  type BackchannelStep,
} from '../index.ts'

const SECRET = 'client-secret-client-secret-client-secret'
const GRANT = 'urn:openid:params:grant-type:ciba'

/** A server where a person answers when a test says so, and a client that waits by moving the clock. */
function start(mode: 'poll' | 'ping' = 'poll', signing?: Key) {
  const clock = manualClock()
  const notifications: BackchannelNotification[] = []
  const pings = backchannelPings({ path: '/ping' })
  const pinged: number[] = []
  let work: Promise<unknown> = Promise.resolve()
  const { server } = bareServer({
    clock,
    store: memoryStore(),
    background: (done) => void (work = Promise.all([work, done])),
    outgoing: {
      allowPrivateAddresses: true,
      fetch: async (url, init) => {
        const response = await pings.handle(requestOf(new Request(url, init)))
        pinged.push(response.status)
        return new Response(null, { status: response.status })
      },
    },
    clients: staticClients([
      {
        client_id: 'counter',
        client_secret: SECRET,
        grant_types: [GRANT],
        scope: 'read',
        backchannel_token_delivery_mode: mode,
        ...(mode === 'ping' && { backchannel_client_notification_endpoint: 'https://client.example/ping' }),
        ...(signing && {
          jwks: { keys: [signing.publicJwk() as JsonObject] }, // sound: a key has JSON members only
          backchannel_authentication_request_signing_alg: 'ES256',
        }),
      },
    ]),
  })
  server
    .registerGrant(
      backchannelAuthenticationGrant({
        modes: ['poll', 'ping'],
        findSubject: ({ value }) => (value === 'alice@example.com' ? 'alice' : null),
        notify: (notification) => void notifications.push(notification),
      }),
    )
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  const requests: string[] = []
  const load = { now: 0, most: 0 }
  const forms: URLSearchParams[] = []
  const client = new OAuth2Client({
    issuer: ISSUER,
    clientId: 'counter',
    clientSecret: SECRET,
    clock,
    ...(signing && { extensions: [signedRequest(signing)] }),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      if (request.method === 'POST') {
        requests.push(new URL(request.url).pathname)
        forms.push(new URLSearchParams(await request.clone().text()))
      }
      load.most = Math.max(load.most, ++load.now)
      return server.fetch(request).finally(() => load.now--)
    },
  })

  async function answer(decision: object = { subject: 'alice', authTime: clock() }): Promise<void> {
    await work
    const request = await findBackchannelRequest(server, notifications.at(-1)?.id ?? '')
    await server.requests.answer(request!, decision as never)
    await work
  }

  const waits: number[] = []
  const wait = async (seconds: number): Promise<void> => {
    waits.push(seconds)
    clock.advance(seconds)
  }
  const ask = (options: BackchannelAuthenticationOptions = {}) =>
    backchannelAuthentication(client, {
      loginHint: 'alice@example.com',
      scope: ['read'],
      wait,
      ...(mode === 'ping' && { pings }),
      ...options,
    })
  return { server, client, clock, notifications, requests, load, forms, waits, pings, pinged, ask, answer }
}

function requestOf(request: Request): HttpRequest {
  return { method: request.method, url: '/ping', headers: request.headers, text: () => request.text() }
}

async function stepsOf(
  steps: AsyncGenerator<BackchannelStep, void>,
  before: (count: number) => Promise<void> | void = () => undefined,
): Promise<BackchannelStep[]> {
  const seen: BackchannelStep[] = []
  for await (const step of steps) {
    seen.push(step)
    if (step.status === 'pending') await before(seen.length)
  }
  return seen
}

describe('back-channel authentication, by polling (CIBA Core §10.1)', () => {
  it('waits until the person has confirmed, and ends with the token', async () => {
    const { ask, answer, notifications, waits } = start()
    const steps = await stepsOf(ask({ bindingMessage: 'W4SCT' }), (count) => (count === 3 ? answer() : undefined))
    expect(steps.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending', 'done'])
    expect(steps[0]).toMatchObject({ authReqId: expect.any(String) as string, interval: 5 })
    expect(steps[3]).toMatchObject({ token: { scope: ['read'], tokenType: 'Bearer' } })
    expect(notifications).toMatchObject([{ subject: 'alice', bindingMessage: 'W4SCT' }])
    expect(waits).toEqual([5, 5, 5])
  })

  it('signs the request of a client that is registered for signed ones (§7.1.1)', async () => {
    const { ask, answer, forms, notifications } = start('poll', await generateKey('ES256', { kid: 'k' }))
    const details = { bindingMessage: 'W4SCT', requestedExpiry: 60 }
    const steps = await stepsOf(ask(details), () => answer())
    expect(steps.at(-1)).toMatchObject({ status: 'done', token: { scope: ['read'] } })
    expect(notifications).toMatchObject([{ subject: 'alice', bindingMessage: 'W4SCT' }])
    expect([...forms[0]!.keys()]).toEqual(['request'])
    expect(decodeUnverifiedJwt(forms[0]!.get('request')!).claims).toMatchObject({
      iss: 'counter',
      aud: ISSUER,
      login_hint: 'alice@example.com',
      binding_message: 'W4SCT',
      requested_expiry: '60',
      scope: 'read',
    })
    expect([...forms[1]!.keys()]).toEqual(['auth_req_id', 'grant_type']) // the token request is no authorization request
  })

  it('asks for openid, unless told otherwise (§7.1)', async () => {
    const { ask, forms } = start()
    await expect(stepsOf(ask({ scope: undefined }))).rejects.toMatchObject({ code: 'invalid_scope' }) // unknown there
    expect(forms[0]?.get('scope')).toBe('openid')
  })

  it('needs auth_req_id and expires_in, and ignores what it does not know (§7.3, §7.4)', async () => {
    const answers = [
      { expires_in: 60 },
      { auth_req_id: 'id' },
      { auth_req_id: 'id', expires_in: 'soon' },
      { auth_req_id: 'id', expires_in: 60, interval: -1 },
      { auth_req_id: 'id', expires_in: 60, colour: 'blue' },
    ]
    const outcomes = answers.map(async (answer) => {
      const metadata = { issuer: ISSUER, token_endpoint: `${ISSUER}/token` }
      const client = new OAuth2Client({
        metadata: { ...metadata, backchannel_authentication_endpoint: `${ISSUER}/bc-authorize` },
        ...{ clientId: 'counter', clientSecret: SECRET, fetch: () => Promise.resolve(Response.json(answer)) },
      })
      return (await backchannelAuthentication(client, { loginHint: 'alice' }).next()).value
    })
    const [first, ...rest] = await Promise.allSettled(outcomes)
    for (const outcome of [first, ...rest.slice(0, 3)]) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'invalid_response' } })
    }
    expect(rest[3]).toMatchObject({ status: 'fulfilled', value: { authReqId: 'id', interval: 5 } })
  })

  it('asks again only when it has the answer before (§10.1)', async () => {
    const { ask, answer, requests, load } = start('ping')
    await stepsOf(ask(), (count) => (count === 3 ? answer() : undefined)) // the ping comes between two polls
    expect([requests.filter((path) => path === '/token').length, load.most]).toEqual([3, 1])
  })

  it('asks less often when the server says so (§11)', async () => {
    const { ask, waits, clock } = start()
    const early = async (seconds: number): Promise<void> => {
      waits.push(seconds)
      clock.advance(waits.length === 2 ? 1 : seconds)
      if (waits.length > 3) throw new Error('enough')
    }
    await expect(stepsOf(ask({ wait: early }))).rejects.toThrow('enough')
    expect(waits).toEqual([5, 5, 10, 10])
  })

  it('ends when the person refuses, does not answer, or is not known (§11, §13)', async () => {
    const refused = start()
    const answers = stepsOf(refused.ask(), () => refused.answer({ denied: true }))
    await expect(answers).rejects.toMatchObject({ code: 'access_denied' })
    const silent = start()
    const late = stepsOf(silent.ask({ requestedExpiry: 30 }), () => silent.clock.advance(20))
    await expect(late).rejects.toMatchObject({ code: 'expired_token' })
    const unknown = start()
    const nobody = stepsOf(unknown.ask({ loginHint: 'bob@example.com' }))
    await expect(nobody).rejects.toMatchObject({ code: 'unknown_user_id' })
  })

  it('stops when it is told to', async () => {
    const { ask, requests } = start()
    const stop = new AbortController()
    const stopped = stepsOf(ask({ signal: stop.signal }), () => stop.abort(new Error('closed')))
    await expect(stopped).rejects.toThrow('closed')
    expect(requests).toEqual(['/bc-authorize'])
  })
})

describe('back-channel authentication, with pings (CIBA Core §10.2)', () => {
  it('asks when the ping comes, and not before', async () => {
    const { ask, answer, requests, pinged } = start('ping')
    const never = (_seconds: number, signal?: AbortSignal): Promise<void> =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('over'))))
    const steps = await stepsOf(ask({ wait: never }), () => answer())
    expect(steps.map(({ status }) => status)).toEqual(['pending', 'done'])
    expect(requests).toEqual(['/bc-authorize', '/token'])
    expect(pinged).toEqual([204])
  })

  it('has a token of its own for each request, of 128 random bits or more (§7.1)', async () => {
    const { ask, forms } = start('ping')
    for (let count = 0; count < 2; count++) await ask().next()
    const [first, second] = forms.map((form) => form.get('client_notification_token') ?? '')
    expect(first).toMatch(/^[\w-]{22,1024}$/)
    expect(second).not.toBe(first)
  })

  it('asks all the same when a ping is lost', async () => {
    const { ask, answer, pings } = start('ping')
    const deaf = {
      ...pings,
      expect: () => ({ arrived: () => new Promise<void>(() => undefined), end: () => undefined }),
    }
    const steps = await stepsOf(ask({ pings: deaf }), () => answer())
    expect(steps.at(-1)).toMatchObject({ status: 'done' })
  })

  it('refuses pings that it does not expect', async () => {
    const { pings } = start('ping')
    const send = (headers: Record<string, string>, body: string, method = 'POST') =>
      pings.handle(
        requestOf(
          new Request('https://client.example/ping', { method, headers, body: method === 'POST' ? body : null }),
        ),
      )
    const expected = pings.expect('token', 'id')
    expect((await send({}, '{"auth_req_id":"id"}')).status).toBe(401)
    expect((await send({ authorization: 'Bearer other' }, '{"auth_req_id":"id"}')).status).toBe(401)
    expect((await send({ authorization: 'Bearer token' }, '{"auth_req_id":"other"}')).status).toBe(401)
    expect((await send({ authorization: 'Bearer token' }, '{}')).status).toBe(400)
    expect((await send({ authorization: 'Bearer token' }, 'no JSON')).status).toBe(400)
    expect((await send({}, '', 'GET')).status).toBe(405)
    expect((await send({ authorization: 'Bearer token' }, '{"auth_req_id":"id","colour":"blue"}')).status).toBe(204)
    await expected.arrived()
    expected.end()
    expect((await send({ authorization: 'Bearer token' }, '{"auth_req_id":"id"}')).status).toBe(401)
  })
})
