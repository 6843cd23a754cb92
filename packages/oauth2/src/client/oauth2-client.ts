/** An OAuth 2 client: logs people in, gets tokens by any grant, keeps them fresh, calls APIs. */

import {
  AuthlibError,
  memoryTokens,
  readQuery,
  systemClock,
  systemRandom,
  type Awaitable,
  type Clock,
  type LoginClient,
  type Params,
  type Random,
  type StartedLogin,
  type TokenStore,
} from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import type { ClientAuth } from '../client-auth/client-auth.ts'
import { clientSecret as clientSecretAuth } from '../client-auth/client-secret.ts'
import { none } from '../client-auth/none.ts'
import type { Issuers } from '../issuer-template.ts'
import type { GivenMetadata, ServerMetadata } from '../server-metadata.ts'
import { callApi } from './api-call.ts'
import { assertNotReserved, assertScope, scopeParam, startAuthorization } from './authorization.ts'
import { callPlan } from './call-plan.ts'
import { readCode } from './callback.ts'
import { post, readObject, type Connection, type JsonMembers } from './connection.ts'
import { invalidResponse, loginRequired } from './errors.ts'
import type { ClientContext, ClientExtension, RequestSubject } from './extension.ts'
import { knownMetadata } from './known-metadata.ts'
import type { AuthorizationOptions, OAuth2Login } from './login.ts'
import { createSession, type Session, type SessionTransport } from './session.ts'
import { keeperState, tokenKeeper, type KeeperState, type TokenKeeperOptions } from './token-keeper.ts'
import type { ExchangeOptions, TokenClient, TokenRequestOptions } from './token-client.ts'
import { requestToken } from './token-request.ts'
import { readToken, type Token } from './token.ts'

/** What a finished login gives. */
export interface OAuth2LoginResult {
  readonly token: Token
  /** The parameters of the callback: some providers put more there than a code. */
  readonly callback: Params
}

/** What `finish` of a client is told besides the result. */
export interface FinishContext {
  /** Calls to the API with the token of this login, before it is stored anywhere. */
  readonly session: Session
  readonly login: OAuth2Login
  readonly client: ClientContext
}

/** Makes what a login gives into what an application wants. */
export type Finish<From extends object, To extends object> = (result: From, context: FinishContext) => Awaitable<To>

/** How to reach an authorization server, and as whom. */
export interface OAuth2ClientSettings {
  readonly clientId: string
  /** Sent in the header, or in the body where the server only takes it there. */
  readonly clientSecret?: string | undefined
  /** How the client authenticates: a value such as `clientSecretPost(secret)`. Default: by `clientSecret`, or `none()`. */
  readonly clientAuth?: ClientAuth | undefined
  /** The authorization server. Its metadata is loaded at first use and kept for an hour. */
  readonly issuer?: string | undefined
  /**
   * Metadata written by hand. With `issuer`, each member wins over the published one, and one that is `undefined` removes
   * it; its `issuer` is then what the published document must call itself. Without `issuer`, nothing is loaded.
   */
  readonly metadata?: GivenMetadata | undefined
  /**
   * What callbacks and ID Tokens may name as their issuer, when that is not the issuer of the metadata: several, or one with
   * a claim in it, as `https://login.microsoftonline.com/{tid}/v2.0`. Default: the issuer of the metadata.
   */
  readonly issuers?: Issuers | undefined
  /** What logins ask for. Default: nothing, which leaves it to the server. */
  readonly scope?: readonly string[] | undefined
  /** Parameters of every authorization request, such as `{ access_type: 'offline' }`. Default none. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Where the API lives, or how a token tells it. Its origin may receive tokens; relative URLs of sessions start here. */
  readonly apiBaseUrl?: string | ((token: Token) => string) | undefined
  /** Further origins that may receive tokens. */
  readonly resources?: readonly string[] | undefined
  /** Members of a token response to keep in `token.extra`. Those of the login stay through refreshes. */
  readonly keep?: readonly string[] | undefined
  /** Where sessions find the token of an account. */
  readonly tokens?: TokenStore | undefined
  /** Values such as `dpop()` and `pushedAuthorization()`; at each moment they run in this order. */
  readonly extensions?: readonly ClientExtension[] | undefined
  /** Seconds for one request to the authorization server. Default 10. */
  readonly timeout?: number | undefined
  /** `public` when someone else, such as a tenant, chose the issuer: no private addresses. Default `any`. */
  readonly addresses?: 'any' | 'public' | undefined
  /** Allows plain http to hosts other than this machine, such as other containers. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: typeof fetch | undefined
}

export interface OAuth2ClientOptions<Result extends object = OAuth2LoginResult> extends OAuth2ClientSettings {
  /** Runs at the end of each login; what it returns is the result of the login. Default: the result as it is. */
  readonly finish?: Finish<OAuth2LoginResult, Result> | undefined
}

