/**
 * Logins without a code: the provider posts an ID Token through the browser, and no request to it is needed.
 *
 * @spec OpenID Connect Core 1.0 §3.2
 * @spec RFC 9207 §4
 */

import {
  AuthlibError,
  readQuery,
  type CallOptions,
  type LoginClient,
  type Params,
  type Provider,
  type StartedLogin,
} from '@authlib/core'
import { untilAborted } from '@authlib/core/kit'
import {
  readTokenResponse,
  validateCallback,
  type ClientContext,
  type ClientExtension,
  type ServerMetadata,
  type Token,
} from '@authlib/oauth2/client'
import type { IdTokenClaims, UserClaims } from '../claims.ts'
import { invalidIdToken, openIdToken, validateIdToken } from './id-token.ts'
import { TOKENS } from './insecure-front-channel-tokens.ts'
import type { OpenIDAuthorizationOptions, OpenIDLogin } from './login.ts'
import { OpenIDClient } from './openid-client.ts'
import type { OpenIDContext } from './openid-context.ts'
import { pickUserClaims } from './profile.ts'
import type { OpenIDSettings } from './settings.ts'

/** As for a client of codes, without what the token endpoint is needed for. */
export type IdTokenClientOptions = Omit<OpenIDSettings, 'responseType' | 'nonce' | 'userinfo' | 'clientAuth'>

/** What a login without a code gives. */
export interface IdTokenLoginResult {
  /** The text of the ID Token, decrypted: for `idTokenHint`, and for `logoutUrl`, which takes this result as its `token`. */
  readonly idToken: string
  /** Of the validated ID Token. The identity is `iss` and `sub` together. */
  readonly claims: IdTokenClaims
  /** What the ID Token says about the person. */
  readonly profile: UserClaims
  /** The parameters that the provider posted. */
  readonly callback: Params
  /** With `insecureFrontChannelTokens()` only. It cannot be refreshed. */
  readonly token?: Token | undefined
}

/**
 * A relying party that asks for `response_type=id_token`, as a form post. It learns who logged in, and gets no token for an API.
 *
 * @example
 * const client = new IdTokenClient({ issuer: 'https://idp.example', clientId: 'my-app' })
 * const { url, login } = await client.createAuthorization({ redirectUri })
 * const { claims } = await client.finishAuthorization(await readForm(request), login)
 */
export class IdTokenClient implements LoginClient<OpenIDAuthorizationOptions, OpenIDLogin, IdTokenLoginResult> {
  readonly clientId: string
  /** What features need of the provider, such as its keys. */
  readonly openid: OpenIDContext
  readonly #client: OpenIDClient
  readonly #options: IdTokenClientOptions

  /** @throws as the constructor of `OpenIDClient` */
  constructor({ extensions = [], ...options }: IdTokenClientOptions) {
    this.#options = options
    this.#client = new OpenIDClient({ ...options, extensions: [askForIdToken, ...extensions] })
    this.clientId = options.clientId
    this.openid = this.#client.openid
  }

  /** What features need of a client, such as `fetchUserinfo`. */
  get context(): ClientContext {
    return this.#client.context
  }

  /** What is known of the provider. @throws AuthlibError `invalid_metadata`, `issuer_mismatch`, `missing_metadata` */
  metadata(): Promise<ServerMetadata> {
    return this.#client.metadata()
  }

  /** Which login a callback belongs to. @throws AuthlibError `invalid_callback` when the answer did not reach the server */
  loginId(params: Params): Promise<string | undefined> {
    assertNotEmpty(params)
    return this.#client.loginId(params)
  }

  /**
   * Begins a login. Its cookie must be `SameSite=None`: the answer is a POST of another site.
   *
   * @throws AuthlibError `unsupported_response_type` when the metadata has no such answer; `reserved_parameter`
   */
  createAuthorization(options: OpenIDAuthorizationOptions): Promise<StartedLogin<OpenIDLogin>> {
    return this.#client.createAuthorization(options)
  }

