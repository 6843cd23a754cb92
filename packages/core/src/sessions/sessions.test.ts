import { testClock, type TestClock } from '@authlib/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  cookieSessions,
  memoryStore,
  memoryTokens,
  OAuth,
  requestAdapter,
  storedSessions,
  type HttpRequest,
  type HttpResponse,
  type LoginSessions,
  type LoginSessionsOptions,
  type Params,
  type Store,
  type TokenStore,
} from '../index.ts'
import { withCookies } from '../request-adapter.ts'

const SECRET = 'a secret of at least 32 characters'
const DAY = 86_400
const url = 'https://app.example'

let clock: TestClock
let store: Store
let tokens: TokenStore
let browser: Browser

/** Keeps cookies as a browser does, and answers may arrive later than they were sent. */
class Browser {
  readonly cookies = new Map<string, string>()
  /** Every `Set-Cookie` so far. */
  readonly set: string[] = []

  request(): HttpRequest {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { method: 'GET', url: '/', headers: new Headers({ cookie }), text: async () => '' }
  }

  receive(request: HttpRequest): void {
    for (const [, text] of withCookies(request, { status: 200, headers: [], body: '' }).headers) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      this.set.push(text)
      if (text.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }

  /** One request and its answer. */
  async visit<T>(action: (request: HttpRequest) => Promise<T>): Promise<T> {
    const request = this.request()
    const result = await action(request)
    this.receive(request)
    return result
  }
}

const provider = () => ({
  loginId: (params: Params) => params.get('state'),
  createAuthorization: async ({ redirectUri }: { readonly redirectUri: string }) => ({
    url: redirectUri,
    id: 's',
    login: {},
    formPost: false,
  }),
  finishAuthorization: async () => ({}),
})

function registry(secrets = [SECRET]) {
  return new OAuth<HttpRequest, HttpResponse>({ adapter: requestAdapter, secrets, clock, tokens })
    .register('example', provider)
    .register('other', provider)
}

const kinds: readonly [
  string,
  (options?: Partial<LoginSessionsOptions>, secrets?: string[]) => LoginSessions<HttpRequest>,
][] = [
  ['in cookies', (options, secrets) => cookieSessions(registry(secrets), { url, ...options })],
  ['in a store', (options, secrets) => storedSessions(registry(secrets), { url, store, ...options })],
]

beforeEach(() => {
  clock = testClock()
  store = memoryStore()
  tokens = memoryTokens()
  browser = new Browser()
})

const alice = { subject: 'alice', data: { name: 'Alice' }, client: 'example' }

describe.each(kinds)('sessions %s', (_kind, create) => {
  it('keep a person signed in', async () => {
    const sessions = create()
    expect(await browser.visit((request) => sessions.find(request))).toBeNull()
    const session = await browser.visit((request) => sessions.signIn(request, alice))
    expect(session).toEqual({
      ...alice,
      id: session.id,
      startedAt: clock(),
      seenAt: clock(),
      expiresAt: clock() + 7 * DAY,
    })
    expect(await browser.visit((request) => sessions.find(request))).toEqual(session)
    expect(browser.set[0]).toMatch(
      /^__Host-authlib-session=[^;]+; Path=\/; Max-Age=2592000; SameSite=Lax; HttpOnly; Secure$/,
    )
    expect([...browser.cookies.values()].join()).not.toContain(session.id)
  })

  it('end with a sign-out, in this browser and for a request on its way', async () => {
    const sessions = create()
    const session = await browser.visit((request) => sessions.signIn(request, alice))
    clock.advance(DAY)
    const other = browser.request() // of another tab: its answer arrives last
    await sessions.find(other)
    expect(await browser.visit((request) => sessions.signOut(request))).toMatchObject({ id: session.id })
    browser.receive(other)
    expect(await browser.visit((request) => sessions.find(request))).toBeNull()
    expect(await browser.visit((request) => sessions.signOut(request))).toBeNull()
  })

  it('have a new id after each sign-in, whatever cookie the browser brought (session fixation)', async () => {
    const sessions = create()
    browser.cookies.set('__Host-authlib-session', 'planted')
    const first = await browser.visit((request) => sessions.signIn(request, alice))
    const planted = new Browser()
    planted.cookies.set('__Host-authlib-session', 'planted')
    expect(await planted.visit((request) => sessions.find(request))).toBeNull()
    const before = new Map(browser.cookies)
    const second = await browser.visit((request) => sessions.signIn(request, { subject: 'bob' }))
    expect(second.id).not.toBe(first.id)
    expect([...browser.cookies.values()]).not.toEqual([...before.values()])
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ subject: 'bob', data: {} })
  })

