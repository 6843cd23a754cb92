/** What has been registered, and nothing else, is what a server does. */

import { AuthlibError, type Store } from '@authlib/core'
import type {
  ClientAuthMethod,
  Endpoint,
  Extension,
  Feature,
  Grant,
  Interaction,
  Metadata,
  ResponseMode,
  ResponseType,
  Server,
  TokenFormat,
  TokenKind,
} from '../contract/feature.ts'

/** A grant with the extensions that run for it: those of the whole server, then its own. */
export interface RegisteredGrant {
  readonly grant: Grant
  readonly extensions: readonly Extension[]
}

/** A response type with the extensions that run for it. */
export interface RegisteredResponseType {
  readonly responseType: ResponseType
  readonly extensions: readonly Extension[]
}

/** What has been registered, by name. Frozen at the first request. */
export class Registry {
  readonly #grants = new Map<string, Grant>()
  readonly #scoped = new Map<string, Map<string, Extension>>()
  readonly #global = new Map<string, Extension>()
  readonly #responseTypes = new Map<string, ResponseType>()
  readonly #metadata: (Metadata | ((server: Server) => Metadata))[] = []
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly clientAuthMethods: ReadonlyMap<string, ClientAuthMethod>
  readonly responseModes: ReadonlyMap<string, ResponseMode>
  readonly tokenKinds: ReadonlyMap<string, TokenKind>
  readonly tokenFormats: ReadonlyMap<string, TokenFormat>
  /** The issuer of each store in use: two on one would take each other's tokens. */
  readonly storeOwners: WeakMap<Store, string> = new WeakMap<Store, string>()
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #clientAuthMethods = new Map<string, ClientAuthMethod>()
  readonly #responseModes = new Map<string, ResponseMode>()
  readonly #tokenKinds = new Map<string, TokenKind>()
  readonly #tokenFormats = new Map<string, TokenFormat>()
  #interaction: Interaction | undefined
  #resolved: { grants: Map<string, RegisteredGrant>; responseTypes: Map<string, RegisteredResponseType> } | undefined

  constructor() {
    this.endpoints = this.#endpoints
    this.clientAuthMethods = this.#clientAuthMethods
    this.responseModes = this.#responseModes
    this.tokenKinds = this.#tokenKinds
    this.tokenFormats = this.#tokenFormats
  }

