/**
 * What a client asks to be registered with, and the moment at which extensions judge it.
 *
 * @spec RFC 7591 §3
 */

import type { HttpRequest, JsonObject } from '@authlib/core'
import type { Client, ClientTrust } from './client.ts'
import { moment, type Moment } from './moments.ts'
import type { Server } from './server.ts'

/** A registration or an update, its members checked by type. */
export interface RegistrationRequest {
  readonly server: Server
  /** Undefined for the metadata of a client id metadata document, which the server has fetched. */
  readonly http?: HttpRequest | undefined
  /** In wire names. Members that are unknown are not in it. */
  readonly metadata: JsonObject
  /** The client as it is now; undefined for a new one. */
  readonly client?: Client | undefined
  /** Claims of the verified software statement. */
  readonly software?: JsonObject | undefined
  /** What the initial access token was issued with. */
  readonly initial?: JsonObject | undefined
}

/** What becomes of it. */
export interface RegistrationChange {
  /** Replaces the members that it names; undefined removes one. */
  readonly metadata?: JsonObject | undefined
  /** What the operator trusts the client with. Default: what it was trusted with before; nothing for a new client. */
  readonly trust?: ClientTrust | undefined
}

/**
 * Before a client is registered or updated. Handlers validate members of their own specification.
 *
 * @example
 * handlers: [on(clientRegistering, ({ metadata }) => { if (isBad(metadata)) throw new OAuth2Error('invalid_client_metadata') })]
 */
export const clientRegistering: Moment<RegistrationRequest, RegistrationChange> = moment('client_registering')
