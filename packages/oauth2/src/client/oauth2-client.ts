/** An OAuth 2 client: logs people in, gets tokens by any grant, keeps them fresh, calls APIs. */

import {
  readQuery,
  systemClock,
  systemRandom,
  type AddressRule,
  type Awaitable,
  type CallOptions,
  type Clock,
  type LoginClient,
  type Params,
  type Random,
  type StartedLogin,
  type TokenStore,
} from '@authlib/core'
import { assertBooleans, assertSeconds, refuseUnknownOptions, untilAborted } from '@authlib/core/kit'
import type { ClientAuth } from '../client-auth/client-auth.ts'
import { clientSecret as clientSecretAuth } from '../client-auth/client-secret.ts'
import { none } from '../client-auth/none.ts'
import type { Issuers } from '../issuer-template.ts'
import type { GivenMetadata, ServerMetadata } from '../server-metadata.ts'
import {
  assertNotReserved,
  assertScope,
  assertTokenRequestOptions,
  scopeParam,
  startAuthorization,
} from './authorization.ts'
import { validateCallback } from './callback.ts'
import { post, type Connection } from './connection.ts'
import type { ClientContext, ClientExtension } from './extension.ts'
import { knownMetadata } from './known-metadata.ts'
import type { AuthorizationOptions, OAuth2Login } from './login.ts'
import { refresh, RESERVED_IN_TOKEN_REQUESTS } from './refresh.ts'
import type { ExchangeOptions, TokenClient, TokenRequestOptions } from './token-client.ts'
import { requestToken } from './token-request.ts'
import type { Token } from './token.ts'

/** What a finished login gives. */
export interface OAuth2LoginResult {
  readonly token: Token
  /** The parameters of the callback: some providers put more there than a code. */
  readonly callback: Params
}

/** What `finish` of a client is told besides the result. */
export interface FinishContext {
  /** For calls to the API with the token of this login: `apiSession(client, { token })`. */
  readonly client: TokenClient
  readonly login: OAuth2Login
  /** Of the caller who may end the login. */
  readonly signal?: AbortSignal | undefined
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
  /** `publicAddresses` when someone else, such as a tenant, chose the issuer: no private addresses. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
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

const OPTIONS: Readonly<Record<keyof OAuth2ClientOptions | 'name', true>> = {
  name: true, // of `register`, whose environment may be spread here
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

  /** @throws AuthlibError `invalid_issuer`, `invalid_metadata`; TypeError for options that are missing or of the wrong type */
  constructor(settings: OAuth2ClientOptions<Result>) {
    const { clientSecret, ...known } = settings // features see no secret
    const { clientId, issuer, metadata, extensions = [], resources = [], keep = [] } = known
    const { clock = systemClock, random = systemRandom, timeout, allowInsecureTransport } = known
    if (typeof clientId !== 'string' || clientId === '') throw new TypeError('`clientId` must be a non-empty string')
    refuseUnknownOptions('The client', settings, OPTIONS)
    assertScope(settings.scope)
    assertSeconds({ timeout })
    assertBooleans({ allowInsecureTransport })
    const source = knownMetadata(known)
    this.clientId = clientId
    this.#settings = known
    this.#connection = {
      ...known,
      clientAuth: settings.clientAuth ?? (clientSecret === undefined ? none() : clientSecretAuth(clientSecret)),
      issuer: metadata?.issuer ?? issuer,
      metadata: () => source(clock),
      extensions,
      clock,
      random,
      keep,
      resources,
      post: (endpoint, params, about) => post(this.#connection, endpoint, params, about),
    }
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
    const started = startAuthorization(this.#connection, { ...options, scope: options.scope ?? scope }, params)
    return untilAborted(options.signal, started)
  }

  /**
   * Ends a login. `callback` is the URL that the browser came back to, with or without its origin, or its parameters. Use
   * each `login` once.
   *
   * @throws AuthlibError `mismatching_state`, `issuer_mismatch`, `missing_issuer`, `invalid_callback`, `invalid_response`,
   * and what the server answered, such as `access_denied`
   */
  finishAuthorization(callback: Params | string, login: OAuth2Login, { signal }: CallOptions = {}): Promise<Result> {
    return untilAborted(signal, this.#finish(callback, login, signal))
  }

  async #finish(callback: Params | string, login: OAuth2Login, signal: AbortSignal | undefined): Promise<Result> {
    const { issuers, finish } = this.#settings
    let params = typeof callback === 'string' ? readQuery({ url: callback }) : callback
    const metadata = await this.#connection.metadata()
    for (const extension of this.#connection.extensions)
      params = (await extension.callback?.(params, login, this.#connection)) ?? params
    await validateCallback(params, login, { ...this.#connection, issuers, metadata }, true)
    const { redirectUri: redirect_uri, codeVerifier: code_verifier, scope, resource } = login
    const token = await requestToken(
      this.#connection,
      { grant_type: 'authorization_code', code: params.get('code'), redirect_uri, code_verifier, resource },
      { scope, resource },
      { login, callback: params, signal },
    )
    const result: OAuth2LoginResult = { token, callback: params }
    // sound: without `finish`, Result is what it defaults to
    return finish === undefined
      ? (result as OAuth2LoginResult & Result)
      : finish(result, { client: this, login, signal })
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
  async exchange(grantType: string, options: ExchangeOptions = {}): Promise<Token> {
    assertTokenRequestOptions('exchange', options)
    const { scope = [], resource, params = {}, tokenTypes, signal } = options
    assertNotReserved(params, RESERVED_IN_TOKEN_REQUESTS)
    const sent = { ...params, grant_type: grantType, scope: scopeParam(scope), resource }
    return untilAborted(signal, requestToken(this.#connection, sent, { scope, resource, tokenTypes }, { signal }))
  }

  /**
   * The successor of a token. It keeps the refresh token unless the server sent a new one. Sessions do this by themselves.
   *
   * @throws AuthlibError `login_required` without a refresh token; OAuth2ClientError `invalid_grant` when the server refuses
   * it. For an answer that is not valid, `error.response` has the members: a refresh token among them replaces the old one.
   */
  refresh(token: Token, options: TokenRequestOptions = {}): Promise<Token> {
    return untilAborted(options.signal, refresh(this.#connection, token, options))
  }
}
