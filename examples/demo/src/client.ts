/** The client web app: logs people in at the provider, calls the API for them, and shows every message it took. */

import { apiSession, introspectToken, revokeToken, type SessionOptions } from '@authlib/oauth2/client'
import { AuthlibError, OAuth, storeTokens, type Params, type Store } from '@authlib/core'
import { honoAdapter } from '@authlib/hono'
import { decodeUnverifiedJwt } from '@authlib/jose'
import { oidc, type OpenIDLoginResult, fetchUserinfo } from '@authlib/oidc/client'
import { Hono, type Context } from 'hono'
import { documents } from './client/documents.ts'
import type { Exchange } from './client/exchange.ts'
import { breakAuthorization, findExperiment, ownExperiment } from './client/experiments.ts'
import { createRecorder } from './client/recorder.ts'
import { createSessions, type Identity } from './client/sessions.ts'
import { homePage } from './client/pages/home.ts'
import { playPage } from './client/pages/play.ts'
import { problemPage } from './client/pages/problem.ts'
import { farewellPage, startPage } from './client/pages/start.ts'
import { pageResponse, type Page } from './pages/layout.ts'

export interface ClientOptions {
  readonly url: string
  readonly issuer: string
  /** Sends its messages. */
  readonly fetch: typeof fetch
  readonly api: string
  readonly clientId: string
  /** None for a public client of another provider. */
  readonly clientSecret: string | undefined
  /** What logins ask for. */
  readonly scope: readonly string[]
  readonly store: Store
  readonly secrets: readonly string[]
}

type Env = { Variables: { exchanges: Exchange[] } }

