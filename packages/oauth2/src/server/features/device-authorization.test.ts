import { memoryStore, type Store } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  basic,
  bareServer,
  Browser,
  ISSUER,
  manualClock,
  post,
  refresh,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { developmentPages } from '../interaction/development.ts'
import { redirectInteraction } from '../interaction/redirect.ts'
import { staticClients } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { codeChallenge } from './code-challenge.ts'
import {
  DEVICE_CODE,
  deviceAuthorizationGrant,
  findDeviceRequest,
  type DeviceAuthorizationOptions,
} from './device-authorization.ts'
import { refreshTokenGrant } from './refresh-token.ts'

const TV: ClientMetadata = {
  client_id: 'tv',
  client_name: 'Television',
  token_endpoint_auth_method: 'none',
  grant_types: [DEVICE_CODE, 'refresh_token'],
  scope: 'read write',
}
const BOX: ClientMetadata = {
  ...TV,
  client_id: 'box',
  client_secret: 'box-secret-box-secret-box-secret',
  token_endpoint_auth_method: 'client_secret_basic',
}

interface Device {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
}

function deviceServer(options: DeviceAuthorizationOptions = {}, store: Store = memoryStore()) {
  const clock = manualClock()
  const made = bareServer({ clock, store, clients: staticClients([WEB, TV, BOX]) })
  made.server
    .registerGrant(deviceAuthorizationGrant(options))
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
  return { ...made, clock, browser: new Browser(made.server) }
}

type Made = ReturnType<typeof deviceServer>

async function start({ server }: Made, form: Record<string, string> = {}, client = TV): Promise<Device> {
  const { status, json } = await post(server, '/device_authorization', { scope: 'read', ...form }, client)
  expect(status).toBe(200)
  return json as unknown as Device
}

const poll = ({ server }: Made, deviceCode: string, client = TV): Promise<Answer> =>
  post(server, '/token', { grant_type: DEVICE_CODE, device_code: deviceCode }, client)

/** Enters the code, logs in and answers. The last page that the person sees. */
async function answer(
  { browser }: Made,
  userCode: string,
  form: Record<string, string> = { decision: 'approve' },
): Promise<string> {
  let response = await browser.open('/device', { user_code: userCode })
  for (let step = 0; step < 3 && response.status === 303; step++) {
    const location = response.headers.get('location') ?? ''
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    const fields: Record<string, string> = location.startsWith('/login')
      ? { username: 'alice', password: 'alice' }
      : form
    response = await browser.open(location, { ...fields, interaction })
  }
  return response.text()
}

