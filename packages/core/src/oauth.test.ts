import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  memoryStore,
  memoryTokens,
  OAuth,
  Params,
  serializeCookie,
  storedLogins,
  type Adapter,
  type Cookie,
  type Environment,
  type HttpResponse,
  type JsonObject,
  type LoginClient,
  type LoginOptions,
  type TokenStore,
} from './index.ts'

const SECRET = 'a-secret-of-at-least-32-characters'
const HTTPS = 'https://app.example/callback'

/** A protocol of two fields: the provider sends back `ticket`. */
class TicketClient implements LoginClient<TicketOptions, { ticket: string }, { visitor: string }> {
  loginId(params: Params): string | undefined {
    return params.get('ticket')
  }
  readonly name: string
  #count = 0

  constructor({ name }: Environment) {
    this.name = name
  }

  async createAuthorization({ redirectUri, formPost = false }: TicketOptions) {
    const ticket = `${this.name}-${this.#count++}`
    return {
      url: `https://provider.example/?ticket=${ticket}&to=${redirectUri}`,
      id: ticket,
      login: { ticket },
      formPost,
    }
  }

  async finishAuthorization(params: Params, login: { ticket: string }) {
    return { visitor: `${login.ticket}:${params.get('as') ?? ''}` }
  }
}

interface TicketOptions extends LoginOptions {
  formPost?: boolean
}

interface Context {
  method: string
  url: string
  body: string
  browser: Browser
  response?: HttpResponse
}

const adapter: Adapter<Context, HttpResponse> = {
  request: ({ method, url, body, browser }) => ({
    method,
    url,
    headers: new Headers({ cookie: browser.header(), 'content-type': 'application/x-www-form-urlencoded' }),
    text: async () => body,
  }),
  respond: (context, response) => (context.response = response),
  setCookies: ({ browser }, cookies) => browser.keep(cookies),
}

