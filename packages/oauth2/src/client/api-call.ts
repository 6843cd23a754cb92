/** One request to an API with a token, as the extensions want it sent. */

import { AuthlibError } from '@authlib/core'
import type { CallPlan } from './call-plan.ts'
import type { Connection } from './connection.ts'
import type { ApiRequest } from './extension.ts'
import type { Token } from './token.ts'

/** Sends the plan once, or as often as an extension demands. Redirects are not followed. */
export async function callApi(connection: Connection, token: Token, plan: CallPlan): Promise<Response> {
  const transmit = async (request: ApiRequest): Promise<Response> => {
    const { url, headers, fetch = connection.fetch ?? globalThis.fetch } = request
    return fetch(plan.request({ url, headers }))
  }
  const chain = connection.extensions.reduceRight<typeof transmit>(
    (next, extension) =>
      extension.call === undefined ? next : (request) => extension.call!(request, token, next, connection),
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