  it('end when they are not used for a time, and use keeps them', async () => {
    const sessions = create({ idleLifetime: 100, lifetime: 1000 })
    await browser.visit((request) => sessions.signIn(request, alice))
    for (let n = 0; n < 9; n++) {
      clock.advance(99)
      expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ seenAt: clock() })
    }
    clock.advance(100)
    expect(await browser.visit((request) => sessions.find(request))).toBeNull()
  })

  it('end after their lifetime, however much they are used', async () => {
    const sessions = create({ idleLifetime: 100, lifetime: 250 })
    await browser.visit((request) => sessions.signIn(request, alice))
    clock.advance(90)
    await browser.visit((request) => sessions.find(request))
    clock.advance(90)
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ expiresAt: clock() + 70 })
    clock.advance(69)
    expect(await browser.visit((request) => sessions.find(request))).not.toBeNull()
    clock.advance(1)
    expect(await browser.visit((request) => sessions.find(request))).toBeNull()
  })

  it('note their use now and then, not with each request', async () => {
    const sessions = create({ idleLifetime: 1000 })
    const { seenAt } = await browser.visit((request) => sessions.signIn(request, alice))
    const written = browser.set.length
    clock.advance(49)
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ seenAt })
    expect(browser.set).toHaveLength(written)
    clock.advance(1)
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ seenAt: clock() })
  })

  it('are found where no cookies can be set', async () => {
    const sessions = create().on({
      ...requestAdapter,
      setCookies() {
        throw new Error('cookies can be set in a server action or a route handler only')
      },
    })
    await browser.visit((request) => create().signIn(request, alice))
    clock.advance(DAY)
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ subject: 'alice' })
  })

  it('open with an older secret, and not without it', async () => {
    await browser.visit((request) => create().signIn(request, alice))
    const other = 'another secret of 32 characters or more'
    expect(await browser.visit((request) => create({}, [other, SECRET]).find(request))).toMatchObject(alice)
    expect(await browser.visit((request) => create({}, [other]).find(request))).toBeNull()
  })

  it('keep the token of the login under their id, until they end', async () => {
    const sessions = create()
    const token = { id: 't1', accessToken: 'at' }
    const session = await browser.visit((request) => sessions.signIn(request, { ...alice, token }))
    expect(await tokens.get(`example:${session.id}`)).toEqual(token)
    await tokens.save(`other:${session.id}`, { id: 't2' })
    await browser.visit((request) => sessions.signOut(request))
    expect(await tokens.get(`example:${session.id}`)).toBeNull()
    expect(await tokens.get(`other:${session.id}`)).toBeNull()
  })

  it('forget the token of the session that a sign-in replaces', async () => {
    const sessions = create()
    const token = { id: 't1' }
    const { id } = await browser.visit((request) => sessions.signIn(request, { ...alice, token }))
    await browser.visit((request) => sessions.signIn(request, alice))
    expect(await tokens.get(`example:${id}`)).toBeNull()
  })

  it('refuse a token without a client or a store to keep it', async () => {
    const token = { id: 't1' }
    const request = browser.request()
    await expect(create().signIn(request, { subject: 'alice', token })).rejects.toThrow(TypeError)
    const oauth = new OAuth({ adapter: requestAdapter, secrets: [SECRET] }).register('example', provider)
    const refused = { code: 'missing_token_store' }
    await expect(cookieSessions(oauth, { url }).signIn(request, { ...alice, token })).rejects.toMatchObject(refused)
  })

  it.each(['', 'a\0b', '\ud800', 'x'.repeat(256), 5])('refuse %j as a subject', async (subject) => {
    await expect(create().signIn(browser.request(), { subject: subject as string })).rejects.toThrow(TypeError)
  })

  it.each(['http://app.example', 'app.example', ''])('refuse the url %j', (wrong) => {
    expect(() => create({ url: wrong })).toThrow(expect.objectContaining({ code: 'insecure_transport' }))
  })

  it.each([{ idleLifetime: 0 }, { lifetime: 1.5 }, { lifetime: Number.NaN }])('refuse %o', (options) => {
    expect(() => create(options)).toThrow(TypeError)
  })

  it('have a plain cookie on http, for development', async () => {
    const sessions = create({ url: 'http://localhost:3000', cookieName: 'mine' })
    await browser.visit((request) => sessions.signIn(request, alice))
    expect(browser.set[0]).toMatch(/^mine=[^;]+; Path=\/; Max-Age=2592000; SameSite=Lax; HttpOnly$/)
  })
})