describe('device authorization (RFC 8628)', () => {
  it('gives tokens once the person has agreed elsewhere', async () => {
    const made = deviceServer()
    const device = await start(made)
    expect(device).toMatchObject({
      user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/) as string,
      verification_uri: `${ISSUER}/device`,
      verification_uri_complete: `${ISSUER}/device?user_code=${device.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    expect((await poll(made, device.device_code)).json).toEqual({ error: 'authorization_pending' })
    expect(await answer(made, device.user_code)).toContain('Your device is connected')
    made.clock.advance(5)
    const { status, json } = await poll(made, device.device_code)
    expect([status, json['scope'], json['token_type']]).toEqual([200, 'read', 'Bearer'])
    expect((await made.server.tokens.find(String(json['access_token'])))?.authorization.subject).toBe('alice')
    expect((await refresh(made.server, json['refresh_token'], TV)).status).toBe(200)
    expect((await poll(made, device.device_code)).json['error']).toBe('invalid_grant') // redeemed
  })

  it('publishes its endpoint, and takes both public and confidential clients (§3.1)', async () => {
    const made = deviceServer()
    expect(made.server.metadata()).toMatchObject({
      device_authorization_endpoint: `${ISSUER}/device_authorization`,
      grant_types_supported: expect.arrayContaining([DEVICE_CODE]) as string[],
    })
    const headers = { authorization: basic(BOX), 'content-type': 'application/x-www-form-urlencoded' }
    const request = new Request(`${ISSUER}/device_authorization`, { method: 'POST', headers, body: 'scope=read' })
    const response = await made.server.fetch(request)
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  })

  it.each<[string, Record<string, string> | string, ClientMetadata | undefined, number, string]>([
    ['an unknown client', { client_id: 'x' }, undefined, 401, 'invalid_client'],
    ['no client', {}, undefined, 401, 'invalid_client'],
    ['a client that is not registered for it', {}, WEB, 400, 'unauthorized_client'],
    ['scope that the client may not have', { scope: 'admin' }, TV, 400, 'invalid_scope'],
    ['a repeated parameter', 'scope=read&scope=write&client_id=tv', undefined, 400, 'invalid_request'],
  ])('refuses %s (§3.1)', async (_case, form, client, status, error) => {
    const { server } = deviceServer()
    const { status: actual, json } = await post(server, '/device_authorization', form, client)
    expect([actual, json['error']]).toEqual([status, error])
  })

  it.each<[string, (code: string) => Record<string, string>, string]>([
    ['no device_code', () => ({}), 'invalid_request'],
    ['garbage', () => ({ device_code: 'x' }), 'invalid_grant'],
    ['the code of nobody', () => ({ device_code: `dc_${'A'.repeat(22)}.x` }), 'invalid_grant'],
    ['a code that was tampered with', (code) => ({ device_code: `${code}x` }), 'invalid_grant'],
  ])('refuses a poll with %s (§3.5)', async (_case, fields, error) => {
    const made = deviceServer()
    const { device_code: code } = await start(made)
    const { json } = await post(made.server, '/token', { grant_type: DEVICE_CODE, ...fields(code) }, TV)
    expect(json['error']).toBe(error)
  })

  it('refuses the code of another client', async () => {
    const made = deviceServer()
    const { device_code: code } = await start(made)
    expect((await poll(made, code, BOX)).json['error']).toBe('invalid_grant')
  })

  it('tells the device that the person said no (§3.5)', async () => {
    const made = deviceServer()
    const device = await start(made)
    expect(await answer(made, device.user_code, { decision: 'deny' })).toContain('Your device is not connected')
    expect((await poll(made, device.device_code)).json).toEqual({ error: 'access_denied' })
    expect((await made.browser.open('/device', { user_code: device.user_code })).status).toBe(400)
    expect(made.events).toContainEqual(expect.objectContaining({ type: 'authorization.refused', clientId: 'tv' }))
  })

  it('tells the device that its code has expired, and the person too (§3.5)', async () => {
    const made = deviceServer({ lifetime: 60 })
    const device = await start(made)
    made.clock.advance(60)
    expect((await poll(made, device.device_code)).json).toEqual({ error: 'expired_token' })
    expect((await made.browser.open('/device', { user_code: device.user_code })).status).toBe(400)
    made.clock.advance(601)
    expect((await poll(made, device.device_code)).json['error']).toBe('invalid_grant')
  })

  it('slows down a device that polls too often, for good (§3.5)', async () => {
    const made = deviceServer({ interval: 5 })
    const { device_code: code } = await start(made)
    const results: unknown[] = []
    for (const seconds of [0, 1, 9, 10, 15]) {
      made.clock.advance(seconds)
      results.push((await poll(made, code)).json['error'])
    }
    expect(results).toEqual([
      'authorization_pending',
      'slow_down', // 1 s: from now on 10 s
      'slow_down', // 9 s: from now on 15 s
      'slow_down', // 10 s: from now on 20 s
      'slow_down',
    ])
    made.clock.advance(25)
    expect((await poll(made, code)).json['error']).toBe('authorization_pending')
  })

  it('answers polls that come at once, and none with an error of the server', async () => {
    const made = deviceServer()
    const { device_code: code } = await start(made)
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll(made, code)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
    for (const { json } of answers) expect(['authorization_pending', 'slow_down']).toContain(json['error'])
  })

  it('gives tokens to one of several polls that come at once', async () => {
    const made = deviceServer()
    const device = await start(made)
    await answer(made, device.user_code)
    const answers = await Promise.all(Array.from({ length: 10 }, () => poll(made, device.device_code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, json } of answers) if (status !== 200) expect(json['error']).toBe('invalid_grant')
  })

  it('lets the person give less than the device asks for', async () => {
    const made = deviceServer()
    const device = await start(made, { scope: 'read write' })
    await answer(made, device.user_code, { decision: 'approve', choose: 'scope', scope: 'write' })
    expect((await poll(made, device.device_code)).json['scope']).toBe('write')
  })
})

describe('the page for the code', () => {
  it('shows the code of the link, to be confirmed, and escapes it (§3.3.1)', async () => {
    const { browser } = deviceServer()
    const html = await (await browser.open('/device?user_code=%22%3E%3Cscript%3E')).text()
    expect(html).toContain('value="&#34;&#62;&#60;script&#62;"')
  })

  it('takes a code as people type it (§6.1)', async () => {
    const made = deviceServer()
    const device = await start(made)
    expect(await answer(made, ` ${device.user_code.toLowerCase().replace('-', ' . ')} `)).toContain('connected')
  })

  it('asks for consent each time, so that a posted code connects nothing unseen (§5.4)', async () => {
    const made = deviceServer()
    for (let round = 0; round < 2; round++) {
      const device = await start(made)
      await answer(made, device.user_code)
      const next = await start(made)
      const response = await made.browser.open('/device', { user_code: next.user_code })
      expect(response.headers.get('location')).toMatch(/^\/consent/)
      expect((await poll(made, next.device_code)).json['error']).toBe('authorization_pending')
    }
  })

  it('shows the outcome again when the same answer comes twice', async () => {
    const made = deviceServer()
    const device = await start(made)
    await answer(made, device.user_code)
    const second = await start(made)
    const location = (await made.browser.open('/device', { user_code: second.user_code })).headers.get('location') ?? ''
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    const texts = [1, 2].map(async () =>
      (await made.browser.open(location, { interaction, decision: 'approve' })).text(),
    )
    for (const text of await Promise.all(texts)) expect(text).toContain('Your device is connected')
  })

  it('stops taking codes when too many were wrong, guesses at once included, and opens again (§5.1)', async () => {
    const made = deviceServer({ wrongCodes: 5 })
    const device = await start(made)
    const guesses = await Promise.all(
      Array.from({ length: 5 }, () => made.browser.open('/device', { user_code: 'BBBB-BBBB' })),
    )
    expect(guesses.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400])
    expect((await made.browser.open('/device', { user_code: device.user_code })).status).toBe(429)
    made.clock.advance(60)
    expect((await made.browser.open('/device', { user_code: device.user_code })).status).toBe(303)
  })

  it('is a page of the application, when it has one', async () => {
    const { server } = bareServer({ clients: staticClients([TV]) })
    server
      .registerGrant(deviceAuthorizationGrant({ verificationUri: 'https://tv.example/link' }))
      .register(redirectInteraction({ login: '/login', consent: '/consent' }))
    expect(server.routes.map(({ path }) => path)).not.toContain('/device')
    const { json } = await post(server, '/device_authorization', { scope: 'read' }, TV)
    expect(json['verification_uri_complete']).toBe(`https://tv.example/link?user_code=${String(json['user_code'])}`)
    const request = await findDeviceRequest(server, String(json['user_code']))
    expect(request).toMatchObject({ kind: 'backchannel', scope: ['read'], client: { clientName: 'Television' } })
    expect(request?.params.get('user_code')).toBe(json['user_code'])
    if (!request) throw new Error('the code is known')
    await server.requests.answer(request, { subject: 'alice', authTime: server.clock() })
    const form = { grant_type: DEVICE_CODE, device_code: String(json['device_code']) }
    expect((await post(server, '/token', form, TV)).status).toBe(200)
    expect(await findDeviceRequest(server, String(json['user_code']))).toBeNull()
    expect(await findDeviceRequest(server, 'BBBB-BBBB')).toBeNull()
  })
})

describe('the store of a device flow', () => {
  it('has neither code in clear, and no credential of the client', async () => {
    const inner = memoryStore()
    const written: string[] = []
    const store: Store = { ...inner, commit: (batch) => (written.push(JSON.stringify(batch)), inner.commit(batch)) }
    const made = deviceServer({}, store)
    const device = await start(made, {}, BOX)
    const dump = written.join('\n')
    expect(dump).toContain('device_request')
    for (const secret of [device.device_code, device.user_code, device.user_code.replace('-', ''), 'box-secret']) {
      expect(dump).not.toContain(secret)
    }
  })
})
