/** How a client talks to its authorization server: where to, proving who it is, within limits. */

import { AuthlibError, Params, type Awaitable, type ParamValues } from '@authlib/core'
import { addQuery, encodeForm, parseJsonObject, send } from '@authlib/core/kit'
import type { ClientAuth, ClientAuthResult } from '../client-auth/client-auth.ts'
import { namingPlace } from '../naming-place.ts'
import type { ServerMetadata } from '../server-metadata.ts'
import { errorFrom, invalidResponse, missingEndpoint, OAuth2ClientError } from './errors.ts'
import type { ClientContext, RequestSubject, ServerAnswer, ServerRequest } from './extension.ts'

export interface Connection extends ClientContext {
  readonly clientAuth: ClientAuth
}

export type JsonMembers = Readonly<Record<string, unknown>>

/** More than any token response needs; a larger one is no token response. */
const MAX_BODY = 256 * 1024

const CONTENT_TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' }

/**
 * An authenticated request. Extensions surround it; client authentication is innermost, so that each attempt has an
 * assertion of its own.
 *
 * @throws AuthlibError `missing_endpoint`, those of `send`; OAuth2ClientError with the server's own error
 */
export async function post(
  connection: Connection,
  endpoint: string,
  params: ParamValues,
  about: RequestSubject = {},
): Promise<ServerAnswer> {
  const { extensions } = connection
  const metadata = await connection.metadata()
  let auth: ClientAuthResult | undefined
  const attempt = async (request: ServerRequest): Promise<ServerAnswer> => {
    auth = await authenticate(connection, metadata, request)
    return sendOnce(connection, auth, request)
  }
  const chain = extensions.reduceRight<typeof attempt>(
    (next, extension) =>
      extension.send === undefined ? next : (request) => extension.send!(request, next, connection),
    attempt,
  )
  const answer = await chain({
    ...about,
    endpoint,
    url: endpointOf(metadata, endpoint) ?? '',
    method: 'POST',
    headers: { accept: 'application/json' },
    params,
    encoding: 'form',
  })
  if (answer.status < 200 || answer.status > 299) throw await errorAnswer(answer, auth)
  return answer
}

function authenticate(
  { clientId, clientAuth, clock, random }: Connection,
  metadata: ServerMetadata,
  { endpoint, url }: ServerRequest,
): Awaitable<ClientAuthResult> {
  // sound: `validateServerMetadata` has looked at members of such names
  const own = metadata[`${endpoint}_auth_methods_supported`] as readonly string[] | undefined
  const methods = own ?? metadata.token_endpoint_auth_methods_supported
  return clientAuth({ clientId, url, metadata, methods, clock, random })
}

async function sendOnce(connection: Connection, auth: ClientAuthResult, request: ServerRequest): Promise<ServerAnswer> {
  const { extensions } = connection
  let written: ServerRequest = {
    ...request,
    headers: { ...request.headers, ...auth.headers },
    params: { ...request.params, ...auth.params },
  }
  for (const extension of extensions) written = (await extension.encode?.(written, connection)) ?? written
  let answer = await transmit(connection, written)
  try {
    for (const extension of extensions) answer = (await extension.decode?.(answer, written, connection)) ?? answer
  } catch (error) {
    throw withAnswer(error, answer)
  }
  return answer
}

async function transmit(connection: Connection, request: ServerRequest): Promise<ServerAnswer> {
  const { endpoint, url, method, headers, params, encoding } = request
  if (url === '') throw missingEndpoint(endpoint)
  const query = encoding === 'query'
  const answer = await send(query ? addQuery(url, params) : url, {
    ...connection,
    method,
    headers: query ? headers : { 'content-type': CONTENT_TYPES[encoding], ...headers },
    ...(!query && { body: encoding === 'json' ? JSON.stringify(params) : encodeForm(params) }),
    maxBody: MAX_BODY,
    fetch: request.fetch ?? connection.fetch,
    signal: request.signal,
  }).catch((error: unknown) => {
    throw namingPlace(error, endpoint, url)
  })
  return { ...answer, members: membersOf(answer) }
}

/** An error about an answer, with that answer: it may hold a refresh token that must not be lost. */
export function withAnswer(error: unknown, response: ServerAnswer): OAuth2ClientError {
  if (error instanceof OAuth2ClientError && error.response !== undefined) return error
  if (!(error instanceof AuthlibError)) return invalidResponse('an extension could not read it', response, error)
  const { code, message, cause, ...options } = error
  return new OAuth2ClientError(code, message, { ...options, response, cause })
}

function endpointOf(metadata: ServerMetadata, endpoint: string): string | undefined {
  const url = metadata[endpoint]
  return typeof url === 'string' ? url : undefined
}

/** Of JSON, whatever it calls itself, and of a form, as some providers answer. */
function membersOf({ text, headers }: Pick<ServerAnswer, 'text' | 'headers'>): JsonMembers | undefined {
  try {
    return mediaType(headers) === CONTENT_TYPES.form ? formMembers(text) : parseJsonObject(text)
  } catch {
    return undefined
  }
}

/** @throws AuthlibError for text that is no form; undefined when a member is there twice */
function formMembers(text: string): JsonMembers | undefined {
  const params = Params.parse(text)
  return params.repeated.length > 0 ? undefined : Object.fromEntries(params)
}

function mediaType(headers: Headers): string | undefined {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
}

async function errorAnswer(answer: ServerAnswer, auth: ClientAuthResult | undefined): Promise<OAuth2ClientError> {
  const { aboutFailure } = await import('./answer-faults.ts')
  return errorFrom(aboutFailure(answer, auth), answer)
}

/** What an answer says went wrong, if it does. RFC 6749 §5.2. */
export async function errorOf(answer: ServerAnswer): Promise<OAuth2ClientError | undefined> {
  const { aboutAnswer } = await import('./answer-faults.ts')
  const words = aboutAnswer(answer)
  return words && errorFrom(words, answer)
}

/** @throws OAuth2ClientError `invalid_response`: no JSON, no object, or a member that is there twice */
export async function readObject(answer: ServerAnswer): Promise<JsonMembers> {
  if (answer.members !== undefined) return answer.members
  const { aboutText } = await import('./answer-faults.ts')
  throw errorFrom(aboutText(answer), answer)
}

/** A member that the specification promises. @throws OAuth2ClientError what the server says went wrong, `invalid_response` */
export async function readText(answer: ServerAnswer, name: string): Promise<string> {
  const value = (await readObject(answer))[name]
  if (typeof value === 'string' && value !== '') return value
  throw (await errorOf(answer)) ?? invalidResponse(`${name} is missing`, answer)
}
