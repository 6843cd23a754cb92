import { memoryStore, NEVER } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  Browser,
  fullServer,
  ISSUER,
  manualClock,
  redeem,
  WEB,
} from '../../../test/journey.ts'
import { clientFromMetadata } from '../records/client-metadata.ts'
import { staticClients } from '../records/clients.ts'
import { codeChallenge } from '../features/code-challenge.ts'
import type { Demands, Login } from '../contract/interaction.ts'
import type { AuthorizationRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { authorizationCodeGrant } from '../features/authorization-code.ts'
import { endSession, findSession, startSession } from '../records/session.ts'
import { whatToAsk } from './ask.ts'
import { forgetConsent } from '../records/consent.ts'
import { developmentPages } from './development.ts'
import { redirectInteraction } from './redirect.ts'

const interactionOf = (url: string | null): string => new URL(url ?? '', ISSUER).searchParams.get('interaction') ?? ''

describe('development pages', () => {
  it('refuse to be mounted on a public issuer', () => {
    const { server } = fullServer({ issuer: 'https://as.example' })
    expect(() => server.routes).toThrow(expect.objectContaining({ code: 'not_loopback' }) as Error)
  })

  it('log in, ask for consent and go back to the client (A20, RFC 9700 §4.12)', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const start = await browser.open(authorizeUrl())
    const loginUrl = start.headers.get('location') ?? ''
    expect(loginUrl).toMatch(/^\/login\?interaction=/)
    expect(await (await browser.open(loginUrl)).text()).toContain('name="password"')
    const loggedIn = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice',
      password: 'alice',
    })
    const consentUrl = loggedIn.headers.get('location') ?? ''
    expect([loggedIn.status, consentUrl.startsWith('/consent?')]).toEqual([303, true]) // so that the password is not posted on
    expect(await (await browser.open(consentUrl)).text()).toContain('value="write" checked')
    const done = await browser.open(consentUrl, { interaction: interactionOf(consentUrl), decision: 'approve' })
    expect(done.headers.get('location')).toMatch(/^https:\/\/app\.example\/cb\?code=/)
  })

  it('say in words what scope allows, escaped', async () => {
    const { server } = bareServer()
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(developmentPages({ users: [{ username: 'alice' }], scopeDescriptions: { read: 'read <all>' } }))
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const form = { interaction: interactionOf(loginUrl), username: 'alice', password: 'alice' }
    const consentUrl = (await browser.open(loginUrl, form)).headers.get('location') ?? ''
    const html = await (await browser.open(consentUrl)).text()
    expect(html).toContain('read &#60;all&#62; <code>read</code>')
    expect(html).toContain('<span><code>write</code></span>')
  })

  it('link to the policy and the terms of the client, if they are https (OpenID Connect Registration §2)', async () => {
    const documents = { policy_uri: 'https://app.example/privacy?a=1&b=2', tos_uri: 'http://app.example/terms' }
    const { server } = fullServer({ clients: staticClients([{ ...WEB, ...documents }]) })
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const form = { interaction: interactionOf(loginUrl), username: 'alice', password: 'alice' }
    const consentUrl = (await browser.open(loginUrl, form)).headers.get('location') ?? ''
    const html = await (await browser.open(consentUrl)).text()
    expect(html).toContain('<a href="https://app.example/privacy?a=1&#38;b=2"')
    expect(html).not.toContain('app.example/terms')
  })

  it('show the logo of the client, if it is https (OpenID Connect Registration §2)', async () => {
    const pageFor = async (logo: string): Promise<Response> => {
      const { server } = fullServer({ clients: staticClients([{ ...WEB, logo_uri: logo }]) })
      const browser = new Browser(server)
      const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
      expect((await (await browser.open(loginUrl)).text()).includes('<img')).toBe(logo.startsWith('https:'))
      const form = { interaction: interactionOf(loginUrl), username: 'alice', password: 'alice' }
      return browser.open((await browser.open(loginUrl, form)).headers.get('location') ?? '')
    }
    const page = await pageFor('https://cdn.example/logo.png?a=1&b=2')
    expect(await page.text()).toContain('<img class="logo" src="https://cdn.example/logo.png?a=1&#38;b=2" alt="">')
    expect(page.headers.get('content-security-policy')).toContain("img-src 'self' data: https://cdn.example;")
    const plain = await pageFor('http://cdn.example/logo.png')
    expect(await plain.text()).not.toContain('<img')
    expect(plain.headers.get('content-security-policy')).toContain("img-src 'self' data:;")
  })

  it('say no to a wrong password, and show the form again', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const again = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice "a"',
      password: 'wrong',
    })
    expect(again.status).toBe(401)
    const text = await again.text()
    expect(text).toContain('role="alert"')
    expect(text).toContain('value="alice &#34;a&#34;"') // to be corrected, not typed again
    expect(text).not.toContain('wrong"')
    expect(browser.cookies.has('authlib_session')).toBe(false)
  })

  it.each([
    [undefined, undefined, undefined, 'low'],
    ['other high low', undefined, undefined, 'high'],
    ['other', undefined, ['high'], 'low'],
    ['low', ['high'], undefined, 'high'],
    [undefined, undefined, ['other', 'high'], 'high'],
  ])(
    'state the acr for the wish %s, the demand %s and default_acr_values %s',
    async (wish, demanded, usual, stated) => {
      const { server } = bareServer({ clients: staticClients([{ ...WEB, default_acr_values: usual }]) })
      const seen: unknown[] = []
      server
        .registerGrant(authorizationCodeGrant(), [codeChallenge()])
        .register(developmentPages({ users: [{ username: 'alice' }], acrValues: ['low', 'high'] }))
        .register({
          kind: 'extension',
          name: 'acr',
          demands: () => ({ acrValues: demanded }),
          authorizing: (_request, { acr }) => void seen.push(acr),
        })
      expect(server.metadata()['acr_values_supported']).toEqual(['low', 'high'])
      await new Browser(server).authorize({ acr_values: wish })
      expect(seen).toEqual([stated])
    },
  )

  it('tell the client when the person denies (RFC 6749 §4.1.2.1)', async () => {
    const { server } = fullServer()
    const answer = await new Browser(server).authorize({}, { decision: 'deny' })
    expect([answer.get('error'), answer.get('state'), answer.get('iss')]).toEqual(['access_denied', 'xyz', ISSUER])
  })

  it('let the person untick scope, and the client learns of it (OAuth 2.1 §3.2.3)', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const next = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice',
      password: 'alice',
    })
    const consentUrl = next.headers.get('location') ?? ''
    const done = await browser.open(consentUrl, {
      interaction: interactionOf(consentUrl),
      decision: 'approve',
      choose: 'scope',
      scope: 'read',
    })
    const code = new URL(done.headers.get('location') ?? '').searchParams.get('code') ?? ''
    expect((await redeem(server, code)).json['scope']).toBe('read')
  })

  it.each(['/login', '/consent', '/logout'])('harden %s (A19, A21)', async (path) => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const response = await browser.open(loginUrl.replace('/login', path))
    const { headers } = response
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(policy).not.toMatch(/unsafe|script-src/)
    const [, nonce = ''] = /<style nonce="([^"]{43})">/.exec(await response.text()) ?? []
    expect(policy).toContain(`style-src 'nonce-${nonce}'`)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine, without a referrer', { origin: 'null', 'sec-fetch-site': 'same-site' }],
  ])('refuse a form posted from %s (A18)', async (_case, sender) => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const body = new URLSearchParams({ interaction: interactionOf(loginUrl), username: 'alice', password: 'alice' })
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await server.fetch(
      new Request(ISSUER + loginUrl, { method: 'POST', body, headers: { cookie, ...sender } as HeadersInit }),
    )
    expect(response.status).toBe(403)
  })

  it('change the session with every login, and keep it from scripts (A23)', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    browser.cookies.set('authlib_session', 'chosen-by-an-attacker')
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const response = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice',
      password: 'alice',
    })
    expect(response.headers.get('set-cookie')).toMatch(
      /^authlib_session=[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}; .*SameSite=Lax; HttpOnly/,
    )
  })

  it('log out: the session is gone, and a code given under it is dead', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const code = (await browser.authorize()).get('code') ?? ''
    await browser.open('/logout', {})
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect((await browser.open(authorizeUrl())).headers.get('location')).toMatch(/^\/login/)
  })

  it('keep a login for as long as they are told', async () => {
    const clock = manualClock()
    const { server } = bareServer({ clock })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(developmentPages({ users: [{ username: 'alice' }], sessionLifetime: 60 }))
    const browser = new Browser(server)
    await browser.authorize()
    clock.advance(59)
    expect((await browser.open(authorizeUrl())).headers.get('location')).toContain('code=')
    clock.advance(1)
    expect((await browser.open(authorizeUrl())).headers.get('location')).toMatch(/^\/login/)
  })

  it('do not let a login that is in flight survive the logout', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const next = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice',
      password: 'alice',
    })
    const consentUrl = next.headers.get('location') ?? ''
    await browser.open('/logout', {})
    const done = await browser.open(consentUrl, { interaction: interactionOf(consentUrl), decision: 'approve' })
    expect(new URL(done.headers.get('location') ?? '').searchParams.get('error')).toBe('login_required')
  })
})

