/** What features may use of the server they are registered with: its environment, and what it does for them. */

import type { Awaitable, Clock, HttpHeader, HttpRequest, HttpResponse, Params, Random, Store } from '@authlib/core'
import type { Mac, Sealer, SendOptions, SendResponse } from '@authlib/core/kit'
import type { SigningKeys } from '@authlib/jose'
import type { AuthorizationServerMetadata } from '../../metadata.ts'
import type { Authorization, AuthorizationUpdate } from './authorization.ts'
import type { ClientMember } from './client-member.ts'
import type { Client } from './client.ts'
import type { AuthEvent, EndingCause } from './events.ts'
import type { AuthorizationDecision, ConsentItem, Demands, Login, PendingInteraction } from './interaction.ts'
import type { Moment, MomentHandler } from './moments.ts'
import type { FoundToken, IssuePlan, MintedPlan } from './plans.ts'
import type { RateLimit } from './rate-limit.ts'
import type { ResponseType } from './registrable.ts'
import type {
  AuthorizationRequest,
  BackchannelRequest,
  ClientRequest,
  InteractionRequest,
  NewBackchannelRequest,
  PushedRequest,
  ResumedRequest,
} from './requests.ts'

/** What a server stands on. Its functions may be passed around by themselves. */
export interface Environment {
  readonly issuer: string
  /** Issuers that the server had before: what was made for them is accepted. */
  readonly formerIssuers: readonly string[]
  /** What codes, tokens and secrets begin with, `_` included; empty without the option of this name. */
  readonly tokenPrefix: string
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  /** Present when the server signs something. */
  readonly keys: SigningKeys | undefined
  /** The keys of `keys`. @throws AuthlibError `missing_keys`, which says how to configure some */
  readonly requireKeys: () => SigningKeys
  /** Encryption under the server's secrets, with a key of its own for each label. */
  readonly sealer: (label: string) => Sealer
  /** Authentication under the server's secrets, with a key of its own for each label. */
  readonly mac: (label: string) => Mac
  /** Absolute URL of a registered endpoint; `id` takes the place of a last segment `/:id`. */
  readonly url: (endpoint: string, id?: string) => string
  /** A request to a URL that someone else chose: public addresses alone, no redirect, limits on size and time. */
  readonly send: (url: string | URL, options?: Omit<SendOptions, 'fetch' | 'addresses'>) => Promise<SendResponse>
  readonly emit: (event: AuthEvent) => void
  /** The rate limiter of the application. */
  readonly rateLimit: RateLimit | undefined
  /** Work that no answer waits for. What it throws is an event `server.error`. */
  readonly background: (work: () => Promise<unknown>) => void
}

/** The object that features are given. */
export interface Server extends Environment {
  /** Lifetime of access tokens in seconds. */
  readonly accessTokenLifetime: number
  /** Known scope values; undefined when the server keeps no list. */
  readonly scopes: readonly string[] | undefined
  /** Scope of a request of this client that asks for none. */
  readonly defaultScope: (client: Client) => readonly string[]
  /** Whether a client that asks for more than it may have gets less, in place of an error. */
  readonly narrowScope: boolean
  /** The registered grants. */
  readonly grantTypes: readonly string[]
  readonly tokens: Tokens
  readonly authorizations: Authorizations
  readonly requests: Requests
  readonly interaction: Interactions
  readonly clients: Clients
  metadata(): AuthorizationServerMetadata
  /**
   * Sends what is due: what was written just now, what failed before, and what a crash has left. Call it on a timer, once a
   * minute. Processes may do so at the same time.
   */
  readonly deliverDue: () => Promise<DeliveryResult>
  /** A registered response type, for one that combines several. Undefined: there is none of this name. */
  readonly responseType: (responseType: string) => ResponseType | undefined
  /** What registered extensions do at a moment that a feature has opened. */
  readonly handlers: <In, Out>(moment: Moment<In, Out>) => readonly MomentHandler<In, Out>[]
  /** Answers an error where it belongs: at the client when its redirect URI is known, as a page or as JSON otherwise. */
  readonly respond: (error: unknown) => Promise<HttpResponse>
}

/** How many were sent, and how many were not accepted. */
export interface DeliveryResult {
  readonly delivered: number
  readonly failed: number
}

/** Access tokens and refresh tokens. */
export interface Tokens {
  /** Names of the registered token formats. */
  readonly formats: readonly string[]
  /** Asks every registered token kind; null for anything that is not a live token of this server. */
  find(token: string): Promise<FoundToken | null>
  /** Writes a revocation that {@link FoundToken} describes. */
  revoke(token: FoundToken): Promise<void>
  /** A token for a response of the front channel, or one that is pushed: what to send, and what to write with it. Writes nothing itself. */
  mint(request: InteractionRequest, plan: IssuePlan): Promise<MintedPlan>
  /** Answers a request at the token endpoint. RFC 6749 §5 */
  createResponse(http: HttpRequest): Promise<HttpResponse>
}

