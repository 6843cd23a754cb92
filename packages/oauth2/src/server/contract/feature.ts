/**
 * The contract of everything that can be registered with an authorization server: one page to read before you write a
 * grant, an endpoint or an extension.
 */

import type {
  Awaitable,
  Clock,
  Expectation,
  HttpHeader,
  HttpRequest,
  HttpResponse,
  Json,
  JsonObject,
  Params,
  Random,
  RecordKey,
  Store,
  StoredRecord,
} from '@authlib/core'
import type { Mac, Sealer } from '@authlib/core/kit'
import type { SigningKeys } from '@authlib/jose'
import type { OAuth2Error } from '../../errors.ts'
import type { AuthorizationServerMetadata } from '../../metadata.ts'
import type { Authorization, AuthorizationUpdate } from '../records/authorization.ts'
import type { Client } from './client.ts'
import type { AuthEvent } from './events.ts'

// The server ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where clients are found: the store, a list, or your own table. */
export interface ClientSource {
  find(clientId: string): Awaitable<Client | null>
}

/** What features may use of the server they are registered with. */
export interface Server {
  readonly issuer: string
  readonly store: Store
  readonly clients: ClientSource
  /** Present when the server signs something. */
  readonly keys: SigningKeys | undefined
  readonly clock: Clock
  readonly random: Random
  /** Lifetime of access tokens in seconds. */
  readonly accessTokenLifetime: number
  /** Known scope values; undefined when the server keeps no list. */
  readonly scopes: readonly string[] | undefined
  /** The registered grants. */
  readonly grantTypes: readonly string[]
  /** Encryption under the server's secrets, with a key of its own for each label. */
  sealer(label: string): Sealer
  /** Authentication under the server's secrets, with a key of its own for each label. */
  mac(label: string): Mac
  /** The keys of `keys`, or an error that says how to configure some. */
  requireKeys(): SigningKeys
  /** Absolute URL of a registered endpoint. */
  url(endpoint: string): string
  metadata(): AuthorizationServerMetadata
  /** Asks every registered token kind; null for anything that is not a live token of this server. */
  findToken(token: string): Promise<FoundToken | null>
  /** @throws OAuth2Error `invalid_client` */
  authenticateClient(request: HttpRequest, params: Params): Promise<Client>
  createTokenResponse(request: HttpRequest): Promise<HttpResponse>
  validateAuthorizationRequest(source: HttpRequest | ResumedRequest): Promise<AuthorizationRequest>
  createAuthorizationResponse(request: AuthorizationRequest, decision: AuthorizationDecision): Promise<HttpResponse>
  /** Whether an interaction is registered, so that the server itself can answer the authorization endpoint. */
  readonly hasInteraction: boolean
  /** What a login or consent page works on, from the request that shows or posts it. */
  interaction(http: HttpRequest): Promise<PendingInteraction>
  /** Hands the request to the registered interaction. */
  beginInteraction(request: AuthorizationRequest, http: HttpRequest): Promise<HttpResponse>
  /** Answers an error where it belongs: at the client when its redirect URI is known, as a page otherwise. */
  respond(error: unknown): Promise<HttpResponse>
  /** Writes a revocation that {@link FoundToken} describes. */
  revoke(token: FoundToken): Promise<void>
  emit(event: AuthEvent): void
}

// Requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where an authorization response goes. Known before the request is valid, because errors need it too. */
export interface ResponseTarget {
  readonly server: Server
  readonly client: Client
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state: string | undefined
}

/** A request at the authorization endpoint, valid. RFC 6749 §4.1.1 */
export interface AuthorizationRequest extends ResponseTarget {
  readonly kind: 'authorization'
  readonly params: Params
  readonly responseType: ResponseType
  /** Requested scope, less what this server does not know. */
  readonly scope: readonly string[]
  /** Id of the authorization to be. Fixed here, so that answering twice fails by itself. */
  readonly authorizationId: string
  readonly receivedAt: number
  /** What the commit of the answer must find and write besides, such as a pushed request that it uses up. */
  readonly changes: Changes
  /** What extensions made of the parameters. */
  readonly data: JsonObject
}

/** An authorization request that was resolved before and comes back from a login page. */
export interface ResumedRequest {
  readonly params: Params
  readonly authorizationId: string
  readonly receivedAt: number
  readonly changes?: Changes | undefined
}

/** A login, as the application knows it. */
export interface Login {
  readonly subject: string
  /** NumericDate. */
  readonly authTime: number
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
  /** A session of `startSession`: once it has ended, no code is given and none of its codes is redeemed. */
  readonly sessionId?: string | undefined
}

/** The answer of the end-user. */
export type AuthorizationDecision =
  (Login & { readonly scope?: readonly string[] | undefined }) | { readonly denied: true }