  /** @throws AuthlibError `duplicate_registration` or `registration_frozen` */
  register(feature: Feature): void {
    if (this.#resolved) {
      throw new AuthlibError(
        'registration_frozen',
        'The server has answered a request: nothing can be registered any more',
        {
          hint: 'Register everything before the server is mounted or called.',
          reason: feature.name,
        },
      )
    }
    for (const grant of feature.grants ?? []) this.registerGrant(grant)
    for (const endpoint of [...(feature.endpoints ?? []), ...endpointsOf(feature.extensions)])
      add(this.#endpoints, 'endpoint', endpoint.name, endpoint)
    for (const method of feature.clientAuthMethods ?? [])
      add(this.#clientAuthMethods, 'client auth method', method.method, method)
    for (const type of feature.responseTypes ?? [])
      add(this.#responseTypes, 'response type', words(type.responseType), type)
    for (const mode of feature.responseModes ?? []) add(this.#responseModes, 'response mode', mode.responseMode, mode)
    for (const kind of feature.tokens ?? []) add(this.#tokenKinds, 'token kind', kind.name, kind)
    for (const format of feature.tokenFormats ?? []) {
      add(this.#tokenFormats, 'token format', format.name, format)
      add(this.#tokenKinds, 'token kind', format.name, format) // what is minted must be recognised
    }
    for (const extension of feature.extensions ?? []) add(this.#global, 'extension', extension.name, extension)
    if (feature.interaction) {
      if (this.#interaction && this.#interaction !== feature.interaction) throw duplicate('interaction', feature.name)
      this.#interaction = feature.interaction
    }
    if (feature.metadata) this.#metadata.push(feature.metadata)
  }

  /** The extensions run for this grant only. @throws AuthlibError `misplaced_extension`, and as {@link register} */
  registerGrant(grant: Grant, extensions: readonly Extension[] = []): void {
    const { grantType, endpoints = [] } = grant
    this.register({ ...grant, name: grantType, endpoints: [...endpoints, ...endpointsOf(extensions)] })
    add(this.#grants, 'grant', grantType, grant)
    const scoped = new Map<string, Extension>()
    for (const extension of extensions) {
      if (extension.resolveAuthorizationRequest ?? extension.authorizationResponse) throw misplaced(extension.name)
      add(scoped, 'extension', extension.name, extension)
    }
    this.#scoped.set(grantType, scoped)
  }

  grant(grantType: string): RegisteredGrant | undefined {
    return this.freeze().grants.get(grantType)
  }

  responseType(responseType: string): RegisteredResponseType | undefined {
    return this.freeze().responseTypes.get(words(responseType))
  }

  /** Extensions of the whole server. */
  get extensions(): Iterable<Extension> {
    return this.#global.values()
  }

  get interaction(): Interaction | undefined {
    return this.#interaction
  }

  get grantTypes(): readonly string[] {
    return [...this.#grants.keys()]
  }

  get responseTypes(): readonly string[] {
    return [...this.#responseTypes.values()].map(({ responseType }) => responseType)
  }

  /** What every registered feature, and every extension wherever it is scoped, says about itself. */
  metadata(server: Server): Metadata[] {
    const scoped = [...this.#scoped.values()].flatMap((extensions) => [...extensions.values()])
    const extensions = new Set([...this.#global.values(), ...scoped])
    const parts = [...this.#metadata, ...[...extensions].map(({ metadata }) => metadata)]
    return parts.map((part) => (typeof part === 'function' ? part(server) : part)).filter((part) => part !== undefined)
  }

  /** Ends registration and works out which extensions run where. */
  freeze(): { grants: Map<string, RegisteredGrant>; responseTypes: Map<string, RegisteredResponseType> } {
    if (this.#resolved) return this.#resolved
    const global = [...this.#global.values()]
    const grants = new Map<string, RegisteredGrant>()
    for (const [grantType, grant] of this.#grants) {
      const scoped = [...(this.#scoped.get(grantType)?.values() ?? [])]
      const twice = scoped.find(({ name }) => this.#global.has(name)) // it would run twice
      if (twice) throw duplicate('extension', twice.name)
      const extensions = [...global, ...scoped]
      for (const name of grant.requires ?? []) {
        if (!extensions.some((extension) => extension.name === name)) throw missingExtension(grantType, name)
      }
      grants.set(grantType, { grant, extensions })
    }
    const responseTypes = new Map<string, RegisteredResponseType>()
    for (const [name, responseType] of this.#responseTypes) {
      const scoped = responseType.grantTypes.flatMap((grantType) => [...(this.#scoped.get(grantType)?.values() ?? [])])
      responseTypes.set(name, { responseType, extensions: [...global, ...new Set(scoped)] })
    }
    this.#resolved = { grants, responseTypes }
    return this.#resolved
  }
}

function endpointsOf(extensions: readonly Extension[] = []): readonly Endpoint[] {
  return extensions.flatMap(({ endpoints = [] }) => endpoints)
}

/** The same object twice is fine: several features may bring the token endpoint along. */
function add<T>(map: Map<string, T>, what: string, name: string, item: T): void {
  const present = map.get(name)
  if (present !== undefined && present !== item) throw duplicate(what, name)
  map.set(name, item)
}

function duplicate(what: string, name: string): AuthlibError {
  return new AuthlibError('duplicate_registration', `A ${what} of this name is registered already`, { reason: name })
}

function missingExtension(grantType: string, name: string): AuthlibError {
  return new AuthlibError('missing_extension', 'A grant lacks an extension that makes it safe', {
    hint: `Register the extension ${name} with the grant ${grantType}, or for the whole server.`,
    reason: `${grantType} needs ${name}`,
  })
}

function misplaced(name: string): AuthlibError {
  return new AuthlibError('misplaced_extension', 'An extension of one grant has moments that no grant is known at', {
    hint: `Register the extension ${name} for the whole server, by registerExtension.`,
    reason: name,
  })
}

/** `token code` and `code token` are one response type. OAuth 2.0 Multiple Response Types §3 */
function words(responseType: string): string {
  return responseType.split(' ').sort().join(' ')
}
