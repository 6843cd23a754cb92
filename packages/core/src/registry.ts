/** What routes and sessions need of a registry, and applications do not see. */

import type { Adapter } from './adapter.ts'
import type { Clock } from './clock.ts'
import type { JsonObject } from './json.ts'
import type { LoginClient, LoginOptions, Logins } from './login.ts'
import type { LoginStates } from './login-state.ts'
import type { Random } from './random.ts'
import type { TokenStore } from './token-store.ts'

/** The environment of a registry, with its defaults. */
export interface RegistryEnvironment<Context = never, Answer = unknown> {
  readonly adapter: Adapter<Context, Answer>
  readonly secrets: readonly string[]
  readonly tokens?: TokenStore | undefined
  readonly clock: Clock
  readonly fetch?: typeof fetch | undefined
  readonly random: Random
  readonly states: LoginStates
}

/** A client, and its part of the token store. */
export interface RegistryEntry<Context, Answer> {
  readonly client: RegistryClient<Context, Answer>
  readonly tokens?: TokenStore | undefined
}

/** A client as others make it, with the two calls that the registry adds. */
type RegistryClient<Context, Answer> = LoginClient<LoginOptions, JsonObject, object> &
  Logins<Context, Answer, LoginOptions, object>

/** A registry from inside. */
export interface Registry<Context, Answer> extends RegistryEnvironment<Context, Answer> {
  /** By name, in the order of registration. More may follow. */
  readonly entries: Map<string, RegistryEntry<Context, Answer>>
}

const registries = new WeakMap<object, unknown>()

export function newRegistry<Context, Answer>(
  owner: object,
  environment: RegistryEnvironment<Context, Answer>,
): Registry<Context, Answer> {
  const registry = { ...environment, entries: new Map() }
  registries.set(owner, registry)
  return registry
}

/** @throws TypeError for what is no registry, such as one of another copy of this package */
export function registryOf<Context, Answer>(owner: {
  readonly clients: () => ReadonlyMap<string, object>
}): Registry<Context, Answer> {
  const registry = registries.get(owner)
  if (registry === undefined) throw new TypeError('This is no registry of this copy of @authlib/core')
  return registry as Registry<Context, Answer> // sound: `newRegistry` had the adapter of the same registry
}
