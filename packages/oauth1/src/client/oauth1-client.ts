/**
 * An OAuth 1.0a client: logs people in and calls APIs with signed requests.
 *
 * @spec RFC 5849 §2
 */

import {
  AuthlibError,
  randomToken,
  readQuery,
  systemClock,
  systemRandom,
  type Clock,
  type JsonObject,
  type LoginClient,
  type LoginOptions,
  type Params,
  type Random,
  type StartedLogin,
  type TokenStore,
} from '@authlib/core'
import { addQuery, encodeForm, send, refuseUnknownOptions } from '@authlib/core/kit'
import type { KeyMaterial } from '@authlib/jose'
import { hmacSha1 } from '../hmac.ts'
import { signRequest, type Placement, type PlacementOptions } from '../sign.ts'
import type { SignatureMethod } from '../signature-method.ts'
import { readAnswer, requiredMember, type AnswerMembers } from './answer.ts'
import { callbackToken, readVerifier, type OAuth1Login } from './callback.ts'
import { invalidResponse, loginRequired, requestRefused, type ProviderAnswer } from './errors.ts'
import { createSession, type OAuth1Session } from './session.ts'
import { readToken, type OAuth1Token, type TokenCredentials } from './token.ts'

export interface OAuth1ClientOptions {
  /** The consumer key. */
  readonly clientId: string
  /** The consumer secret. Not needed with RSA. */
  readonly clientSecret?: string | undefined
  /** For an RSA method: PEM, DER, JWK, `CryptoKey` or `KeyObject`. */
  readonly privateKey?: KeyMaterial | undefined
  /** Default `hmacSha1`, which every provider understands. */
  readonly signatureMethod?: SignatureMethod | undefined
  /** Where temporary credentials are requested: "request token URL". RFC 5849 §2.1 */
  readonly requestTokenUrl?: string | undefined
  /** Where the person authorises. RFC 5849 §2.2 */
  readonly authorizationUrl?: string | undefined
  /** Where token credentials are requested: "access token URL". RFC 5849 §2.3 */
  readonly accessTokenUrl?: string | undefined
  /** Method of the two requests for credentials. Default `POST`. */
  readonly requestMethod?: 'GET' | 'POST' | undefined
  /** Further parameters of every request for temporary credentials, such as `scope`. */
  readonly requestParams?: Readonly<Record<string, string>> | undefined
  /** Further parameters of every authorization URL, such as `name` at Trello. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Where the API lives. Its origin is signed for; relative URLs of sessions start here. */
  readonly apiBaseUrl?: string | undefined
  /** Further origins that are signed for. */
  readonly resources?: readonly string[] | undefined
  /** Where the protocol parameters go. Default `header`. */
  readonly placement?: Placement | undefined
  /** Of the header. */
  readonly realm?: string | undefined
  /** Covers bodies that are no form by `oauth_body_hash`. Default false, because many providers do not know it. */
  readonly bodyHash?: boolean | undefined
  /** Headers of the requests for credentials, such as a `user-agent` of your own. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Accepts a provider that does not answer `oauth_callback_confirmed=true`. Default false. */
  readonly allowUnconfirmedCallback?: boolean | undefined
  /**
   * For providers that never got revision A: the callback goes with the authorization URL, and there is no verifier. Who
   * starts a login can then trick another person into finishing it. Default false.
   */
  readonly insecureWithoutVerifier?: boolean | undefined
  /** Where sessions find the token of an account. */
  readonly tokens?: TokenStore | undefined
  /** Seconds for one request to the provider. Default 10. */
  readonly timeout?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: typeof fetch | undefined
}

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

export interface PasswordTokenOptions {
  readonly username: string
  readonly password: string
  /** Further parameters of the form. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

export interface OAuth1SessionOptions {
  /** Key of the account in the token store. */
  readonly key?: string | undefined
  /** A token at hand. */
  readonly token?: OAuth1Token | TokenCredentials | undefined
}

const OPTIONS: Readonly<Record<keyof OAuth1ClientOptions, true>> = {
  clientId: true,
  clientSecret: true,
  privateKey: true,
  signatureMethod: true,
  requestTokenUrl: true,
  authorizationUrl: true,
  accessTokenUrl: true,
  requestMethod: true,
  requestParams: true,
  params: true,
  apiBaseUrl: true,
  resources: true,
  placement: true,
  realm: true,
  bodyHash: true,
  headers: true,
  allowUnconfirmedCallback: true,
  insecureWithoutVerifier: true,
  tokens: true,
  timeout: true,
  clock: true,
  random: true,
  fetch: true,
}