describe('the handle', () => {
  it('answers once: a second submit sends the person on with the same code (A24)', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const next = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice',
      password: 'alice',
    })
    const consentUrl = next.headers.get('location') ?? ''
    const form = { interaction: interactionOf(consentUrl), decision: 'approve' }
    const first = await browser.open(consentUrl, form)
    const second = await browser.open(consentUrl, form)
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    const code = new URL(first.headers.get('location') ?? '').searchParams.get('code') ?? ''
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('answers once, however late the second submit: an id is never used again', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const browser = new Browser(server)
    await browser.authorize({ scope: 'read' })
    const consentUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const form = { interaction: interactionOf(consentUrl), decision: 'approve' }
    const first = (await browser.open(consentUrl, form)).headers.get('location')
    clock.advance(3599)
    expect((await browser.open(consentUrl, form)).headers.get('location')).toBe(first)
    expect((await redeem(server, new URL(first ?? '').searchParams.get('code') ?? '')).json['error']).toBe(
      'invalid_grant',
    )
  })

  it('is refused in another browser (A24, A18)', async () => {
    const { server } = fullServer()
    const loginUrl = (await new Browser(server).open(authorizeUrl())).headers.get('location') ?? ''
    const thief = new Browser(server)
    expect((await thief.open(loginUrl)).status).toBe(400)
    await thief.open(authorizeUrl())
    expect((await thief.open(loginUrl)).status).toBe(400)
  })

  it.each(['', 'x', 'AAAA'.repeat(50)])('is refused as %j', async (interaction) => {
    const { server } = fullServer()
    const browser = new Browser(server)
    await browser.open(authorizeUrl())
    expect((await browser.open(`/login?interaction=${interaction}`)).status).toBe(400)
    expect((await browser.open('/consent', { interaction, decision: 'approve' })).status).toBe(400)
  })

  it('that was left open overnight starts again, with a new login', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const logIn = { interaction: interactionOf(loginUrl), username: 'alice', password: 'alice' }
    const consentUrl = (await browser.open(loginUrl, logIn)).headers.get('location') ?? ''
    const approval = { interaction: interactionOf(consentUrl), decision: 'approve' }
    clock.advance(9 * 3600)
    const again = (await browser.open(consentUrl, approval)).headers.get('location') ?? ''
    expect(again).toMatch(/^\/login/)
    expect((await browser.open(loginUrl)).status).toBe(200)
    const asked = (await browser.open(loginUrl, logIn)).headers.get('location') ?? ''
    const done = await browser.open(asked, { interaction: interactionOf(asked), decision: 'approve' })
    expect(new URL(done.headers.get('location') ?? '').searchParams.get('code')).toMatch(/^ac_/)
  })

  it('lets two tabs answer each their own request (A24)', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const one = (await browser.open(authorizeUrl({ state: 'one' }))).headers.get('location') ?? ''
    const two = (await browser.open(authorizeUrl({ state: 'two' }))).headers.get('location') ?? ''
    const states: (string | null)[] = []
    for (const loginUrl of [two, one]) {
      const next = await browser.open(loginUrl, {
        interaction: interactionOf(loginUrl),
        username: 'alice',
        password: 'alice',
      })
      const target = next.headers.get('location') ?? ''
      const done = target.startsWith('/consent')
        ? await browser.open(target, { interaction: interactionOf(target), decision: 'approve' })
        : next
      states.push(new URL(done.headers.get('location') ?? '').searchParams.get('state'))
    }
    expect(states).toEqual(['two', 'one'])
  })

  it('cannot be approved without a login', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const answer = await browser.open('/consent', { interaction: interactionOf(loginUrl), decision: 'approve' })
    expect(answer.headers.get('location')).toMatch(/^\/login/)
  })

  it('stores nothing for a login that is abandoned', async () => {
    const { server, store } = fullServer()
    await new Browser(server).open(authorizeUrl())
    expect(await store.sweep(Number.MAX_SAFE_INTEGER - 1, 1000)).toBe(0)
  })

  it('uses a __Host- cookie on https', async () => {
    const { server } = bareServer({ issuer: 'https://as.example' })
    server
      .registerGrant(authorizationCodeGrant(), [codeChallenge()])
      .register(redirectInteraction({ login: '/login', consent: '/consent' }))
    const response = await server.fetch(new Request(authorizeUrl().replace(ISSUER, 'https://as.example')))
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-authlib_interaction=.*; Path=\/; SameSite=Lax; HttpOnly; Secure$/,
    )
  })
})