/** Whose authorizations are meant: those of a client, of a subject, or of a session of `startSession`. */
export type Owner = { readonly clientId: string } | { readonly subject: string } | { readonly sessionId: string }

/** Records of who authorised what. */
export interface Authorizations {
  /** Null when there is none, or it has expired. */
  find(id: string): Promise<Authorization | null>
  /** Those that are alive, the oldest first. */
  list(owner: Owner): AsyncIterable<Authorization>
  /**
   * Ends every authorization of a client, a subject or a session, or one by its id, with all its tokens. Returns how many.
   * `cause` is `administration` by default.
   */
  revoke(owner: Owner | { readonly authorizationId: string }, cause?: EndingCause): Promise<number>
  /**
   * Changes a live one, even if others write at the same time. Null when there is none that lives. It does not end one:
   * `revoke` does, with what extensions write at an ending.
   */
  amend(
    id: string,
    change: (authorization: Authorization) => Omit<AuthorizationUpdate, 'status'>,
  ): Promise<Authorization | null>
}

/** What clients ask people to authorise. */
export interface Requests {
  /** From a request at the authorization endpoint. @throws AuthorizationError */
  authorization(http: HttpRequest): Promise<AuthorizationRequest>
  /** From parameters that a client pushed. @throws OAuth2Error */
  pushed(source: PushedRequest): Promise<AuthorizationRequest>
  /** For a grant without a redirect. @throws OAuth2Error */
  backchannel(source: NewBackchannelRequest): Promise<BackchannelRequest>
  /** A request of either channel that comes back from a page: validated again. @throws AuthorizationError, OAuth2Error */
  resume(source: ResumedRequest): Promise<InteractionRequest>
  /** What the request demands of the login, over all extensions. @throws OAuth2Error when it cannot be met */
  demands(request: InteractionRequest): Demands
  /** What needs consent beside scope, over all extensions. */
  consents(request: InteractionRequest): readonly ConsentItem[]
  /** Stores what the person decided and answers the client. @throws AuthorizationError */
  answer(request: InteractionRequest, decision: AuthorizationDecision): Promise<HttpResponse>
}

/** The registered interaction. */
export interface Interactions {
  /** `pages`: one is registered; `callback`: the application answers by itself; null: a request cannot be answered. */
  readonly mode: 'pages' | 'callback' | null
  /** Hands the request to the registered interaction. */
  begin(request: InteractionRequest, http: HttpRequest): Promise<HttpResponse>
  /** What a login or consent page works on, from the request that shows or posts it. */
  resume(http: HttpRequest): Promise<PendingInteraction>
  /** Who is logged in at the application; null when no one is, or the interaction cannot say. */
  currentLogin(http: HttpRequest): Promise<Login | null>
  /** Ends that login. The headers go with the answer. */
  endLogin(http: HttpRequest): Promise<readonly HttpHeader[]>
}

/** The registered clients. */
export interface Clients {
  /** Members of metadata that registered things declare, by name. */
  readonly members: ReadonlyMap<string, ClientMember>
  /** `endpoint`: the name of the endpoint that asks. */
  find(clientId: string, about?: { readonly endpoint: string }): Awaitable<Client | null>
  /** @throws OAuth2Error `invalid_client` */
  authenticate(http: HttpRequest, params: Params, endpoint: string): Promise<Client>
  /** Whether a hash of a form that a registered `SecretVerifier` knows is of this secret. */
  matchesSecret(hash: string, secret: string): Promise<boolean>
  /**
   * Adds a client to the server's own source, or replaces it.
   *
   * @throws AuthlibError `clients_are_fixed` when the source cannot save
   */
  save(client: Client): Promise<void>
  /**
   * Changes a client of the server's own source. Null when there is none: a client that is removed meanwhile stays removed.
   *
   * @throws AuthlibError `clients_are_fixed` when the source cannot update
   */
  update(clientId: string, change: (client: Client) => Awaitable<Client>): Promise<Client | null>
  /**
   * Removes a client from the server's own source, with its tokens and the consents that people gave it.
   *
   * @throws AuthlibError `clients_are_fixed` when the source cannot remove
   */
  remove(clientId: string): Promise<void>
  /** Reads the form, authenticates the client and runs what extensions do with direct requests. @throws OAuth2Error */
  receive(http: HttpRequest, endpoint: string): Promise<ClientRequest>
}
