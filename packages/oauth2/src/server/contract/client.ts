/**
 * A registered client, as protocol code sees it.
 *
 * @spec RFC 7591 §2
 */

import type { Awaitable, Json, JsonObject } from '@authlib/core'
import type { ApplicationType } from '../../redirect-uri.ts'
import type { ClientMember } from './client-member.ts'

/** A secret at rest. Several may be live at once, so that one can be replaced without an outage. */
export type ClientSecret = {
  /** `sha-256:` and the hash in base64url, or a form that a registered {@link SecretVerifier} knows. */
  readonly hash: string
  /** NumericDate. Absent: does not expire. RFC 7591 §3.2.1 */
  readonly expiresAt?: number | undefined
  /** The secret itself, for methods that need it as a key, such as `client_secret_jwt`. Absent otherwise. */
  readonly reveal?: (() => Awaitable<string>) | undefined
}

/** What the operator trusts a client with. Never read from client metadata, which the client writes itself. */
export type ClientTrust = {
  /** A first-party client, whose users are not asked for consent. Default false. */
  readonly skipConsent?: boolean | undefined
  /**
   * A resource server: it may introspect access tokens that name no audience, its `client_id`, or a `resource` of its
   * metadata. Default false.
   */
  readonly resourceServer?: boolean | undefined
  /** Client authentication methods that it may use beside its `token_endpoint_auth_method`. Default: none. */
  readonly authMethods?: readonly string[] | undefined
  /**
   * False: its refresh tokens stay as they are when they are used, for clients that cannot keep a new one. A stolen token
   * then works unnoticed until it expires, for a thief who has the client's credentials too. For confidential clients only
   * (RFC 9700 §2.2.2). Default true: each use replaces the token.
   */
  readonly refreshTokenRotation?: boolean | undefined
  /** See `RedirectUriOptions`. Default: true for public native clients, which MCP clients are; false for others. */
  readonly localhostAnyPort?: boolean | undefined
  /** See `RedirectUriOptions`. Default: true for public native clients, which MCP clients are; false for others. */
  readonly schemesWithoutDot?: boolean | undefined
}

/** Our own fields in camelCase; every other registered member keeps its wire name in `metadata`. */
export type Client = ClientTrust & {
  readonly clientId: string
  readonly clientName?: string | undefined
  readonly redirectUris: readonly string[]
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  /** Allowed scope: what the client may ask for. */
  readonly scope: readonly string[]
  /** `token_endpoint_auth_method`. */
  readonly authMethod: string
  readonly secrets: readonly ClientSecret[]
  readonly applicationType: ApplicationType
  /** Of the token with which the client manages its own registration: its hash. RFC 7592 §1 */
  readonly registrationTokenHash?: string | undefined
  readonly metadata: JsonObject
}

/** Where clients are found: the store, a list, or your own table. */
export interface ClientSource {
  /** `endpoint`: the name of the endpoint that asks, such as `token`. */
  find(clientId: string, about?: { readonly endpoint?: string | undefined }): Awaitable<Client | null>
  /**
   * All clients of a fixed list, made by `clientList`. When registration ends, the server has their grant types, response types
   * and authentication methods compared with what is registered. Default: none are checked.
   */
  readonly configured?: ClientList | undefined
}

/** A fixed list, with what compares it: only a server that has such a list carries the comparison. */
export interface ClientList {
  readonly clients: readonly Omit<Client, 'secrets'>[]
  /**
   * What will not work, in words, by client.
   *
   * @throws AuthlibError `invalid_client_metadata` for what no specification knows
   */
  faults(registered: RegisteredNames): readonly (readonly [clientId: string, fault: string])[]
}

/** What a server has that clients are registered for, by name. */
export interface RegisteredNames {
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  readonly authMethods: readonly string[]
  readonly members: readonly ClientMember[]
  /** Scope values that the server knows; undefined when it keeps no list. */
  readonly scopes: readonly string[] | undefined
}

/** Clients that can be added and removed. */
export interface ClientStore extends ClientSource {
  save(client: Client): Promise<void>
  /**
   * Changes a client that is there, even if others write at the same time: `change` may run again. Null when there is none, so that
   * a client which is removed meanwhile does not come back.
   */
  update(clientId: string, change: (client: Client) => Awaitable<Client>): Promise<Client | null>
  /**
   * Removes the client, its authorizations with their tokens, and the consents that people gave it, so that another client
   * of the same id starts without. `server.clients.remove` also tells extensions and listeners.
   */
  remove(clientId: string): Promise<void>
}

/** Client metadata in wire names, with the credentials that a registration response carries. RFC 7591 §3.2.1 */
export interface ClientMetadata {
  readonly client_id: string
  readonly client_secret?: string | undefined
  /** 0: does not expire. */
  readonly client_secret_expires_at?: number | undefined
  readonly client_name?: string | undefined
  readonly redirect_uris?: readonly string[] | undefined
  readonly grant_types?: readonly string[] | undefined
  readonly response_types?: readonly string[] | undefined
  readonly scope?: string | undefined
  readonly token_endpoint_auth_method?: string | undefined
  /** Default: `native` for a public client with a redirect URI on the person's own device, `web` otherwise. */
  readonly application_type?: ApplicationType | undefined
  readonly [member: string]: Json | undefined
}

/** Whether the client has no way to prove who it is. RFC 6749 §2.1 */
export function isPublicClient(client: Client): boolean {
  return client.authMethod === 'none'
}

/** Whether each of its direct requests proves who it is: it is registered for no other way. */
export function alwaysAuthenticates({
  authMethod,
  authMethods = [],
}: Pick<Client, 'authMethod' | 'authMethods'>): boolean {
  return authMethod !== 'none' && !authMethods.includes('none')
}
