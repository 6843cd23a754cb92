/**
 * Registers a client at a server, and manages the registration.
 *
 * @spec RFC 7591 §3
 * @spec RFC 7592 §2
 */

import { systemClock, type AddressRule, type CallOptions, type Clock, type JsonObject } from '@authlib/core'
import { parseJsonObject, send, untilAborted } from '@authlib/core/kit'
import { issuerMetadata } from '../../issuer-metadata.ts'
import { errorOf, readText } from '../connection.ts'
import { invalidResponse, missingEndpoint } from '../errors.ts'
import type { ServerAnswer } from '../extension.ts'

/** What a registration gave. Keep it: `clientSecret` and `managementToken` are shown once. */
export interface Registration {
  readonly clientId: string
  readonly clientSecret?: string | undefined
  /** NumericDate. Absent: the secret does not expire. */
  readonly clientSecretExpiresAt?: number | undefined
  /** Where the registration is read, changed and deleted. RFC 7592 §3. */
  readonly managementUri?: string | undefined
  readonly managementToken?: string | undefined
  /** The metadata as the server registered it, which may differ from what was asked. Wire names. */
  readonly metadata: JsonObject
}

export interface RegistrationRequestOptions extends CallOptions {
  readonly fetch?: typeof fetch | undefined
  /** Seconds for one request. Default 10. */
  readonly timeout?: number | undefined
  /** `publicAddresses` when someone else chose the issuer: no private addresses. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
  readonly clock?: Clock | undefined
}

export interface RegisterClientOptions extends RegistrationRequestOptions {
  /** The authorization server: its metadata names the endpoint. */
  readonly issuer?: string | undefined
  /** The registration endpoint. Default: the one of the issuer. */
  readonly endpoint?: string | undefined
  /** Where registration is not open to everybody. RFC 7591 §3. */
  readonly initialAccessToken?: string | undefined
}

/**
 * Registers a client. `metadata` has wire names, such as `redirect_uris`, and `software_statement`.
 *
 * @throws AuthlibError `missing_endpoint`; OAuth2ClientError `invalid_redirect_uri`, `invalid_client_metadata` and what else
 * the server answers
 * @example
 * const { clientId, clientSecret } = await registerClient({ redirect_uris: [redirectUri] }, { issuer })
 */
export async function registerClient(
  metadata: JsonObject,
  { issuer, endpoint, initialAccessToken, ...options }: RegisterClientOptions,
): Promise<Registration> {
  const url = endpoint ?? (await findEndpoint(issuer, options))
  return readRegistration(await sendJson(url, 'POST', initialAccessToken, metadata, options))
}

/** The registration as the server has it now. RFC 7592 §2.1. */
export async function readClient(
  registration: Registration,
  options?: RegistrationRequestOptions,
): Promise<Registration> {
  return manage(registration, 'GET', undefined, options)
}

/** Replaces the whole metadata. What is left out is deleted. RFC 7592 §2.2. */
export async function updateClient(
  registration: Registration,
  metadata: JsonObject,
  options?: RegistrationRequestOptions,
): Promise<Registration> {
  const { clientId: client_id, clientSecret: client_secret } = registration
  const body = { ...metadata, client_id, ...(client_secret !== undefined && { client_secret }) }
  return manage(registration, 'PUT', body, options)
}

/** Deletes the registration; the client id and its tokens are then of no use. RFC 7592 §2.3. */
export async function deleteClient(registration: Registration, options?: RegistrationRequestOptions): Promise<void> {
  const { url, token } = managementOf(registration)
  await sendJson(url, 'DELETE', token, undefined, options)
}

async function manage(
  registration: Registration,
  method: 'GET' | 'PUT',
  body: JsonObject | undefined,
  options?: RegistrationRequestOptions,
): Promise<Registration> {
  const { url, token } = managementOf(registration)
  const fresh = await readRegistration(await sendJson(url, method, token, body, options))
  return { ...fresh, managementUri: fresh.managementUri ?? url, managementToken: fresh.managementToken ?? token }
}

function managementOf({ managementUri, managementToken }: Registration): {
  readonly url: string
  readonly token: string
} {
  if (managementUri === undefined || managementToken === undefined) throw missingEndpoint('registration_client_uri')
  return { url: managementUri, token: managementToken }
}

async function findEndpoint(issuer: string | undefined, options: RegistrationRequestOptions): Promise<string> {
  if (issuer === undefined) throw new TypeError('Registration needs an `issuer`, or the `endpoint`')
  const { clock = systemClock, signal, ...limits } = options
  const { registration_endpoint: endpoint } = await untilAborted(signal, issuerMetadata({ issuer, ...limits })(clock))
  if (endpoint === undefined) throw missingEndpoint('registration_endpoint')
  return endpoint
}

async function sendJson(
  url: string,
  method: string,
  token: string | undefined,
  body: JsonObject | undefined,
  { fetch, timeout, addresses, signal }: RegistrationRequestOptions = {},
): Promise<ServerAnswer> {
  const response = await send(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    fetch,
    timeout,
    addresses,
    signal,
  })
  const answer: ServerAnswer = { ...response, members: membersOf(response.text) }
  if (answer.status >= 200 && answer.status <= 299) return answer
  throw (await errorOf(answer)) ?? invalidResponse(`status ${answer.status} without an error code`, answer)
}

function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parseJsonObject(text)
  } catch {
    return undefined
  }
}

async function readRegistration(answer: ServerAnswer): Promise<Registration> {
  const members = (answer.members ?? {}) as JsonObject // sound: it was parsed from JSON
  const text = (name: string): string | undefined => {
    const value = members[name]
    return typeof value === 'string' ? value : undefined
  }
  const expires = members['client_secret_expires_at']
  return {
    clientId: await readText(answer, 'client_id'),
    clientSecret: text('client_secret'),
    ...(typeof expires === 'number' && expires > 0 && { clientSecretExpiresAt: expires }), // §3.2.1: 0 is never
    managementUri: text('registration_client_uri'),
    managementToken: text('registration_access_token'),
    metadata: members,
  }
}
