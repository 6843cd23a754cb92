/** Redirects of an API, followed as the fetch standard has it. */

import { AuthlibError } from '@authlib/core'

/** Where a response redirects to, or null. */
export function redirectTarget({ status, headers }: Response, from: string): URL | null {
  const location = headers.get('location')
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return null
  if (!URL.canParse(location, from)) throw unexpectedRedirect('its location is no URL')
  const target = new URL(location, from)
  if (!/^https?:$/.test(target.protocol)) throw unexpectedRedirect('it leaves HTTP')
  return target
}

/** Whether the redirect becomes a GET without a body. Fetch §4.4 step 12. */
export function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'HEAD' && method !== 'GET'
  return method === 'POST' && (status === 301 || status === 302)
}

export function unexpectedRedirect(reason: string): AuthlibError {
  return new AuthlibError('unexpected_redirect', 'The API redirects this request', { status: 502, reason })
}
