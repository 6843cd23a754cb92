import { describe, expect, it } from 'vitest'
import {
  AuthlibError,
  cookieSessions,
  loginRoutes,
  memoryTokens,
  OAuth,
  redirectResponse,
  requestAdapter,
  signedIn,
  type FinishedLogin,
  type HttpRequest,
  type HttpResponse,
  type LoginRoutesOptions,
  type Params,
} from './index.ts'

const SECRET = 'a secret of at least 32 characters'

const request = (url: string, cookie = ''): HttpRequest => ({
  method: 'GET',
  url,
  headers: new Headers({ cookie }),
  text: async () => '',
})

/** The provider sends back `ticket`, or `denied`. */
const provider = ({ name }: { readonly name: string }) => ({
  loginId: (params: Params) => params.get('ticket'),
  createAuthorization: async ({ redirectUri }: { readonly redirectUri: string }) => ({
    url: `https://${name}.example/?ticket=t&to=${redirectUri}`,
    id: 't',
    login: {},
    formPost: false,
  }),
  async finishAuthorization(params: Params) {
    if (params.has('denied')) throw new Error('denied')
    return { visitor: `${name}'s ${params.get('as')}` }
  },
})

function setUp(options: Partial<LoginRoutesOptions> = {}) {
  const finished: FinishedLogin[] = []
  const oauth = new OAuth({ adapter: requestAdapter, secrets: [SECRET] })
    .register('one', provider)
    .register('two', provider)
  const onLogin = (login: FinishedLogin): HttpResponse => {
    finished.push(login)
    return redirectResponse(login.returnTo, [['set-cookie', 'session=1']])
  }
  const routes = loginRoutes(oauth, { url: 'https://app.example/login', onLogin, ...options })
  const get = (url: string, cookie = ''): Promise<HttpResponse> => routes.handle(request(url, cookie))
  return { routes, get, finished }
}

const headersOf = ({ headers }: HttpResponse, wanted: string): string[] =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value)