describe('sessions in cookies', () => {
  it('are cut into cookies below 4 kB, and leave nothing behind when they shrink', async () => {
    const sessions = cookieSessions(registry(), { url })
    const data = { text: 'x'.repeat(4000) }
    await browser.visit((request) => sessions.signIn(request, { subject: 'alice', data }))
    expect([...browser.cookies.keys()]).toEqual(['__Host-authlib-session', '__Host-authlib-session.1'])
    for (const text of browser.set) expect(text.length).toBeLessThan(4096)
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ data })
    await browser.visit((request) => sessions.signIn(request, alice))
    expect([...browser.cookies.keys()]).toEqual(['__Host-authlib-session'])
    await browser.visit((request) => sessions.signIn(request, { subject: 'alice', data }))
    await browser.visit((request) => sessions.signOut(request))
    expect(browser.cookies.size).toBe(0)
  })

  it('refuse what does not fit', async () => {
    const data = { text: 'x'.repeat(6000) }
    const sessions = cookieSessions(registry(), { url })
    const refused = { code: 'session_too_large', hint: expect.stringContaining('storedSessions') as string }
    await expect(sessions.signIn(browser.request(), { subject: 'alice', data })).rejects.toMatchObject(refused)
    expect(browser.cookies.size).toBe(0)
  })

  it('do not open when a part is missing, changed, or of another session', async () => {
    const sessions = cookieSessions(registry(), { url })
    const data = { text: 'x'.repeat(4000) }
    await browser.visit((request) => sessions.signIn(request, { subject: 'alice', data }))
    const other = new Browser()
    await other.visit((request) => sessions.signIn(request, { subject: 'bob', data }))
    const part = '__Host-authlib-session.1'
    const value = browser.cookies.get(part)!
    for (const wrong of [other.cookies.get(part)!, `${value}A`, value.slice(1), '']) {
      browser.cookies.set(part, wrong)
      expect(await browser.visit((request) => sessions.find(request))).toBeNull()
    }
    browser.cookies.set(part, value)
    expect(await browser.visit((request) => sessions.find(request))).not.toBeNull()
    expect(
      await browser.visit((request) => cookieSessions(registry(), { url, cookieName: 'x' }).find(request)),
    ).toBeNull()
  })

  it('take the time of the last use from no other session', async () => {
    const sessions = cookieSessions(registry(), { url, idleLifetime: 100 })
    const thief = new Browser()
    await thief.visit((request) => sessions.signIn(request, { subject: 'bob' }))
    await browser.visit((request) => sessions.signIn(request, alice))
    clock.advance(90)
    await thief.visit((request) => sessions.find(request))
    browser.cookies.set('__Host-authlib-session.seen', thief.cookies.get('__Host-authlib-session.seen')!)
    clock.advance(10)
    expect(await browser.visit((request) => sessions.find(request))).toBeNull()
  })

  it('stay those of the new person when an answer for the person before arrives late', async () => {
    const sessions = cookieSessions(registry(), { url })
    await browser.visit((request) => sessions.signIn(request, alice))
    clock.advance(DAY)
    const late = browser.request()
    await sessions.find(late)
    await browser.visit((request) => sessions.signIn(request, { subject: 'bob' }))
    browser.receive(late)
    expect(await browser.visit((request) => sessions.find(request))).toMatchObject({ subject: 'bob' })
  })
})