export interface SessionOptions {
  /** The account in the token store. Sessions of one key share its token, in all processes. */
  readonly key?: string | undefined
  /** A token at hand, for a session without a key: this session alone keeps it and what it becomes. */
  readonly token?: Token | undefined
  /** Gets a token when there is none to refresh: `() => client.clientCredentials()`. With a key it is kept for all. */
  readonly obtain?: (() => Promise<Token>) | undefined
  /** Hears of each new token of a session without a key, before it is used. What it throws, it is asked again. */
  readonly onUpdate?: ((token: Token) => Awaitable<void>) | undefined
}

/** An answer of the introspection endpoint. Wire names. RFC 7662 §2.2. */
export type IntrospectionResponse = JsonMembers & { readonly active: boolean }

/** RFC 7009 §2.1, RFC 7662 §2.1. */
export type TokenTypeHint = 'access_token' | 'refresh_token'

const OPTIONS: Readonly<Record<keyof OAuth2ClientOptions, true>> = {
  clientId: true,
  clientSecret: true,
  clientAuth: true,
  issuer: true,
  metadata: true,
  issuers: true,
  scope: true,
  params: true,
  apiBaseUrl: true,
  resources: true,
  keep: true,
  tokens: true,
  extensions: true,
  timeout: true,
  addresses: true,
  allowInsecureTransport: true,
  clock: true,
  random: true,
  fetch: true,
  finish: true,
}

/** Parameters of a token request that the protocol sets. */
const RESERVED: ReadonlySet<string> = new Set([
  'grant_type',
  'scope',
  'resource',
  'refresh_token',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
])

/**
 * Works with or without a registry and a framework. Holds no state of its own but caches.
 *
 * @example
 * const client = new OAuth2Client({ issuer: 'https://as.example', clientId, clientSecret })
 * const token = await client.clientCredentials({ scope: ['notes:read'] })
 */
export class OAuth2Client<
  Result extends object = OAuth2LoginResult,
  Options extends AuthorizationOptions = AuthorizationOptions,
