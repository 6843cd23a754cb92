/**
 * Authorization of an MCP client: from a refusal to the authorization server, to a client there, to a token, and back.
 *
 * @spec MCP Authorization
 * @spec RFC 9728 §5
 */

import { AuthlibError, memoryTokens, readQuery } from '@authlib/core'
import {
  assertOptions,
  assertSeconds,
  isWithinPath,
  parseChallenges,
  recentMap,
  type OptionType,
} from '@authlib/core/kit'
import { revokeToken, type Registration, type Token } from '@authlib/oauth2/client'
import { connect, reconnect, type Connection, type ConnectionOptions } from './connection.ts'
import { replayable } from './replayable.ts'
import { scopeOf } from './scope.ts'
import type { McpAuthOptions, McpLogin, RegistrationStore } from './options.ts'

/** The authorization of one account at one MCP server. */
export interface McpAuth {
  /**
   * As the `fetch` of the platform, for the transport of an MCP client. Requests to the MCP server carry a token that is
   * good now. A refusal is answered with a login, and the request is sent again.
   *
   * @throws AuthlibError `login_required` when a login has begun and `onLogin` returned no callback; those of the login
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /**
   * Ends a login: `callback` is the URL that the browser came back to. `login` is what `onLogin` was given; it may be left
   * out in the process that began it.
   *
   * @throws AuthlibError those of `OAuth2Client.finishAuthorization`
   */
  finish(callback: string, login?: McpLogin): Promise<void>
  /** A token that is good now; undefined before the first login. */
  token(): Promise<string | undefined>
  /** Does what a refusal of the MCP server asks for: a login, or more scope. @throws as `fetch` */
  authorize(refusal: Response): Promise<void>
  /** Ends the token at the authorization server where that is possible, and forgets it. */
  signOut(): Promise<void>
}

const TYPES: Readonly<Record<keyof McpAuthOptions, OptionType | null>> = {
  url: 'string',
  redirectUri: 'string',
  onLogin: 'function?',
  obtain: 'function?',
  account: 'string?',
  tokens: 'object?',
  clients: 'array?',
  clientId: 'string?',
  clientAuth: 'function?',
  registration: 'object?',
  registrations: 'object?',
  chooseIssuer: 'function?',
  extensions: 'array?',
  addresses: null,
  timeout: null,
  clock: 'function?',
  random: 'function?',
  fetch: 'function?',
}

/** Logins of one `fetch`: one for the token, and one for more scope. */
const MOST_LOGINS = 2

/**
 * The way of an MCP client to its tokens: nothing is asked before the MCP server refuses a request.
 *
 * @throws TypeError without `onLogin` and `obtain`, or with both
 * @example
 * const auth = mcpAuth({ url, redirectUri, registration: { client_name: 'My agent' }, onLogin: (url) => openBrowser(url) })
 * const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: auth.fetch })
 */
