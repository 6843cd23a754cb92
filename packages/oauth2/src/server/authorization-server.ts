/**
 * The authorization server: registrations, an environment, and the way from a request to the endpoint that answers it.
 *
 * @spec RFC 6749
 * @spec RFC 8414
 */

import { fromRequest, toResponse, type HttpRequest, type HttpResponse, type Mountable, type Route } from '@authlib/core'
import { assertIssuer } from '@authlib/core/kit'
import type { AuthorizationServerMetadata } from '../metadata.ts'
import type { Extension } from './contract/extension.ts'
import type { AuthorizationDecision, Interaction } from './contract/interaction.ts'
import type { Finding, Profile } from './contract/profile.ts'
import type {
  ClientAuthMethod,
  Endpoint,
  Grant,
  Registrable,
  RegisteredClientSource,
  ResponseMode,
  ResponseType,
  SecretVerifier,
} from './contract/registrable.ts'
import type { AuthorizationRequest, InteractionRequest } from './contract/requests.ts'
import type { Environment, Server } from './contract/server.ts'
import { defaultRegistry } from './kernel/defaults.ts'
import { endpointPath } from './kernel/environment.ts'
import {
  assertErrorUris,
  assertKnownOptions,
  assertStrongStorage,
  assertTokenPrefix,
  claimStore,
  type AuthorizationServerOptions,
  type Tenant,
} from './kernel/options.ts'
import type { Registry } from './kernel/registry.ts'
import { assertScopes } from './kernel/scope.ts'
import { allowedMethods, createRouteTable, serve, type RouteTable } from './kernel/serve.ts'
import { faultsOf } from './kernel/servable.ts'
import { createServer } from './kernel/server.ts'
import type { ProfileName } from './profiles/named.ts'

/**
 * `new AuthorizationServer({ issuer, store, secrets })`, then register what it does, then mount it or call `fetch`.
 *
 * @throws AuthlibError `invalid_issuer`, `weak_secret`, `weak_storage`
 * @example
 * const server = new AuthorizationServer({ issuer, store, secrets })
 *   .registerGrant(authorizationCodeGrant(), [codeChallenge()])
 *   .register(refreshTokenGrant(), revocationEndpoint(), redirectInteraction({ login: '/login', consent: '/consent' }))
 */
export class AuthorizationServer implements Server, Mountable {
  readonly issuer: Server['issuer']
  readonly formerIssuers: Server['formerIssuers']
  readonly tokenPrefix: Server['tokenPrefix']
  readonly store: Server['store']
  readonly keys: Server['keys']
  readonly clock: Server['clock']
  readonly random: Server['random']
  readonly accessTokenLifetime: Server['accessTokenLifetime']
  readonly scopes: Server['scopes']
  readonly defaultScope: Server['defaultScope']
  readonly narrowScope: Server['narrowScope']
  readonly tokens: Server['tokens']
  readonly authorizations: Server['authorizations']
  readonly requests: Server['requests']
  readonly interaction: Server['interaction']
  readonly clients: Server['clients']
  readonly requireKeys: Environment['requireKeys']
  readonly sealer: Environment['sealer']
  readonly mac: Environment['mac']
  readonly url: Environment['url']
  readonly send: Environment['send']
  readonly emit: Environment['emit']
  readonly rateLimit: Environment['rateLimit']
  readonly background: Environment['background']
  readonly deliverDue: Server['deliverDue']
  readonly responseType: Server['responseType']
  readonly handlers: Server['handlers']
  /** Answers an error where it belongs: at the client when its redirect URI is known, as a page otherwise. */
  readonly respond: Server['respond']
  readonly #server: Server
  readonly #options: AuthorizationServerOptions
  readonly #registry: Registry
  #routes: RouteTable | undefined

  constructor(options: AuthorizationServerOptions, registry: Registry = defaultRegistry(options.clientAuthMethods)) {
    assertKnownOptions(options)
    for (const issuer of [options.issuer, ...(options.formerIssuers ?? [])]) assertIssuer(issuer)
    assertTokenPrefix(options)
    assertStrongStorage(options)
    assertErrorUris(options)
    assertScopes(options)
    claimStore(options)
    const server = createServer(options, registry)
    this.#server = server
    this.#options = options
    this.#registry = registry
    this.issuer = server.issuer
    this.formerIssuers = server.formerIssuers
    this.tokenPrefix = server.tokenPrefix
    this.store = server.store
    this.keys = server.keys
    this.clock = server.clock
    this.random = server.random
    this.accessTokenLifetime = server.accessTokenLifetime
    this.scopes = server.scopes
    this.defaultScope = server.defaultScope
    this.narrowScope = server.narrowScope
    this.tokens = server.tokens
    this.authorizations = server.authorizations
    this.requests = server.requests
    this.interaction = server.interaction
    this.clients = server.clients
    this.requireKeys = server.requireKeys
    this.sealer = server.sealer
    this.mac = server.mac
    this.url = server.url
    this.send = server.send
    this.emit = server.emit
    this.rateLimit = server.rateLimit
    this.background = server.background
    this.deliverDue = server.deliverDue
    this.responseType = server.responseType
    this.handlers = server.handlers
    this.respond = server.respond
  }