>
  implements LoginClient<Options, OAuth2Login, Result>, TokenClient
{
  readonly clientId: string
  readonly #connection: Connection
  readonly #settings: OAuth2ClientOptions<Result>
  readonly #memory: TokenStore = memoryTokens()
  readonly #transport: SessionTransport
  readonly #keeperState: KeeperState

  /** @throws AuthlibError `invalid_issuer`, `invalid_metadata`; TypeError for options that are missing or of the wrong type */
  constructor(settings: OAuth2ClientOptions<Result>) {
    const {
      clientId,
      clientSecret,
      issuer,
      metadata,
      extensions = [],
      params = {},
      apiBaseUrl,
      resources = [],
    } = settings
    const { clock = systemClock, random = systemRandom, fetch, timeout, addresses, allowInsecureTransport } = settings
    if (typeof clientId !== 'string' || clientId === '') throw new TypeError('`clientId` must be a non-empty string')
    refuseUnknownOptions('The client', settings, OPTIONS)
    assertScope(settings.scope)
    const source = knownMetadata({ issuer, metadata, fetch, timeout, addresses, allowInsecureTransport })
    this.clientId = clientId
    this.#settings = { ...settings, params }
    this.#connection = {
      clientId,
      clientAuth: settings.clientAuth ?? (clientSecret === undefined ? none() : clientSecretAuth(clientSecret)),
      issuer: metadata?.issuer ?? issuer,
      metadata: () => source(clock),
      extensions,
      clock,
      random,
      fetch,
      timeout,
      addresses,
      allowInsecureTransport,
      post: (endpoint, params, about) => post(this.#connection, endpoint, params, about),
      fetchWith: (token) => async (input, init) => callApi(this.#connection, token, await callPlan(input, init)),
    }
    this.#transport = { apiBaseUrl, resources, connection: this.#connection }
    this.#keeperState = keeperState(random)
  }

  /** What features need of a client, such as `post`. */
  get context(): ClientContext {
    return this.#connection
  }

  /** What is known of the authorization server. @throws AuthlibError `invalid_metadata`, `issuer_mismatch`, `missing_metadata` */
  metadata(): Promise<ServerMetadata> {
    return this.#connection.metadata()
  }

  /** Which login a callback belongs to: its `state`, or what an extension finds. Nothing is verified yet. */
  async loginId(params: Params): Promise<string | undefined> {
    for (const extension of this.#connection.extensions) {
      const id = await extension.loginId?.(params)
      if (id !== undefined) return id
    }
    return params.get('state')
  }

  /**
   * Begins a login: send the browser to `url`, and keep `login` where only this browser brings it back. RFC 6749 §4.1.1.
   *
   * @throws AuthlibError `reserved_parameter`, `missing_endpoint`
   */
  createAuthorization(options: Options): Promise<StartedLogin<OAuth2Login>> {
    const { scope = [], params } = this.#settings
    return startAuthorization(this.#connection, { ...options, scope: options.scope ?? scope }, params)
  }

  /**
   * Ends a login. `callback` is the URL that the browser came back to, with or without its origin, or its parameters. Use
   * each `login` once.
   *
   * @throws AuthlibError `mismatching_state`, `issuer_mismatch`, `missing_issuer`, `invalid_callback`, `invalid_response`,
   * and what the server answered, such as `access_denied`
   */
  async finishAuthorization(callback: Params | string, login: OAuth2Login): Promise<Result> {
    const { issuers, keep = [], finish } = this.#settings
    const { clientId, issuer, extensions } = this.#connection
    let params = typeof callback === 'string' ? readQuery({ url: callback }) : callback
    const metadata = await this.#connection.metadata()
    for (const extension of extensions) params = (await extension.callback?.(params, login, this.#connection)) ?? params
    const code = readCode(params, login, { clientId, issuer, issuers, metadata })
    const { redirectUri: redirect_uri, codeVerifier: code_verifier, scope, resource } = login
    const token = await requestToken(
      this.#connection,
      { grant_type: 'authorization_code', code, redirect_uri, code_verifier, resource },
      { scope, resource, keep },
      { login, callback: params },
    )
    const result: OAuth2LoginResult = { token, callback: params }
    // sound: without `finish`, Result is what it defaults to
    if (finish === undefined) return result as OAuth2LoginResult & Result
    return finish(result, { session: this.session({ token }), login, client: this.#connection })
  }

  /** A token for the client itself. RFC 6749 §4.4. */
  clientCredentials({ scope = this.#settings.scope, ...options }: TokenRequestOptions = {}): Promise<Token> {
    return this.exchange('client_credentials', { scope, ...options })
  }

  /**
   * A token by any grant: its parameters go into `params`.
   *
   * @throws AuthlibError `reserved_parameter`
   */
  async exchange(
    grantType: string,
    { scope = [], resource, params = {}, tokenTypes }: ExchangeOptions = {},
  ): Promise<Token> {
    assertNotReserved(params, RESERVED)
    return requestToken(
      this.#connection,
      { ...params, grant_type: grantType, scope: scopeParam(scope), resource },
      { scope, resource, keep: this.#settings.keep ?? [], tokenTypes },
    )
  }

  /**
   * The successor of a token. It keeps the refresh token unless the server sent a new one. Sessions do this by themselves.
   *
   * @throws AuthlibError `login_required` without a refresh token; OAuth2ClientError `invalid_grant` when the server refuses
   * it. For an answer that is not valid, `error.response` has the members: a refresh token among them replaces the old one.
   */
  refresh(token: Token, options?: TokenRequestOptions): Promise<Token> {
    return this.#refresh(token, options, { token })
  }

  async #refresh(
    token: Token,
    { scope, resource = token.resource, params = {} }: TokenRequestOptions = {},
    about: RequestSubject,
  ): Promise<Token> {
    const { refreshToken, idToken, extra, data } = token
    if (refreshToken === undefined) throw loginRequired('there is no refresh token')
    assertNotReserved(params, RESERVED)
    return requestToken(
      this.#connection,
      { ...params, grant_type: 'refresh_token', refresh_token: refreshToken, scope: scopeParam(scope), resource },
      { scope: scope ?? token.scope, resource, refreshToken, idToken, extra, data, keep: this.#settings.keep ?? [] },
      about,
    )
  }

  /**
   * Ends a token at the server; of a `Token` the refresh token if there is one, which ends both. RFC 7009.
   *
   * @throws AuthlibError `missing_endpoint`, `unsupported_token_type`
   */
  async revoke(token: Token | string, hint?: TokenTypeHint): Promise<void> {
    const whole = typeof token === 'string' ? undefined : token
    const text = typeof token === 'string' ? token : (token.refreshToken ?? token.accessToken)
    const kind = whole && (whole.refreshToken === undefined ? 'access_token' : 'refresh_token')
    const params = { token: text, token_type_hint: hint ?? kind }
    await post(this.#connection, 'revocation_endpoint', params, { token: whole })
  }

  /** What the server says about a token; of a `Token` its access token. RFC 7662. */
  async introspect(token: Token | string, hint: TokenTypeHint = 'access_token'): Promise<IntrospectionResponse> {
    const text = typeof token === 'string' ? token : token.accessToken
    const about = typeof token === 'string' ? {} : { token }
    const params = { token: text, token_type_hint: hint }
    const answer = await post(this.#connection, 'introspection_endpoint', params, about)
    const members = readObject(answer)
    if (typeof members['active'] !== 'boolean') throw invalidResponse('active is not a boolean', answer)
    return members as IntrospectionResponse // sound: checked in the line above
  }

  /**
   * Calls to the API for an account: by its key in the token store, or with a token at hand.
   *
   * @throws AuthlibError `missing_token_store`
   */
  session(account: string | SessionOptions): Session {
    const { key, token, obtain, onUpdate } = typeof account === 'string' ? { key: account } : account
    if (key !== undefined && token !== undefined) throw new TypeError('A session has a key or a token, not both')
    const { clientId, issuer, clock, random, timeout = 10 } = this.#connection
    const keeper = tokenKeeper({
      ...(key === undefined ? ownTokens(random, token, onUpdate) : this.#keptTokens(key, obtain !== undefined)),
      read: (stored) => readToken(stored, clientId, issuer),
      refresh: (token) => this.#refresh(token, {}, { token, keeping: true }),
      obtain,
      clock,
      random,
      lease: 3 * timeout + 10, // a refresh, once more on a lost response, keys for its ID Token, and saving it
    })
    return createSession(keeper, this.#transport)
  }

  #keptTokens(key: string, obtainable: boolean): Pick<TokenKeeperOptions, 'key' | 'store' | 'state'> {
    const store = this.#settings.tokens ?? (obtainable ? this.#memory : undefined)
    if (store === undefined) {
      throw new AuthlibError('missing_token_store', 'There is no token store to find this account in', {
        hint: 'Give the registry or the client `tokens`, such as `storeTokens(store, { secrets })`.',
      })
    }
    return { key, store, state: this.#keeperState }
  }
}

/** What one session keeps for itself. */
function ownTokens(
  random: Random,
  token: Token | undefined,
  onUpdate: SessionOptions['onUpdate'],
): Pick<TokenKeeperOptions, 'key' | 'store' | 'state'> {
  const memory = memoryTokens()
  if (token !== undefined) void memory.save('', token) // in memory: done when it returns
  // A lock, so that `save` is called for tokens only: one process needs no lease.
  const lock = <T>(_key: string, action: () => Promise<T>): Promise<T> => action()
  const store: TokenStore = {
    get: (key) => memory.get(key),
    lock,
    async save(key, next, previous) {
      // sound: a keeper saves nothing but tokens
      if (next !== null) await onUpdate?.(next as unknown as Token)
      return memory.save(key, next, previous)
    },
  }
  return { key: '', store, state: keeperState(random) }
}
