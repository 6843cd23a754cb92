/** The routes: people log in once, stay logged in, and sign out here or everywhere. */

import { AuthlibError, loginRoutes, redirectResponse, signedIn } from '@authlib/core'
import { mount, protect } from '@authlib/express'
import { apiSession } from '@authlib/oauth2/client'
import { backchannelLogout, logoutUrl, type ProviderLogout } from '@authlib/oidc/client'
import express, { type ErrorRequestHandler, type Response } from 'express'
import { accountPage, notesPage, problemPage, welcomePage } from './pages.ts'
import { APP_URL, oauth, sessions } from './sessions.ts'

const app = express()

app.use(
  mount(
    loginRoutes(oauth, {
      url: `${APP_URL}/login`,
      sessions,
      onLogout: async ({ id }) => {
        const token = await apiSession(oauth.provider, id)
          .token()
          .catch(() => undefined) // none that is good: the provider asks the person
        return redirectResponse(
          (await logoutUrl(oauth.provider, { token, postLogoutRedirectUri: `${APP_URL}/` })) ?? '/',
        )
      },
      onError: (error) => ({ status: 400, headers: [['content-type', 'text/html']], body: problemPage(codeOf(error)) }),
    }),
  ),
)

// When a person logs out at the provider, their session here ends too.
const onLogout = (logout: ProviderLogout) => sessions.endOfProvider(logout)
app.use(mount(backchannelLogout({ client: oauth.provider, path: '/ended', onLogout })))

const guard = protect(signedIn(sessions, { login: '/login' }))

app.get('/', async (_request, response) => {
  if ((await sessions.find(response)) === null) response.send(welcomePage)
  else response.redirect('/account')
})

app.get('/account', guard, async (_request, response) => {
  const session = await current(response)
  response.send(accountPage(session, await sessions.list(session.subject)))
})

app.get('/notes', guard, async (_request, response) => {
  const { id } = await current(response)
  const answer = await apiSession(oauth.provider, id).fetch('notes') // refreshes the token when it is due
  response.send(notesPage(await answer.text()))
})

app.post('/sessions/end', guard, express.urlencoded(), async (request, response) => {
  const { subject } = await current(response)
  const { id } = request.body as { id?: unknown } // of the form on the page
  const own = (await sessions.list(subject)).find((session) => session.id === id) // no one ends those of others
  if (own !== undefined) await sessions.end(own.id)
  response.redirect(303, '/account')
})

app.post('/sessions/end-others', guard, async (_request, response) => {
  const { subject, id } = await current(response)
  await sessions.endAll({ subject, except: id })
  response.redirect(303, '/account')
})

app.post('/sessions/end-all', guard, async (_request, response) => {
  const { subject } = await current(response)
  await sessions.endAll({ subject })
  response.redirect(303, '/')
})

const showProblem: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error instanceof AuthlibError ? error.status : 500).send(problemPage(codeOf(error)))
}
app.use(showProblem)

app.listen(Number(new URL(APP_URL).port), '127.0.0.1', () => {
  console.log(`Application: ${APP_URL}`)
})

/** The session of a request that the guard let through. */
async function current(response: Response) {
  const session = await sessions.find(response)
  if (session === null) throw new AuthlibError('login_required', 'The session has ended', { status: 401 })
  return session
}

function codeOf(error: unknown): string {
  return error instanceof AuthlibError ? error.code : 'server_error'
}