describe('consent', () => {
  it('is asked for new scope only (A22)', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    await browser.authorize({ scope: 'read' })
    const response = await browser.open(authorizeUrl({ scope: 'read write' }))
    const html = await (await browser.open(response.headers.get('location') ?? '')).text()
    expect(html).toContain('value="write"')
    expect(html).not.toContain('value="read"')
  })

  it('of one client or person does not count for another', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    await browser.authorize()
    expect((await browser.open(authorizeUrl({ client_id: 'other' }))).headers.get('location')).toMatch(/^\/consent/)
    const bob = new Browser(server)
    const loginUrl = (await bob.open(authorizeUrl())).headers.get('location') ?? ''
    const next = await bob.open(loginUrl, { interaction: interactionOf(loginUrl), username: 'bob', password: 'bob' })
    expect(next.headers.get('location')).toMatch(/^\/consent/)
  })

  it('is asked for again once it is forgotten, for that client alone', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    for (const client_id of ['web', 'other']) await browser.authorize({ client_id })
    await forgetConsent(server, 'alice', 'web')
    expect((await browser.open(authorizeUrl())).headers.get('location')).toMatch(/^\/consent/)
    const other = await browser.open(authorizeUrl({ client_id: 'other' }))
    expect(other.headers.get('location')).toContain('code=')
  })

  it('is not asked for a first-party client', async () => {
    const { server } = fullServer({ clients: staticClients([{ ...WEB, trust: { skipConsent: true } }]) })
    const browser = new Browser(server)
    const loginUrl = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    const next = await browser.open(loginUrl, {
      interaction: interactionOf(loginUrl),
      username: 'alice',
      password: 'alice',
    })
    expect(next.headers.get('location')).toContain('code=')
  })

  it('is always asked for a native public client: anyone can claim to be it (A22, RFC 8252 §8.6)', async () => {
    const native = { ...WEB, application_type: 'native' as const, token_endpoint_auth_method: 'none' }
    const { server } = fullServer({ clients: staticClients([native]) })
    const browser = new Browser(server)
    await browser.authorize()
    expect((await browser.open(authorizeUrl())).headers.get('location')).toMatch(/^\/consent/)
  })
})

