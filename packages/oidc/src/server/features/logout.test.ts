/** The three ways in which a logout reaches clients, over HTTP. */

import { memoryStore, type HttpRequest, type Store } from '@authlib/core'
import { decryption, generateKey, importKey, KeySet, logoutTokenPolicy, signJwt, verifyJwt } from '@authlib/jose'
import {
  findSession,
  redirectInteraction,
  startSession,
  staticClients,
  type ClientMetadata,
  type Login,
  type RedirectInteractionOptions,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { bareServer, Browser, ISSUER, manualClock, refresh } from '../../../../oauth2/test/journey.ts'
import { authenticationUrl, claimsOf, logIn, provider, RP, testKeys, withToken } from '../../../test/provider.ts'
import { signOutEverywhere } from '../index.ts'
import { backChannelLogout } from './back-channel-logout.ts'
import { encryptedAnswers } from './encrypted-answers.ts'
import { frontChannelLogout } from './front-channel-logout.ts'
import { rpInitiatedLogout, type RpInitiatedLogoutOptions } from './rp-initiated-logout.ts'

const AFTER = 'https://app.example/bye'
const ONE = { ...RP, post_logout_redirect_uris: [AFTER], backchannel_logout_uri: 'https://app.example/back' }
const TWO = {
  ...RP,
  client_id: 'two',
  client_secret: 'two-secret-two-secret-two-secret-two',
  backchannel_logout_uri: 'https://two.example/back',
  frontchannel_logout_uri: 'https://two.example/front?a=1',
  frontchannel_logout_session_required: true,
}

/** Cookie of the development pages. */
const SESSION = 'authlib_session'

interface Told {
  readonly url: string
  readonly token: string
}

async function start({
  options,
  answer = () => 200,
  store = memoryStore(),
  clients = [ONE, TWO],
}: {
  options?: RpInitiatedLogoutOptions
  answer?: (url: string) => number
  store?: ReturnType<typeof memoryStore>
  clients?: readonly ClientMetadata[]
} = {}) {
  const told: Told[] = []
  const clock = manualClock()
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const token = new URLSearchParams(await request.text()).get('logout_token') ?? ''
    told.push({ url: request.url, token })
    return new Response(null, { status: answer(request.url) })
  }
  const waiting: Promise<void>[] = []
  const made = await provider({
    clock,
    store,
    clients: staticClients(clients),
    outgoing: { fetch, allowPrivateAddresses: true },
    background: (work) => void waiting.push(work),
  })
  made.server.register(rpInitiatedLogout(options), backChannelLogout(), frontChannelLogout())
  const settle = async (): Promise<void> => {
    for (let work = waiting.pop(); work; work = waiting.pop()) await work
  }
  return { ...made, clock, told, settle }
}

