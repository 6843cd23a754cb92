/** How a client talks to its authorization server: where to, proving who it is, within limits. */

import {
  AuthlibError,
  encodeForm,
  send,
  type Clock,
  type ParamValues,
  type Random,
  type SendResponse,
} from '@authlib/core'
import type { ClientAuth } from './client-auth/client-auth.ts'
import type { MetadataSource } from './discovery.ts'
import { invalidResponse, missingEndpoint, serverAnswered } from './errors.ts'
import { readObject } from './json-object.ts'

export interface Connection {
  readonly clientId: string
  readonly clientAuth: ClientAuth
  readonly metadata: MetadataSource
  readonly clock: Clock
  readonly random: Random
  readonly fetch?: typeof fetch | undefined
  /** Seconds for one request, headers and body together. */
  readonly timeout?: number | undefined
}

type Endpoint = 'token_endpoint' | 'revocation_endpoint' | 'introspection_endpoint'

/** More than any token response needs; a larger one is no token response. */
const MAX_BODY = 256 * 1024

/** An authenticated POST. @throws AuthlibError `missing_endpoint`, the server's own error, and those of `send` */
export async function post(connection: Connection, endpoint: Endpoint, params: ParamValues): Promise<SendResponse> {
  const { clientId, clientAuth, fetch, timeout } = connection
  const metadata = await connection.metadata()
  const url = metadata[endpoint]
  if (url === undefined) throw missingEndpoint(endpoint)
  const auth = await clientAuth({ clientId, url, metadata })
  const response = await send(url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...auth.headers },
    body: encodeForm({ ...params, ...auth.params }),
    maxBody: MAX_BODY,
    fetch,
    timeout,
  })
  if (response.status !== 200) throw errorAnswer(response)
  return response
}

function errorAnswer(response: SendResponse): AuthlibError {
  const { status } = response
  if (status >= 500) {
    return new AuthlibError('server_error', 'The authorization server failed', {
      status: 502,
      reason: `it answered ${status}`,
    })
  }
  const { error, error_description: description } = readObject(response.text)
  if (typeof error !== 'string') return invalidResponse(`status ${status} without an error code`)
  const text = typeof description === 'string' ? description : undefined
  return serverAnswered(error, text, { fallback: 'request_refused', status: 502 })
}