describe('a session of the server', () => {
  it('is a login until it expires or is ended, and its codes end with it', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const code = async (login: Login) => {
      const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
      const { headers } = await server.createAuthorizationResponse(request, login)
      return new URL(new Map(headers).get('location') ?? '').searchParams.get('code') ?? ''
    }
    const { value, login } = await startSession(server, { subject: 'alice', amr: ['pwd'] }, 30)
    expect(login).toMatchObject({ subject: 'alice', authTime: clock(), amr: ['pwd'] })
    expect(login.sessionId).not.toBe(value)
    expect(await findSession(server, value)).toEqual(login)
    expect((await redeem(server, await code(login))).status).toBe(200)
    const late = await code(login)
    clock.advance(30) // less than a code lives
    expect(await findSession(server, value)).toBeNull()
    expect((await redeem(server, late)).json['error']).toBe('invalid_grant')
    await expect(code(login)).rejects.toMatchObject({ error: { code: 'login_required' } })

    const second = await startSession(server, { subject: 'alice' }, 60)
    await endSession(server, second.value)
    expect(await findSession(server, second.value)).toBeNull()
  })

  it('goes on under a new value when the same person logs in again', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const first = await startSession(server, { subject: 'alice', amr: ['pwd'] }, 60)
    clock.advance(30)
    const again = await startSession(server, { subject: 'alice', acr: 'high' }, 60, { before: first.value })
    expect(again.login).toMatchObject({ sessionId: first.login.sessionId, authTime: clock(), acr: 'high' })
    expect(await findSession(server, first.value)).toBeNull()
    clock.advance(59)
    expect(await findSession(server, again.value)).toMatchObject({ subject: 'alice', amr: undefined })
  })

  it('ends when another person logs in over it', async () => {
    const { server } = fullServer()
    const alice = await startSession(server, { subject: 'alice' }, 60)
    const bob = await startSession(server, { subject: 'bob' }, 60, { before: alice.value })
    expect(bob.login.sessionId).not.toBe(alice.login.sessionId)
    expect([await findSession(server, alice.value), (await findSession(server, bob.value))?.subject]).toEqual([
      null,
      'bob',
    ])
  })

  it('is neither opened nor ended by its id, which clients know', async () => {
    const { server } = fullServer()
    const { value, login } = await startSession(server, { subject: 'alice' }, 60)
    const id = login.sessionId ?? ''
    const eve = await startSession(server, { subject: 'eve' }, 60, { before: `${id}.${'x'.repeat(43)}` })
    for (const guess of [id, `${id}.`, `${id}.${'x'.repeat(43)}`, `${id}.${eve.value.split('.')[1] ?? ''}`]) {
      await endSession(server, guess)
      expect(await findSession(server, guess)).toBeNull()
    }
    expect((await findSession(server, value))?.subject).toBe('alice')
  })

  it('of a version that kept the hash of the cookie as its id is found, and goes on', async () => {
    const store = memoryStore()
    const { server } = fullServer({ store })
    const id = await sha256Base64url('old-cookie')
    const data = { version: 1, subject: 'alice', authTime: 5 }
    const put = [
      { kind: 'session', id, partition: id, revision: 1, expiresAt: NEVER, index: { subject: 'alice' }, data },
    ]
    await store.commit({ partition: id, now: 5, expect: [], put, remove: [] })
    expect(await findSession(server, 'old-cookie')).toMatchObject({ subject: 'alice', sessionId: id })
    const { value, login } = await startSession(server, { subject: 'alice' }, 60, { before: 'old-cookie' })
    expect(login.sessionId).toBe(id)
    expect(await findSession(server, 'old-cookie')).toBeNull()
    await endSession(server, value)
    expect(await findSession(server, value)).toBeNull()
  })

  it('goes on once when two logins follow it at the same moment', async () => {
    const { server } = fullServer()
    const { value: before, login } = await startSession(server, { subject: 'alice' }, 60)
    const both = await Promise.all([1, 2].map(() => startSession(server, { subject: 'alice' }, 60, { before })))
    expect(both.filter((one) => one.login.sessionId === login.sessionId)).toHaveLength(1)
    for (const { value } of both) expect(await findSession(server, value)).not.toBeNull()
  })
})