  /**
   * Ends a login. `callback` are the parameters that the provider posted. Use each `login` once.
   *
   * @throws AuthlibError `invalid_id_token`, `invalid_callback`, `mismatching_state`, `issuer_mismatch`, and what the provider
   * answered, such as `access_denied`
   */
  finishAuthorization(
    callback: Params | string,
    login: OpenIDLogin,
    { signal }: CallOptions = {},
  ): Promise<IdTokenLoginResult> {
    return untilAborted(signal, this.#finish(callback, login))
  }

  async #finish(callback: Params | string, login: OpenIDLogin): Promise<IdTokenLoginResult> {
    const { context, openid, clientId } = this
    const { issuers } = this.#options
    const { issuer } = context
    if (typeof callback === 'string' && callback.includes('#')) throw inFragment()
    let params = typeof callback === 'string' ? readQuery({ url: callback }) : callback
    assertNotEmpty(params)
    for (const extension of context.extensions) params = (await extension.callback?.(params, login, context)) ?? params
    const metadata = await context.metadata()
    const named = params.has('id_token') && { authorization_response_iss_parameter_supported: false } // RFC 9207 §4: `iss` is in it
    await validateCallback(params, login, { clientId, issuer, issuers, metadata: { ...metadata, ...named } })
    if (params.repeated.length > 0) throw invalidCallback('a parameter came twice')
    if (params.has('code')) throw invalidCallback('it has a code, which was not asked for')
    const withToken = context.extensions.some(({ name }) => name === TOKENS)
    const given = params.get('id_token')
    if (given === undefined) throw invalidIdToken('the callback has none')
    const idToken = await openIdToken(openid, given)
    const accessToken = params.get('access_token')
    if (accessToken !== undefined && !withToken)
      throw invalidCallback('it has an access token, which was not asked for')
    const { nonce, maxAge, state } = login
    const claims = await validateIdToken(this, idToken, { nonce, maxAge, state, accessToken })
    if ((params.get('iss') ?? claims.iss) !== claims.iss) throw invalidIdToken('iss is not the one of the callback')
    if (withToken && claims.at_hash === undefined) throw invalidIdToken('there is no at_hash') // §3.2.2.9
    return {
      idToken,
      claims,
      profile: pickUserClaims(claims),
      callback: params,
      ...(withToken && { token: await readToken(params, idToken, login, context) }),
    }
  }
}

/**
 * The provider of logins without a code, for the registry. The application needs https: the cookie of such a login is
 * `SameSite=None`.
 *
 * @example
 * const oauth = new OAuth({ adapter, secrets }).register('example', idTokenLogin({ issuer, clientId }))
 */
export function idTokenLogin(options: IdTokenClientOptions): Provider<IdTokenClient> {
  return ({ name: _name, ...environment }) => new IdTokenClient({ ...environment, ...options })
}

/** Sets the response type in place of the client, before any other extension sees the request. */
const askForIdToken: ClientExtension = {
  name: 'id_token_response',
  async authorizing(draft, { responseMode = 'form_post' }, client) {
    if (responseMode !== 'form_post') throw new TypeError('An ID Token comes back as `form_post` only')
    const { response_modes_supported: modes, response_types_supported: types } = await client.metadata()
    assertListed(modes, 'form_post')
    const withToken = client.extensions.some(({ name }) => name === TOKENS)
    assertListed(types, withToken ? 'id_token token' : 'id_token')
    const { code_challenge: _challenge, code_challenge_method: _method, ...params } = draft.params // for codes only
    return { ...draft, params: { ...params, response_type: 'id_token', response_mode: 'form_post' }, formPost: true }
  },
}

/** What the metadata does not list is tried: many leave it out. The order of words means nothing (RFC 6749 §3.1.1). */
function assertListed(listed: unknown, wanted: string): void {
  const sorted = (words: string): string => words.split(' ').toSorted().join(' ')
  if (!Array.isArray(listed) || listed.some((value) => typeof value === 'string' && sorted(value) === sorted(wanted)))
    return
  throw new AuthlibError('unsupported_response_type', `The provider does not support \`${wanted}\``, {
    hint: 'Its metadata says so. Log in with a code: `oidc({ … })`.',
  })
}

function readToken(params: Params, idToken: string, { scope }: OpenIDLogin, context: ClientContext): Promise<Token> {
  const members = { ...Object.fromEntries(params), id_token: idToken, refresh_token: undefined } // RFC 6749 §4.2.2: none here
  const answer = { status: 200, headers: new Headers(), text: '', members }
  return readTokenResponse(context, answer, { scope, obtainedAt: context.clock() })
}

function assertNotEmpty(params: Params): void {
  for (const _ of params) return
  throw inFragment()
}

function inFragment(): AuthlibError {
  return new AuthlibError('invalid_callback', 'The callback has no parameters that a server can read', {
    status: 400,
    reason: 'an answer in the fragment of the URL does not reach a server',
    hint: 'The provider ignored `response_mode=form_post`. Allow it at the provider, or log in with a code.',
  })
}

function invalidCallback(reason: string): AuthlibError {
  return new AuthlibError('invalid_callback', 'The callback is not a valid answer', { status: 400, reason })
}
