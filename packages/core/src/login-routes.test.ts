import { describe, expect, it } from 'vitest'
import {
  AuthlibError,
  loginRoutes,
  OAuth,
  redirectResponse,
  requestAdapter,
  type FinishedLogin,
  type HttpResponse,
  type LoginRoutesOptions,
  type Params,
} from './index.ts'

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
  const oauth = new OAuth({ adapter: requestAdapter, secrets: ['a secret of at least 32 characters'] })
    .register('one', provider)
    .register('two', provider)
  const onLogin = (login: FinishedLogin): HttpResponse => {
    finished.push(login)
    return redirectResponse(login.returnTo, [['set-cookie', 'session=1']])
  }
  const routes = loginRoutes(oauth, { url: 'https://app.example/login', onLogin, ...options })
  const get = (url: string, cookie = ''): Promise<HttpResponse> =>
    routes.handle({ method: 'GET', url, headers: new Headers({ cookie }), text: async () => '' })
  return { routes, get, finished }
}

const headersOf = ({ headers }: HttpResponse, wanted: string): string[] =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value)

describe('login routes', () => {
  it('are two for each client', () => {
    expect(setUp().routes.routes.map(({ path }) => path)).toEqual([
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
})
