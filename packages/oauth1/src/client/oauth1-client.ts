/**
 * An OAuth 1.0a client: logs people in and calls APIs with signed requests.
 *
 * @spec RFC 5849 §2
 */

import {
  AuthlibError,
  readQuery,
  type JsonObject,
  type LoginClient,
  type LoginOptions,
  type Params,
  type StartedLogin,
} from '@authlib/core'
import { addQuery, assertOptions, assertSeconds, refuseUnknownOptions, type OptionType } from '@authlib/core/kit'
import { readAnswer, requiredMember } from './answer.ts'
import { callbackToken, readVerifier, type OAuth1Login } from './callback.ts'
import { createContext, endpointOf, extraOf, tokenOf, type OAuth1Context, type SigningClient } from './context.ts'
import { invalidResponse } from './errors.ts'
import type { OAuth1ClientOptions } from './settings.ts'
import type { OAuth1Token } from './token.ts'

export interface OAuth1AuthorizationOptions extends LoginOptions {
  /** Where the provider sends the browser back to; `oob` for a person who will type a PIN. */
  readonly redirectUri: string
  /** Further parameters of the authorization URL. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Further parameters of the request for temporary credentials. */
  readonly requestParams?: Readonly<Record<string, string>> | undefined
  /** Realms that are asked for. Default: the realm of the client. */
  readonly realm?: string | readonly string[] | undefined
}

/** What a finished login gives. */
export interface OAuth1LoginResult {
  readonly token: OAuth1Token
  /** The parameters of the callback, such as those that a provider adds. */
  readonly callback: Readonly<Record<string, string>>
}

/** Temporary credentials as the provider gave them. RFC 5849 §2.1 */
export interface TemporaryCredentials extends OAuth1Login {
  /** Further members of the answer. */
  readonly extra: JsonObject
}

const TYPES: Readonly<Record<keyof OAuth1ClientOptions, OptionType | null>> = {
  clientId: 'string',
  clientSecret: 'string?',
  privateKey: null,
  signatureMethod: 'object?',
  requestTokenUrl: 'string?',
  authorizationUrl: 'string?',
  accessTokenUrl: 'string?',
  requestMethod: 'string?',
  requestParams: 'object?',
  params: 'object?',
  apiBaseUrl: 'string?',
  resources: 'array?',
  placement: 'string?',
  realm: 'string?',
  bodyHash: 'boolean?',
  headers: 'object?',
  allowUnconfirmedCallback: 'boolean?',
  insecureWithoutVerifier: 'boolean?',
  tokens: 'object?',
  timeout: null,
  clock: 'function?',
  random: 'function?',
  fetch: 'function?',
}

const AUTHORIZATION_OPTIONS: Readonly<Record<keyof OAuth1AuthorizationOptions, true>> = {
  redirectUri: true,
  params: true,
  requestParams: true,
  realm: true,
}