describe('login routes', () => {
  it('are two for each client, and a page to choose one', () => {
    expect(setUp().routes.routes.map(({ path }) => path)).toEqual([
      '/login',
      '/login/one',
      '/login/two',
      '/login/one/callback',
      '/login/two/callback',
    ])
  })

  it('send the browser to the provider and back to where it came from, with all cookies', async () => {
    const { get, finished } = setUp()
    const begun = await get('/login/two?return_to=%2Fnotes')
    expect(headersOf(begun, 'location')).toEqual([
      'https://two.example/?ticket=t&to=https://app.example/login/two/callback',
    ])
    const cookie = headersOf(begun, 'set-cookie')[0]!.split(';')[0]!
    const ended = await get('/login/two/callback?ticket=t&as=alice', cookie)
    expect(headersOf(ended, 'location')).toEqual(['/notes'])
    expect(headersOf(ended, 'set-cookie')).toEqual(['session=1', expect.stringMatching(/^__Host-authlib-login.*=used/)])
    expect(finished).toMatchObject([{ name: 'two', returnTo: '/notes', result: { visitor: "two's alice" } }])
    expect((await get('/login/one/callback?ticket=t', cookie)).status).toBe(400) // RFC 9700 §4.4
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/a\nb'])(
    'return to no other site: %j (R10)',
    async (target) => {
      const { get } = setUp()
      expect((await get(`/login/one?return_to=${encodeURIComponent(target)}`)).status).toBe(400)
    },
  )

  it('tell what went wrong, and use the login up', async () => {
    const codes: (string | undefined)[] = []
    const { get } = setUp({
      onError(error, { name }) {
        codes.push(`${name} ${error instanceof AuthlibError ? error.code : (error as Error).message}`)
        return redirectResponse('/sorry')
      },
    })
    const cookie = headersOf(await get('/login/one'), 'set-cookie')[0]!.split(';')[0]!
    const failed = await get('/login/one/callback?ticket=t&denied=1', cookie)
    expect(headersOf(failed, 'set-cookie')[0]).toContain('=used')
    await get('/login/one/callback?ticket=t', cookie)
    await get('/login/one/callback')
    expect(codes).toEqual(['one denied', 'one login_used', 'one mismatching_state'])
  })

  it('need something that signs the person in', () => {
    const oauth = new OAuth({ adapter: requestAdapter, secrets: [SECRET] }).register('one', provider)
    expect(() => loginRoutes(oauth, { url: 'https://app.example/login' })).toThrow(TypeError)
  })

  it('let a person choose a provider, and remember where the person came from', async () => {
    const { get } = setUp()
    const page = await get('/login?return_to=%2Fnotes%3Fa%3D1%26b')
    expect(page.status).toBe(200)
    expect(page.body).toContain('<a href="/login/two?return_to=%2Fnotes%3Fa%3D1%26b">Log in with Two</a>')
    expect((await get('/login?return_to=//evil.example')).status).toBe(400)
  })

  it('go straight to the only provider', async () => {
    const oauth = new OAuth({ adapter: requestAdapter, secrets: [SECRET] }).register('one', provider)
    const routes = loginRoutes(oauth, { url: 'https://app.example/login/', onLogin: () => redirectResponse('/') })
    expect(headersOf(await routes.handle(request('/login?return_to=/a')), 'location')).toEqual([
      '/login/one?return_to=%2Fa',
    ])
  })
})

describe('login routes with sessions', () => {
  const url = 'https://app.example'
  const result = {
    claims: { iss: 'https://op.example', sub: '5' },
    profile: { sub: '5', name: 'Alice', email: 'alice@example.com', picture: 'x'.repeat(501), phone: '1' },
    token: { id: 't1' },
  }

  /** An application, and a browser that is through a login. */
  async function logIn(options: Partial<LoginRoutesOptions> = {}, finished: object = result) {
    const tokens = memoryTokens()
    const oauth = new OAuth({ adapter: requestAdapter, secrets: [SECRET], tokens }).register('one', (environment) => ({
      ...provider(environment),
      finishAuthorization: async () => finished,
    }))
    const sessions = cookieSessions(oauth, { url })
    const routes = loginRoutes(oauth, { url: `${url}/login`, sessions, ...options })
    const [login = ''] = headersOf(await routes.handle(request('/login/one?return_to=/notes')), 'set-cookie')
    const answer = await routes.handle(request('/login/one/callback?ticket=t', login.split(';')[0]))
    const cookie = headersOf(answer, 'set-cookie')
      .map((text) => text.split(';')[0])
      .join('; ')
    return { oauth, tokens, sessions, routes, answer, cookie }
  }

  it('sign a person in, with name and token, and go back', async () => {
    const { sessions, tokens, answer, cookie } = await logIn()
    expect(headersOf(answer, 'location')).toEqual(['/notes'])
    const session = await sessions.find(request('/', cookie))
    expect(session).toMatchObject({ subject: 'https://op.example 5', client: 'one' })
    expect(session?.data).toEqual({ name: 'Alice', email: 'alice@example.com' })
    expect(await tokens.get(`one:${session?.id}`)).toEqual({ id: 't1' })
  })

  it('sign in whom the application finds', async () => {
    const identify = async (login: FinishedLogin) => ({ subject: `user of ${login.name}`, data: { admin: true } })
    const { sessions, answer, cookie } = await logIn({ identify, onLogin: () => redirectResponse('/welcome') })
    expect(headersOf(answer, 'location')).toEqual(['/welcome'])
    const session = await sessions.find(request('/', cookie))
    expect(session).toMatchObject({ subject: 'user of one', data: { admin: true } })
  })

  it('know a person by the client where there is no issuer, and refuse a login that says no one', async () => {
    const { sessions, cookie } = await logIn({}, { profile: { sub: '7' } })
    expect(await sessions.find(request('/', cookie))).toMatchObject({ subject: 'one 7', data: {} })
    const errors: unknown[] = []
    const onError = (error: unknown) => {
      errors.push(error)
      return redirectResponse('/sorry')
    }
    await logIn({ onError }, {})
    expect(errors).toMatchObject([{ code: 'missing_subject', hint: expect.stringContaining('identify') as string }])
  })

  it('sign out by a POST, and tell the application while the token is still there', async () => {
    const seen: unknown[] = []
    const { routes, tokens, cookie } = await logIn({
      onLogout: async ({ id }) => {
        seen.push(await tokens.get(`one:${id}`))
        return redirectResponse('https://op.example/logout')
      },
    })
    expect((await routes.handle(request('/login/logout', cookie))).status).toBe(405)
    const post = { ...request('/login/logout', cookie), method: 'POST' }
    const answer = await routes.handle(post)
    expect(headersOf(answer, 'location')).toEqual(['https://op.example/logout'])
    expect(headersOf(answer, 'set-cookie')).toEqual([expect.stringMatching(/^__Host-authlib-session=; .*Max-Age=0/)])
    expect(seen).toEqual([{ id: 't1' }])
    const again = await routes.handle({ ...request('/login/logout'), method: 'POST' })
    expect(headersOf(again, 'location')).toEqual(['/'])
  })

  it('refuse a client whose name is the one of their route', () => {
    const oauth = new OAuth({ adapter: requestAdapter, secrets: [SECRET] }).register('logout', provider)
    const sessions = cookieSessions(oauth, { url })
    expect(() => loginRoutes(oauth, { url: `${url}/login`, sessions })).toThrow(TypeError)
  })

  it('protect pages: a browser is sent to log in, a script is answered 401', async () => {
    const { sessions, cookie } = await logIn()
    const protector = signedIn(sessions, { login: '/login' })
    const page = { ...request('/notes?a=1&b=2'), headers: new Headers({ accept: 'text/html,*/*' }) }
    const refused = protector.respond(await protector.protect(page).catch((error: unknown) => error))
    expect(refused.status).toBe(303)
    expect(headersOf(refused, 'location')).toEqual(['/login?return_to=%2Fnotes%3Fa%3D1%26b%3D2'])
    for (const call of [request('/notes'), { ...page, method: 'POST' }]) {
      const error = await protector.protect(call).catch((error: unknown) => error)
      expect(protector.respond(error)).toMatchObject({ status: 401 })
    }
    expect(await protector.protect(request('/notes', cookie))).toMatchObject({ subject: 'https://op.example 5' })
    const bare = signedIn(sessions)
    expect(bare.respond(await bare.protect(page).catch((error: unknown) => error)).status).toBe(401)
  })
})
