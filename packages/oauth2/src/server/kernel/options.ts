/** What an authorization server is made of. */

import { AuthlibError, type Clock, type Random, type Store } from '@authlib/core'
import { assertIssuer, assertMethods, assertOptions, isValidUrl, type OptionType } from '@authlib/core/kit'
import type { SigningKeys } from '@authlib/jose'
import type { ErrorUris } from '../../errors.ts'
import type { EventListener } from '../contract/events.ts'
import type { Client, ClientSource } from '../contract/client.ts'
import type { RateLimit } from '../contract/rate-limit.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'

export interface AuthorizationServerOptions {
  /** The exact issuer identifier. https, or http on a loopback host. */
  readonly issuer: string
  /**
   * Issuers that this server had before, after a move to another URL: their codes, refresh tokens, access tokens and sealed
   * secrets are accepted, with the same `store` and `secrets`. Never one that another server still has. Default: none.
   */
  readonly formerIssuers?: readonly string[] | undefined
  /**
   * A word at the beginning of codes, tokens and client secrets, such as `acme` for `acme_at_…`, by which scanners find those
   * that have leaked. Small letters and digits, at most 16. What was issued without stays valid. Default: none.
   */
  readonly tokenPrefix?: string | undefined
  readonly store: Store
  /** For encryption and authentication of what leaves the server. The first is used, all are accepted; at least 32 characters each. */
  readonly secrets: readonly string[]
  /** For ID Tokens and JWT access tokens. */
  readonly keys?: SigningKeys | undefined
  /** Default: clients kept in the store. */
  readonly clients?: ClientSource | undefined
  /** Base of the endpoints' URLs, when they are not below the issuer. */
  readonly baseUrl?: string | undefined
  /** Other paths for endpoints, by name: `{ token: '/oauth/token' }`. */
  readonly paths?: Readonly<Record<string, string>> | undefined
  /** Scope values to publish. When given, others are ignored. */
  readonly scopes?: readonly string[] | undefined
  /**
   * Scope of authorization and device requests that ask for none, or a function that gives it for a client; less what the
   * client may not have. Default: none. The client credentials grant has a default of its own: all that the client may have.
   */
  readonly defaultScope?: readonly string[] | ((client: Client) => readonly string[]) | undefined
  /**
   * Scope that clients without a `scope` of their own may ask for, such as those that register themselves. Default: none.
   */
  readonly defaultClientScope?: readonly string[] | undefined
  /**
   * Grants less when a client asks for more than it may have, in place of `invalid_scope`: for clients that ask for all of
   * `scopes_supported`, as MCP clients do. The token response tells what was granted. Default false.
   */
  readonly narrowScope?: boolean | undefined
  /** Seconds. Default 3600. */
  readonly accessTokenLifetime?: number | undefined
  /** Pages for developers about errors, by error code: `{ invalid_scope: 'https://docs.example/scopes' }`. */
  readonly errorUris?: ErrorUris | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  /**
   * Hears of everything that happens. Default: errors of the server go to the console; where the issuer is a loopback host,
   * refusals too, by `consoleEvents()`.
   */
  readonly onEvent?: EventListener | undefined
  /**
   * Hears of wrong client secrets, codes and user codes, and may refuse callers with 429. Default: none; the server limits
   * nothing but user codes by itself.
   */
  readonly rateLimit?: RateLimit | undefined
  /**
   * `callback`: the application answers the authorization endpoint itself, with `validateAuthorizationRequest` and
   * `createAuthorizationResponse`, so its URL is published. Not needed when an interaction is registered; without either
   * no one could answer, and the endpoint is not published.
   */
  readonly interaction?: 'callback' | undefined
  /** In place of the usual `client_secret_basic`, `client_secret_post` and `none`. */
  readonly clientAuthMethods?: readonly ClientAuthMethod[] | undefined
  /**
   * Keeps the process alive for work that no answer waits for, such as `waitUntil` of a serverless platform. Default: it
   * just runs.
   */
  readonly background?: ((work: Promise<void>) => void) | undefined
  /**
   * How the server calls URLs that clients have registered: key sets, request objects, logout. Default: the `fetch` of the
   * runtime, to public addresses only.
   */
  readonly outgoing?: OutgoingOptions | undefined
  /** Accepts a store that cannot commit atomically, or whose reads may be out of date, whatever is lost by it. Default false. */
  readonly allowWeakStorage?: boolean | undefined
}

