/**
 * A registered client, as protocol code sees it.
 *
 * @spec RFC 7591 §2
 */

import type { Awaitable, Json, JsonObject } from '@authlib/core'
import type { ApplicationType } from '../../redirect-uri.ts'

/** A secret at rest. Several may be live at once, so that one can be replaced without an outage. */
export type ClientSecret = {
  /** `sha-256:` and the hash in base64url. Secrets are random, so a fast hash is enough. */
  readonly hash: string
  /** NumericDate. Absent: does not expire. RFC 7591 §3.2.1 */
  readonly expiresAt?: number | undefined
}

/** Our own fields in camelCase; every other registered member keeps its wire name in `metadata`. */
export type Client = {
  readonly clientId: string
  readonly clientName?: string | undefined
  readonly redirectUris: readonly string[]
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  /** Allowed scope: what the client may ask for. */
  readonly scope: readonly string[]
  /** `token_endpoint_auth_method`: the one method it must use. */
  readonly authMethod: string
  readonly secrets: readonly ClientSecret[]
  readonly applicationType: ApplicationType
  /** A first-party client whose users are not asked for consent. */
  readonly skipConsent?: boolean | undefined
  readonly metadata: JsonObject
}

/** Where clients are found: the store, a list, or your own table. */
export interface ClientSource {
  find(clientId: string): Awaitable<Client | null>
}

/** Client metadata in wire names, with the credentials that a registration response carries. RFC 7591 §3.2.1 */
export interface ClientMetadata {
  readonly client_id: string
  readonly client_secret?: string
  /** 0: does not expire. */
  readonly client_secret_expires_at?: number
  readonly client_name?: string
  readonly redirect_uris?: readonly string[]
  readonly grant_types?: readonly string[]
  readonly response_types?: readonly string[]
  readonly scope?: string
  readonly token_endpoint_auth_method?: string
  readonly application_type?: ApplicationType
  readonly [member: string]: Json | undefined
}

/** Whether the client has no way to prove who it is. RFC 6749 §2.1 */
export function isPublicClient(client: Client): boolean {
  return client.authMethod === 'none'
}
