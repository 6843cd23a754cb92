/** One request to an API with a token, as the extensions want it sent. */

import { AuthlibError } from '@authlib/core'
import type { ApiRequest, ClientContext } from './extension.ts'
import type { Token } from './token.ts'

/** A request to an API, as it is sent at each attempt. */
export interface ApiCall {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  /** Whether `request` may be called again. */
  readonly repeatable: boolean
  /** The request, made afresh, with another URL or other headers. */
  request(changes?: { readonly url?: string; readonly headers?: Headers }): Request
}

/**
 * Sends this token as the extensions of the client want it, for requests that a feature makes to the provider. It looks at
 * no origin and follows no redirects: `apiSession` does.
 *
 * @throws AuthlibError `invalid_token` for an access token that no header may carry
 */
export function fetchWith(
  context: ClientContext,
  token: Token,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return (input, init = {}) => {
    const { url, method, headers } = new Request(input, init) // it normalises
    const redirect = init.redirect === 'error' ? 'error' : 'manual'
    return callApi(context, token, {
      url,
      method,
      headers,
      repeatable: !isStream(init.body),
      request: (changes) =>
        new Request(changes?.url ?? url, { ...init, headers: changes?.headers ?? headers, redirect }),
    })
  }
}

/** Whether a body can be sent only once. */
export function isStream(body: BodyInit | null | undefined): boolean {
  return body instanceof ReadableStream || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
}

/** Sends the plan once, or as often as an extension demands. Redirects are not followed. */
export async function callApi(context: ClientContext, token: Token, plan: ApiCall): Promise<Response> {
  const transmit = async (request: ApiRequest): Promise<Response> => {
    const { url, headers, fetch = context.fetch ?? globalThis.fetch } = request
    return fetch(plan.request({ url, headers }))
  }
  const chain = context.extensions.reduceRight<typeof transmit>(
    (next, extension) =>
      extension.call === undefined ? next : (request) => extension.call!(request, token, next, context),
    transmit,
  )
  const { url, method, repeatable } = plan
  const headers = new Headers(plan.headers)
  headers.set('authorization', authorizationOf(token))
  return chain({ url, method, headers, repeatable })
}

/** A token of a store or of an application may be anything; an engine would quote a bad header in its error. */
function authorizationOf({ tokenType, accessToken }: Token): string {
  if (/^[\x21-\x7e]+$/.test(accessToken)) return `${tokenType} ${accessToken}`
  throw new AuthlibError('invalid_token', 'The access token has characters that no header may have', { status: 401 })
}
