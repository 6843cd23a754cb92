/** Client authentication as a value: a function that knows how a client, or a resource server, proves who it is. */

import type { Awaitable, Clock, Random } from '@authlib/core'
import type { AuthorizationServerMetadata } from '../metadata.ts'

/** What a request is, when it is to be authenticated. */
export interface ClientAuthContext {
  readonly clientId: string
  /** The endpoint that the request goes to. */
  readonly url: string
  readonly metadata: Partial<AuthorizationServerMetadata>
  /** What the metadata says that this endpoint takes, as `client_secret_basic`. Absent: it does not say. */
  readonly methods?: readonly string[] | undefined
  /** The clock and the randomness of the client, for assertions. */
  readonly clock: Clock
  readonly random: Random
}

/** What to add to a request. */
export interface ClientAuthResult {
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
}

/** Called for each attempt of a request to the authorization server. */
export type ClientAuth = (context: ClientAuthContext) => Awaitable<ClientAuthResult>
