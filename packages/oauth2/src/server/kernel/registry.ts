/** What has been registered, and nothing else, is what a server does. */

import { AuthlibError } from '@authlib/core'
import { unsupportedGrantType } from '../../errors.ts'
import type { ClientMember } from '../contract/client-member.ts'
import type { RegisteredNames } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { Interaction } from '../contract/interaction.ts'
import type { Handler, Moment } from '../contract/moments.ts'
import type {
  Backchannel,
  ClientAuthMethod,
  Endpoint,
  Grant,
  Metadata,
  Registrable,
  RegisteredClientSource,
  ResponseMode,
  ResponseType,
  SecretVerifier,
  Delivery,
  TokenFormat,
  TokenKind,
} from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { globalMoments, handlersOf, momentsOf, type HandlerLists, type Moments } from './moments.ts'

/** A grant with what extensions do for it: those of the whole server, then its own. */
export interface RegisteredGrant {
  readonly grant: Grant
  readonly moments: Moments
}

/** A response type with what extensions do for it. */
export interface RegisteredResponseType {
  readonly responseType: ResponseType
  readonly moments: Moments
}

/** What is worked out when registration ends. */
interface Resolved {
  readonly grants: ReadonlyMap<string, RegisteredGrant>
  readonly responseTypes: ReadonlyMap<string, RegisteredResponseType>
  /** Of the extensions of the whole server. */
  readonly moments: Moments
  readonly handlers: HandlerLists
}

/** What has been registered, by name. Frozen at the first request. */
export class Registry {
  readonly #all = new Set<Registrable>()
  readonly #grants = new Map<string, Grant>()
  readonly #scoped = new Map<string, Map<string, Extension>>()
  readonly #global = new Map<string, Extension>()
  readonly #responseTypes = new Map<string, ResponseType>()
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #clientAuthMethods = new Map<string, ClientAuthMethod>()
  readonly #secretVerifiers = new Map<string, SecretVerifier>()
  readonly #deliveries = new Map<string, Delivery>()
  readonly #clientSources = new Map<string, RegisteredClientSource>()
  readonly #clientMembers = new Map<string, ClientMember>()
  readonly #responseModes = new Map<string, ResponseMode>()
  readonly #tokenKinds = new Map<string, TokenKind | TokenFormat>()
  readonly #tokenFormats = new Map<string, TokenFormat>()
  readonly #features = new Map<string, Registrable>()
  #interaction: Interaction | undefined
  #defaultFormat: TokenFormat | undefined
  #resolved: Resolved | undefined
  /** Things that a registration of the same name replaces, without a word. */
  readonly #replaceable: ReadonlySet<Registrable>

  /** `defaults` are registered first; a thing of the same kind and name takes the place of one. */
  constructor(defaults: readonly Registrable[] = []) {
    this.#replaceable = new Set(defaults)
    for (const thing of defaults) this.register(thing)
  }