/** Keeps cookies as a browser does, and ends them by the same clock as the application. */
class Browser {
  readonly jar = new Map<string, Cookie & { until: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  keep(cookies: readonly Cookie[]): void {
    for (const cookie of cookies) {
      serializeCookie(cookie) // throws for what a browser would drop
      if (cookie.maxAge === 0) this.jar.delete(cookie.name)
      else this.jar.set(cookie.name, { ...cookie, until: this.#now() + cookie.maxAge! })
    }
  }

  header(): string {
    const live = [...this.jar.values()].filter(({ until }) => until >= this.#now())
    return live
      .map(({ name, value }) => `${name}=${value}`)
      .reverse()
      .join('; ') // servers must not rely on an order
  }

  get(url: string): Context {
    return { method: 'GET', url, body: '', browser: this }
  }

  post(url: string, body: string): Context {
    return { method: 'POST', url, body, browser: this }
  }
}

function setUp({ secrets = [SECRET] } = {}) {
  const time = { now: 1_800_000_000 }
  const clock = (): number => time.now
  const oauth = new OAuth({ adapter, secrets, clock })
    .register('one', (environment) => new TicketClient(environment))
    .register('two', (environment) => new TicketClient(environment))
  return { oauth, time, browser: new Browser(clock), otherBrowser: new Browser(clock) }
}

async function begin(
  client: ReturnType<typeof setUp>['oauth']['one'],
  browser: Browser,
  options: TicketOptions & { data?: JsonObject } = { redirectUri: HTTPS },
): Promise<string> {
  const { headers } = await client.authorizeRedirect(browser.get('/login'), options)
  const location = headers.find(([name]) => name === 'location')![1]
  return `/callback?ticket=${new URL(location).searchParams.get('ticket')}`
}

describe('the registry', () => {
  it('sends the browser to the provider and gives back the result and the data', async () => {
    const { oauth, browser } = setUp()
    const response = await oauth.one.authorizeRedirect(browser.get('/login'), {
      redirectUri: HTTPS,
      data: { returnTo: '/a' },
    })
    expect(response).toMatchObject({ status: 303 })
    expect(response.headers).toContainEqual(['cache-control', 'no-store'])
    const result = await oauth.one.authorizeAccessToken(browser.get('/callback?ticket=one-0&as=alice'))
    expect(result).toEqual({ visitor: 'one-0:alice', data: { returnTo: '/a' } })
  })

  it('knows each client by its type', () => {
    const { oauth } = setUp()
    expectTypeOf(oauth.one.name).toEqualTypeOf<string>()
    expectTypeOf(oauth.one.authorizeAccessToken).returns.resolves.toExtend<{ visitor: string; data: JsonObject }>()
    expectTypeOf(oauth.two.authorizeRedirect).parameter(1).toExtend<{ redirectUri: string; formPost?: boolean }>()
    expectTypeOf(oauth).not.toHaveProperty('three')
    expect(Object.keys(oauth)).toEqual(['one', 'two'])
  })

  it.each(['one', 'register', 'constructor', '__proto__', 'a b', '', '1st'])('refuses the name %j', (name) => {
    const { oauth } = setUp()
    expect(() => oauth.register(name, (environment) => new TicketClient(environment))).toThrow(
      expect.objectContaining({ code: 'invalid_client_name' }),
    )
  })

  it('gives each client token keys of its own', async () => {
    const locked: string[] = []
    const tokens: TokenStore = { ...memoryTokens(), lock: (key, action) => (locked.push(key), action()) }
    const seen: Environment[] = []
    const provider = (environment: Environment): TicketClient => {
      seen.push(environment)
      return new TicketClient(environment)
    }
    new OAuth({ adapter, secrets: [SECRET], tokens }).register('one', provider).register('two', provider)
    await seen[0]!.tokens!.save('alice', { id: 'a' })
    expect(await seen[0]!.tokens!.get('alice')).toEqual({ id: 'a' })
    expect(await seen[1]!.tokens!.get('alice')).toBeNull()
    expect(await seen[1]!.tokens!.lock!('alice', () => Promise.resolve('done'))).toBe('done')
    expect(locked).toEqual(['two:alice'])
  })

  it('lists its clients by name', () => {
    const { oauth } = setUp()
    expect([...oauth.clients()]).toEqual([
      ['one', oauth.one],
      ['two', oauth.two],
    ])
  })

  it('shows no secret when it is printed (R17)', () => {
    const { oauth } = setUp()
    expect(inspect(oauth, { depth: 9, showHidden: true }) + JSON.stringify(oauth)).not.toContain(SECRET)
  })

  it('refuses secrets that can be guessed', () => {
    expect(() => new OAuth({ adapter, secrets: ['short'] })).toThrow(expect.objectContaining({ code: 'weak_secret' }))
  })
})

describe('a login under way', () => {
  it('is finished by its own callback, in whatever order tabs come back (R8)', async () => {
    const { oauth, browser } = setUp()
    const first = await begin(oauth.one, browser)
    const second = await begin(oauth.one, browser)
    expect(await oauth.one.authorizeAccessToken(browser.get(second))).toMatchObject({ visitor: 'one-1:' })
    expect(await oauth.one.authorizeAccessToken(browser.get(first))).toMatchObject({ visitor: 'one-0:' })
  })

  it('is one of at most six: twenty at once do not overflow the cookies (R8, X-12)', async () => {
    const { oauth, browser, time } = setUp()
    const callbacks: string[] = []
    for (let i = 0; i < 20; i++) {
      callbacks.push(await begin(oauth.one, browser))
      time.now++
    }
    expect(browser.jar.size).toBe(6)
    expect(browser.header().length).toBeLessThan(4096)
    for (const callback of callbacks.slice(-6)) await oauth.one.authorizeAccessToken(browser.get(callback))
    await expect(oauth.one.authorizeAccessToken(browser.get(callbacks[0]!))).rejects.toMatchObject({
      code: 'mismatching_state',
      hint: expect.stringContaining('more than 6'),
    })
  })

  it('goes together with cookies of others, and with what only looks like a login', async () => {
    const { oauth, browser } = setUp()
    const others = [
      'session',
      'authlib-login',
      'authlib-login.x.y',
      `authlib-login.Z.${'a'.repeat(22)}`,
      'x.authlib-login',
    ]
    browser.keep(others.map((name) => ({ name, value: '1', maxAge: 600 })))
    const callback = await begin(oauth.one, browser)
    expect(browser.jar.size).toBe(others.length + 1)
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).resolves.toBeDefined()
    await expect(oauth.one.authorizeAccessToken(browser.get('/callback?ticket=x'))).rejects.toMatchObject({
      code: 'mismatching_state',
      reason: "No login of 'one' with this state is waiting; 1 others are.",
    })
  })

  it('is neither pushed out nor shadowed by cookies that a sibling domain planted (RFC 6265bis §4.1.3.2)', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    const [real] = [...browser.jar.keys()]
    const hash = real!.split('.')[2]!
    const planted = [
      ...Array.from({ length: 8 }, (_, i) => `authlib-login.zzzzzz.${'a'.repeat(21)}${i}`),
      `authlib-login.zzzzzz.${hash}`,
    ]
    browser.keep(planted.map((name) => ({ name, value: 'used', maxAge: 600 })))
    await begin(oauth.one, browser)
    expect([...browser.jar.keys()]).toContain(real)
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).resolves.toBeDefined()
  })

  it.each(['https://app.example/cb', 'HTTPS://app.example/cb', 'Https://app.example/cb'])(
    'has the prefix for %s, whatever the case of the scheme',
    async (redirectUri) => {
      const { oauth, browser } = setUp()
      await begin(oauth.one, browser, { redirectUri })
      expect([...browser.jar.keys()]).toEqual([expect.stringMatching(/^__Host-authlib-login\./)])
    },
  )

  it('is not pushed out by logins that are over', async () => {
    const { oauth, browser, time } = setUp()
    const waiting = await begin(oauth.one, browser)
    for (let i = 0; i < 6; i++) {
      time.now++
      await oauth.one.authorizeAccessToken(browser.get(await begin(oauth.one, browser)))
    }
    expect(browser.jar.size).toBe(6)
    await expect(oauth.one.authorizeAccessToken(browser.get(waiting))).resolves.toBeDefined()
  })

  it('may be one of twenty that begin in the same moment: a header takes them, and the next login clears up (R8)', async () => {
    const { oauth, browser, time } = setUp()
    const tabs = Array.from({ length: 20 }, () => ({ ...browser.get('/login'), browser: new Browser(() => time.now) }))
    const options = { redirectUri: HTTPS, data: { text: 'x'.repeat(250) } } // as large as a login of OpenID Connect
    await Promise.all(tabs.map((tab) => oauth.one.authorizeRedirect(tab, options)))
    for (const tab of tabs) browser.keep([...tab.browser.jar.values()]) // each was set without knowing of the others
    expect(browser.jar.size).toBe(20)
    expect(browser.header().length).toBeLessThan(12_288) // Node takes 16 kB of headers
    time.now++
    const last = await begin(oauth.one, browser)
    expect(browser.jar.size).toBe(6)
    await expect(oauth.one.authorizeAccessToken(browser.get(last))).resolves.toBeDefined()
  })

  it('is used up by its first callback (R8)', async () => {
    const { oauth, browser, time } = setUp()
    const callback = await begin(oauth.one, browser)
    await oauth.one.authorizeAccessToken(browser.get(callback))
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({ code: 'login_used' })
    time.now += 599
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({ code: 'login_used' })
    time.now += 2
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
  })

  it('is finished by one of two callbacks at the same time; the other learns that it was used', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    const [header, finished] = [browser.header(), [] as string[]]
    const tab = { ...browser.get(callback), browser: { header: () => header, keep: () => undefined } }
    oauth.one.finishAuthorization = async () => ({ visitor: String(finished.push('exchanged')) })
    const both = [tab, tab].map((context) => oauth.one.authorizeAccessToken(context as unknown as Context))
    const [first, second] = await Promise.allSettled(both)
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'login_used' } })
    expect(finished).toEqual(['exchanged'])
  })

  it('and others take less than 4 kB of the request header together: the oldest make room', async () => {
    const { oauth, browser, time } = setUp()
    const callbacks: string[] = []
    for (let i = 0; i < 5; i++) {
      callbacks.push(await begin(oauth.one, browser, { redirectUri: HTTPS, data: { text: 'x'.repeat(1000) } }))
      time.now++
    }
    expect(browser.header().length).toBeLessThan(4096)
    await expect(oauth.one.authorizeAccessToken(browser.get(callbacks[4]!))).resolves.toBeDefined()
    await expect(oauth.one.authorizeAccessToken(browser.get(callbacks[0]!))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
  })

  it.each([
    ['sec-purpose', 'prefetch;prerender'],
    ['sec-purpose', 'prefetch'],
    ['purpose', 'prefetch'],
    ['x-moz', 'prefetch'],
  ])('does not begin when the browser only prefetches (%s: %s)', async (name, value) => {
    const { browser } = setUp()
    const prefetching: typeof adapter = {
      ...adapter,
      request: () => ({ method: 'GET', url: '/login', headers: new Headers({ [name]: value }), text: async () => '' }),
    }
    const oauth = new OAuth({ adapter: prefetching, secrets: [SECRET] }).register('one', (e) => new TicketClient(e))
    const response = await oauth.one.authorizeRedirect(browser.get('/login'), { redirectUri: HTTPS })
    expect(response.status).toBe(503)
    expect(browser.jar.size).toBe(0)
  })

  it('is used up by a callback that fails, too (R8)', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    oauth.one.finishAuthorization = () => Promise.reject(new Error('refused'))
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toThrow('refused')
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({ code: 'login_used' })
  })

  it('expires after ten minutes, even in a browser that keeps the cookie (R8)', async () => {
    const { oauth, browser, time } = setUp()
    const [inTime, late] = [await begin(oauth.one, browser), await begin(oauth.one, browser)]
    for (const cookie of browser.jar.values()) cookie.until += 1000
    time.now += 600
    await oauth.one.authorizeAccessToken(browser.get(inTime))
    time.now += 1
    await expect(oauth.one.authorizeAccessToken(browser.get(late))).rejects.toMatchObject({
      code: 'login_expired',
      status: 400,
    })
  })

  it('is refused in another browser: login CSRF (R9, RFC 9700 §4.7)', async () => {
    const { oauth, browser, otherBrowser } = setUp()
    const callback = await begin(oauth.one, browser)
    await expect(oauth.one.authorizeAccessToken(otherBrowser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
      hint: expect.stringContaining('no login cookie'),
    })
    await begin(oauth.one, otherBrowser)
    await expect(oauth.one.authorizeAccessToken(otherBrowser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
  })

  it('is refused at the callback of another client: mix-up (R4, RFC 9700 §4.4)', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    await expect(oauth.two.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
      hint: expect.stringContaining('redirect URI of its own'),
    })
  })

  it('is refused when its cookie was renamed to another state or time', async () => {
    const { oauth, browser } = setUp()
    const first = await begin(oauth.one, browser)
    await begin(oauth.one, browser)
    const [one, two] = [...browser.jar.values()]
    browser.jar.set(one!.name, { ...two!, name: one!.name })
    await expect(oauth.one.authorizeAccessToken(browser.get(first))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
  })

  it('is refused when a sibling domain planted its cookie without the __Host- prefix', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    const [cookie] = [...browser.jar.values()]
    browser.jar.clear()
    browser.keep([{ ...cookie!, name: cookie!.name.replace('__Host-', '') }])
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
  })

  it('outlives a rotation of the secrets, and not their removal', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    const secrets = ['another-secret-of-32-characters-or-more']
    const without = setUp({ secrets })
    await expect(without.oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
      hint: expect.stringContaining('secrets'),
    })
    const rotated = setUp({ secrets: [...secrets, SECRET] })
    await expect(rotated.oauth.one.authorizeAccessToken(browser.get(callback))).resolves.toBeDefined()
  })

  it.each(['/callback', '/callback?ticket=', '/callback?ticket=one-0&ticket=one-0', '/callback#ticket=one-0'])(
    'is not found by %j (R3)',
    async (callback) => {
      const { oauth, browser } = setUp()
      await begin(oauth.one, browser)
      await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({
        code: 'mismatching_state',
      })
    },
  )

  it('is not used up by a HEAD request', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser)
    const head = { ...browser.get(callback), method: 'HEAD' }
    await expect(oauth.one.authorizeAccessToken(head)).rejects.toMatchObject({ code: 'method_not_allowed' })
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).resolves.toBeDefined()
  })

  it('comes back by a cross-site POST when the provider answers with a form (X-13, Form Post Response Mode §2)', async () => {
    const { oauth, browser } = setUp()
    const callback = await begin(oauth.one, browser, { redirectUri: HTTPS, formPost: true })
    const [cookie] = [...browser.jar.values()]
    expect(cookie).toMatchObject({ sameSite: 'None', secure: true })
    const body = callback.slice(callback.indexOf('?') + 1)
    expect(await oauth.one.authorizeAccessToken(browser.post('/callback', body))).toMatchObject({ visitor: 'one-0:' })
    await expect(oauth.one.authorizeAccessToken(browser.post('/callback', body))).rejects.toMatchObject({
      code: 'login_used',
    })
  })

  it('comes back by a cross-site POST on this machine, too: browsers want Secure with SameSite=None', async () => {
    const { oauth, browser } = setUp()
    await begin(oauth.one, browser, { redirectUri: 'http://127.0.0.1:4001/callback', formPost: true })
    expect([...browser.jar.values()]).toMatchObject([{ sameSite: 'None', secure: true }])
  })

  it('has a cookie that only this host can set, or a plain one on this machine', async () => {
    const { oauth, browser } = setUp()
    await begin(oauth.one, browser)
    const local = setUp()
    const callback = await begin(local.oauth.one, local.browser, { redirectUri: 'http://127.0.0.1:4001/callback' })
    const [host] = [...browser.jar.values()]
    const [plain] = [...local.browser.jar.values()]
    expect(host).toMatchObject({ name: expect.stringMatching(/^__Host-/), secure: true, sameSite: 'Lax', maxAge: 600 })
    expect(plain).toMatchObject({ name: expect.stringMatching(/^authlib/), secure: false, sameSite: 'Lax' })
    await expect(local.oauth.one.authorizeAccessToken(local.browser.get(callback))).resolves.toBeDefined()
  })

  it('shows neither its secrets nor its data in the cookie', async () => {
    const { oauth, browser } = setUp()
    await begin(oauth.one, browser, { redirectUri: HTTPS, data: { note: 'private' } })
    const text = Buffer.from(browser.header(), 'base64url').toString('latin1') + browser.header()
    expect(text).not.toMatch(/one-0|private|app\.example/)
  })

  it('is refused at its start when its data is too large for a cookie', async () => {
    const { oauth, browser } = setUp()
    const large = { redirectUri: HTTPS, data: { text: 'x'.repeat(2600) } }
    await expect(oauth.one.authorizeRedirect(browser.get('/login'), large)).rejects.toMatchObject({
      code: 'login_too_large',
    })
    await begin(oauth.one, browser, { redirectUri: HTTPS, data: { text: 'x'.repeat(2000) } })
  })
})