/** A request at the token endpoint from an authenticated client. */
export interface TokenRequest {
  readonly kind: 'token'
  readonly server: Server
  readonly http: HttpRequest
  readonly client: Client
  readonly params: Params
  readonly grantType: string
  readonly now: number
  /** What extensions made of the request, before the grant saw it. */
  readonly data: JsonObject
}

// Plans ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Writes of one batch, all in the partition of the authorization. */
export interface Changes {
  readonly expect?: readonly Expectation[] | undefined
  readonly put?: readonly StoredRecord[] | undefined
  readonly remove?: readonly RecordKey[] | undefined
}

/** What a grant wants to happen. Data with three outcomes: a grant writes nothing and calls nothing back. */
export interface TokenPlan {
  /** As read from the store, or a new one of `newAuthorization`. */
  readonly authorization: Authorization
  /** Scope of the access token. */
  readonly scope: readonly string[]
  /** A refresh token may be issued with it. Default false. */
  readonly refreshable?: boolean
  /** No other token will derive from the authorization: token and authorization may share one record. Default false. */
  readonly single?: boolean
  /** What the authorization becomes. */
  readonly update?: AuthorizationUpdate
  /** Other records of its partition. */
  readonly changes?: Changes
  /** Further members of the token response. */
  readonly params?: JsonObject
  /** The request is valid, yet answer this once `update` and `changes` are written. */
  readonly refuse?: OAuth2Error
  /** Written when an extension refuses the request. */
  readonly ifInvalid?: Changes
}

/** An access token about to be minted. */
export interface TokenDraft {
  readonly authorization: Authorization
  readonly client: Client
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly tokenType: string
  /** Name of the {@link TokenFormat}. */
  readonly format: string
  /** Further claims, such as `cnf`. Wire names. */
  readonly claims: JsonObject
  readonly single: boolean
}

/** What an extension changes about a draft. Claims are added, never replaced. */
export interface TokenChange {
  readonly audience?: readonly string[]
  readonly lifetime?: number
  readonly tokenType?: string
  readonly format?: string
  readonly claims?: JsonObject
}

/** What a response type wants written and sent to the client. */
export interface AuthorizationPlan {
  readonly params: Readonly<Record<string, string>>
  readonly changes?: Changes
  readonly update?: AuthorizationUpdate
}

/** A live token of this server, whatever made it. */
export interface FoundToken {
  /** `access_token`, `refresh_token`: the values of `token_type_hint`. RFC 7009 §2.1 */
  readonly kind: string
  readonly authorization: Authorization
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly tokenType?: string | undefined
  readonly claims: JsonObject
  /** What its revocation writes: the end of the authorization, or of this token alone. */
  readonly revocation: { readonly update?: AuthorizationUpdate; readonly changes?: Changes }
}

// What can be registered ────────────────────────────────────────────────────────────────────────────────────────────────

/** Handles one `grant_type`. It may bring along whatever else its specification adds. */
export interface Grant extends Omit<Feature, 'name' | 'grants'> {
  readonly grantType: string
  /** Names of extensions without which the grant is not safe; the server refuses to start without them. */
  readonly requires?: readonly string[]
  exchange(request: TokenRequest): Awaitable<TokenPlan>
}

/** Handles one `response_type`; several words are compared in any order. */
export interface ResponseType {
  readonly responseType: string
  /** Grants that a client needs for it, and whose extensions run for it. */
  readonly grantTypes: readonly string[]
  readonly defaultMode: 'query' | 'fragment'
  respond(request: AuthorizationRequest, authorization: Authorization): Awaitable<AuthorizationPlan>
}

/** Carries an authorization response to the client. */
export interface ResponseMode {
  readonly responseMode: string
  respond(params: Readonly<Record<string, string>>, target: ResponseTarget): Awaitable<HttpResponse>
}

/** Handles one path. Its URL is published as `${name}_endpoint`, unless `metadata` says otherwise. */
export interface Endpoint {
  readonly name: string
  /** Below the server's base, such as `/token`; `{ wellKnown }` for a document of RFC 8615. */
  readonly path: string | { readonly wellKnown: string; readonly placement: 'insert' | 'append' }
  readonly methods: readonly string[]
  /** Whether scripts of any origin may call it. No cookie is ever read on such an endpoint. */
  readonly cors: boolean
  /** False: not mounted, when the application answers the path itself. */
  mounted?(server: Server): boolean
  metadata?(server: Server): Metadata
  handle(request: HttpRequest, server: Server): Promise<HttpResponse>
}

/** One way of proving to be a client. RFC 6749 §2.3 */
export interface ClientAuthMethod {
  readonly method: string
  /** Null: this request does not use the method. Throws when it does and the proof is wrong. */
  authenticate(request: HttpRequest, params: Params, server: Server): Awaitable<Client | null>
}

