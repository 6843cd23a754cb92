/** A relying party: an OAuth 2 client that learns who logged in. */

import {
  AuthlibError,
  randomToken,
  systemClock,
  systemRandom,
  type LoginClient,
  type Params,
  type StartedLogin,
} from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import {
  decodeUnverifiedJwt,
  findJwsRow,
  importSecret,
  remoteKeySet,
  type KeySetLike,
  type VerificationKeys,
} from '@authlib/jose'
import {
  OAuth2Client,
  type AuthorizationOptions,
  type OAuth2ClientOptions,
  type OAuth2Login,
  type OAuth2LoginResult,
  type ServerMetadata,
  type Token,
  type TokenRequestOptions,
} from '@authlib/oauth2/client'
import type { IdTokenClaims, UserClaims } from '../claims.ts'
import { claimsOfScope, pickClaims, scopeClaims } from '../scopes.ts'
import { invalidIdToken, validateIdToken } from './id-token.ts'
import { requestUserinfo } from './userinfo.ts'

export interface OpenIDClientOptions extends OAuth2ClientOptions {
  /** The provider, exactly as its metadata and ID Tokens write it. */
  readonly issuer: string
  /** Asked for at each login; `openid` is added. Default: `openid` alone. */
  readonly scope?: readonly string[] | undefined
  /**
   * The `id_token_signed_response_alg` of the registration. HMAC algorithms are accepted only when named here. Default:
   * what the metadata lists, without HMAC; `RS256` when it lists nothing.
   */
  readonly idTokenAlg?: string | undefined
  /** The `userinfo_signed_response_alg` of the registration. Unsigned answers are refused then. Default: plain JSON. */
  readonly userinfoAlg?: string | undefined
  /** Asks the userinfo endpoint at the end of each login and adds its claims to `profile`. Default false. */
  readonly userinfo?: boolean | undefined
  /** Seconds by which the clocks may differ. Default 5. */
  readonly leeway?: number | undefined
}

/** OpenID Connect Core §3.1.2.1. */
export interface OpenIDAuthorizationOptions extends AuthorizationOptions {
  readonly prompt?: readonly ('none' | 'login' | 'consent' | 'select_account' | 'create')[] | undefined
  /** Seconds since the end-user must have authenticated at most; checked in the ID Token. */
  readonly maxAge?: number | undefined
  readonly loginHint?: string | undefined
  readonly idTokenHint?: string | undefined
  readonly acrValues?: readonly string[] | undefined
  readonly uiLocales?: readonly string[] | undefined
}

/** What the callback needs of its request. Secret. */
export type OpenIDLogin = OAuth2Login & { readonly nonce: string; readonly maxAge?: number | undefined }

/** What a finished login gives. */
export interface OpenIDLoginResult extends OAuth2LoginResult {
  /** Of the validated ID Token. The identity is `iss` and `sub` together. */
  readonly claims: IdTokenClaims
  /** What the ID Token, and the userinfo endpoint if it was asked, say about the person. */
  readonly profile: UserClaims
}

/** OpenID Connect RP-Initiated Logout §2. */
export interface LogoutOptions {
  /** The token of the login that ends: its ID Token tells the provider whose session it is. */
  readonly token?: Token | undefined
  /** Where the provider sends the browser afterwards, as registered there. */
  readonly postLogoutRedirectUri?: string | undefined
  readonly state?: string | undefined
  readonly logoutHint?: string | undefined
  readonly uiLocales?: readonly string[] | undefined
}

const USER_CLAIMS = claimsOfScope(Object.keys(scopeClaims))

