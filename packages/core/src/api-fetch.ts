/** Calls to an API with a credential that goes to the origins that were named and nowhere else. RFC 9700 §4.9. */

import type { Awaitable } from './awaitable.ts'
import { AuthlibError } from './errors.ts'
import { isSecureTransport } from './secure-transport.ts'

export interface ApiFetchOptions {
  /** Where relative URLs start. Its origin may receive the credential. */
  readonly apiBaseUrl?: string | undefined
  /** Further origins that may receive it. */
  readonly resources?: readonly string[] | undefined
  /** Adds the credential to a request. Called for each request that is sent to such an origin, redirects included. */
  readonly authenticate: (request: Request) => Awaitable<Request>
  readonly fetch?: typeof fetch | undefined
}

/** As the `fetch` of the platform. */
export type ApiFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

const MAX_REDIRECTS = 5

/**
 * A `fetch` with a credential. It follows redirects by hand: on the same origin with the credential, to another one without.
 *
 * @throws AuthlibError `insecure_transport` for an API that is neither https nor on this machine. What it returns rejects
 *   with `foreign_origin` for a URL that was not named, and `unexpected_redirect`
 */
export function apiFetch({ apiBaseUrl, resources = [], authenticate, fetch: given }: ApiFetchOptions): ApiFetch {
  const base = directoryUrl(apiBaseUrl)
  const origins = new Set([...(base === undefined ? [] : [base]), ...resources].map(secureOrigin))
  const transport = (request: Request): Promise<Response> => (given ?? globalThis.fetch)(request)

  return async (input, init) => {
    let request = new Request(input instanceof Request ? input : new URL(input, base), init)
    if (!origins.has(new URL(request.url).origin)) throw foreignOrigin()
    const follows = request.redirect === 'follow'
    for (let hops = 0; ; hops++) {
      const { url, method, headers, signal, body } = request
      const authenticated = await authenticate(request)
      const response = await transport(follows ? new Request(authenticated, { redirect: 'manual' }) : authenticated)
      const location = response.headers.get('location')
      if (follows && response.type === 'opaqueredirect') throw unexpectedRedirect('browsers hide where it leads')
      if (!follows || location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response
      if (hops === MAX_REDIRECTS) throw unexpectedRedirect('there are too many')
      await response.body?.cancel()
      const next = new URL(location, url)
      request = redirected({ method, headers, signal, hasBody: body !== null }, response.status, next)
      if (next.origin !== new URL(url).origin) return transport(request)
    }
  }
}

/** A base that relative URLs are appended to. */
export function directoryUrl(url: string | undefined): string | undefined {
  return url?.replace(/\/?$/, '/')
}

/** The request that a redirect asks for, as the fetch standard has it, without a credential. */
function redirected(
  { method, headers, signal, hasBody }: Pick<Request, 'method' | 'headers' | 'signal'> & { readonly hasBody: boolean },
  status: number,
  url: URL,
): Request {
  const asGet = status === 303 ? method !== 'HEAD' : method === 'POST' && (status === 301 || status === 302)
  if (!asGet && hasBody) throw unexpectedRedirect('the body is spent: send it to the final URL')
  const kept = new Headers(headers)
  kept.delete('authorization')
  if (asGet) for (const name of ['content-type', 'content-length', 'content-encoding']) kept.delete(name)
  return new Request(url, { method: asGet ? 'GET' : method, headers: kept, signal })
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
