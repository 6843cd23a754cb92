/**
 * Calls to an API in the name of one account. The token goes to the origins that were named, in the header, and nowhere
 * else.
 *
 * @spec RFC 6750 §2.1 §5.3
 * @spec RFC 9700 §4.9
 */

import { AuthlibError } from '@authlib/core'
import { isSecureTransport } from '@authlib/core/kit'
import ky, { type KyInstance } from 'ky'
import type { Token } from './token.ts'
import type { TokenKeeper } from './token-keeper.ts'

/** The API in the name of one account. */
export interface Session {
  /**
   * As the `fetch` of the platform, with the token. Relative URLs start at `apiBaseUrl`. A 401 is answered with a fresh
   * token and the same request once more, when its body can be sent again (a stream cannot).
   *
   * @throws AuthlibError `login_required`; `foreign_origin` for a URL that no token may go to
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** The same as a ky instance: retries, time-outs, `session.api.get('user').json()`. */
  readonly api: KyInstance
  /** A token that is good now. @throws AuthlibError `login_required` */
  token(): Promise<Token>
  /** Keeps the token of a login, whatever was kept before. */
  save(token: Token): Promise<void>
  /** Drops the token. To end it at the server too, `client.revoke` it first. */
  forget(): Promise<void>
}

export interface SessionTransport {
  readonly apiBaseUrl?: string | undefined
  /** Origins that the token may go to, besides the one of `apiBaseUrl`. */
  readonly resources: readonly string[]
  readonly fetch?: typeof fetch | undefined
}

const MAX_REDIRECTS = 5

export function createSession(keeper: TokenKeeper, { apiBaseUrl, resources, fetch: given }: SessionTransport): Session {
  const base = apiBaseUrl?.replace(/\/?$/, '/')
  const origins = new Set([...(base === undefined ? [] : [base]), ...resources].map(secureOrigin))
  const transport = (request: Request): Promise<Response> => (given ?? globalThis.fetch)(request)
  let api: KyInstance | undefined

  async function sessionFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input instanceof Request ? input : new URL(input, base), init)
    if (!origins.has(new URL(request.url).origin)) throw foreignOrigin()
    const token = await keeper.token()
    const spare = keeper.canRenew(token) && !(init?.body instanceof ReadableStream) ? request.clone() : null
    const response = await follow(request, token)
    if (response.status !== 401 || spare === null) return response
    await response.body?.cancel()
    return follow(spare, await keeper.token(token.accessToken))
  }

  /** Follows redirects by hand: the token stays on the origin that it was sent to. */
  async function follow(request: Request, token: Token): Promise<Response> {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${token.accessToken}`)
    const follows = request.redirect === 'follow'
    let current = new Request(request, { headers, ...(follows && { redirect: 'manual' }) })
    for (let hops = 0; ; hops++) {
      const response = await transport(current)
      const location = response.headers.get('location')
      if (response.type === 'opaqueredirect') throw unexpectedRedirect('browsers hide where it leads')
      if (!follows || location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response
      if (hops === MAX_REDIRECTS) throw unexpectedRedirect('there are too many')
      await response.body?.cancel()
      const next = redirected(current, response.status, new URL(location, current.url))
      if (new URL(next.url).origin === new URL(current.url).origin) current = next
      else return transport(withoutToken(next))
    }
  }

  return {
    fetch: sessionFetch,
    get api() {
      return (api ??= ky.create({ fetch: sessionFetch, ...(base !== undefined && { baseUrl: base }) }))
    },
    token: () => keeper.token(),
    save: (token) => keeper.save(token),
    forget: () => keeper.forget(),
  }
}

/** The request that a redirect asks for, as the fetch standard has it. */
function redirected({ method, headers, signal, body }: Request, status: number, url: URL): Request {
  const asGet = status === 303 ? method !== 'HEAD' : method === 'POST' && (status === 301 || status === 302)
  if (!asGet && body !== null) throw unexpectedRedirect('the body is spent: send it to the final URL')
  const kept = new Headers(headers)
  if (asGet) for (const name of ['content-type', 'content-length', 'content-encoding']) kept.delete(name)
  return new Request(url, { method: asGet ? 'GET' : method, headers: kept, signal, redirect: 'manual' })
}

function withoutToken(request: Request): Request {
  const headers = new Headers(request.headers)
  headers.delete('authorization')
  return new Request(request, { headers, redirect: 'follow' })
}

function secureOrigin(url: string): string {
  if (!isSecureTransport(url)) {
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

function unexpectedRedirect(reason: string): AuthlibError {
  return new AuthlibError('unexpected_redirect', 'The API redirects this request', { status: 502, reason })
}