/** Works with or without a registry and a framework. Holds no state of its own. */
export class OAuth1Client implements LoginClient<OAuth1AuthorizationOptions, OAuth1Login, OAuth1LoginResult> {
  readonly clientId: string
  readonly #options: OAuth1ClientOptions
  readonly #clock: Clock
  readonly #random: Random

  /** @throws TypeError without a client id */
  constructor(options: OAuth1ClientOptions) {
    if (typeof options.clientId !== 'string' || options.clientId === '')
      throw new TypeError('A client needs a clientId')
    refuseUnknownOptions('The client', options, OPTIONS)
    this.clientId = options.clientId
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
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
    const response = await this.#send('requestTokenUrl', {
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
    return addQuery(this.#endpoint('authorizationUrl'), { ...this.#options.params, ...params, oauth_token: token })
  }

  /** Token credentials for temporary ones, with the verifier of the callback or the PIN that was typed. RFC 5849 §2.3 */
  requestTokenCredentials(login: OAuth1Login, verifier: string): Promise<OAuth1Token> {
    return this.#tokenCredentials(login, verifier.trim()) // people copy PINs with blanks
  }

  /** A token for a name and a password (xAuth), where a provider still allows it. Prefer a login. */
  async requestPasswordToken({ username, password, params }: PasswordTokenOptions): Promise<OAuth1Token> {
    const form = { ...params, x_auth_mode: 'client_auth', x_auth_username: username, x_auth_password: password }
    return this.#tokenOf(await this.#send('accessTokenUrl', { form }))
  }

  /**
   * A token from what another program has kept: `oauth_token` and `oauth_token_secret` as an object, or form-encoded.
   *
   * @throws AuthlibError `missing_token`
   */
  tokenFrom(values: string | Readonly<Record<string, string | undefined>>): OAuth1Token {
    const text = typeof values === 'string' ? values : encodeForm(values)
    const members = new Map(new URLSearchParams(text))
    if (!members.get('oauth_token') || !members.has('oauth_token_secret')) {
      throw new AuthlibError('missing_token', 'There is no token', {
        hint: 'A token is `oauth_token` and `oauth_token_secret`.',
      })
    }
    return this.#tokenOf({ status: 200, text })
  }

  /**
   * A URL with the signature in its query, for links, images and downloads. It can be used once, and for minutes.
   *
   * @throws AuthlibError `foreign_origin` for an origin that was not named
   */
  async signUrl(
    url: string | URL,
    {
      token,
      method = 'GET',
    }: {
      readonly token?: OAuth1Token | TokenCredentials | undefined
      readonly method?: string | undefined
    } = {},
  ): Promise<string> {
    const { apiBaseUrl, resources = [] } = this.#options
    const absolute = new URL(url, apiBaseUrl)
    const origins = [...(apiBaseUrl === undefined ? [] : [apiBaseUrl]), ...resources].map((one) => new URL(one).origin)
    if (!origins.includes(absolute.origin)) throw new AuthlibError('foreign_origin', 'No token may go to this URL')
    const options: PlacementOptions = { ...this.#signing(token), placement: 'query' }
    return (await signRequest({ url: absolute, method }, options)).url
  }

  /**
   * Headers that let another service ask the provider who the account is, without the token (OAuth Echo). `url` is the
   * resource that tells it.
   */
  async echoHeaders(
    url: string,
    token: OAuth1Token | TokenCredentials,
  ): Promise<{ readonly 'x-auth-service-provider': string; readonly 'x-verify-credentials-authorization': string }> {
    const { authorization = '' } = await signRequest({ url }, { ...this.#signing(token), placement: 'header' })
    return { 'x-auth-service-provider': url, 'x-verify-credentials-authorization': authorization }
  }

  /**
   * Calls to the API: for an account by its key in the token store, with a token at hand, or without either for the client
   * itself.
   *
   * @throws AuthlibError `missing_token_store`
   */
  session(account: string | OAuth1SessionOptions = {}): OAuth1Session {
    const { key, token } = typeof account === 'string' ? { key: account } : account
    if (key !== undefined && token !== undefined) throw new TypeError('A session has a key or a token, not both')
    const { apiBaseUrl, resources, fetch, bodyHash = false } = this.#options
    const kept = key === undefined ? ownToken(token) : this.#keptToken(key)
    const forClient = key === undefined && token === undefined
    return createSession({
      apiBaseUrl,
      resources,
      fetch,
      bodyHash,
      signing: async () => this.#signing(forClient ? undefined : await kept.token()),
      ...kept,
    })
  }

  #keptToken(key: string): Pick<OAuth1Session, 'token' | 'save' | 'forget'> {
    const { tokens } = this.#options
    if (tokens === undefined) {
      throw new AuthlibError('missing_token_store', 'There is no token store to find this account in', {
        hint: 'Give the registry or the client `tokens`, such as `storeTokens(store, { secrets })`.',
      })
    }
    return {
      token: async () => readToken(await tokens.get(key), this.clientId) ?? throwLoginRequired(),
      save: async (token) => {
        await tokens.save(key, token)
      },
      forget: async () => {
        await tokens.save(key, null)
      },
    }
  }

  async #tokenCredentials(login: OAuth1Login, verifier: string | undefined): Promise<OAuth1Token> {
    if (verifier === '') throw new AuthlibError('missing_verifier', 'There is no verifier', { status: 400 })
    const params = verifier === undefined ? {} : { oauth_verifier: verifier }
    return this.#tokenOf(await this.#send('accessTokenUrl', { params, token: login }))
  }

  #tokenOf(response: ProviderAnswer): OAuth1Token {
    const members = readAnswer(response)
    const obtainedAt = this.#clock()
    const lifetime = Number(members.get('oauth_expires_in') ?? Number.NaN)
    const extra = extraOf(members)
    return {
      version: 1,
      id: randomToken(this.#random, 16),
      clientId: this.clientId,
      accessToken: requiredMember(members, 'oauth_token', response),
      tokenSecret: requiredMember(members, 'oauth_token_secret', response, { allowEmpty: true }),
      obtainedAt,
      ...(lifetime > 0 && lifetime < 1e10 ? { expiresAt: obtainedAt + Math.floor(lifetime) } : {}),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    }
  }

  #signing(token?: OAuth1Token | TokenCredentials): PlacementOptions {
    const { clientSecret, privateKey, signatureMethod = hmacSha1, placement, realm } = this.#options
    return {
      clientId: this.clientId,
      clientSecret,
      privateKey,
      signatureMethod,
      placement,
      realm,
      token: token && { token: token.accessToken, tokenSecret: token.tokenSecret },
      clock: this.#clock,
      random: this.#random,
    }
  }

  async #send(
    endpoint: Endpoint,
    {
      form,
      ...signing
    }: Pick<PlacementOptions, 'params' | 'token' | 'realm'> & { form?: Record<string, string> | undefined },
  ): Promise<ProviderAnswer> {
    const { requestMethod: method = 'POST', headers = {}, timeout, fetch } = this.#options
    const text = encodeForm(form ?? {})
    const url = this.#endpoint(endpoint)
    const signed = await signRequest(
      method === 'GET' ? { method, url: text === '' ? url : addQuery(url, form ?? {}) } : { method, url, form: text },
      { ...this.#signing(), ...signing },
    )
    const response = await send(signed.url, {
      method,
      headers: {
        ...(signed.authorization !== undefined && { authorization: signed.authorization }),
        ...(signed.form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(signed.form && { body: signed.form }),
      maxBody: MAX_BODY,
      timeout,
      fetch,
    })
    if (response.status < 200 || response.status > 299) throw requestRefused(response)
    return response
  }

  #endpoint(name: Endpoint): string {
    const url = this.#options[name]
    if (url !== undefined) return url
    throw new AuthlibError('missing_endpoint', `The client has no ${name}`, { hint: `Pass \`${name}\` to the client.` })
  }
}

type Endpoint = 'requestTokenUrl' | 'authorizationUrl' | 'accessTokenUrl'

/** More than any credentials need. */
const MAX_BODY = 64 * 1024

const OWN_MEMBERS = ['oauth_token', 'oauth_token_secret', 'oauth_callback_confirmed', 'oauth_expires_in']

function extraOf(members: AnswerMembers): JsonObject {
  return Object.fromEntries([...members].filter(([name]) => !OWN_MEMBERS.includes(name)))
}

/** What one session keeps for itself. */
function ownToken(token: OAuth1Token | TokenCredentials | undefined): Pick<OAuth1Session, 'token' | 'save' | 'forget'> {
  let current = token
  return {
    token: async () => current ?? throwLoginRequired(),
    save: async (fresh) => {
      current = fresh
    },
    forget: async () => {
      current = undefined
    },
  }
}

function throwLoginRequired(): never {
  throw loginRequired()
}