describe('sessions in a store', () => {
  const claims = { iss: 'https://op.example', sub: 'op-alice', sid: 'sid-1' }
  const create = (options?: Partial<LoginSessionsOptions>) => storedSessions(registry(), { url, store, ...options })

  /** As many browsers in which the person is signed in. */
  async function signInTo(sessions: LoginSessions<HttpRequest>, ...who: object[]): Promise<Browser[]> {
    const browsers = who.map(() => new Browser())
    await Promise.all(
      browsers.map((each, n) => each.visit((request) => sessions.signIn(request, { ...alice, ...who[n] }))),
    )
    return browsers
  }

  const whoIsIn = (sessions: LoginSessions<HttpRequest>, browsers: Browser[]): Promise<boolean[]> =>
    Promise.all(browsers.map(async (each) => (await each.visit((request) => sessions.find(request))) !== null))

  it('are listed for a person, and end one by one', async () => {
    const sessions = create()
    const browsers = await signInTo(sessions, {}, {}, { subject: 'bob' })
    const list = await sessions.list('alice')
    expect(list).toHaveLength(2)
    const mine = await browsers[0]!.visit((request) => sessions.find(request))
    expect(list).toContainEqual(mine)
    expect(await sessions.end(mine!.id)).toBe(true)
    expect(await sessions.end(mine!.id)).toBe(false)
    expect(await whoIsIn(sessions, browsers)).toEqual([false, true, true])
  })

  it('end everywhere for one person, but where the person asks for it', async () => {
    const sessions = create()
    const browsers = await signInTo(sessions, {}, {}, {}, { subject: 'bob' })
    const { id } = (await browsers[1]!.visit((request) => sessions.find(request)))!
    await sessions.endAll({ subject: 'alice', except: id })
    expect(await whoIsIn(sessions, browsers)).toEqual([false, true, false, true])
    await sessions.endAll({ subject: 'alice' })
    expect(await whoIsIn(sessions, browsers)).toEqual([false, false, false, true])
  })

  it('never come back: an end wins against a use that is noted at the same time', async () => {
    const sessions = create()
    const [one] = await signInTo(sessions, {})
    clock.advance(DAY)
    const slow = storedSessions(registry(), {
      url,
      store: {
        ...store,
        async commit(batch) {
          if (batch.put.length > 0) await sessions.endAll({ subject: 'alice' })
          return store.commit(batch)
        },
      },
    })
    await one!.visit((request) => slow.find(request))
    expect(await whoIsIn(sessions, [one!])).toEqual([false])
    expect(await sessions.list('alice')).toEqual([])
  })

  it('end with the session at the provider: by sid that one, by sub all of the person there', async () => {
    const sessions = create()
    const browsers = await signInTo(
      sessions,
      { claims },
      { claims: { ...claims, sid: 'sid-2' } },
      { claims: { ...claims, iss: 'https://other.example' } },
      { claims: { ...claims, sub: 'op-bob', sid: 'sid-3' }, subject: 'bob' },
      {},
    )
    await sessions.endOfProvider({ issuer: claims.iss, subject: claims.sub, sid: 'sid-1' })
    expect(await whoIsIn(sessions, browsers)).toEqual([false, true, true, true, true])
    await sessions.endOfProvider({ issuer: claims.iss, subject: claims.sub })
    expect(await whoIsIn(sessions, browsers)).toEqual([false, false, true, true, true])
    await expect(sessions.endOfProvider({ issuer: claims.iss })).rejects.toThrow(TypeError)
  })

  it('do not begin when the provider has ended its session meanwhile', async () => {
    const sessions = create()
    await sessions.endOfProvider({ issuer: claims.iss, sid: 'sid-1' })
    const token = { id: 't' }
    const refused = sessions.signIn(browser.request(), { ...alice, claims, token })
    await expect(refused).rejects.toMatchObject({ code: 'login_ended', status: 400 })
    expect(await sessions.list('alice')).toEqual([])
    const other = { ...claims, sid: 'sid-2', iat: clock() }
    await sessions.signIn(browser.request(), { ...alice, claims: other })
    await sessions.endOfProvider({ issuer: claims.iss, subject: claims.sub, issuedAt: clock() + 5 })
    const late = sessions.signIn(browser.request(), { ...alice, claims: { ...other, iat: clock() + 5 } })
    await expect(late).rejects.toMatchObject({ code: 'login_ended' })
    await sessions.signIn(browser.request(), { ...alice, claims: { ...other, iat: clock() + 6 } }) // logged in again
    expect(await sessions.list('alice')).toHaveLength(1)
  })

  it('end or do not begin, in whatever order a login and the logout of its provider meet', async () => {
    for (let n = 0; n < 20; n++) {
      const sessions = create()
      const sid = `sid-${n}`
      const signIn = sessions.signIn(browser.request(), { ...alice, claims: { ...claims, sid } }).catch(() => null)
      for (let turn = 0; turn < n; turn++) await Promise.resolve()
      await Promise.all([signIn, sessions.endOfProvider({ issuer: claims.iss, sid })])
      expect(await sessions.list('alice')).toEqual([])
    }
  })

  it('are sealed: a dump of the store shows neither cookies nor data', async () => {
    const dump: string[] = []
    const watched: Store = {
      ...store,
      commit(batch) {
        dump.push(JSON.stringify(batch))
        return store.commit(batch)
      },
    }
    await browser.visit((request) => storedSessions(registry(), { url, store: watched }).signIn(request, alice))
    for (const value of browser.cookies.values()) expect(dump.join()).not.toContain(value)
    expect(dump.join()).not.toContain('Alice')
  })

  it.each([{ commit: 'best-effort' }, { reads: 'eventual' }] as const)('refuse a store with %o', (flaw) => {
    const weak: Store = { ...store, guarantees: { ...store.guarantees, ...flaw } }
    const refused = expect.objectContaining({ code: 'weak_storage' }) as Error
    expect(() => storedSessions(registry(), { url, store: weak })).toThrow(refused)
  })
})