const logoutUrl = (params: Record<string, string | undefined> = {}): string => {
  const url = new URL('/end_session', ISSUER)
  for (const [name, value] of Object.entries(params)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

const fieldsOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )

/** Whether the browser still has a login. */
async function isLoggedIn(browser: Browser): Promise<boolean> {
  const response = await browser.open(authenticationUrl({ prompt: 'none' }))
  return (response.headers.get('location') ?? '').includes('code=')
}

describe('the end session endpoint', () => {
  it('ends the session at once when the ID Token of the session is sent, and returns with state (§2, §3)', async () => {
    const { server } = await start()
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { browser })
    const response = await browser.open(
      logoutUrl({ id_token_hint: String(json['id_token']), post_logout_redirect_uri: AFTER, state: 'bye & bye' }),
    )
    expect([response.status, response.headers.get('location')]).toEqual([303, `${AFTER}?state=bye%20%26%20bye`])
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('accepts an ID Token that has expired (§2)', async () => {
    const { server, clock } = await start()
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { browser })
    clock.advance(7200)
    const hint = { id_token_hint: String(json['id_token']), post_logout_redirect_uri: AFTER }
    expect((await browser.open(logoutUrl(hint))).headers.get('location')).toBe(AFTER)
  })

  it('asks otherwise, and ends the session when the person agrees (§2)', async () => {
    const { server } = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const page = await browser.open(logoutUrl({ client_id: 'web', post_logout_redirect_uri: AFTER, state: 's' }))
    const html = await page.text()
    expect([page.status, html.includes('Log out?')]).toEqual([200, true])
    expect(await isLoggedIn(browser)).toBe(true)
    const response = await browser.open('/end_session', { ...fieldsOf(html), decision: 'log_out' })
    expect(response.headers.get('location')).toBe(`${AFTER}?state=s`)
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('takes a request that is posted as one in the query (§2)', async () => {
    const { server } = await start()
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { browser })
    const fields = { id_token_hint: String(json['id_token']), post_logout_redirect_uri: AFTER, state: 'posted' }
    const response = await browser.open('/end_session', fields)
    expect([response.status, response.headers.get('location')]).toEqual([303, `${AFTER}?state=posted`])
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('keeps the session when the person stays', async () => {
    const { server } = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const html = await (await browser.open(logoutUrl())).text()
    const response = await browser.open('/end_session', { ...fieldsOf(html), decision: 'stay' })
    expect(await response.text()).toContain('still logged in')
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it.each([{}, { confirm: 'guessed' }])('ends nothing for a form of another site (§6): %j', async (fields) => {
    const { server } = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const response = await browser.open('/end_session', { ...fields, decision: 'log_out' })
    expect(await response.text()).toContain('Log out?')
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('takes no ID Token of another issuer for a hint, though the same key has signed it (D-13, §2)', async () => {
    const { server } = await start()
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { browser })
    const key = await importKey((await (await testKeys()).signingKey()).privateJwk())
    const open = async (iss: string): Promise<number> => {
      const hint = await signJwt({ ...claimsOf(json['id_token']), iss }, key, { lifetime: null })
      return (await browser.open(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: AFTER }))).status
    }
    expect(await open('https://other.example')).toBe(400)
    expect(await isLoggedIn(browser)).toBe(true)
    expect(await open(ISSUER)).toBe(303)
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('asks when the ID Token is that of another person, or when it always asks', async () => {
    const { server } = await start()
    const alice = new Browser(server)
    const { json } = await logIn(server, {}, { browser: alice })
    const bob = new Browser(server)
    await logIn(server, {}, { browser: bob, user: 'bob' })
    const hint = { id_token_hint: String(json['id_token']) }
    expect(await (await bob.open(logoutUrl(hint))).text()).toContain('Log out?')
    const strict = await start({ options: { confirm: 'always' } })
    const carol = new Browser(strict.server)
    const own = (await logIn(strict.server, {}, { browser: carol })).json['id_token']
    expect(await (await carol.open(logoutUrl({ id_token_hint: String(own) }))).text()).toContain('Log out?')
  })

  it('asks when the ID Token is that of another session of the same person (§2)', async () => {
    const { server } = await start()
    const { json } = await logIn(server)
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const page = await browser.open(logoutUrl({ id_token_hint: String(json['id_token']) }))
    expect(await page.text()).toContain('Log out?')
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it.each([
    ['a URI that differs in a slash', { client_id: 'web', post_logout_redirect_uri: `${AFTER}/` }],
    ['a URI with a query that is not registered', { client_id: 'web', post_logout_redirect_uri: `${AFTER}?a=1` }],
    ['a URI of another client', { client_id: 'two', post_logout_redirect_uri: AFTER }],
    ['a URI that is not registered', { client_id: 'web', post_logout_redirect_uri: 'https://evil.example' }],
    ['a URI without a client', { post_logout_redirect_uri: AFTER }],
    ['a hint that is no ID Token', { id_token_hint: 'nonsense', post_logout_redirect_uri: AFTER }],
  ])('shows a page, and redirects nowhere, for %s (§4)', async (_, params) => {
    const { server } = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const response = await browser.open(logoutUrl(params))
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('refuses a client_id that is not that of the hint (§2)', async () => {
    const { server } = await start()
    const { json } = await logIn(server)
    const params = { id_token_hint: String(json['id_token']), client_id: 'two', post_logout_redirect_uri: AFTER }
    expect((await new Browser(server).open(logoutUrl(params))).status).toBe(400)
  })

  it('returns at once when no one is logged in', async () => {
    const { server } = await start()
    const browser = new Browser(server)
    const params = { client_id: 'web', post_logout_redirect_uri: AFTER }
    expect((await browser.open(logoutUrl(params))).headers.get('location')).toBe(AFTER)
    expect(await (await browser.open(logoutUrl())).text()).toContain('You are logged out')
  })

  it('is advertised (§2.1)', async () => {
    const { server } = await start()
    expect(server.metadata().end_session_endpoint).toBe(`${ISSUER}/end_session`)
  })
})

/** Logs in at both clients with one session, then logs out with a hint. */
async function visitBoth(made: Awaited<ReturnType<typeof start>>) {
  const browser = new Browser(made.server)
  const one = await logIn(made.server, { scope: 'openid offline_access' }, { browser })
  const two = await logIn(made.server, {}, { browser, client: TWO })
  const out = (): Promise<Response> =>
    browser.open(logoutUrl({ id_token_hint: String(one.json['id_token']), post_logout_redirect_uri: AFTER }))
  return { browser, one, two, out }
}

describe('the end session endpoint with a session of your own', () => {
  const COOKIE = 'own_session=alice'

  function own(endSession: RedirectInteractionOptions['endSession']) {
    const { server } = bareServer({ clients: staticClients([ONE]) })
    const session = (http: HttpRequest): Login | null =>
      http.headers.get('cookie') === COOKIE ? { subject: 'alice', authTime: server.clock() } : null
    server.register(redirectInteraction({ login: '/login', consent: '/consent', session, endSession }))
    server.register(rpInitiatedLogout())
    return server
  }

  it('knows who is logged in, and ends that session with the headers that you give', async () => {
    const ended: string[] = []
    const server = own((http, { issuer }) => {
      ended.push(`${http.headers.get('cookie')} at ${issuer}`)
      return [['set-cookie', 'own_session=; Max-Age=0']]
    })
    const browser = new Browser(server)
    browser.cookies.set('own_session', 'alice')
    const asked = await browser.open(logoutUrl({ client_id: 'web', post_logout_redirect_uri: AFTER }))
    expect([asked.status, ended]).toEqual([200, []]) // someone is logged in, so the person is asked
    const answer = await browser.open('/end_session', { ...fieldsOf(await asked.text()), decision: 'log_out' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, AFTER])
    expect(ended).toEqual([`${COOKIE} at ${ISSUER}`])
    expect(browser.cookies.has('own_session')).toBe(false)
  })

  it('asks nobody when no one is logged in', async () => {
    const server = own(() => [])
    const answer = await new Browser(server).open(logoutUrl({ client_id: 'web', post_logout_redirect_uri: AFTER }))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, AFTER])
  })
})

describe('back-channel logout', () => {
  it('sends a logout token to every client of the session, with its sid (§2.4, §2.5)', async () => {
    const made = await start()
    const { one, two, out } = await visitBoth(made)
    const { sid } = claimsOf(one.json['id_token'])
    expect(sid).toBe(claimsOf(two.json['id_token'])['sid'])
    await out()
    await made.settle()
    expect(made.told.map(({ url }) => url).sort()).toEqual([ONE.backchannel_logout_uri, TWO.backchannel_logout_uri])
    const keys = KeySet.from(await made.server.requireKeys().jwks())
    for (const { url, token } of made.told) {
      const clientId = url === ONE.backchannel_logout_uri ? 'web' : 'two'
      const policy = logoutTokenPolicy({ issuer: ISSUER, clientId, algorithms: ['ES256'], clock: made.clock })
      const { claims, header } = await verifyJwt(token, keys, policy)
      expect(header.typ).toBe('logout+jwt')
      expect(claims).toMatchObject({ sub: 'alice', sid, exp: made.clock() + 120 })
      expect(claims).not.toHaveProperty('nonce')
    }
  })

  it('posts to the URI as it is registered, with its query (Back-Channel Logout §2.2)', async () => {
    const made = await start({ clients: [{ ...ONE, backchannel_logout_uri: 'https://app.example/back?tenant=1' }] })
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, {}, { browser })
    await browser.open(logoutUrl({ id_token_hint: String(json['id_token']) }))
    await made.settle()
    expect(made.told.map(({ url }) => url)).toEqual(['https://app.example/back?tenant=1'])
  })

  it('says what happened with the event of the specification, and an empty object (Back-Channel Logout §2.4)', async () => {
    const made = await start()
    const { out } = await visitBoth(made)
    await out()
    await made.settle()
    const { iat, jti, events } = claimsOf(made.told[0]?.token)
    expect(events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} })
    expect([typeof iat, typeof jti]).toEqual(['number', 'string'])
  })

  it('encrypts a logout token for a client whose ID Tokens are encrypted (Back-Channel Logout §2.4, §2.6)', async () => {
    const key = await generateKey('ECDH-ES')
    const encrypted = { id_token_encrypted_response_alg: 'ECDH-ES', jwks: { keys: [key.publicJwk()] } }
    const made = await start({ clients: [{ ...ONE, ...encrypted } as never] })
    made.server.register(encryptedAnswers())
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, {}, { browser })
    const hint = await decryption(key).open(String(json['id_token']))
    await browser.open(logoutUrl({ id_token_hint: hint }))
    await made.settle()
    expect(made.told.map(({ token }) => token.split('.').length)).toEqual([5])
    const keys = KeySet.from(await made.server.requireKeys().jwks())
    const policy = logoutTokenPolicy({ issuer: ISSUER, clientId: 'web', algorithms: ['ES256'], clock: made.clock })
    const { claims } = await verifyJwt(made.told[0]!.token, keys, { ...policy, decryption: decryption(key) })
    expect(claims.sub).toBe('alice')
  })

  it('ends the tokens of the session, and keeps those with offline_access (§2.7)', async () => {
    const made = await start()
    const { one, two, out } = await visitBoth(made)
    await out()
    expect((await withToken(made.server, '/userinfo', two.json['access_token'])).status).toBe(401)
    expect((await refresh(made.server, one.json['refresh_token'], ONE)).status).toBe(200)
  })

  it('tells the clients from before and after a login that was demanded again, under one sid', async () => {
    const made = await start()
    const browser = new Browser(made.server)
    const one = await logIn(made.server, {}, { browser })
    made.clock.advance(60)
    const two = await logIn(made.server, { prompt: 'login' }, { browser, client: TWO })
    const [first, second] = [claimsOf(one.json['id_token']), claimsOf(two.json['id_token'])]
    expect(second['sid']).toBe(first['sid'])
    expect(second['auth_time']).toBe(Number(first['auth_time']) + 60)
    await browser.open(logoutUrl({ id_token_hint: String(two.json['id_token']), client_id: 'two' }))
    await made.settle()
    expect(made.told.map(({ url }) => url).sort()).toEqual([ONE.backchannel_logout_uri, TWO.backchannel_logout_uri])
  })

  it('tells the clients of the person before when another person logs in over the session (§2.4, §2.7)', async () => {
    const made = await start()
    const { browser, one, two } = await visitBoth(made)
    await logIn(made.server, { prompt: 'login' }, { browser, user: 'bob' })
    await made.settle()
    expect(made.told.map(({ url }) => url).sort()).toEqual([ONE.backchannel_logout_uri, TWO.backchannel_logout_uri])
    const { sid } = claimsOf(one.json['id_token'])
    for (const { token } of made.told) expect(claimsOf(token)).toMatchObject({ sub: 'alice', sid })
    expect((await withToken(made.server, '/userinfo', two.json['access_token'])).status).toBe(401)
    expect((await refresh(made.server, one.json['refresh_token'], ONE)).status).toBe(200) // offline_access
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('tells them once when two people log in over one session at the same moment', async () => {
    const made = await start()
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, {}, { browser })
    const before = browser.cookies.get(SESSION) ?? ''
    const both = await Promise.all(
      ['bob', 'carol'].map((subject) => startSession(made.server, { subject }, 600, { before })),
    )
    await made.settle()
    expect(made.told.map(({ token }) => claimsOf(token)['sid'])).toEqual([claimsOf(json['id_token'])['sid']])
    for (const { value } of both) expect(await findSession(made.server, value)).not.toBeNull()
    expect(await findSession(made.server, before)).toBeNull()
  })

  it('tells them too after a crash right when the session had ended, and no one after a crash right before', async () => {
    const store = memoryStore()
    const made = await start({ store })
    const { browser } = await visitBoth(made)
    const before = browser.cookies.get(SESSION) ?? ''
    const crashing = async (commit: Store['commit']): Promise<void> => {
      const { server } = await start({ store: { ...store, commit } })
      await expect(startSession(server, { subject: 'bob' }, 600, { before })).rejects.toThrow('crash')
    }
    await crashing(() => Promise.reject(new Error('crash')))
    expect(await made.server.deliverDue()).toEqual({ delivered: 0, failed: 0 })
    expect((await findSession(made.server, before))?.subject).toBe('alice')
    await crashing(async (batch) => {
      await store.commit(batch)
      throw new Error('crash')
    })
    expect(await findSession(made.server, before)).toBeNull()
    expect(await made.server.deliverDue()).toEqual({ delivered: 2, failed: 0 })
  })

  it('tells more clients than one batch of the store can hold', async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({
      ...ONE,
      client_id: `client-${index}`,
      backchannel_logout_uri: `https://app.example/back/${index}`,
    }))
    const made = await start({ clients: [ONE, ...many] })
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, {}, { browser })
    for (const client of many) await logIn(made.server, {}, { browser, client })
    const over = await logIn(made.server, { prompt: 'login' }, { browser, user: 'bob' })
    await made.settle()
    expect(new Set(made.told.map(({ url }) => url)).size).toBe(121)
    expect(claimsOf(json['id_token'])['sid']).not.toBe(claimsOf(over.json['id_token'])['sid'])
    for (const client of many) await logIn(made.server, {}, { browser, client, user: 'bob' })
    made.told.length = 0
    await browser.open(logoutUrl({ id_token_hint: String(over.json['id_token']) }))
    await made.settle()
    expect(made.told).toHaveLength(121)
  })

  it('tells only the clients of that session', async () => {
    const made = await start()
    const other = new Browser(made.server)
    await logIn(made.server, {}, { browser: other, client: TWO })
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, {}, { browser })
    await browser.open(logoutUrl({ id_token_hint: String(json['id_token']) }))
    await made.settle()
    expect(made.told.map(({ url }) => url)).toEqual([ONE.backchannel_logout_uri])
    expect(await isLoggedIn(other)).toBe(true)
  })

  it('tries a client again that was down, also after a crash, and the events say who (§2.8)', async () => {
    const store = memoryStore()
    let down = true
    const made = await start({ store, answer: (url) => (down && url.includes('two') ? 503 : 200) })
    const { out } = await visitBoth(made)
    await out()
    await made.settle()
    expect(made.events).toContainEqual(
      expect.objectContaining({ type: 'delivery.failed', reason: 'HTTP status 503', attempts: 1 }),
    )
    down = false
    const next = await start({ store }) // the process after a restart
    next.clock.advance(60)
    expect(await next.server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
    expect(next.told.map(({ url }) => url)).toEqual([TWO.backchannel_logout_uri])
  })

  it('is advertised (§2.1)', async () => {
    const { server } = await start()
    expect(server.metadata()).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    })
  })
})

describe('front-channel logout', () => {
  it('opens the pages of the clients in frames, with iss and sid where they want them (§2, §3)', async () => {
    const made = await start()
    const { one, out } = await visitBoth(made)
    const response = await out()
    const html = await response.text()
    const { sid } = claimsOf(one.json['id_token'])
    const [, src = ''] = /<iframe[^>]* src="([^"]+)"/.exec(html) ?? []
    const url = new URL(src.replaceAll('&#38;', '&'))
    expect(`${url.origin}${url.pathname}`).toBe('https://two.example/front')
    expect(Object.fromEntries(url.searchParams)).toEqual({ a: '1', iss: ISSUER, sid })
    expect(html).toContain(`href="${AFTER}"`)
    expect(response.headers.get('content-security-policy')).toContain('frame-src https://two.example;')
    expect(response.headers.getSetCookie().join()).toMatch(/max-age=0/i)
  })
})

it('signs a person out everywhere: sessions, tokens, and the clients are told', async () => {
  const made = await start()
  const { browser, one } = await visitBoth(made)
  const phone = new Browser(made.server)
  await logIn(made.server, {}, { browser: phone })
  expect(await signOutEverywhere(made.server, 'alice')).toBeGreaterThan(0)
  await made.settle()
  expect(await isLoggedIn(browser)).toBe(false)
  expect(await isLoggedIn(phone)).toBe(false)
  expect((await refresh(made.server, one.json['refresh_token'], ONE)).status).toBe(400)
  expect(made.told.map(({ url }) => url).sort()).toEqual([
    ONE.backchannel_logout_uri,
    ONE.backchannel_logout_uri,
    TWO.backchannel_logout_uri,
  ])
})

describe('options of back-channel logout', () => {
  it.each(['lifetime', 'timeout'])('refuse a %s that is not a number of seconds', (name) => {
    for (const value of [() => 60, '60', Number.NaN, 0]) {
      expect(() => backChannelLogout({ [name]: value })).toThrow(new RegExp(`^${name} is a number of seconds`))
    }
    expect(() => backChannelLogout({ [name]: 60 })).not.toThrow()
  })
})
