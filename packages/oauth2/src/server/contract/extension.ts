/** Extensions: what a specification adds to a flow, at typed moments, in the order they stand here. */

import type { Awaitable, HttpHeader, HttpRequest, JsonObject, Params } from '@authlib/core'
import type { Authorization } from './authorization.ts'
import type { Client } from './client.ts'
import type { EndingCause } from './events.ts'
import type { ConsentItem, Demands } from './interaction.ts'
import type { Handler } from './moments.ts'
import type {
  AuthorizationChange,
  Changes,
  IssuedToken,
  TokenChange,
  TokenDraft,
  TokenResponseChange,
} from './plans.ts'
import type { Described, Includes } from './registrable.ts'
import type { ClientRequest, InteractionRequest, IssuingRequest, ResponseTarget, TokenRequest } from './requests.ts'
import type { Server } from './server.ts'

/** Adds to a flow. Moments return changes and mutate nothing. */
export interface Extension extends Described, Includes {
  readonly kind: 'extension'
  readonly name: string
  /** What it does at moments that other features open. They run wherever the extension is registered. */
  readonly handlers?: readonly Handler[] | undefined

  // At the authorization endpoint, for the whole server alone

  /** What a `request_uri` stands for, such as a pushed request; nothing when it is not one of this feature. */
  resolveRequestUri?(uri: string, source: UnresolvedRequest): Awaitable<ResolvedRequest | void>
  /** What a `request` stands for: runs after {@link resolveRequestUri}, on pushed requests too. */
  resolveRequestObject?(jwt: string, source: UnresolvedRequest): Awaitable<ResolvedRequest | void>
  /** Adds to every authorization response, errors too. */
  authorizationResponse?(target: ResponseTarget): Awaitable<Readonly<Record<string, string>> | void>

  // What a person is asked, on either channel

  /** Pure and repeatable: it runs when the request comes and again when a page comes back. */
  validateAuthorizationRequest?(request: InteractionRequest): Awaitable<JsonObject | void>
  /** What the request demands of the login. */
  demands?(request: InteractionRequest): Demands | void
  /** What needs consent beside scope. */
  consents?(request: InteractionRequest): readonly ConsentItem[] | void
  /** Before the authorization is stored: what to keep of it. `approved` are the items as the person approved them. */
  authorizing?(
    request: InteractionRequest,
    authorization: Authorization,
    approved: readonly ConsentItem[],
  ): Awaitable<AuthorizationChange | void>

  // At endpoints that clients call directly

  /** Once, before anything else is done. May have side effects, such as using up a nonce. */
  receiveClientRequest?(request: ClientRequest): Awaitable<ClientRequestChange | void>
  /** Headers of every answer of such an endpoint, errors too. For the whole server alone. */
  responseHeaders?(server: Server, endpoint: string, http: HttpRequest): Awaitable<readonly HttpHeader[] | void>

  // When a token is issued

  /** After the grant, free of side effects: throw an OAuth2Error to refuse. */
  validateTokenRequest?(request: TokenRequest, authorization: Authorization): Awaitable<void>
  /** Changes the access token to be. */
  issuing?(draft: TokenDraft, request: IssuingRequest): Awaitable<TokenChange | void>
  /** Adds to the response, before the commit. */
  tokenResponse?(issued: IssuedToken, request: IssuingRequest): Awaitable<TokenResponseChange | void>

  // At the end

  /** Adds to the batch that ends an authorization, such as a delivery that tells others. */
  ending?(authorization: Authorization, cause: EndingCause, server: Server): Awaitable<{ changes?: Changes } | void>
}

/** An authorization request whose parameters stand elsewhere. */
export interface UnresolvedRequest {
  readonly server: Server
  readonly client: Client
  readonly params: Params
  readonly via: readonly string[]
}

/**
 * What a reference to a request stands for. `client_id` among the parameters must be the one of the client that sent it:
 * the server checks it.
 */
export interface ResolvedRequest {
  readonly params: Params
  /** Added to `via` of the request. */
  readonly via: readonly string[]
  readonly changes?: Changes
  readonly authorizationId?: string
}

/** What an extension makes of a direct request. */
export interface ClientRequestChange {
  readonly data?: JsonObject
  /** Replaces the parameters. */
  readonly params?: Params
}