/** For requests of the server to URLs that someone else chose. */
export interface OutgoingOptions {
  /** Such as one that goes through a proxy. Default: the `fetch` of the runtime. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * Also calls private and loopback addresses, and plain http on loopback hosts. A client could then reach your internal
   * services: for tests, and for networks where every client is trusted. Default false.
   */
  readonly allowPrivateAddresses?: boolean | undefined
}

/** What may differ between tenants that share one set of registrations. */
export type Tenant = Pick<AuthorizationServerOptions, 'issuer' | 'store'> &
  Partial<
    Pick<
      AuthorizationServerOptions,
      'formerIssuers' | 'secrets' | 'keys' | 'clients' | 'baseUrl' | 'scopes' | 'defaultScope' | 'defaultClientScope'
    >
  >

/** Null: checked by itself. */
const TYPES: Readonly<Record<keyof AuthorizationServerOptions, OptionType | null>> = {
  issuer: null,
  formerIssuers: 'array?',
  tokenPrefix: null,
  store: null,
  secrets: null,
  keys: null,
  clients: null,
  baseUrl: 'string?',
  paths: 'object?',
  scopes: null,
  defaultScope: null,
  defaultClientScope: null,
  narrowScope: 'boolean?',
  accessTokenLifetime: null,
  errorUris: 'object?',
  clock: 'function?',
  random: 'function?',
  onEvent: 'function?',
  rateLimit: 'object?',
  interaction: 'string?',
  clientAuthMethods: 'array?',
  background: 'function?',
  outgoing: 'object?',
  allowWeakStorage: 'boolean?',
}

/**
 * @throws TypeError for options that there are not, and those of another type
 * @throws AuthlibError `invalid_issuer`, `weak_storage`
 */
export function assertServerOptions(options: AuthorizationServerOptions): void {
  assertOptions('AuthorizationServer', options, TYPES)
  const {
    issuer,
    formerIssuers = [],
    tokenPrefix,
    store,
    keys,
    clients,
    outgoing = {},
    errorUris = {},
    allowWeakStorage = false,
  } = options
  assertMethods('store', store, ['get', 'commit', 'list'], 'such as memoryStore()')
  if (clients !== undefined) assertMethods('clients', clients, ['find'], 'wrap a list in staticClients([…])')
  if (keys !== undefined) assertMethods('keys', keys, ['signingKey', 'jwks'], 'wrap keys in staticKeys([…])')
  assertOptions('outgoing', outgoing, { fetch: 'function?', allowPrivateAddresses: 'boolean?' })
  for (const one of [issuer, ...formerIssuers]) assertIssuer(one)
  if (tokenPrefix !== undefined && !/^[a-z][a-z0-9]{0,15}$/.test(tokenPrefix)) {
    throw new TypeError('tokenPrefix is a letter, then at most 15 letters or digits, all small') // scanners can be told it
  }
  if (!allowWeakStorage) assertStrongStorage(store)
  if (!Object.values(errorUris).every((uri) => isValidUrl(uri))) throw new TypeError('errorUris must be absolute URLs')
}

/** @throws AuthlibError `weak_storage` */
function assertStrongStorage({ guarantees: { commit, reads } }: Store): void {
  if (commit !== 'atomic') {
    throw weakStorage(
      'cannot commit atomically: codes and refresh tokens could be used twice',
      'Use a store with atomic commits',
      'RFC 9700 §4.5, §4.14',
    )
  }
  if (reads !== 'strong') {
    throw weakStorage(
      'may read what is out of date: new codes and tokens could be refused, and revoked ones accepted',
      'Read from the primary',
      'RFC 7009 §2',
    )
  }
}

function weakStorage(fault: string, advice: string, section: string): AuthlibError {
  return new AuthlibError('weak_storage', `The store ${fault}`, {
    hint: `${advice}, or pass allowWeakStorage: true and accept the loss. ${section}.`,
  })
}

/** The issuer of each store. Known to all servers of the process: those of two issuers need not share registrations. */
const owners = new WeakMap<Store, string>()

/** Notes whose store it is. @throws AuthlibError `shared_store` */
export function claimStore({ issuer, formerIssuers = [], store }: AuthorizationServerOptions): void {
  const owner = owners.get(store) ?? issuer
  if (owner !== issuer && !formerIssuers.includes(owner)) {
    throw new AuthlibError('shared_store', "Two issuers with one store would accept each other's tokens", {
      hint: "Give each a part of its own: tenantStore(store, name) of '@authlib/core'.",
    })
  }
  owners.set(store, issuer)
}