/** Works with or without a registry and a framework. Holds no state of its own. */
export class OAuth1Client
  implements LoginClient<OAuth1AuthorizationOptions, OAuth1Login, OAuth1LoginResult>, SigningClient
{
  readonly clientId: string
  readonly #options: OAuth1ClientOptions
  readonly #context: OAuth1Context

  /** @throws TypeError without a client id */
  constructor(options: OAuth1ClientOptions) {
    if (typeof options.clientId !== 'string' || options.clientId === '')
      throw new TypeError('A client needs a clientId')
    assertOptions('the client', options, { ...TYPES, name: 'string?' }) // `register` spreads its environment, which has a name
    assertSeconds({ timeout: options.timeout })
    this.clientId = options.clientId
    this.#options = options
    this.#context = createContext(options)
  }

  /** What the functions beside a client need of it, such as `apiSession`. */
  get context(): OAuth1Context {
    return this.#context
  }

  /** The login that a callback belongs to. */
  loginId(params: Params): string | undefined {
    return callbackToken(params)
  }

  /**
   * Begins a login: send the browser to `url`, and keep `login` where only this browser brings it back.
   *
   * @throws AuthlibError `missing_endpoint`, `request_refused`, `invalid_response`, and those of `send`
   */
  async createAuthorization(options: OAuth1AuthorizationOptions): Promise<StartedLogin<OAuth1Login>> {
    refuseUnknownOptions('createAuthorization', options, AUTHORIZATION_OPTIONS)
    const { token, tokenSecret } = await this.requestTemporaryCredentials(options)
    const { insecureWithoutVerifier = false } = this.#options
    const callback = insecureWithoutVerifier ? { oauth_callback: options.redirectUri } : {}
    const url = this.authorizationUrl(token, { ...options.params, ...callback })
    return { url, id: token, login: { token, tokenSecret }, formPost: false }
  }

  /**
   * Ends a login. `callback` is the URL that the browser came back to, with or without its origin, or its parameters. Use
   * each `login` once.
   *
   * @throws AuthlibError `mismatching_state`, `access_denied`, `invalid_callback`, `missing_verifier`, `request_refused`,
   *   `invalid_response`
   */
  async finishAuthorization(callback: Params | string, login: OAuth1Login): Promise<OAuth1LoginResult> {
    const params = typeof callback === 'string' ? readQuery({ url: callback }) : callback
    const { insecureWithoutVerifier = false } = this.#options
    const verifier = readVerifier(params, login, { withoutVerifier: insecureWithoutVerifier })
    return { token: await this.#tokenCredentials(login, verifier), callback: Object.fromEntries(params) }
  }

  /** Temporary credentials, for programs that do the steps of a login themselves. RFC 5849 §2.1 */
  async requestTemporaryCredentials({
    redirectUri,
    requestParams,
    realm = this.#options.realm,
  }: Pick<OAuth1AuthorizationOptions, 'redirectUri' | 'requestParams' | 'realm'>): Promise<TemporaryCredentials> {
    const { allowUnconfirmedCallback = false, insecureWithoutVerifier = false } = this.#options
    const response = await this.#context.send('requestTokenUrl', {
      params: insecureWithoutVerifier ? {} : { oauth_callback: redirectUri },
      form: { ...this.#options.requestParams, ...requestParams },
      realm: typeof realm === 'string' ? realm : realm?.join(' '),
    })
    const members = readAnswer(response)
    const token = requiredMember(members, 'oauth_token', response)
    const tokenSecret = requiredMember(members, 'oauth_token_secret', response, { allowEmpty: true })
    const confirmed = members.get('oauth_callback_confirmed') === 'true'
    if (!confirmed && !allowUnconfirmedCallback && !insecureWithoutVerifier) {
      throw invalidResponse(response, 'oauth_callback_confirmed is not true') // §2.1: revision A, against session fixation
    }
    return { token, tokenSecret, extra: extraOf(members) }
  }

  /** Where to send the browser with temporary credentials. RFC 5849 §2.2 */
  authorizationUrl(token: string, params: Readonly<Record<string, string>> = {}): string {
    return addQuery(endpointOf(this.#options, 'authorizationUrl'), {
      ...this.#options.params,
      ...params,
      oauth_token: token,
    })
  }

  /** Token credentials for temporary ones, with the verifier of the callback or the PIN that was typed. RFC 5849 §2.3 */
  requestTokenCredentials(login: OAuth1Login, verifier: string): Promise<OAuth1Token> {
    return this.#tokenCredentials(login, verifier.trim()) // people copy PINs with blanks
  }

  async #tokenCredentials(login: OAuth1Login, verifier: string | undefined): Promise<OAuth1Token> {
    if (verifier === '') throw new AuthlibError('missing_verifier', 'There is no verifier', { status: 400 })
    const params = verifier === undefined ? {} : { oauth_verifier: verifier }
    return tokenOf(this.#context, await this.#context.send('accessTokenUrl', { params, token: login }))
  }
}
