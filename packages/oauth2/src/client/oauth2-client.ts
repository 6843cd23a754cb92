/** An OAuth 2 client: logs people in, gets tokens by any grant, keeps them fresh, calls APIs. */

import {
  AuthlibError,
  memoryTokens,
  readQuery,
  systemClock,
  systemRandom,
  type Clock,
  type LoginClient,
  type Params,
  type Random,
  type StartedLogin,
  type TokenStore,
} from '@authlib/core'
import type { ClientAuth } from '../client-auth/client-auth.ts'
import { clientSecret as clientSecretAuth } from '../client-auth/client-secret.ts'
import { none } from '../client-auth/none.ts'
import { issuerMetadata } from '../issuer-metadata.ts'
import { validateServerMetadata, type ServerMetadata } from '../server-metadata.ts'
import { scopeParam, startAuthorization, type AuthorizationOptions, type OAuth2Login } from './authorization.ts'
import { readCode } from './callback.ts'
import { post, readObject, type Connection, type JsonMembers } from './connection.ts'
import { invalidResponse, loginRequired } from './errors.ts'
import { createSession, type Session, type SessionTransport } from './session.ts'
import { keeperState, tokenKeeper, type KeeperState, type TokenKeeperOptions } from './token-keeper.ts'
import { requestToken } from './token-request.ts'
import { readToken, type Token } from './token.ts'

export interface OAuth2ClientOptions {
  readonly clientId: string
  /** Sent in the header, or in the body where the server only takes it there. */
  readonly clientSecret?: string | undefined
  /** How the client authenticates: a value such as `clientSecretPost(secret)`. Default: by `clientSecret`, or `none()`. */
  readonly clientAuth?: ClientAuth | undefined
  /** The authorization server. Its metadata is loaded at first use and kept for an hour, unless `metadata` is given. */
  readonly issuer?: string | undefined
  /** Metadata written by hand, for servers that publish none. Give it the `issuer`, if the server has one. */
  readonly metadata?: ServerMetadata | undefined
  /** What logins ask for. Default: nothing, which leaves it to the server. */
  readonly scope?: readonly string[] | undefined
  /** Where the API lives. Its origin may receive tokens; relative URLs of sessions start here. */
  readonly apiBaseUrl?: string | undefined
  /** Further origins that may receive tokens. */
  readonly resources?: readonly string[] | undefined
  /** Members of a token response to keep in `token.extra`. */
  readonly keep?: readonly string[] | undefined
  /** Where sessions find the token of an account. */
  readonly tokens?: TokenStore | undefined
  /** Seconds for one request to the authorization server. Default 10. */
  readonly timeout?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: typeof fetch | undefined
}

/** What a finished login gives. */
export interface OAuth2LoginResult {
  readonly token: Token
}

export interface TokenRequestOptions {
  /** Default: the scope of the client for client credentials; for a refresh what was granted. */
  readonly scope?: readonly string[] | undefined
  /** RFC 8707. */
  readonly resource?: readonly string[] | undefined
  readonly params?: Readonly<Record<string, string>> | undefined
}

export interface SessionOptions {
  /** The account in the token store. Sessions of one key share its token, in all processes. */
  readonly key?: string | undefined
  /** A token at hand, for a session without a key: this session alone keeps it and what it becomes. */
  readonly token?: Token | undefined
  /** Gets a token when there is none to refresh: `() => client.clientCredentials()`. With a key it is kept for all. */
  readonly obtain?: (() => Promise<Token>) | undefined
}

/** An answer of the introspection endpoint. Wire names. RFC 7662 §2.2. */
export type IntrospectionResponse = JsonMembers & { readonly active: boolean }

/** RFC 7009 §2.1, RFC 7662 §2.1. */
export type TokenTypeHint = 'access_token' | 'refresh_token'

/** Works with or without a registry and a framework. Holds no state of its own but caches. */
export class OAuth2Client implements LoginClient<AuthorizationOptions, OAuth2Login, OAuth2LoginResult> {
  readonly loginParam = 'state'
  readonly clientId: string
  readonly #connection: Connection
  readonly #scope: readonly string[]
  readonly #keep: readonly string[]
  readonly #tokens: TokenStore | undefined
  readonly #memory: TokenStore = memoryTokens()
  readonly #transport: SessionTransport
  readonly #keeperState: KeeperState

  /** @throws AuthlibError `invalid_issuer`, `invalid_metadata`; TypeError without `issuer` and `metadata` */
  constructor({
    clientId,
    clientSecret,
    clientAuth = clientSecret === undefined ? none() : clientSecretAuth(clientSecret),
    issuer,
    metadata,
    scope = [],
    apiBaseUrl,
    resources = [],
    keep = [],
    tokens,
    timeout,
    clock = systemClock,
    random = systemRandom,
    fetch,
  }: OAuth2ClientOptions) {
    this.clientId = clientId
    this.#connection = {
      clientId,
      clientAuth,
      metadata: metadataSource(),
      clock,
      random,
      fetch,
      timeout,
    }
    this.#scope = scope
    this.#keep = keep
    this.#tokens = tokens
    this.#transport = { apiBaseUrl, resources, fetch }
    this.#keeperState = keeperState(random)

