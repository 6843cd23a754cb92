/**
 * The authorization server: registrations, an environment, and the way from a request to the feature that answers it.
 *
 * @spec RFC 6749
 * @spec RFC 8414
 */

import {
  AuthlibError,
  fromRequest,
  systemClock,
  systemRandom,
  toResponse,
  type Clock,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
  type Params,
  type Random,
  type Route,
  type Store,
} from '@authlib/core'
import {
  assertIssuer,
  createMac,
  createSealer,
  requestPath,
  wellKnownPath,
  type Mac,
  type Sealer,
} from '@authlib/core/kit'
import type { SigningKeys } from '@authlib/jose'
import { errorResponse, serverError, type OAuth2Error } from '../errors.ts'
import type { AuthorizationServerMetadata } from '../metadata.ts'
import { AuthorizationError } from './authorization-error.ts'
import {
  atTarget,
  createAuthorizationResponse,
  sendToClient,
  validateAuthorizationRequest,
} from './kernel/authorization-request.ts'
import { batchOf, joinChanges } from './records/changes.ts'
import { authenticateClient } from './kernel/client-authentication.ts'
import { storedClients } from './records/clients.ts'
import { composeMetadata } from './kernel/metadata.ts'
import { defaultRegistry } from './kernel/defaults.ts'
import { errorPage } from './kernel/error-page.ts'
import { logServerError, type AuthEvent } from './contract/events.ts'
import type {
  AuthorizationDecision,
  AuthorizationRequest,
  ClientAuthMethod,
  ClientSource,
  Endpoint,
  Extension,
  Feature,
  FoundToken,
  Grant,
  PendingInteraction,
  ResponseMode,
  ResponseTarget,
  ResumedRequest,
  Server,
} from './contract/feature.ts'
import { authorizationChanges, createTokenResponse } from './kernel/token-request.ts'
import {
  assertErrorUris,
  assertStrongStorage,
  claimStore,
  type AuthorizationServerOptions,
  type Tenant,
} from './kernel/options.ts'
import type { Registry } from './kernel/registry.ts'
import { revokeEverythingOf, type Owner } from './kernel/revoke.ts'
import { allowedMethods, serve } from './kernel/serve.ts'
import { toOAuth2Error } from './kernel/to-oauth2-error.ts'

/**
 * `new AuthorizationServer({ issuer, store, secrets })`, then register what it shall do, then mount it or call `fetch`.
 *
 * @throws AuthlibError `invalid_issuer`, `weak_secret`, `weak_storage`
 */
export class AuthorizationServer implements Server, Mountable {
  readonly issuer: string
  readonly store: Store
  readonly clients: ClientSource
  readonly keys: SigningKeys | undefined
  readonly clock: Clock
  readonly random: Random
  readonly accessTokenLifetime: number
  readonly scopes: readonly string[] | undefined
  readonly #options: AuthorizationServerOptions
  readonly #registry: Registry
  readonly #sealers = new Map<string, Sealer>()
  readonly #macs = new Map<string, Mac>()
  #routes: ReadonlyMap<string, Endpoint> | undefined
  #metadata: AuthorizationServerMetadata | undefined

  constructor(options: AuthorizationServerOptions, registry: Registry = defaultRegistry()) {
    assertIssuer(options.issuer)
    assertStrongStorage(options)
    assertErrorUris(options)
    claimStore(options, registry.storeOwners)
    this.issuer = options.issuer
    this.store = options.store
    this.keys = options.keys
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? systemRandom
    this.accessTokenLifetime = options.accessTokenLifetime ?? 3600
    this.scopes = options.scopes
    this.clients = options.clients ?? storedClients(options.store, { clock: this.clock })
    this.#options = options
    this.#registry = registry
    this.sealer('check') // refuses weak secrets now, not at the first request
  }

  // Registration

  /** Everything that one specification adds. */
  register(feature: Feature): this {
    this.#registry.register(feature)
    return this
  }

  /** A grant, with extensions that run for it alone. */
  registerGrant(grant: Grant, extensions: readonly Extension[] = []): this {
    this.#registry.registerGrant(grant, extensions)
    return this
  }

  registerEndpoint(endpoint: Endpoint): this {
    return this.register({ name: endpoint.name, endpoints: [endpoint] })
  }

