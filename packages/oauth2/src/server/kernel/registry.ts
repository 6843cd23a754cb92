/** What has been registered, and nothing else, is what a server does. */

import { AuthlibError } from '@authlib/core'
import { unsupportedGrantType } from '../../errors.ts'
import type { ClientMember } from '../contract/client-member.ts'
import type { RegisteredNames } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { Interaction } from '../contract/interaction.ts'
import type { Handler, Moment } from '../contract/moments.ts'
import type { Backchannel, Grant, Registrable, ResponseType, TokenFormat } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { assertRegistrable, emptyMaps, nameOf, type ThingsByKind } from './kinds.ts'
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

/** What has been registered, by kind and name. Frozen at the first request. */
export class Registry {
  /** A token format is a token kind too; extensions of a single grant are not here. */
  readonly byKind: ThingsByKind = emptyMaps()
  /** Everything, extensions of a single grant too. */
  readonly all: Set<Registrable> = new Set<Registrable>()
  /** Members of client metadata that registered things read. */
  readonly clientMembers: Map<string, ClientMember> = new Map<string, ClientMember>()
  readonly #scoped = new Map<string, Map<string, Extension>>()
  /** What there is one of: the interaction, and the default token format. */
  readonly #single = new Map<string, Interaction | TokenFormat>()
  /** Things that a registration of the same name replaces, without a word. */
  readonly #replaceable: ReadonlySet<Registrable>
  #resolved: Resolved | undefined

  /** `defaults` are registered first; a thing of the same kind and name takes the place of one. */
  constructor(defaults: readonly Registrable[] = []) {
    this.#replaceable = new Set(defaults)
    for (const thing of defaults) this.register(thing)
  }