    function metadataSource(): () => Promise<ServerMetadata> {
      if (metadata !== undefined) {
        const valid = validateServerMetadata(metadata, issuer)
        return () => Promise.resolve(valid)
      }
      if (issuer === undefined) throw new TypeError('A client needs an `issuer`, or `metadata`')
      const source = issuerMetadata({ issuer, fetch, timeout })
      return () => source(clock)
    }
  }

  /** What is known of the authorization server. @throws AuthlibError `invalid_metadata`, `issuer_mismatch`, `missing_metadata` */
  metadata(): Promise<ServerMetadata> {
    return this.#connection.metadata()
  }

  /**
   * Begins a login: send the browser to `url`, and keep `login` where only this browser brings it back. RFC 6749 §4.1.1.
   * `protocolParams` are those that a protocol on top of OAuth 2 sets itself, such as `nonce`.
   */
  createAuthorization(
    options: AuthorizationOptions,
    protocolParams?: Readonly<Record<string, string | undefined>>,
  ): Promise<StartedLogin<OAuth2Login>> {
    return startAuthorization(this.#connection, { ...options, scope: options.scope ?? this.#scope }, protocolParams)
  }

  /**
   * Ends a login. `callback` is the URL that the browser came back to, with or without its origin, or its parameters. Use
   * each `login` once.
   *
   * @throws AuthlibError `mismatching_state`, `issuer_mismatch`, `missing_issuer`, `invalid_callback`, `invalid_response`,
   * and what the server answered, such as `access_denied`
   */
  async finishAuthorization(callback: Params | string, login: OAuth2Login): Promise<OAuth2LoginResult> {
    const params = typeof callback === 'string' ? readQuery({ url: callback }) : callback
    const code = readCode(params, login, await this.#connection.metadata())
    const { redirectUri: redirect_uri, codeVerifier: code_verifier, scope, resource } = login
    const token = await requestToken(
      this.#connection,
      { grant_type: 'authorization_code', code, redirect_uri, code_verifier, resource },
      { scope, resource, keep: this.#keep },
    )
    return { token }
  }

  /** A token for the client itself. RFC 6749 §4.4. */
  clientCredentials({ scope = this.#scope, ...options }: TokenRequestOptions = {}): Promise<Token> {
    return this.exchange('client_credentials', { scope, ...options })
  }

  /** A token by any grant, such as token exchange: its parameters go into `params`. */
  exchange(grantType: string, { scope = [], resource, params = {} }: TokenRequestOptions = {}): Promise<Token> {
    return requestToken(
      this.#connection,
      { ...params, grant_type: grantType, scope: scopeParam(scope), resource },
      { scope, resource, keep: this.#keep },
    )
  }

  /**
   * The successor of a token. It keeps the refresh token unless the server sent a new one. Sessions do this by themselves.
   *
   * @throws AuthlibError `login_required` without a refresh token, `invalid_grant` when the server refuses it
   */
  async refresh(
    token: Token,
    { scope, resource = token.resource, params = {} }: TokenRequestOptions = {},
  ): Promise<Token> {
    const { refreshToken, idToken } = token
    if (refreshToken === undefined) throw loginRequired('there is no refresh token')
    return requestToken(
      this.#connection,
      { ...params, grant_type: 'refresh_token', refresh_token: refreshToken, scope: scopeParam(scope), resource },
      { scope: scope ?? token.scope, resource, refreshToken, idToken, keep: this.#keep },
    )
  }

  /**
   * Ends a token at the server; of a `Token` the refresh token if there is one, which ends both. RFC 7009.
   *
   * @throws AuthlibError `missing_endpoint`, `unsupported_token_type`
   */
  async revoke(token: Token | string, hint?: TokenTypeHint): Promise<void> {
    if (typeof token !== 'string') {
      const { refreshToken, accessToken } = token
      return this.revoke(refreshToken ?? accessToken, refreshToken === undefined ? 'access_token' : 'refresh_token')
    }
    await post(this.#connection, 'revocation_endpoint', { token, token_type_hint: hint })
  }

  /** What the server says about a token; of a `Token` its access token. RFC 7662. */
  async introspect(token: Token | string, hint: TokenTypeHint = 'access_token'): Promise<IntrospectionResponse> {
    const text = typeof token === 'string' ? token : token.accessToken
    const response = await post(this.#connection, 'introspection_endpoint', { token: text, token_type_hint: hint })
    const answer = readObject(response)
    if (typeof answer['active'] !== 'boolean') throw invalidResponse('active is not a boolean')
    return answer as IntrospectionResponse // sound: checked in the line above
  }

  /**
   * Calls to the API for an account: by its key in the token store, or with a token at hand.
   *
   * @throws AuthlibError `missing_token_store`
   */
  session(account: string | SessionOptions): Session {
    const { key, token, obtain } = typeof account === 'string' ? { key: account } : account
    if (key !== undefined && token !== undefined) throw new TypeError('A session has a key or a token, not both')
    const { clientId, clock, random, metadata, timeout = 10 } = this.#connection
    const keeper = tokenKeeper({
      ...(key === undefined ? ownTokens(token, random) : this.#keptTokens(key, obtain !== undefined)),
      read: async (stored) => readToken(stored, clientId, (await metadata()).issuer),
      refresh: (token) => this.refresh(token),
      obtain,
      clock,
      random,
      lease: 2 * timeout + 10, // a refresh, once more on a lost response, and saving it
    })
    return createSession(keeper, this.#transport)
  }

  #keptTokens(key: string, obtainable: boolean): Pick<TokenKeeperOptions, 'key' | 'store' | 'state'> {
    const store = this.#tokens ?? (obtainable ? this.#memory : undefined)
    if (store === undefined) {
      throw new AuthlibError('missing_token_store', 'There is no token store to find this account in', {
        hint: 'Give the registry or the client `tokens`, such as `storeTokens(store, { secrets })`.',
      })
    }
    return { key, store, state: this.#keeperState }
  }
}

/** What one session keeps for itself. */
function ownTokens(token: Token | undefined, random: Random): Pick<TokenKeeperOptions, 'key' | 'store' | 'state'> {
  const store = memoryTokens()
  if (token !== undefined) void store.save('', token) // in memory: done when it returns
  return { key: '', store, state: keeperState(random) }
}