export function createClient(options: ClientOptions): Hono<Env> {
  const { url, issuer, api, clientId, clientSecret, scope, store, secrets } = options
  const { fetch, record, redirect } = createRecorder(options.fetch, {
    [url]: 'client',
    [issuer]: 'provider',
    [api]: 'api',
  })
  const oauth = new OAuth({ adapter: honoAdapter, secrets, tokens: storeTokens(store, { secrets }), fetch }).register(
    'provider',
    oidc({ issuer, clientId, clientSecret, scope, apiBaseUrl: api, userinfo: fetchUserinfo }),
  )
  const { provider } = oauth
  const redirectUri = `${url}/callback`
  const logins = documents<{ exchanges: readonly Exchange[]; experiment?: string }>(store, 'demo_login', 600) // under way, by their state
  const sessions = createSessions(store, secrets)
  const places = { url, issuer, api }

  const app = new Hono<Env>()

  app.use(async (c, next) => {
    if (c.req.header('host') === new URL(url).host) return next()
    return c.redirect(url, 303) // cookies of 127.0.0.1 are not those of localhost
  })

  app.get('/', async (c) => {
    const { identity = null, chapters = [] } = (await sessions.find(c)) ?? {}
    if (!identity) return showPage(c, 200, startPage(places))
    return showPage(c, 200, homePage({ identity, chapters, csrf: await sessions.csrfToken(c), places }))
  })

  app.get('/login', async (c) => {
    const exchanges: Exchange[] = []
    c.set('exchanges', exchanges)
    const prompt = c.req.query('prompt') === 'consent' ? (['consent'] as const) : undefined
    const { name, value = '', break: chosen } = c.req.query()
    const experiment = name ? ownExperiment(name, value) : findExperiment(chosen)
    const response = await record(exchanges, () => provider.authorizeRedirect(c, { redirectUri, prompt }))
    const intended = response.headers.get('location') ?? ''
    const location = breakAuthorization(intended, experiment)
    response.headers.set('location', location)
    exchanges.push(redirect('client', 'provider', location))
    const state = new URL(intended).searchParams.get('state') ?? ''
    await logins.save(state, { exchanges, ...(experiment && { experiment: experiment.name }) })
    return response
  })

  app.get('/play', (c) => showPage(c, 200, playPage()))

  app.get('/callback', async (c) => {
    const state = c.req.query('state') ?? ''
    const begun = await logins.find(state)
    const exchanges = [...(begun?.exchanges ?? []), redirect('provider', 'client', c.req.url)]
    c.set('exchanges', exchanges)
    const experiment = findExperiment(begun?.experiment)
    const { token, ...login } = await record(exchanges, () => provider.authorizeAccessToken(c), experiment)
    await logins.update(state, () => ({ exchanges })) // to show, should the answer come again
    const former = sessions.key(c)
    const key = await sessions.start(c, {
      identity: identityOf(login, token.idToken),
      chapters: [{ title: 'Log in', exchanges }],
    })
    await apiSession(provider, key).save(token)
    if (former !== undefined) await endSession(former).catch(() => undefined) // its tokens are of no use to anyone now
    return c.redirect('/', 303)
  })

  app.post('/call', (c) => act(c, 'Call the API', 'api', (key) => callApi(key)))

  app.post('/write', (c) =>
    act(c, 'Write to the API', 'api', (key, form) => {
      const body = JSON.stringify({ text: form.get('text') })
      return callApi(key, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    }),
  )

  app.post('/refresh', (c) =>
    act(c, 'Refresh the tokens', 'latest', async (key) => {
      const session = apiSession(provider, key)
      await session.save(await provider.refresh(await session.token())) // by itself it would do so when it has to
    }),
  )

  app.post('/introspect', (c) =>
    act(c, 'Ask about the token', 'latest', async (key) => {
      await introspectToken(provider, await apiSession(provider, key).token())
    }),
  )

  app.post('/machine', (c) =>
    act(c, 'A token for the client itself', 'latest', async () => {
      const token = await provider.clientCredentials({ scope: ['api:read'] })
      await callApi({ token })
    }),
  )

  app.post('/logout', async (c) => {
    const { key } = await sessions.requireForm(c)
    const exchanges: Exchange[] = []
    c.set('exchanges', exchanges)
    try {
      await record(exchanges, () => endSession(key))
    } finally {
      await sessions.start(c, { identity: null, chapters: [{ title: 'Log out', exchanges }] })
    }
    return c.redirect('/goodbye', 303)
  })

  app.get('/goodbye', async (c) => {
    const session = await sessions.find(c)
    if (session?.identity !== null) return c.redirect('/', 303)
    return showPage(c, 200, farewellPage(places, session.chapters))
  })

  app.notFound((c) =>
    showPage(c, 404, problemPage(new AuthlibError('not_found', 'There is no such page', { status: 404 }))),
  )

  app.onError((error, c) => {
    const problem =
      error instanceof AuthlibError ? error : new AuthlibError('server_error', 'Something went wrong', { cause: error })
    if (problem.status >= 500) console.error(error)
    return showPage(c, problem.status, problemPage(problem, c.get('exchanges')))
  })

  /** What a button does: recorded as a chapter of the session, whether it works or not, and shown at `where`. */
  async function act(
    c: Context<Env>,
    title: string,
    where: 'api' | 'latest',
    action: (key: string, form: Params) => Promise<void>,
  ): Promise<Response> {
    const { key, form } = await sessions.requireForm(c)
    const exchanges: Exchange[] = []
    c.set('exchanges', exchanges)
    try {
      await record(exchanges, () => action(key, form))
    } finally {
      await sessions.addChapter(key, { title, exchanges })
    }
    return c.redirect(`/#${where}`, 303)
  }

  async function callApi(account: string | SessionOptions, init?: RequestInit): Promise<void> {
    try {
      await apiSession(provider, account).fetch('notes', init)
    } catch (error) {
      if (error instanceof AuthlibError) throw error // anything else: no answer, which the recorder has noted
    }
  }

  async function endSession(key: string): Promise<void> {
    const session = apiSession(provider, key)
    try {
      await revokeToken(provider, await session.token())
    } catch (error) {
      if (!(error instanceof AuthlibError && error.code === 'login_required')) throw error // nothing is left to revoke
    } finally {
      await session.forget()
      await sessions.end(key)
    }
  }

  return app
}

async function showPage(c: Context, status: number, page: Page): Promise<Response> {
  return honoAdapter.respond(c, await pageResponse(status, page, 'Client web app'))
}

/** To be kept in the session: what was validated, without the tokens themselves. */
function identityOf({ claims, profile }: Pick<OpenIDLoginResult, 'claims' | 'profile'>, idToken = ''): Identity {
  const { header } = decodeUnverifiedJwt(idToken) // validated a moment ago, only decoded again
  const name = profile.name ?? profile.sub
  return { name, header, claims, profile } as unknown as Identity // sound: it all was parsed from JSON
}
