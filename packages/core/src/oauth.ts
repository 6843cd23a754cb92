/** The registry of clients: log in with any number of providers, over any protocol, in any framework. */

import type { Adapter } from './adapter.ts'
import { systemClock, type Clock } from './clock.ts'
import { AuthlibError } from './errors.ts'
import type { JsonObject } from './json.ts'
import { createLogins, type LoginClient, type LoginOptions, type Logins } from './login.ts'
import { cookieLogins } from './cookie-logins.ts'
import type { LoginStates } from './login-state.ts'
import { newRegistry, type Registry } from './registry.ts'
import { systemRandom, type Random } from './random.ts'
import type { TokenStore } from './token-store.ts'
import { refuseUnknownOptions } from './unknown-options.ts'

/** What the registry gives to a client. */
export interface Environment {
  /** The name it is registered by. */
  readonly name: string
  /** The tokens of this client alone: keys of others do not meet its own. */
  readonly tokens?: TokenStore | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: typeof fetch | undefined
}

/** What is registered: makes the client, once. */
export type Provider<Client> = (environment: Environment) => Client

export interface OAuthOptions<Context, Answer> {
  /** How to read a request of the framework and answer it. */
  readonly adapter: Adapter<Context, Answer>
  /** Seals logins under way: the first secret seals, all of them open. At least 32 characters each. */
  readonly secrets: readonly string[]
  /** Where logins under way are kept, such as `storedLogins(store, { secrets })`. Default: each in a sealed cookie. */
  readonly logins?: LoginStates | undefined
  /** Where sessions find the tokens of an account, such as `storeTokens(store, { secrets })`. */
  readonly tokens?: TokenStore | undefined
  readonly clock?: Clock | undefined
  /** Reaches the providers; for proxies, certificates and tests. */
  readonly fetch?: typeof fetch | undefined
  readonly random?: Random | undefined
}

const OPTIONS: Readonly<Record<keyof OAuthOptions<unknown, unknown>, true>> = {
  adapter: true,
  secrets: true,
  logins: true,
  tokens: true,
  clock: true,
  fetch: true,
  random: true,
}

/** A client as a registry lists it, whatever its protocol. */
export type RegisteredClient<Context, Answer> = object & Logins<Context, Answer, LoginOptions, object>

/**
 * Holds the clients by name. Each `register` returns the registry with one more typed member:
 *
 *     const oauth = new OAuth({ adapter, secrets }).register('example', oidc({ issuer, clientId, clientSecret }))
 *     oauth.example.authorizeRedirect(context, { redirectUri })
 *
 * @example
 * const oauth = new OAuth({ adapter: expressAdapter, secrets }).register('example', oidc({ issuer, clientId, clientSecret }))
 * app.get('/login', (request, response) => oauth.example.authorizeRedirect(response, { redirectUri }))
 * app.get('/callback', async (request, response) => {
 *   const { profile } = await oauth.example.authorizeAccessToken(response)
 * })
 */
export class OAuth<Context, Answer> {
  readonly #registry: Registry<Context, Answer>

  constructor(options: OAuthOptions<Context, Answer>) {
    refuseUnknownOptions('OAuth', options, OPTIONS)
    const { adapter, secrets, clock = systemClock, random = systemRandom } = options
    if (!(adapter instanceof Object)) throw new TypeError('adapter of OAuth must be an object, such as expressAdapter')
    const states = options.logins ?? cookieLogins({ secrets, clock, random })
    this.#registry = newRegistry(this, { ...options, clock, random, states })
  }

  /** @throws AuthlibError `invalid_client_name` for a name that is taken or is not letters, digits, `_` and `-` */
  register<
    const Name extends string,
    Options extends LoginOptions,
    Login extends JsonObject,
    Result extends object,
    Client extends object,
  >(
    name: Name,
    provider: Provider<Client & LoginClient<Options, Login, Result>>,
  ): this & { readonly [N in Name]: Client & Logins<Context, Answer, Options, Result> } {
    if (!/^[A-Za-z][\w-]*$/.test(name) || name in this) {
      throw new AuthlibError('invalid_client_name', 'Invalid or duplicate client name', {
        hint: 'Letters, digits, `_` and `-`, beginning with a letter; not the name of another client or of a method.',
      })
    }
    if (typeof provider !== 'function')
      throw new TypeError(`register('${name}') needs what oidc({ … }) or a preset returns`)
    const { adapter, clock, fetch, random, states, entries } = this.#registry
    const tokens = this.#registry.tokens && withPrefix(this.#registry.tokens, `${name}:`)
    const client = provider({ name, tokens, clock, fetch, random })
    const value = Object.assign(client, createLogins(name, client, adapter, states))
    // sound: what calls it has the options that the application chose for this client, and the login that it began
    entries.set(name, { client: value, tokens })
    Object.defineProperty(this, name, { value, enumerable: true })
    return this as this & { readonly [N in Name]: typeof value } // sound: defined in the line above
  }

  /** The registered clients by name, in the order of registration: for routes and pages that serve all of them. */
  clients(): ReadonlyMap<string, RegisteredClient<Context, Answer>> {
    return new Map([...this.#registry.entries].map(([name, { client }]) => [name, client]))
  }
}

function withPrefix(tokens: TokenStore, prefix: string): TokenStore {
  return {
    get: (key) => tokens.get(prefix + key),
    save: (key, token, previous) => tokens.save(prefix + key, token, previous),
    ...(tokens.lock && { lock: (key, action) => tokens.lock!(prefix + key, action) }),
  }
}