export function mcpAuth(given: McpAuthOptions): McpAuth {
  assertOptions('mcpAuth', given, TYPES)
  assertSeconds({ timeout: given.timeout })
  if ((given.onLogin === undefined) === (given.obtain === undefined))
    throw new TypeError('mcpAuth needs `onLogin` or `obtain`, and not both')
  const options: ConnectionOptions = {
    ...given,
    tokens: given.tokens ?? memoryTokens(),
    registrations: given.registrations ?? memoryRegistrations(),
  }
  const base = new URL(options.url)
  const logins = recentMap<McpLogin>(100)
  let current: Connection | undefined
  let working: Promise<void> | undefined
  let asked: readonly string[] = []

  /** One at a time: requests that are refused together begin one login. */
  function authorize(refusal: Response): Promise<void> {
    working ??= answer(refusal).finally(() => (working = undefined))
    return working
  }

  async function answer(refusal: Response): Promise<void> {
    const before = current
    const known = before && (await storedToken(before))
    const header = refusal.headers.get('www-authenticate')
    current = await connect(header, options) // afresh each time: the resource may have moved to another issuer
    const stored = await storedToken(current)
    if (before === undefined && stored !== undefined && refusal.status === 401) return
    if (options.obtain !== undefined) {
      await current.session.forget()
      await current.forgetting(() => current!.session.token())
      return
    }
    await logIn(current, header, known?.scope ?? [])
  }

  async function logIn(connection: Connection, header: string | null, granted: readonly string[]): Promise<void> {
    const { client, resource, metadata } = connection
    const scope = scopeOf({ challenged: challengeOf(header).scope, resource, metadata, before: [...asked, ...granted] })
    const { url, id, login } = await connection.forgetting(() =>
      client.createAuthorization({
        redirectUri: options.redirectUri,
        resource: [resource.resource],
        ...(scope !== undefined && { scope }),
        ...(scope?.includes('offline_access') && { params: { prompt: 'consent' } }), // OpenID Connect Core §11
      }),
    )
    asked = scope ?? []
    logins.set(id, login)
    const callback = await options.onLogin!(url, login)
    if (typeof callback !== 'string') throw loginRequired()
    await finish(callback, login)
  }

  async function finish(callback: string, login?: McpLogin): Promise<void> {
    const state = readQuery({ url: callback }).get('state') ?? ''
    const begun = login ?? logins.get(state)
    if (begun === undefined) throw unknownLogin()
    logins.delete(state) // used once, whatever comes of it
    if (current?.issuer !== begun.issuer || current?.client.clientId !== begun.clientId)
      current = await reconnect(begun, options)
    const { client, session, forgetting } = current
    const { token } = await forgetting(() => client.finishAuthorization(callback, begun))
    await session.save(token)
  }

  async function mcpFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = await replayable(input, init)
    if (!concerns(request.url)) return send(...request.next())
    for (let logins = 0; ; logins++) {
      const response = await attempt(request.next())
      if (!mayHelp(response) || logins === MOST_LOGINS || !request.repeatable) return response
      await response.body?.cancel()
      await authorize(response)
    }
  }

  /** With the token if there is one; as a refusal where only a login gives one. */
  async function attempt([input, init]: Parameters<typeof fetch>): Promise<Response> {
    if (current === undefined) return send(input, init)
    try {
      return await current.forgetting(() => current!.session.fetch(input, init))
    } catch (error) {
      if (error instanceof AuthlibError && error.code === 'login_required') return new Response(null, { status: 401 })
      throw error
    }
  }

  /** Whether a login could change the answer. A scope that was asked for and not given is not asked for again. */
  function mayHelp(response: Response): boolean {
    if (response.status === 401) return true
    const { error, scope } = challengeOf(response.headers.get('www-authenticate'))
    if (response.status !== 403 || error !== 'insufficient_scope' || options.obtain !== undefined) return false
    return scope !== undefined && !scope.every((name) => asked.includes(name))
  }

  function concerns(url: string): boolean {
    const { origin, pathname } = new URL(url)
    return origin === base.origin && isWithinPath(pathname, base.pathname)
  }

  const send: typeof fetch = (input, init) => (options.fetch ?? fetch)(input, init)

  return {
    fetch: mcpFetch,
    finish,
    authorize,
    token: async () => (current === undefined ? undefined : (await storedToken(current))?.accessToken),
    async signOut() {
      if (current === undefined) return
      const { client, session, metadata } = current
      const token = await storedToken(current)
      await session.forget()
      asked = []
      if (token !== undefined && metadata.revocation_endpoint !== undefined) await revokeToken(client, token)
    },
  }
}

async function storedToken({ session, forgetting }: Connection): Promise<Token | undefined> {
  try {
    return await forgetting(() => session.token())
  } catch (error) {
    if (error instanceof AuthlibError && error.code === 'login_required') return undefined
    throw error
  }
}

interface ToldByChallenge {
  readonly error: string | undefined
  readonly scope: readonly string[] | undefined
}

/** RFC 6750 §3. */
function challengeOf(header: string | null): ToldByChallenge {
  const told = parseChallenges(header ?? '').find(({ scheme }) => scheme === 'bearer' || scheme === 'dpop')?.params
  return { error: told?.get('error'), scope: told?.get('scope')?.split(' ').filter(Boolean) }
}

function memoryRegistrations(): RegistrationStore {
  const kept = new Map<string, Registration>()
  return {
    get: (issuer) => Promise.resolve(kept.get(issuer) ?? null),
    async save(issuer, registration) {
      if (registration === null) kept.delete(issuer)
      else kept.set(issuer, registration)
    },
  }
}

function loginRequired(): AuthlibError {
  return new AuthlibError('login_required', 'Somebody has to log in', {
    status: 401,
    reason: '`onLogin` began a login and returned no callback',
    hint: 'Call `finish` with the URL that the browser comes back to, and send the request again.',
  })
}

function unknownLogin(): AuthlibError {
  return new AuthlibError('mismatching_state', 'No login with this state began here', {
    status: 400,
    hint: 'Keep the `login` that `onLogin` is given, and pass it to `finish`.',
  })
}
