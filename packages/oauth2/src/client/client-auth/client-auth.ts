/** Client authentication as a value: a function that knows how this client proves who it is. */

import type { Awaitable } from '@authlib/core'
import type { ServerMetadata } from '../server-metadata.ts'

/** What a request is, when it is to be authenticated. */
export interface ClientAuthContext {
  readonly clientId: string
  /** The endpoint that the request goes to. */
  readonly url: string
  readonly metadata: ServerMetadata
}

/** What to add to a request. */
export interface ClientAuthResult {
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
}

/** Called for each request to the authorization server. */
export type ClientAuth = (context: ClientAuthContext) => Awaitable<ClientAuthResult>