  /** @throws AuthlibError `not_registrable`, `duplicate_registration`, `registration_frozen` */
  register(thing: Registrable): void {
    assertRegistrable(thing)
    if (this.#resolved) throw frozen(nameOf(thing))
    this.#add(thing, this.byKind[thing.kind])
  }

  /** The extensions run for this grant only. @throws AuthlibError `misplaced_extension`, and as {@link register} */
  registerGrant(grant: Grant, extensions: readonly Extension[] = []): void {
    for (const extension of extensions) assertScoped(extension)
    this.register(grant)
    const scoped = this.#scoped.get(grant.grantType) ?? new Map<string, Extension>()
    this.#scoped.set(grant.grantType, scoped)
    for (const extension of extensions) this.#add(extension, scoped)
  }

  /** Those that run for one of the grants: of the whole server, then their own. */
  extensionsOf(grantTypes: readonly string[]): readonly Extension[] {
    const scoped = grantTypes.flatMap((grantType) => [...(this.#scoped.get(grantType)?.values() ?? [])])
    return [...new Set([...this.byKind.extension.values(), ...scoped])]
  }

  /** Of tokens for which nothing names another. */
  get defaultFormat(): string {
    return this.#single.get(DEFAULT_FORMAT)?.name ?? 'opaque'
  }

  get interaction(): Interaction | undefined {
    return this.#single.get('interaction') as Interaction | undefined // sound: nothing else has this kind
  }

  get responseTypes(): readonly string[] {
    return [...this.byKind.response_type.values()].map(({ responseType }) => responseType)
  }

  grant(grantType: string): RegisteredGrant | undefined {
    return this.freeze().grants.get(grantType)
  }

  responseType(responseType: string): RegisteredResponseType | undefined {
    return this.freeze().responseTypes.get(sorted(responseType))
  }

  /** What extensions of the whole server do. */
  get moments(): Moments {
    return this.freeze().moments
  }

  handlers(moment: Moment<never, unknown>): readonly Handler['handle'][] {
    return this.freeze().handlers.get(moment) ?? []
  }

  /** Ends registration and works out which extensions run where. @throws AuthlibError `missing_extension` */
  freeze(): Resolved {
    return (this.#resolved ??= this.#resolve())
  }

  #resolve(): Resolved {
    const { grant: grants, response_type: responseTypes, extension: global } = this.byKind
    for (const { name } of [...this.#scoped.values()].flatMap((scoped) => [...scoped.values()])) {
      if (global.has(name)) throw duplicate('extension', name) // it would run twice
    }
    const provided = [...this.all].flatMap((thing) => (thing.kind === 'extension' ? [] : (thing.provides ?? [])))
    const momentsFor = (thing: Grant | ResponseType, grantTypes: readonly string[]): Moments => {
      const extensions = this.extensionsOf(grantTypes)
      const names = extensions.flatMap(({ name, provides = [] }) => [name, ...provides])
      assertPresent(thing, [...provided, ...names])
      return momentsOf(extensions)
    }
    return {
      grants: mapped(grants, (grant) => ({ grant, moments: momentsFor(grant, [grant.grantType]) })),
      responseTypes: mapped(responseTypes, (type) => ({
        responseType: type,
        moments: momentsFor(type, type.grantTypes),
      })),
      moments: momentsOf([...global.values()]),
      handlers: handlersOf([...this.all].filter((thing) => thing.kind === 'extension')),
    }
  }

  /** @throws AuthlibError `duplicate_registration`, for two things that read a member as different types too */
  #add(thing: Registrable, among: Map<string, Registrable>): void {
    const { kind } = thing
    const name = kind === 'response_type' ? sorted(nameOf(thing)) : nameOf(thing)
    this.#put(among, name, thing)
    if (kind === 'interaction') this.#put(this.#single, kind, thing)
    if (kind === 'token_format') {
      this.#put(this.byKind.token_kind, name, thing) // what is minted must be recognised
      if (thing.isDefault === true) this.#put(this.#single, DEFAULT_FORMAT, thing, DEFAULT_FORMAT)
    }
    this.all.add(thing)
    for (const member of thing.clientMembers ?? []) {
      const present = this.clientMembers.get(member.name)
      if (present && present.type !== member.type) throw duplicate('client member', member.name)
      this.clientMembers.set(member.name, member)
    }
    if ('includes' in thing) for (const included of thing.includes ?? []) this.register(included)
  }

  /** The same object twice is fine: several features may bring the token endpoint along. */
  #put<T extends Registrable>(
    map: Map<string, T>,
    key: string,
    thing: T,
    what = thing.kind.replaceAll('_', ' '),
  ): void {
    const present = map.get(key)
    if (present === thing) return
    if (present !== undefined && !this.#replaceable.has(present)) throw duplicate(what, nameOf(thing))
    if (present !== undefined) this.all.delete(present)
    map.set(key, thing)
  }
}

const DEFAULT_FORMAT = 'default token format'

/** What clients can be registered for. */
export function registeredNames({ grantTypes, scopes }: Server, { byKind, clientMembers }: Registry): RegisteredNames {
  const responseTypes = [...byKind.response_type.values()]
  return {
    grantTypes: [...grantTypes, ...responseTypes.flatMap((type) => type.grantTypes)], // `implicit` is no grant of the token endpoint
    responseTypes: responseTypes.map(({ responseType }) => responseType),
    authMethods: [...byKind.client_auth_method.keys()],
    members: [...clientMembers.values()],
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

/** @throws AuthlibError `missing_extension` for what it requires and nothing provides */
function assertPresent(thing: Grant | ResponseType, provided: readonly string[]): void {
  const needed = thing.requires?.find((name) => !provided.includes(name))
  if (needed === undefined) return
  const who = `the ${thing.kind.replace('_', ' ')} ${nameOf(thing)}`
  throw new AuthlibError('missing_extension', `${needed} is missing, without which ${who} is not safe`, {
    hint: `Register the extension ${needed} with ${who}, or for the whole server.`,
    reason: `${who} needs ${needed}`,
  })
}

function mapped<T, U>(map: ReadonlyMap<string, T>, make: (thing: T) => U): ReadonlyMap<string, U> {
  return new Map([...map].map(([name, thing]) => [name, make(thing)]))
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
function sorted(responseType: string): string {
  if (responseType.length > LONGEST_RESPONSE_TYPE) return responseType // a stranger's words are not worth sorting
  return responseType.split(' ').sort().join(' ')
}
