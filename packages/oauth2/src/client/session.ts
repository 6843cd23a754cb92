/**
 * Calls to an API in the name of one account. The token goes to the origins that were named, in the header, and nowhere
 * else.
 *
 * @spec RFC 6750 §2.1 §5.3
 * @spec RFC 9700 §4.9
 */

import { AuthlibError, type CallOptions } from '@authlib/core'
import { isSecureTransport, untilAborted } from '@authlib/core/kit'
import { callApi } from './api-call.ts'
import { callPlan, type CallPlan } from './call-plan.ts'
import type { ClientContext } from './extension.ts'
import { redirectTarget, unexpectedRedirect } from './redirect.ts'
import type { Token } from './token.ts'
import type { TokenKeeper } from './token-keeper.ts'

/** The API in the name of one account. */
export interface Session {
  /**
   * As the `fetch` of the platform, with the token. Relative URLs start at `apiBaseUrl`. A 401 is answered with a fresh
   * token and the same request once more, when its body can be sent again (a stream cannot). A `signal` ends the request and the
   * waiting for a token; a refresh under way goes on, so that its token is not lost.
   *
   * @throws AuthlibError `login_required`; `foreign_origin` for a URL that no token may go to
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** Where relative URLs start, for HTTP clients that need absolute ones. Understood by `fetch` of this session alone. */
  readonly baseUrl: string | undefined
  /** A token that is good now. @throws AuthlibError `login_required`; the reason of `signal` */
  token(options?: CallOptions): Promise<Token>
  /** Keeps the token of a login. A new login without a refresh token keeps the one that is there. */
  save(token: Token): Promise<void>
  /** Drops the token. To end it at the server too, call `revokeToken` first. */
  forget(): Promise<void>
}

const MAX_REDIRECTS = 5

/** Stands for a base that only the token tells. RFC 6761 §6.4: no one can own a name that ends so. */
const LATER = 'https://api.invalid/'

/** What `fetch` does not let through to another origin, because only this one may see it. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization', 'dpop']

export function createSession(keeper: TokenKeeper, context: ClientContext): Session {
  const { apiBaseUrl, resources } = context
  const baseUrl = typeof apiBaseUrl === 'function' ? LATER : apiBaseUrl && withSlash(apiBaseUrl)
  const fixed = baseUrl === undefined || baseUrl === LATER ? [] : [baseUrl]
  const origins = new Set([...fixed, ...resources].map((url) => secureOrigin(url, context)))
  const sendPlain = (plan: CallPlan): Promise<Response> => (context.fetch ?? globalThis.fetch)(plan.request())

  async function sessionFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const plan = await callPlan(input instanceof Request ? input : new URL(input, baseUrl), init)
    if (!plan.url.startsWith(LATER)) assertOwnOrigin(plan.url) // before a token is asked for
    const token = await keeper.token()
    const first = await follow(based(plan, token), token)
    if (first.status !== 401 || !first.own || !plan.repeatable || !keeper.canRenew(token)) return first.response
    const fresh = await keeper.token(token.accessToken)
    if (fresh.accessToken === token.accessToken) return first.response
    await first.response.body?.cancel()
    const second = await follow(based(plan, fresh), fresh)
    if (second.status === 401 && second.own) keeper.backOff(token.accessToken, fresh.accessToken)
    return second.response
  }

  /** Follows redirects by hand: the token stays on the origin that it was sent to. */
  async function follow(plan: CallPlan, token: Token): Promise<{ response: Response; status: number; own: boolean }> {
    assertOwnOrigin(plan.url, token)
    let current = plan
    for (let hops = 0, own = true; ; hops++) {
      const response: Response = await (own ? callApi(context, token, current) : sendPlain(current))
      const { status } = response
      if (response.type === 'opaqueredirect') throw unexpectedRedirect('browsers hide where it leads')
      const target: URL | null = plan.follows ? redirectTarget(response, current.url) : null
      if (target === null) return { response, status, own }
      if (hops === MAX_REDIRECTS) throw unexpectedRedirect('there are too many')
      await response.body?.cancel()
      own &&= target.origin === new URL(current.url).origin
      current = current.redirected(status, target, own ? [] : CREDENTIALS)
    }
  }

  /** Without a token, a base that only the token tells is not known yet. */
  function assertOwnOrigin(url: string, token?: Token): void {
    const { origin } = new URL(url)
    if (origins.has(origin)) return
    const ofToken = typeof apiBaseUrl === 'function'
    if (ofToken && (token === undefined || secureOrigin(apiBaseUrl(token), context) === origin)) return
    throw foreignOrigin()
  }

  function based(plan: CallPlan, token: Token): CallPlan {
    if (typeof apiBaseUrl !== 'function' || !plan.url.startsWith(LATER)) return plan
    return plan.at(withSlash(apiBaseUrl(token)) + plan.url.slice(LATER.length))
  }

  return {
    // what is no Request has no signal
    fetch: (input, init) => untilAborted(init?.signal ?? (input as Request).signal, sessionFetch(input, init)),
    baseUrl,
    token: ({ signal } = {}) => untilAborted(signal, keeper.token()),
    save: (token) => keeper.save(token),
    forget: () => keeper.forget(),
  }
}

function withSlash(url: string): string {
  return url.replace(/\/?$/, '/')
}

function secureOrigin(url: string, options: Pick<ClientContext, 'allowInsecureTransport'>): string {
  if (!isSecureTransport(url, options)) {
    throw new AuthlibError('insecure_transport', 'A token may only go to https URLs', {
      hint: '`apiBaseUrl` and `resources` must be https, or http on this machine.',
    })
  }
  return new URL(url).origin
}

function foreignOrigin(): AuthlibError {
  return new AuthlibError('foreign_origin', 'No token may go to this URL', {
    hint: 'Name the origins of the API in `apiBaseUrl` or `resources`, or use the plain `fetch` for other URLs.',
  })
}