  registerClientAuthMethod(method: ClientAuthMethod): this {
    return this.register({ name: method.method, clientAuthMethods: [method] })
  }

  registerExtension(extension: Extension): this {
    return this.register({ name: extension.name, extensions: [extension] })
  }

  registerResponseMode(mode: ResponseMode): this {
    return this.register({ name: mode.responseMode, responseModes: [mode] })
  }

  /**
   * The same registrations for another issuer, with its own store, keys and clients. Tenants may share one database:
   * `store: tenantStore(store, name)` of `@authlib/core`.
   *
   * @throws AuthlibError `shared_store`, and what the constructor throws
   */
  at(tenant: Tenant): AuthorizationServer {
    const { clients: _clients, baseUrl: _baseUrl, ...shared } = this.#options
    return new AuthorizationServer({ ...shared, ...tenant }, this.#registry)
  }

  // HTTP

  /** For every runtime that speaks Web requests. May be passed around by itself. */
  readonly fetch = async (request: Request): Promise<Response> => toResponse(await this.handle(fromRequest(request)))

  get routes(): readonly Route[] {
    return [...this.#table()].map(([path, endpoint]) => ({ path, methods: allowedMethods(endpoint) }))
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const endpoint = this.#table().get(requestPath(request))
    if (!endpoint) return { status: 404, headers: [['content-type', 'text/plain']], body: 'Not found' }
    return serve(endpoint, request, () => this.#call(endpoint, request))
  }

  // What applications and features call

  /** Callback style: validate, show your own page, then {@link createAuthorizationResponse}. @throws AuthorizationError */
  validateAuthorizationRequest(source: HttpRequest | ResumedRequest): Promise<AuthorizationRequest> {
    return validateAuthorizationRequest(this, this.#registry, source)
  }

  /** Stores the decision of the end-user and answers the client. @throws AuthorizationError */
  createAuthorizationResponse(request: AuthorizationRequest, decision: AuthorizationDecision): Promise<HttpResponse> {
    return createAuthorizationResponse(this, this.#registry, request, decision)
  }

  /** What a login or consent page works on, from the request that shows or posts it. */
  interaction(http: HttpRequest): Promise<PendingInteraction> {
    return this.#requireInteraction().resume(http, this)
  }

  get grantTypes(): readonly string[] {
    return this.#registry.grantTypes
  }

  get hasInteraction(): boolean {
    return this.#registry.interaction !== undefined
  }

  beginInteraction(request: AuthorizationRequest, http: HttpRequest): Promise<HttpResponse> {
    return atTarget(request, () => this.#requireInteraction().begin(request, http))
  }

  createTokenResponse(request: HttpRequest): Promise<HttpResponse> {
    return createTokenResponse(this, this.#registry, request)
  }

  authenticateClient(request: HttpRequest, params: Params): ReturnType<Server['authenticateClient']> {
    return authenticateClient(this, this.#registry.clientAuthMethods.values(), request, params)
  }

  async findToken(token: string): Promise<FoundToken | null> {
    for (const kind of this.#registry.tokenKinds.values()) {
      const found = await kind.find(token, this)
      if (found) return found
    }
    return null
  }

  async revoke(token: FoundToken): Promise<void> {
    const { authorization, revocation } = token
    const update = revocation.update && authorizationChanges(authorization, revocation.update)
    const batch = batchOf(authorization.id, this.clock(), joinChanges(update, revocation.changes))
    if (!(await this.store.commit(batch))) {
      await revokeEverythingOf(this, { authorizationId: authorization.id }, 'revocation') // somebody else wrote first
      return
    }
    const { id: authorizationId, clientId, subject } = authorization
    this.emit({ type: 'token.revoked', at: this.clock(), authorizationId, clientId, subject, token: token.kind })
  }

  /** Ends every authorization of a client, of a subject, or one by its id, with all its tokens. Returns how many. */
  revokeAuthorizations(owner: Owner): Promise<number> {
    return revokeEverythingOf(this, owner, 'administration')
  }

  async respond(error: unknown): Promise<HttpResponse> {
    if (error instanceof AuthorizationError) {
      this.#report(error.error)
      const { target } = error
      this.emit({
        type: 'authorization.refused',
        at: this.clock(),
        clientId: target?.client.clientId,
        error: error.code,
        reason: error.reason,
      })
      return target ? this.#sendError(error.error, target) : errorPage(error.error)
    }
    const known = toOAuth2Error(error)
    this.#report(known)
    return errorResponse(known, this.#options.errorUris)
  }

  metadata(): AuthorizationServerMetadata {
    this.#registry.freeze() // what came later would be missing
    this.#metadata ??= composeMetadata(this, this.#registry)
    return this.#metadata
  }

  url(name: string): string {
    const endpoint = this.#registry.endpoints.get(name)
    if (!endpoint)
      throw new AuthlibError('unknown_endpoint', 'No endpoint of this name is registered', { reason: name })
    const base = new URL(this.#base())
    return `${base.origin}${this.#path(endpoint)}`
  }

  sealer(label: string): Sealer {
    const { secrets } = this.#options
    return cached(this.#sealers, label, () =>
      createSealer({ secrets, label: this.#ownLabel(label), random: this.random }),
    )
  }

  mac(label: string): Mac {
    const { secrets } = this.#options
    return cached(this.#macs, label, () => createMac({ secrets, label: this.#ownLabel(label) }))
  }

  requireKeys(): SigningKeys {
    if (this.keys) return this.keys
    throw new AuthlibError('missing_keys', 'Something registered signs tokens, and the server has no keys', {
      hint: "Pass `keys`, such as storedKeys({ store, secrets }) of '@authlib/jose'.",
    })
  }

  emit(event: AuthEvent): void {
    try {
      const listener: (event: AuthEvent) => unknown = this.#options.onEvent ?? logServerError
      const told = listener(event)
      if (told instanceof Promise) told.catch(() => undefined) // an async listener cannot end the process either
    } catch {
      // a listener cannot fail the request
    }
  }

  // Helpers

  async #call(endpoint: Endpoint, request: HttpRequest): Promise<HttpResponse> {
    try {
      return await endpoint.handle(request, this)
    } catch (error) {
      return this.respond(error)
    }
  }

  /** When the way to the client is what is broken, the person gets a page. */
  async #sendError(error: OAuth2Error, target: ResponseTarget): Promise<HttpResponse> {
    try {
      return await sendToClient(this.#registry, target, error.toParams(this.#options.errorUris))
    } catch (cause) {
      const crash = serverError('', { cause })
      this.#report(crash)
      return errorPage(crash)
    }
  }

  /** Tenants share secrets: what one has sealed or signed must say nothing to another. */
  #ownLabel(label: string): string {
    return `${label} ${this.issuer}`
  }

  #requireInteraction(): NonNullable<Registry['interaction']> {
    const { interaction } = this.#registry
    if (interaction) return interaction
    throw new AuthlibError('missing_interaction', 'The server does not know how to ask people', {
      hint: 'Register redirectInteraction(…), or answer the authorization endpoint yourself with validateAuthorizationRequest.',
    })
  }

  #table(): ReadonlyMap<string, Endpoint> {
    if (!this.#routes) {
      this.#registry.freeze()
      const routes = new Map<string, Endpoint>()
      for (const endpoint of this.#registry.endpoints.values()) {
        if (endpoint.mounted?.(this) === false) continue
        const path = this.#path(endpoint)
        if (routes.has(path)) throw new AuthlibError('duplicate_path', 'Two endpoints have one path', { reason: path })
        routes.set(path, endpoint)
      }
      this.#routes = routes
    }
    return this.#routes
  }

  #path({ name, path }: Endpoint): string {
    const own = this.#options.paths?.[name]
    if (own !== undefined) return own
    if (typeof path !== 'string') return wellKnownPath(this.issuer, path.wellKnown, path.placement)
    return new URL(this.#base()).pathname.replace(/\/$/, '') + path
  }

  #base(): string {
    return this.#options.baseUrl ?? this.issuer
  }

  #report(error: OAuth2Error): void {
    if (error.status >= 500) this.emit({ type: 'server.error', at: this.clock(), error: error.cause ?? error })
  }
}

function cached<T>(map: Map<string, T>, label: string, make: () => T): T {
  const present = map.get(label)
  if (present !== undefined) return present
  const made = make()
  map.set(label, made)
  return made
}