describe('what must be asked', () => {
  const now = 1_000_000
  const login: Login = { subject: 'alice', authTime: now - 100 }
  const fresh: Login = { subject: 'alice', authTime: now - 5 }
  const scope = ['read']

  async function ask(
    demands: Demands,
    who: Login | null,
    { remembered = scope, approved = null as readonly string[] | null } = {},
  ): Promise<unknown> {
    const client = await clientFromMetadata(WEB)
    const request = {
      client,
      scope,
      receivedAt: now - 10,
      server: { requests: { demands: () => demands, consents: () => [] } } as unknown as Server,
      data: {},
    } as unknown as AuthorizationRequest
    try {
      return whatToAsk(request, { login: who, remembered, approved }, now).reasons
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  it.each<[string, Demands, Login | null, { remembered?: readonly string[]; approved?: readonly string[] }, unknown]>([
    ['nobody is logged in', { prompt: [] }, null, {}, ['login']],
    ['all is known', { prompt: [] }, login, {}, []],
    ['scope is new', { prompt: [] }, login, { remembered: [] }, ['consent']],
    ['scope was just approved', { prompt: [] }, login, { remembered: [], approved: scope }, []],
    ['prompt=none and nobody', { prompt: ['none'] }, null, {}, 'login_required'],
    ['prompt=none and new scope', { prompt: ['none'] }, login, { remembered: [] }, 'consent_required'],
    ['prompt=none and all is known', { prompt: ['none'] }, login, {}, []],
    ['prompt=login and an old login', { prompt: ['login'] }, login, {}, ['prompt_login']],
    ['prompt=login and a login since the request', { prompt: ['login'] }, fresh, {}, []],
    ['prompt=select_account and an old login', { prompt: ['select_account'] }, login, {}, ['select_account']],
    ['prompt=create and an old login', { prompt: ['create'] }, login, {}, ['create_account']],
    ['prompt=create and a login since the request', { prompt: ['create'] }, fresh, {}, []],
    ['prompt=consent and known scope', { prompt: ['consent'] }, login, {}, ['consent']],
    ['prompt=consent, approved now', { prompt: ['consent'] }, login, { approved: scope }, []],
    ['max_age met', { prompt: [], maxAge: 100 }, login, {}, []],
    ['max_age missed', { prompt: [], maxAge: 99 }, login, {}, ['max_age']],
    ['max_age=0 and a login since the request', { prompt: [], maxAge: 0 }, fresh, {}, []],
    ['max_age missed and prompt=none', { prompt: ['none'], maxAge: 1 }, login, {}, 'login_required'],
    ['another subject is logged in', { prompt: [], subject: 'bob' }, login, {}, ['other_subject']],
    ['acr missed', { prompt: [], acrValues: ['high'] }, login, {}, ['acr']],
    ['acr missed by a new login', { prompt: [], acrValues: ['high'] }, fresh, {}, 'unmet_authentication_requirements'],
    ['acr met', { prompt: [], acrValues: ['high'] }, { ...login, acr: 'high' }, {}, []],
  ])('when %s (A13, A14)', async (_case, demands, who, known, expected) => {
    expect(await ask(demands, who, known as { remembered?: string[]; approved?: string[] })).toEqual(expected)
  })
})

describe('pages of your own', () => {
  it('take a login from your session and answer by the same handle', async () => {
    const { server } = bareServer()
    const authTime = server.clock()
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).register(
      redirectInteraction({
        login: '/my/login',
        consent: 'https://accounts.example/consent',
        session: () => ({ subject: 'carol', authTime }),
      }),
    )
    const browser = new Browser(server)
    const start = await browser.open(authorizeUrl())
    const consent = start.headers.get('location') ?? ''
    expect(consent).toMatch(/^https:\/\/accounts\.example\/consent\?interaction=/)
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const pending = await server.interaction.resume(new Request(consent, { headers: { cookie } }))
    expect([pending.login?.subject, pending.scope, pending.reasons]).toEqual(['carol', ['read', 'write'], ['consent']])
    const response = await pending.approve({ scope: ['read'] })
    const params = new URL(response.headers.find(([name]) => name === 'location')?.[1] ?? '').searchParams
    expect((await redeem(server, params.get('code') ?? '')).json['scope']).toBe('read')
  })
})
