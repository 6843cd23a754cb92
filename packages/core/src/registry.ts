/** What routes and sessions need of a registry, and applications do not see. */

import type { Adapter } from './adapter.ts'
import type { Clock } from './clock.ts'
import type { JsonObject } from './json.ts'
import type { LoginClient, LoginOptions } from './login.ts'
import type { LoginStates } from './login-state.ts'
import type { Random } from './random.ts'
import type { TokenStore } from './token-store.ts'

/** The environment of a registry, with its defaults. */
export interface RegistryEnvironment<Context = never, Answer = unknown> {
  readonly adapter: Adapter<Context, Answer>
  readonly secrets: readonly string[]
  readonly tokens?: TokenStore | undefined
  readonly clock: Clock
  readonly random: Random
  readonly states: LoginStates
}

/** A client, and its part of the token store. */
export interface RegistryEntry {
  readonly client: LoginClient<LoginOptions, JsonObject, object>
  readonly tokens?: TokenStore | undefined
}

/** A registry from inside. */
export interface Registry<Context, Answer> extends RegistryEnvironment<Context, Answer> {
  /** By name, in the order of registration. More may follow. */
  readonly entries: ReadonlyMap<string, RegistryEntry>
}

const registries = new WeakMap<object, RegistryEnvironment & { readonly entries: Map<string, RegistryEntry> }>()

export function newRegistry<Context, Answer>(owner: object, environment: RegistryEnvironment<Context, Answer>): void {
  registries.set(owner, { ...environment, entries: new Map() })
}

export function addToRegistry<Options extends LoginOptions, Login extends JsonObject>(
  owner: object,
  name: string,
  entry: { readonly client: LoginClient<Options, Login, object>; readonly tokens: TokenStore | undefined },
): void {
  // sound: what calls it has the options that the application chose for this client, and the login that it began
  registries.get(owner)?.entries.set(name, entry)
}

/** @throws TypeError for what is no registry, such as one of another copy of this package */
export function registryOf<Context, Answer>(owner: {
  readonly clients: () => ReadonlyMap<string, object>
}): Registry<Context, Answer> {
  const registry = registries.get(owner)
  if (registry === undefined) throw new TypeError('This is no registry of this copy of @authlib/core')
  return registry as unknown as Registry<Context, Answer> // sound: `newRegistry` had the adapter of the same registry
}