  /** @throws AuthlibError `not_registrable`, `duplicate_registration`, `registration_frozen` */
  register(thing: Registrable): void {
    assertRegistrable(thing)
    if (this.#resolved) throw frozen(nameOf(thing))
    this.#add(thing)
    this.#addMembers(thing)
    if ('includes' in thing) for (const included of thing.includes ?? []) this.register(included)
  }

  /** The extensions run for this grant only. @throws AuthlibError `misplaced_extension`, and as {@link register} */
  registerGrant(grant: Grant, extensions: readonly Extension[] = []): void {
    for (const extension of extensions) assertScoped(extension)
    this.register(grant)
    const scoped = this.#scoped.get(grant.grantType) ?? new Map<string, Extension>()
    this.#scoped.set(grant.grantType, scoped)
    for (const extension of extensions) {
      this.#put(scoped, 'extension', extension.name, extension)
      this.#addMembers(extension)
      for (const included of extension.includes ?? []) this.register(included)
    }
  }

  /** Everything, extensions of a single grant too. */
  get registered(): readonly Registrable[] {
    return [...this.#all]
  }

  /** Those that run for the grant: of the whole server, then its own. */
  extensionsOf(grantType: string): readonly Extension[] {
    return [...this.#global.values(), ...(this.#scoped.get(grantType)?.values() ?? [])]
  }

  get endpoints(): ReadonlyMap<string, Endpoint> {
    return this.#endpoints
  }

  get clientAuthMethods(): ReadonlyMap<string, ClientAuthMethod> {
    return this.#clientAuthMethods
  }

  get secretVerifiers(): ReadonlyMap<string, SecretVerifier> {
    return this.#secretVerifiers
  }

  get deliveries(): ReadonlyMap<string, Delivery> {
    return this.#deliveries
  }

  get clientSources(): ReadonlyMap<string, RegisteredClientSource> {
    return this.#clientSources
  }

  get clientMembers(): ReadonlyMap<string, ClientMember> {
    return this.#clientMembers
  }

  get responseModes(): ReadonlyMap<string, ResponseMode> {
    return this.#responseModes
  }

  get tokenKinds(): ReadonlyMap<string, TokenKind | TokenFormat> {
    return this.#tokenKinds
  }

  get tokenFormats(): ReadonlyMap<string, TokenFormat> {
    return this.#tokenFormats
  }

  /** Of tokens for which nothing names another. */
  get defaultFormat(): string {
    return this.#defaultFormat?.name ?? 'opaque'
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

  grant(grantType: string): RegisteredGrant | undefined {
    return this.freeze().grants.get(grantType)
  }

  responseType(responseType: string): RegisteredResponseType | undefined {
    return this.freeze().responseTypes.get(words(responseType))
  }

  /** What extensions of the whole server do. */
  get moments(): Moments {
    return this.freeze().moments
  }

  handlers(moment: Moment<never, unknown>): readonly Handler['handle'][] {
    return this.freeze().handlers.get(moment) ?? []
  }

  /** What everything registered says about itself; endpoints have their own way to say it. */
  metadata(server: Server): Metadata[] {
    return [...this.#all].flatMap((thing) => {
      if (thing.kind === 'endpoint' || thing.metadata === undefined) return []
      return [typeof thing.metadata === 'function' ? thing.metadata(server) : thing.metadata]
    })
  }

  /** What is registered here and will not work. */
  warnings(server: Server): readonly string[] {
    return [...this.#all].flatMap((thing) => thing.warnings?.(server) ?? [])
  }

  /** Ends registration and works out which extensions run where. @throws AuthlibError `missing_extension` */
  freeze(): Resolved {
    this.#resolved ??= this.#resolve()
    return this.#resolved
  }

  #resolve(): Resolved {
    const global = [...this.#global.values()]
    const provided = new Set(
      [...this.#all].flatMap((thing) => (thing.kind === 'extension' ? [] : (thing.provides ?? []))),
    )
    const grants = new Map<string, RegisteredGrant>()
    for (const [grantType, grant] of this.#grants) {
      const scoped = [...(this.#scoped.get(grantType)?.values() ?? [])]
      const twice = scoped.find(({ name }) => this.#global.has(name)) // it would run twice
      if (twice) throw duplicate('extension', twice.name)
      const extensions = [...global, ...scoped]
      assertPresent(grant.requires, extensions, provided, `the grant ${grantType}`)
      grants.set(grantType, { grant, moments: momentsOf(extensions) })
    }
    const responseTypes = new Map<string, RegisteredResponseType>()
    for (const [name, responseType] of this.#responseTypes) {
      const scoped = responseType.grantTypes.flatMap((grantType) => [...(this.#scoped.get(grantType)?.values() ?? [])])
      const extensions = [...new Set([...global, ...scoped])]
      assertPresent(responseType.requires, extensions, provided, `the response type ${name}`)
      responseTypes.set(name, { responseType, moments: momentsOf(extensions) })
    }
    const everywhere = [...this.#all].filter((thing) => thing.kind === 'extension')
    return { grants, responseTypes, moments: momentsOf(global), handlers: handlersOf(everywhere) }
  }

  /** @throws AuthlibError `duplicate_registration` when two things read a member as different types */
  #addMembers(thing: Registrable): void {
    this.#all.add(thing)
    for (const member of thing.clientMembers ?? []) {
      const present = this.#clientMembers.get(member.name)
      if (present && present.type !== member.type) throw duplicate('client member', member.name)
      this.#clientMembers.set(member.name, member)
    }
  }

  #add(thing: Registrable): void {
    switch (thing.kind) {
      case 'feature':
        this.#put(this.#features, 'feature', thing.name, thing)
        break
      case 'grant':
        this.#put(this.#grants, 'grant', thing.grantType, thing)
        break
      case 'response_type':
        this.#put(this.#responseTypes, 'response type', words(thing.responseType), thing)
        break
      case 'response_mode':
        this.#put(this.#responseModes, 'response mode', thing.responseMode, thing)
        break
      case 'endpoint':
        this.#put(this.#endpoints, 'endpoint', thing.name, thing)
        break
      case 'extension':
        this.#put(this.#global, 'extension', thing.name, thing)
        break
      case 'client_auth_method':
        this.#put(this.#clientAuthMethods, 'client authentication method', thing.method, thing)
        break
      case 'secret_verifier':
        this.#put(this.#secretVerifiers, 'secret verifier', thing.name, thing)
        break
      case 'delivery':
        this.#put(this.#deliveries, 'delivery', thing.name, thing)
        break
      case 'client_source':
        this.#put(this.#clientSources, 'client source', thing.name, thing)
        break
      case 'token_kind':
        this.#put(this.#tokenKinds, 'token kind', thing.name, thing)
        break
      case 'token_format':
        this.#put(this.#tokenFormats, 'token format', thing.name, thing)
        this.#put(this.#tokenKinds, 'token kind', thing.name, thing) // what is minted must be recognised
        if (thing.isDefault === true) this.#defaultFormat = theOnly('default token format', this.#defaultFormat, thing)
        break
      case 'interaction':
        this.#interaction = theOnly('interaction', this.#interaction, thing)
    }
  }

  /** The same object twice is fine: several features may bring the token endpoint along. */
  #put<T extends Registrable>(map: Map<string, T>, what: string, name: string, thing: T): void {
    const present = map.get(name)
    if (present === thing) return
    if (present !== undefined && !this.#replaceable.has(present)) throw duplicate(what, name)
    if (present !== undefined) this.#all.delete(present)
    map.set(name, thing)
  }
}

/** What clients can be registered for. */
export function registeredNames(registry: Registry, scopes: readonly string[] | undefined): RegisteredNames {
  const { grantTypes, responseTypes } = registry
  const ofResponses = responseTypes.flatMap((name) => registry.responseType(name)?.responseType.grantTypes ?? [])
  return {
    grantTypes: [...grantTypes, ...ofResponses], // `implicit` is no grant of the token endpoint
    responseTypes,
    authMethods: [...registry.clientAuthMethods.keys()],
    members: [...registry.clientMembers.values()],
    scopes,
  }
}

/** A grant that people authorise without a redirect. @throws OAuth2Error `unsupported_grant_type` for any other */
export function backchannelGrant(
  registry: Registry,
  grantType: string,
): RegisteredGrant & { readonly backchannel: Backchannel } {
  const registered = registry.grant(grantType)
  const backchannel = registered?.grant.backchannel
  if (!registered || !backchannel) throw unsupportedGrantType()
  return { ...registered, backchannel }
}

const kinds: ReadonlySet<unknown> = new Set<Registrable['kind']>([
  ...(['feature', 'grant', 'response_type', 'response_mode', 'endpoint', 'extension'] as const),
  ...(['secret_verifier', 'client_source', 'delivery'] as const),
  ...(['client_auth_method', 'token_kind', 'token_format', 'interaction'] as const),
])

/** The compiler refuses it first; without one, what was ignored would be a rule that no one enforces. */
function assertRegistrable(thing: unknown): void {
  const kind = typeof thing === 'object' && thing !== null && 'kind' in thing ? thing.kind : undefined
  if (kinds.has(kind)) return
  const given = typeof thing === 'function' ? `the function ${thing.name}` : `an object of kind ${String(kind)}`
  throw new AuthlibError('not_registrable', `${given} cannot be registered`, {
    hint: 'Register what a factory returns, such as codeChallenge(), or an object with its kind: { kind: "extension", name, … }.',
  })
}

/** @throws AuthlibError `misplaced_extension`, `not_registrable` */
function assertScoped(extension: Extension): void {
  assertRegistrable(extension)
  if (!globalMoments.some((moment) => extension[moment] !== undefined)) return
  const { name } = extension
  throw new AuthlibError('misplaced_extension', `The extension ${name} has moments at which no grant is known`, {
    hint: `Register the extension ${name} for the whole server, by registerExtension.`,
    reason: name,
  })
}

/** `provided` is what things of other kinds provide: those are there for the whole server. */
function assertPresent(
  requires: readonly string[] = [],
  extensions: readonly Extension[],
  provided: ReadonlySet<string>,
  who: string,
): void {
  for (const needed of requires) {
    if (provided.has(needed)) continue
    if (extensions.some(({ name, provides = [] }) => name === needed || provides.includes(needed))) continue
    throw new AuthlibError('missing_extension', `${needed} is missing, without which ${who} is not safe`, {
      hint: `Register the extension ${needed} with ${who}, or for the whole server.`,
      reason: `${who} needs ${needed}`,
    })
  }
}

/** @throws AuthlibError `duplicate_registration` when there is another one already */
function theOnly<T extends { readonly name: string }>(what: string, present: T | undefined, thing: T): T {
  if (present && present !== thing) throw duplicate(what, thing.name)
  return thing
}

function nameOf(thing: Registrable): string {
  if (thing.kind === 'grant') return thing.grantType
  if (thing.kind === 'response_type') return thing.responseType
  if (thing.kind === 'response_mode') return thing.responseMode
  return thing.kind === 'client_auth_method' ? thing.method : thing.name
}

function frozen(name: string): AuthlibError {
  return new AuthlibError(
    'registration_frozen',
    'The server has answered a request: nothing can be registered any more',
    { hint: 'Register everything before the server is mounted or called.', reason: name },
  )
}

function duplicate(what: string, name: string): AuthlibError {
  return new AuthlibError('duplicate_registration', `A ${what} named ${name} is registered already`, { reason: name })
}

/** More than any combination has. */
const LONGEST_RESPONSE_TYPE = 200

/** `token code` and `code token` are one response type. OAuth 2.0 Multiple Response Types §3 */
function words(responseType: string): string {
  if (responseType.length > LONGEST_RESPONSE_TYPE) return responseType // a stranger's words are not worth sorting
  return responseType.split(' ').sort().join(' ')
}