/** Recognises tokens, so that introspection and revocation work on them. */
export interface TokenKind {
  readonly name: string
  /** Null for anything that is not a live token of this kind. */
  find(token: string, server: Server): Awaitable<FoundToken | null>
}

/** Makes access tokens of one format. */
export interface TokenFormat extends TokenKind {
  mint(draft: TokenDraft, server: Server): Awaitable<MintedToken>
}

/** A token, and what has to be written with it. */
export interface MintedToken {
  readonly token: string
  readonly changes?: Changes
  /** The token's own record holds the authorization, so it needs no other. */
  readonly holdsAuthorization?: boolean
}

/** Adds to a flow at typed moments, in the order they stand here. Moments return changes and mutate nothing. */
export interface Extension {
  readonly name: string
  readonly metadata?: Metadata | ((server: Server) => Metadata)
  /** What it is of no use without, wherever it is registered: the key set of whatever signs. */
  readonly endpoints?: readonly Endpoint[]
  /** Replaces the parameters: pushed requests, request objects. Runs only when registered for the whole server. */
  resolveAuthorizationRequest?(params: Params, client: Client, server: Server): Awaitable<ResolvedRequest | void>
  /** Pure and repeatable: it runs at the endpoint and again when a login page comes back. */
  validateAuthorizationRequest?(request: AuthorizationRequest): Awaitable<JsonObject | void>
  /** Before the authorization is stored: what to keep in its `data`. */
  authorizing?(
    request: AuthorizationRequest,
    authorization: Authorization,
  ): Awaitable<{ data?: JsonObject; changes?: Changes } | void>
  /** Adds to every authorization response, errors too. Runs only when registered for the whole server. */
  authorizationResponse?(target: ResponseTarget): Awaitable<Readonly<Record<string, string>> | void>
  /** Once, before the grant. May have side effects, such as using up a nonce. */
  receiveTokenRequest?(request: TokenRequest): Awaitable<JsonObject | void>
  /** After the grant, free of side effects: throw an OAuth2Error to refuse. */
  validateTokenRequest?(request: TokenRequest, authorization: Authorization): Awaitable<void>
  /** Changes the access token to be. */
  issuing?(draft: TokenDraft, request: TokenRequest): Awaitable<TokenChange | void>
  /** Adds to the response, before the commit. */
  tokenResponse?(issued: IssuedToken, request: TokenRequest): Awaitable<TokenResponseChange | void>
}

/** What a reference to a request stands for, such as a pushed one. */
export interface ResolvedRequest {
  readonly params: Params
  readonly changes?: Changes
  readonly authorizationId?: string
}

/** An access token, minted and not yet committed. */
export interface IssuedToken {
  readonly draft: TokenDraft
  readonly plan: TokenPlan
  readonly accessToken: string
}

/** What an extension adds to a token response. */
export interface TokenResponseChange {
  readonly params?: JsonObject
  readonly headers?: readonly HttpHeader[]
  readonly update?: AuthorizationUpdate
  readonly changes?: Changes
}

/** Asks people. Registered once at most. */
export interface Interaction {
  begin(request: AuthorizationRequest, http: HttpRequest): Promise<HttpResponse>
  /** @throws OAuth2Error when the request carries no interaction of this browser */
  resume(http: HttpRequest, server: Server): Promise<PendingInteraction>
}

/** What a login or consent page works on. Every answer is a response for the browser. */
export interface PendingInteraction {
  readonly request: AuthorizationRequest
  readonly client: Client
  /** The login so far. */
  readonly login: Login | null
  /** Why the person is asked: `login`, `consent`, and what a parameter demanded. */
  readonly reasons: readonly string[]
  /** Scope that needs consent. */
  readonly scope: readonly string[]
  /** The handle, to be posted back in a hidden field named `interaction`. */
  readonly handle: string
  /** The person has logged in: on to consent, or back to the client. */
  loggedIn(login: Login): Promise<HttpResponse>
  /** The person agrees, perhaps to less. Only scope that was asked for can be approved. */
  approve(options?: { scope?: readonly string[]; remember?: boolean }): Promise<HttpResponse>
  deny(): Promise<HttpResponse>
}

/** Members of the metadata document. Lists of several features are joined. */
export type Metadata = Readonly<Record<string, Json | undefined>>

/** A bundle: what one specification adds. `registerGrant` and its siblings register a bundle of one. */
export interface Feature {
  readonly name: string
  readonly grants?: readonly Grant[]
  readonly endpoints?: readonly Endpoint[]
  readonly clientAuthMethods?: readonly ClientAuthMethod[]
  readonly responseTypes?: readonly ResponseType[]
  readonly responseModes?: readonly ResponseMode[]
  readonly tokens?: readonly TokenKind[]
  readonly tokenFormats?: readonly TokenFormat[]
  readonly extensions?: readonly Extension[]
  readonly interaction?: Interaction
  readonly metadata?: Metadata | ((server: Server) => Metadata)
}
