/**
 * As whom to ask an authorization server: a client registered by hand, else a document, else a registration.
 *
 * @spec MCP Authorization §5
 * @spec RFC 7591 §3
 */

import { AuthlibError, systemClock, type JsonObject } from '@authlib/core'
import { isLoopbackHost } from '@authlib/core/kit'
import {
  clientSecret,
  clientSecretBasic,
  clientSecretPost,
  none,
  registerClient,
  type ClientAuth,
  type Registration,
  type ServerMetadata,
} from '@authlib/oauth2/client'
import type { McpAuthOptions, RegistrationStore } from './options.ts'

export interface Identity {
  readonly clientId: string
  readonly clientAuth: ClientAuth
  /** Whether the server registered it for us: it may forget it again. */
  readonly registered: boolean
}

export interface IdentityOptions extends McpAuthOptions {
  readonly registrations: RegistrationStore
}

/** @throws AuthlibError `unknown_client` when nothing is left to try, and those of `registerClient` */
export async function identify(issuer: string, metadata: ServerMetadata, options: IdentityOptions): Promise<Identity> {
  const { clients = [], clientId, clientAuth = none() } = options
  const known = clients.find((client) => client.issuer === issuer)
  if (known !== undefined) {
    const auth = known.clientAuth ?? (known.clientSecret === undefined ? none() : clientSecret(known.clientSecret))
    return { clientId: known.clientId, clientAuth: auth, registered: false }
  }
  if (clientId !== undefined && metadata['client_id_metadata_document_supported'] === true)
    return { clientId, clientAuth, registered: false }
  if (metadata.registration_endpoint === undefined) throw unknownClient(issuer, clients.length > 0)
  const registration = await registrationFor(issuer, metadata, metadata.registration_endpoint, options)
  return { clientId: registration.clientId, clientAuth: authOf(registration), registered: true }
}

async function registrationFor(
  issuer: string,
  metadata: ServerMetadata,
  endpoint: string,
  { registrations, registration, redirectUri, clock = systemClock, fetch, timeout, addresses }: IdentityOptions,
): Promise<Registration> {
  const kept = await registrations.get(issuer)
  if (kept !== null && isUsable(kept, redirectUri, clock())) return kept
  const wanted: JsonObject = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: methodFor(metadata),
    application_type: isNative(redirectUri) ? 'native' : 'web',
    ...registration,
  }
  const answer = await registerClient(wanted, { endpoint, fetch, timeout, addresses })
  const fresh = { ...answer, metadata: { ...wanted, ...answer.metadata } } // some servers answer no more than the id
  await registrations.save(issuer, fresh)
  return fresh
}

/** RFC 7591 §3.2.1: a secret may end, and the redirect URI may have been changed meanwhile. */
function isUsable({ clientSecretExpiresAt: ends, metadata }: Registration, redirectUri: string, now: number): boolean {
  const uris = metadata['redirect_uris']
  return (ends === undefined || ends > now) && (!Array.isArray(uris) || uris.includes(redirectUri))
}

/** A secret that everybody could read would prove nothing: a public client where the server has such. */
function methodFor({ token_endpoint_auth_methods_supported: methods }: ServerMetadata): string | undefined {
  if (methods === undefined) return 'client_secret_basic' // RFC 8414 §2
  return ['none', 'client_secret_basic', 'client_secret_post'].find((method) => methods.includes(method))
}

/** What the server registered counts, not what was asked. RFC 7591 §3.2.1. */
function authOf({ clientSecret: secret, metadata }: Registration): ClientAuth {
  const method = metadata['token_endpoint_auth_method']
  if (secret === undefined || method === 'none') return none()
  if (method === 'client_secret_post') return clientSecretPost(secret)
  return method === 'client_secret_basic' ? clientSecretBasic(secret) : clientSecret(secret)
}

/** Programs of the person's own machine. MCP, Application Type and Redirect URI Constraints. */
function isNative(redirectUri: string): boolean {
  const { protocol, hostname } = new URL(redirectUri)
  return (protocol !== 'https:' && protocol !== 'http:') || isLoopbackHost(hostname)
}

function unknownClient(issuer: string, others: boolean): AuthlibError {
  return new AuthlibError('unknown_client', 'The authorization server has no way to learn about this client', {
    status: 502,
    reason: others ? `${issuer} is none of the issuers in \`clients\`` : `${issuer} registers no clients`,
    hint: 'Register a client there by hand, and name it in `clients` with its issuer.',
  })
}