/** Works with or without a registry, like `OAuth2Client`. */
export class OpenIDClient
  extends OAuth2Client
  implements LoginClient<OpenIDAuthorizationOptions, OpenIDLogin, OpenIDLoginResult>
{
  readonly #options: OpenIDClientOptions
  #keys: { readonly uri: string; readonly set: KeySetLike } | undefined

  constructor(options: OpenIDClientOptions) {
    super({ ...options, scope: withOpenid(options.scope) })
    this.#options = options
  }

  override async createAuthorization(options: OpenIDAuthorizationOptions): Promise<StartedLogin<OpenIDLogin>> {
    const { maxAge } = options
    const nonce = randomToken(this.#options.random ?? systemRandom)
    const started = await super.createAuthorization(
      { ...options, scope: withOpenid(options.scope ?? this.#options.scope) },
      {
        nonce,
        prompt: words(options.prompt),
        max_age: maxAge?.toString(),
        login_hint: options.loginHint,
        id_token_hint: options.idTokenHint,
        acr_values: words(options.acrValues),
        ui_locales: words(options.uiLocales),
      },
    )
    return { ...started, login: { ...started.login, nonce, maxAge } }
  }

  /** @throws AuthlibError `invalid_id_token`, besides what `OAuth2Client` throws */
  override async finishAuthorization(callback: Params | string, login: OpenIDLogin): Promise<OpenIDLoginResult> {
    const { token } = await super.finishAuthorization(callback, login)
    if (token.idToken === undefined) throw invalidIdToken('there is none')
    const { nonce, maxAge } = login
    const { accessToken } = token
    const claims = await this.#validate(token.idToken, { nonce, maxAge, accessToken })
    const userinfo = this.#options.userinfo === true ? await this.userinfo(token, claims.sub) : undefined
    return { token, claims, profile: { ...pickUserClaims(claims), ...userinfo } }
  }

  /** A refreshed ID Token must be of the same person at the same time of authentication. §12.2. */
  override async refresh(token: Token, options?: TokenRequestOptions): Promise<Token> {
    const fresh = await super.refresh(token, options)
    if (fresh.idToken === undefined || fresh.idToken === token.idToken) return fresh
    const claims = await this.#validate(fresh.idToken, { accessToken: fresh.accessToken })
    const before = token.idToken === undefined ? claims : decodeUnverifiedJwt(token.idToken).claims // validated at its time
    for (const name of ['sub', 'auth_time', 'nonce']) {
      const same = claims[name] === before[name] || (name !== 'sub' && claims[name] === undefined)
      if (!same) throw invalidIdToken(`${name} changed with the refresh`)
    }
    return fresh
  }

  /**
   * What the userinfo endpoint says about the person whom the ID Token names; `subject` when the token has none.
   *
   * @throws AuthlibError `missing_endpoint`, `invalid_token`, `invalid_userinfo`
   */
  async userinfo(token: Token, subject: string = subjectOf(token)): Promise<UserClaims> {
    const { issuer, clientId, userinfoAlg: alg, clock = systemClock, leeway = 5, timeout, fetch } = this.#options
    const { accessToken } = token
    const metadata = await this.metadata()
    const url = metadata.userinfo_endpoint
    if (url === undefined) throw new AuthlibError('missing_endpoint', 'The provider has no userinfo_endpoint')
    const signed = alg === undefined ? undefined : { alg, keys: await this.#keysFor(alg, metadata) }
    return requestUserinfo({ url, accessToken, subject, issuer, clientId, signed, clock, leeway, timeout, fetch })
  }

  /** Where to send the browser to log out at the provider too; null when the provider offers no logout. */
  async logoutUrl(options: LogoutOptions = {}): Promise<string | null> {
    const { end_session_endpoint: endpoint } = await this.metadata()
    if (endpoint === undefined) return null
    return addQuery(endpoint, {
      client_id: this.clientId,
      id_token_hint: options.token?.idToken,
      post_logout_redirect_uri: options.postLogoutRedirectUri,
      state: options.state,
      logout_hint: options.logoutHint,
      ui_locales: words(options.uiLocales),
    })
  }

  async #validate(
    idToken: string,
    expected: { readonly nonce?: string; readonly maxAge?: number | undefined; readonly accessToken: string },
  ): Promise<IdTokenClaims> {
    const { issuer, clientId, idTokenAlg, clock = systemClock, leeway = 5 } = this.#options
    const metadata = await this.metadata()
    const algorithms = idTokenAlg === undefined ? asymmetric(metadata) : [idTokenAlg]
    const keys = await this.#keysFor(idTokenAlg, metadata)
    return validateIdToken(idToken, { issuer, clientId, algorithms, keys, clock, leeway, ...expected })
  }

  /** The client secret for HMAC (§10.1), otherwise the keys of the provider. */
  async #keysFor(alg: string | undefined, { jwks_uri: uri }: ServerMetadata): Promise<VerificationKeys> {
    const { clientSecret = '', fetch, clock } = this.#options
    if (alg !== undefined && findJwsRow(alg)?.kty === 'oct') return importSecret(clientSecret, { alg })
    if (uri === undefined) throw new AuthlibError('missing_endpoint', 'The provider has no jwks_uri')
    if (this.#keys?.uri !== uri) {
      this.#keys = { uri, set: remoteKeySet(uri, { ...(fetch && { fetch }), ...(clock && { clock }) }) }
    }
    return this.#keys.set
  }
}

/** Algorithms whose keys the provider publishes. HMAC is left out: with it, whoever knows the secret can sign. */
function asymmetric({ id_token_signing_alg_values_supported: listed }: ServerMetadata): readonly string[] {
  const algorithms = (listed ?? ['RS256']).filter((alg) => (findJwsRow(alg)?.kty ?? 'oct') !== 'oct') // §2: the default
  if (algorithms.length > 0) return algorithms
  throw new AuthlibError('unsupported_algorithm', 'The provider signs ID Tokens in no way that is accepted', {
    hint: 'If the client is registered for an HMAC algorithm, name it as `idTokenAlg`.',
  })
}

function withOpenid(scope: readonly string[] = []): readonly string[] {
  return scope.includes('openid') ? scope : ['openid', ...scope]
}

function words(values: readonly string[] | undefined): string | undefined {
  return values === undefined || values.length === 0 ? undefined : values.join(' ')
}

function pickUserClaims(claims: IdTokenClaims): UserClaims {
  return { sub: claims.sub, ...pickClaims(claims, USER_CLAIMS) }
}

/** Validated when the token was obtained; here it is only read again. */
function subjectOf({ idToken }: Token): string {
  const subject = idToken === undefined ? undefined : decodeUnverifiedJwt(idToken).claims.sub
  if (subject === undefined) throw new TypeError('Without an ID Token, say whose userinfo is expected: `subject`')
  return subject
}
