/**
 * The authorization server: registrations, an environment, and the way from a request to the endpoint that answers it.
 *
 * @spec RFC 6749
 * @spec RFC 8414
 */

import { fromRequest, toResponse, type HttpRequest, type HttpResponse, type Mountable, type Route } from '@authlib/core'
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
import { assertServerOptions, claimStore, type AuthorizationServerOptions, type Tenant } from './kernel/options.ts'
import { registeredNames, type Registry } from './kernel/registry.ts'
import { assertScopes } from './kernel/scope.ts'
import { allowedMethods, createRouteTable, serve, type RouteTable } from './kernel/serve.ts'
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
  declare readonly issuer: Server['issuer']
  declare readonly formerIssuers: Server['formerIssuers']
  declare readonly tokenPrefix: Server['tokenPrefix']
  declare readonly store: Server['store']
  declare readonly keys: Server['keys']
  declare readonly clock: Server['clock']
  declare readonly random: Server['random']
  declare readonly accessTokenLifetime: Server['accessTokenLifetime']
  declare readonly scopes: Server['scopes']
  declare readonly defaultScope: Server['defaultScope']
  declare readonly narrowScope: Server['narrowScope']
  declare readonly tokens: Server['tokens']
  declare readonly authorizations: Server['authorizations']
  declare readonly requests: Server['requests']
  declare readonly interaction: Server['interaction']
  declare readonly clients: Server['clients']
  declare readonly requireKeys: Environment['requireKeys']
  declare readonly sealer: Environment['sealer']
  declare readonly mac: Environment['mac']
  declare readonly url: Environment['url']
  declare readonly send: Environment['send']
  declare readonly emit: Environment['emit']
  declare readonly rateLimit: Environment['rateLimit']
  declare readonly background: Environment['background']
  declare readonly deliverDue: Server['deliverDue']
  declare readonly responseType: Server['responseType']
  declare readonly handlers: Server['handlers']
  declare readonly grantTypes: Server['grantTypes']
  declare readonly metadata: Server['metadata']
  /** Answers an error where it belongs: at the client when its redirect URI is known, as a page otherwise. */
  declare readonly respond: Server['respond']
  readonly #server: Server
  readonly #options: AuthorizationServerOptions
  readonly #registry: Registry
  #routes: RouteTable | undefined

  constructor(options: AuthorizationServerOptions, registry: Registry = defaultRegistry(options.clientAuthMethods)) {
    assertServerOptions(options)
    assertScopes(options)
    claimStore(options)
    const server = createServer(options, registry)
    this.#server = server
    this.#options = options
    this.#registry = registry
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(server)) // with its getters
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
    const { findingsOf } = await import('./profiles/check.ts')
    return findingsOf(profile, {
      server: this.#server,
      registered: [...this.#registry.all],
      extensionsOf: (grantType) => this.#registry.extensionsOf([grantType]),
      clients: this.#options.clients?.configured?.clients ?? [],
    })
  }

  // HTTP

  /** For every runtime that speaks Web requests. May be passed around by itself. */
  readonly fetch = async (request: Request): Promise<Response> => toResponse(await this.handle(fromRequest(request)))

  get routes(): readonly Route[] {
    const { exact, withId } = this.#table()
    const ending = [...withId.values()].map((endpoint) => [endpointPath(this.#options, endpoint), endpoint] as const)
    return [...exact, ...ending].map(([path, endpoint]) => ({ path, methods: allowedMethods(endpoint) }))
  }

  handle(request: HttpRequest): Promise<HttpResponse> {
    return serve(this.#server, this.#registry, this.#table(), request)
  }

  // What applications call

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
    const faults = this.#options.clients?.configured?.faults(registeredNames(this.#server, this.#registry)) ?? []
    for (const [clientId, fault] of faults) warn(fault, clientId)
    for (const thing of this.#registry.all) for (const reason of thing.warnings?.(this.#server) ?? []) warn(reason)
    return table
  }
}