  // Registration

  /**
   * Anything that can be registered: features, grants, endpoints, extensions and the rest.
   *
   * @throws AuthlibError `not_registrable`, `duplicate_registration`, `registration_frozen`
   */
  register(...things: readonly Registrable[]): this {
    for (const thing of things) this.#registry.register(thing)
    return this
  }

  /** A grant, with extensions that run for it alone. */
  registerGrant(grant: Grant, extensions: readonly Extension[] = []): this {
    this.#registry.registerGrant(grant, extensions)
    return this
  }

  registerEndpoint(endpoint: Endpoint): this {
    return this.register(endpoint)
  }

  registerClientAuthMethod(method: ClientAuthMethod): this {
    return this.register(method)
  }

  /** Checks client secrets whose hashes another server has made. */
  registerSecretVerifier(verifier: SecretVerifier): this {
    return this.register(verifier)
  }

  /** A further place where clients are found, asked after the server's own. */
  registerClientSource(source: RegisteredClientSource): this {
    return this.register(source)
  }

  registerExtension(extension: Extension): this {
    return this.register(extension)
  }

  registerResponseType(type: ResponseType): this {
    return this.register(type)
  }

  registerResponseMode(mode: ResponseMode): this {
    return this.register(mode)
  }

  registerInteraction(interaction: Interaction): this {
    return this.register(interaction)
  }

  /**
   * The same registrations for another issuer, with its own store, keys and clients. Tenants may share one database:
   * `store: tenantStore(store, name)` of `@authlib/core`.
   *
   * @throws AuthlibError `shared_store`, and what the constructor throws
   */
  at(tenant: Tenant): AuthorizationServer {
    const { clients: _clients, baseUrl: _baseUrl, formerIssuers: _former, ...shared } = this.#options
    return new AuthorizationServer({ ...shared, ...tenant }, this.#registry)
  }

  /**
   * What of a security profile the server does not keep: by name, or a profile of your own. What it cannot see, such as the
   * clients of a store, is not looked at. Ends registration.
   *
   * @throws TypeError for an unknown name
   * @example
   * for (const { section, problem, fix } of await server.check('fapi2')) console.warn(`${section}: ${problem}. ${fix}`)
   */
  async check(profile: ProfileName | Profile): Promise<readonly Finding[]> {
    this.#table()
    const { configurationOf, findingsOf } = await import('./kernel/check.ts')
    const chosen =
      typeof profile === 'string' ? await (await import('./profiles/named.ts')).profileNamed(profile) : profile
    return findingsOf(chosen, configurationOf(this.#server, this.#registry, this.#options.clients?.configured))
  }

  // HTTP

  /** For every runtime that speaks Web requests. May be passed around by itself. */
  readonly fetch = async (request: Request): Promise<Response> => toResponse(await this.handle(fromRequest(request)))

  get routes(): readonly Route[] {
    const { exact, withId } = this.#table()
    const named = [...exact].map(([path, endpoint]) => ({ path, methods: allowedMethods(endpoint) }))
    const ending = [...withId.values()].map((endpoint) => ({
      path: endpointPath(this.#options, endpoint),
      methods: allowedMethods(endpoint),
    }))
    return [...named, ...ending]
  }

  handle(request: HttpRequest): Promise<HttpResponse> {
    return serve(this.#server, this.#registry, this.#table(), request)
  }

  // What applications call

  get grantTypes(): readonly string[] {
    return this.#server.grantTypes
  }

  metadata(): AuthorizationServerMetadata {
    return this.#server.metadata()
  }

  /** Callback style: validate, show your own page, then {@link createAuthorizationResponse}. @throws AuthorizationError */
  validateAuthorizationRequest(http: HttpRequest): Promise<AuthorizationRequest> {
    return this.#server.requests.authorization(http)
  }

  /** Stores the decision of the end-user and answers the client. @throws AuthorizationError */
  createAuthorizationResponse(request: InteractionRequest, decision: AuthorizationDecision): Promise<HttpResponse> {
    return this.#server.requests.answer(request, decision)
  }

  #table(): RouteTable {
    return (this.#routes ??= this.#finish())
  }

  /** Registration ends. @throws AuthlibError for what does not fit together */
  #finish(): RouteTable {
    const table = createRouteTable(this.#server, this.#registry, this.#options)
    const warn = (reason: string, clientId?: string): void =>
      this.emit({ type: 'configuration.warning', at: this.clock(), reason, clientId })
    for (const client of this.#options.clients?.configured ?? []) {
      const faults = faultsOf(client, this.#registry, this.scopes)
      if (faults !== '') warn(faults, client.clientId)
    }
    for (const reason of this.#registry.warnings(this.#server)) warn(reason)
    return table
  }
}
