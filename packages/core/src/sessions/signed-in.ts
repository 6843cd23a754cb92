/** Routes for people who are signed in, by the `protect` of every adapter. */

import { AuthlibError } from '../errors.ts'
import { requestPath } from '../form.ts'
import { redirectResponse, type HttpRequest } from '../http.ts'
import { noStore } from '../no-store.ts'
import { errorResponse } from '../mount.ts'
import type { Protector } from '../protect.ts'
import { cookieHeaders, requestAdapter } from '../request-adapter.ts'
import type { LoginSession, LoginSessions } from './login-session.ts'

export interface SignedInOptions {
  /**
   * Where a browser that opens a page goes to log in, with `?return_to=` and the page; such as the path of `loginRoutes`.
   * Everything else, and everything without this option, is answered 401.
   */
  readonly login?: string | undefined
}

/**
 * Lets people in who are signed in. `currentToken(request)` in the handlers behind it is the session.
 *
 * @example
 * app.get('/notes', protect(signedIn(sessions, { login: '/login' })), (request, response) => {
 *   response.send(`Notes of ${currentToken(request)?.subject}`)
 * })
 */
export function signedIn<Context>(
  sessions: LoginSessions<Context>,
  { login }: SignedInOptions = {},
): Protector<LoginSession, never> {
  const own = sessions.on(requestAdapter)
  return {
    async protect(request) {
      const session = await own.find(request)
      if (session === null) throw new NotSignedIn(login === undefined ? null : pageOf(request))
      return session
    },
    acceptedHeaders: cookieHeaders,
    respond(error) {
      if (!(error instanceof NotSignedIn)) return errorResponse(error)
      if (error.page === null) return errorResponse(error)
      return redirectResponse(`${login ?? '/'}?return_to=${encodeURIComponent(error.page)}`, noStore)
    },
  }
}

class NotSignedIn extends AuthlibError {
  /** What a browser wanted to open. */
  readonly page: string | null

  constructor(page: string | null) {
    super('login_required', 'Nobody is signed in', { status: 401 })
    this.page = page
  }
}

/** The path of a page that a person opens. Null for scripts: they cannot follow a redirect to another site. */
function pageOf(request: HttpRequest): string | null {
  const { method, url, headers } = request
  const navigates = headers.get('sec-fetch-mode') === 'navigate' || /\btext\/html\b/.test(headers.get('accept') ?? '')
  if (method !== 'GET' || !navigates) return null
  const query = url.indexOf('?')
  return requestPath(request) + (query === -1 ? '' : url.slice(query))
}
