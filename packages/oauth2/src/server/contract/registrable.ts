/** What can be registered with an authorization server. Each thing says its `kind`, so that none is ever taken for another. */

import type { Awaitable, HttpRequest, HttpResponse, Json, JsonObject, Params } from '@authlib/core'
import type { WellKnownPlacement } from '@authlib/core/kit'
import type { OAuth2Error } from '../../errors.ts'
import type { Authorization } from './authorization.ts'
import type { ClientMember } from './client-member.ts'
import type { Client, ClientStore } from './client.ts'
import type { Extension } from './extension.ts'
import type { Interaction } from './interaction.ts'
import type { AuthorizationPlan, BackchannelPlan, FoundToken, MintedToken, TokenDraft, TokenPlan } from './plans.ts'
import type { AuthorizationRequest, BackchannelRequest, ResponseTarget, TokenRequest } from './requests.ts'
import type { Server } from './server.ts'

/** Everything that `server.register` takes. */
export type Registrable =
  | Feature
  | Grant
  | ResponseType
  | ResponseMode
  | Endpoint
  | Extension
  | ClientAuthMethod
  | SecretVerifier
  | Delivery
  | RegisteredClientSource
  | TokenKind
  | TokenFormat
  | Interaction

/** What anything registrable may say about itself. */
export interface Described {
  /** Members of the metadata document, wherever it is registered. */
  readonly metadata?: Metadata | ((server: Server) => Metadata) | undefined
  /** Its options as plain data, such as `{ required: true }`: what a check of a security profile reads. */
  readonly settings?: JsonObject | undefined
  /** What will not work as it is registered here, in words. Told once, when registration ends. */
  warnings?(server: Server): readonly string[]
  /**
   * Members of client metadata that it reads, beside those of the IANA registry: clients may register with them. One of
   * another type is refused, at registration and in a list of clients.
   */
  readonly clientMembers?: readonly ClientMember[] | undefined
  /** Further names under which `requires` of others is met, such as `sender_constraint`. */
  readonly provides?: readonly string[] | undefined
}

/** What may bring other things along. */
export interface Includes {
  /**
   * What it is of no use without, such as its endpoints. Registered for the whole server; the same object may come with
   * several features.
   */
  readonly includes?: readonly Registrable[] | undefined
}

/** Members of the metadata document. Lists of several features are joined. */
export type Metadata = Readonly<Record<string, Json | undefined>>

/** A bundle: everything that one specification adds. */
export interface Feature extends Described, Includes {
  readonly kind: 'feature'
  readonly name: string
}

/** Handles one `grant_type`. */
export interface Grant extends Described, Includes {
  readonly kind: 'grant'
  readonly grantType: string
  /**
   * What the grant is not safe without: extensions by name, or anything registered by what it provides. The server refuses
   * to start.
   */
  readonly requires?: readonly string[] | undefined
  /** For grants that people authorise without a redirect. */
  readonly backchannel?: Backchannel | undefined
  /** Finds the client of a request that carries no client authentication: an assertion may name it. RFC 7521 §4.1 */
  identifyClient?(request: UnidentifiedRequest): Awaitable<Client | null>
  /** Free of side effects: it runs again when its commit is lost. */
  exchange(request: TokenRequest): Awaitable<TokenPlan>
}

/** A token request before its client is known. */
export interface UnidentifiedRequest {
  readonly server: Server
  readonly http: HttpRequest
  readonly params: Params
}

/** How a grant without a redirect takes the answer of the person. */
export interface Backchannel {
  /** Written in the batch that stores the authorization. */
  granted(request: BackchannelRequest, authorization: Authorization): Awaitable<BackchannelPlan>
  /** Written when the person or an extension says no. */
  refused(request: BackchannelRequest, error: OAuth2Error): Awaitable<BackchannelPlan>
}

/** Handles one `response_type`; several words are compared in any order. */
export interface ResponseType extends Described, Includes {
  readonly kind: 'response_type'
  readonly responseType: string
  /** Grants that a client needs for it, and whose extensions run for it. */
  readonly grantTypes: readonly string[]
  /** As of grants: what it is not safe without. */
  readonly requires?: readonly string[] | undefined
  readonly defaultMode: 'query' | 'fragment'
  /**
   * `respond` gives the same parameters each time: a person who answers twice is sent to the client both times. Default
   * false: the second answer is a page.
   */
  readonly repeatable?: boolean | undefined
  /** May call `server.tokens.mint`. */
  respond(request: AuthorizationRequest, authorization: Authorization): Awaitable<AuthorizationPlan>
}

