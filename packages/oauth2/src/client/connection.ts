/** How a client talks to its authorization server: where to, proving who it is, within limits. */

import { AuthlibError, type Clock, type ParamValues, type Random } from '@authlib/core'
import { encodeForm, parseJsonObject, send, type SendResponse } from '@authlib/core/kit'
import type { ClientAuth } from '../client-auth/client-auth.ts'
import type { ServerMetadata } from '../server-metadata.ts'
import { invalidResponse, missingEndpoint, serverAnswered } from './errors.ts'

export interface Connection {
  readonly clientId: string
  readonly clientAuth: ClientAuth
  readonly metadata: () => Promise<ServerMetadata>
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
  const methods = metadata[`${endpoint}_auth_methods_supported`] ?? metadata.token_endpoint_auth_methods_supported
  const auth = await clientAuth({ clientId, url, metadata, methods })
  const response = await send(url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...auth.headers },
    body: encodeForm({ ...params, ...auth.params }),
    maxBody: MAX_BODY,
    fetch,
    timeout,
  })
  if (response.status !== 200 && response.status !== 204) throw errorAnswer(response) // some answer a revocation with 204
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
  return errorOf(readObject(response)) ?? invalidResponse(`status ${status} without an error code`)
}

/** What an answer says went wrong, if it does. RFC 6749 §5.2. */
export function errorOf({ error, error_description: description }: JsonMembers): AuthlibError | undefined {
  if (typeof error !== 'string') return undefined
  const text = typeof description === 'string' ? description : undefined
  return serverAnswered(error, text, { fallback: 'request_refused', status: 502 })
}

export type JsonMembers = Readonly<Record<string, unknown>>

/** @throws AuthlibError `invalid_response`: no JSON, no object, or a member that is there twice */
export function readObject({ text }: SendResponse): JsonMembers {
  try {
    return parseJsonObject(text)
  } catch (error) {
    throw invalidResponse('it is not a JSON object with each member once', error)
  }
}
