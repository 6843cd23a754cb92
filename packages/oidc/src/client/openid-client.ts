/** A relying party: an OAuth 2 client that learns who logged in. */

import type { StartedLogin } from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import { decodeUnverifiedJwt, type JwtPolicy, type VerifiedJwt } from '@authlib/jose'
import { OAuth2Client, type Finish, type Token } from '@authlib/oauth2/client'
import type { UserClaims } from '../claims.ts'
import type { OpenIDAuthorizationOptions, OpenIDLogin, OpenIDLoginResult } from './login.ts'
import { relyingParty, type ProviderPolicyOptions, type RelyingParty } from './relying-party.ts'
import type { OpenIDSettings } from './settings.ts'

export interface OpenIDClientOptions<Result extends object = OpenIDLoginResult> extends OpenIDSettings {
  /** Runs at the end of each login; what it returns is the result of the login. Default: the result as it is. */
  readonly finish?: Finish<OpenIDLoginResult, Result> | undefined
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

/**
 * Works with or without a registry, like `OAuth2Client`.
 *
 * @example
 * const client = new OpenIDClient({ issuer: 'https://idp.example', clientId, clientSecret })
 * const { url, login } = await client.createAuthorization({ redirectUri })
 */
export class OpenIDClient<
  Result extends object = OpenIDLoginResult,
  Options extends OpenIDAuthorizationOptions = OpenIDAuthorizationOptions,
> extends OAuth2Client<Result, Options> {
  readonly #relyingParty: RelyingParty

  constructor({ finish, extensions = [], ...settings }: OpenIDClientOptions<Result>) {
    const openid = relyingParty(settings)
    super({
      ...openid.settings,
      extensions: [openid.extension, ...extensions],
      async finish(result, context) {
        const login = await openid.finish(result, context)
        // sound: without `finish`, Result is what it defaults to
        return finish === undefined ? (login as OpenIDLoginResult & Result) : finish(login, context)
      },
    })
    this.#relyingParty = openid
  }

  /** @throws AuthlibError `reserved_parameter`, `missing_endpoint` */
  override async createAuthorization(options: Options): Promise<StartedLogin<OpenIDLogin>> {
    return (await super.createAuthorization(options)) as StartedLogin<OpenIDLogin> // sound: the extension above makes it
  }

  /**
   * What the userinfo endpoint says about the person whom the ID Token names; `subject` when the token has none.
   *
   * @throws AuthlibError `missing_endpoint`, `invalid_token`, `invalid_userinfo`
   */
  async userinfo(token: Token, subject: string = subjectOf(token)): Promise<UserClaims> {
    return this.#relyingParty.userinfo(this.context, token, subject)
  }

  /**
   * Verifies what else the provider signs, such as logout tokens: `policy` is a ready policy of `@authlib/jose`.
   *
   * @throws JoseError
   */
  verify(jwt: string, policy: (options: ProviderPolicyOptions) => JwtPolicy): Promise<VerifiedJwt> {
    return this.#relyingParty.verify(this.context, jwt, policy)
  }

  /** Where to send the browser to log out at the provider too; null when the provider offers no logout. */
  async logoutUrl({ token, state, ...options }: LogoutOptions = {}): Promise<string | null> {
    const { end_session_endpoint: endpoint } = await this.metadata()
    if (endpoint === undefined) return null
    return addQuery(endpoint, {
      client_id: this.clientId,
      id_token_hint: token?.idToken,
      post_logout_redirect_uri: options.postLogoutRedirectUri,
      state,
      logout_hint: options.logoutHint,
      ui_locales: options.uiLocales?.join(' '),
    })
  }
}

/** Validated when the token was obtained; here it is only read again. */
function subjectOf({ idToken }: Token): string {
  const subject = idToken === undefined ? undefined : decodeUnverifiedJwt(idToken).claims.sub
  if (subject === undefined) throw new TypeError('Without an ID Token, say whose userinfo is expected: `subject`')
  return subject
}