/** Carries an authorization response to the client. */
export interface ResponseMode extends Described, Includes {
  readonly kind: 'response_mode'
  readonly responseMode: string
  respond(params: Readonly<Record<string, string>>, target: ResponseTarget): Awaitable<HttpResponse>
}

/** Handles one path. Its URL is published as `${name}_endpoint`, unless `metadata` says otherwise. */
export interface Endpoint extends Omit<Described, 'metadata'>, Includes {
  readonly kind: 'endpoint'
  readonly name: string
  /**
   * Below the server's base, such as `/token`; `{ wellKnown }` for a document of RFC 8615. A last segment `/:id` takes any
   * text, which `handle` is given.
   */
  readonly path: string | { readonly wellKnown: string; readonly placement: WellKnownPlacement }
  readonly methods: readonly string[]
  /** Whether scripts of any origin may call it. No cookie is ever read on such an endpoint. */
  readonly cors: boolean
  /** Clients call it directly and authenticate: extensions may add headers to its answers. Default false. */
  readonly direct?: boolean | undefined
  /** False: not mounted, when the application answers the path itself. */
  mounted?(server: Server): boolean
  metadata?(server: Server): Metadata
  /** `id` is the last segment of the path, decoded, when the path ends with `/:id`. */
  handle(request: HttpRequest, server: Server, id?: string): Awaitable<HttpResponse>
}

/** One way of proving to be a client. RFC 6749 §2.3 */
export interface ClientAuthMethod extends Described, Includes {
  readonly kind: 'client_auth_method'
  readonly method: string
  /** Null: this request does not use the method. Throws when it does and the proof is wrong. */
  authenticate(request: HttpRequest, params: Params, server: Server, endpoint: string): Awaitable<Client | null>
}

/** Checks client secrets whose hashes another server has made, such as those of bcrypt or PBKDF2. */
export interface SecretVerifier extends Described {
  readonly kind: 'secret_verifier'
  readonly name: string
  /** Whether it knows the form of this hash. Forms that begin with `sha-256:` are the server's own. */
  accepts(hash: string): boolean
  verify(secret: string, hash: string): Awaitable<boolean>
}

/** A further place where clients are found, asked after the server's own: such as the document that a `client_id` is the URL of. */
export interface RegisteredClientSource extends Described {
  readonly kind: 'client_source'
  readonly name: string
  find(clientId: string, about: AskedFor): Awaitable<Client | null>
  /** Where clients are saved, changed and removed when the server's own source is fixed, such as `staticClients`. */
  store?(server: Server): ClientStore
}

/** Who asks for a client. */
export interface AskedFor {
  readonly server: Server
  /**
   * Name of the endpoint that asks. Undefined when the server itself does, such as to tell the client of a logout. What a
   * stranger sends to the token endpoint must not make the server fetch a URL.
   */
  readonly endpoint: string | undefined
}

/**
 * Tells another server about something that was committed. What is to be delivered is written with `deliveryRecord` in the
 * same batch, and survives a crash.
 */
export interface Delivery extends Described {
  readonly kind: 'delivery'
  readonly name: string
  /**
   * True: it arrived. False or an exception: it is tried again later, for a day. `refused`: the other side does not want it,
   * and it is not tried again. It may be called twice for one delivery.
   */
  deliver(data: JsonObject, server: Server): Awaitable<boolean | 'refused'>
}

/** Recognises tokens, so that introspection and revocation work on them. */
export interface TokenKind extends Described {
  readonly kind: 'token_kind'
  readonly name: string
  /** Null for anything that is not a live token of this kind. */
  find(token: string, server: Server): Awaitable<FoundToken | null>
}

/** Makes and recognises access tokens of one format. */
export interface TokenFormat extends Described {
  readonly kind: 'token_format'
  readonly name: string
  /** Used when neither a plan nor an extension names another. One format may say so; without any, `opaque` is used. */
  readonly isDefault?: boolean | undefined
  find(token: string, server: Server): Awaitable<FoundToken | null>
  mint(draft: TokenDraft, server: Server): Awaitable<MintedToken>
}