describe('logins in a store', () => {
  function stored(store = memoryStore()) {
    const time = { now: 1_800_000_000 }
    const clock = (): number => time.now
    const create = () =>
      new OAuth({ adapter, secrets: [SECRET], clock, logins: storedLogins(store, { secrets: [SECRET], clock }) })
        .register('one', (environment) => new TicketClient(environment))
        .register('two', (environment) => new TicketClient(environment))
    return {
      oauth: create(),
      other: create(),
      browser: new Browser(clock),
      otherBrowser: new Browser(clock),
      time,
      store,
    }
  }

  it('have more data than a cookie holds, and no secret in cookie or store', async () => {
    const { oauth, browser, store } = stored()
    const data = { text: 'private'.repeat(2000) }
    const callback = await begin(oauth.one, browser, { redirectUri: HTTPS, data })
    expect(browser.header().length).toBeLessThan(150)
    expect(Buffer.from(browser.header(), 'base64url').toString('latin1')).not.toContain('private')
    expect(inspect(store, { depth: 9, showHidden: true })).not.toContain('private')
    expect(await oauth.one.authorizeAccessToken(browser.get(callback))).toMatchObject({ data })
  })

  it('are finished once on any number of servers', async () => {
    const { oauth, other, browser } = stored()
    const callback = await begin(oauth.one, browser)
    const header = browser.header()
    const tab = { ...browser.get(callback), browser: { header: () => header, keep: () => undefined } } as never
    const both = await Promise.allSettled([oauth.one, other.one].map((client) => client.authorizeAccessToken(tab)))
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(both).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ code: 'login_used' }) }))
  })

  it('belong to one browser, one client and ten minutes', async () => {
    const { oauth, browser, otherBrowser, time } = stored()
    const callback = await begin(oauth.one, browser)
    await expect(oauth.one.authorizeAccessToken(otherBrowser.get(callback))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
    const foreign = await begin(oauth.one, browser)
    await expect(oauth.two.authorizeAccessToken(browser.get(foreign))).rejects.toMatchObject({
      code: 'mismatching_state',
    })
    for (const cookie of browser.jar.values()) cookie.until += 1000
    time.now += 601
    await expect(oauth.one.authorizeAccessToken(browser.get(callback))).rejects.toMatchObject({ code: 'login_expired' })
  })

  it('are refused by a store that cannot guard', () => {
    const store = { ...memoryStore(), guarantees: { ...memoryStore().guarantees, commit: 'best-effort' as const } }
    expect(() => storedLogins(store, { secrets: [SECRET] })).toThrow(expect.objectContaining({ code: 'weak_storage' }))
  })
})
