/**
 * What OpenID Connect adds to an OAuth 2 client, in three moments: the authentication request, the token response, and the
 * end of a login.
 *
 * @spec OpenID Connect Core 1.0 §3.1.2.1 §3.1.3.3 §12.2
 */

import { randomToken, type Params } from '@authlib/core'
import { decodeUnverifiedJwt } from '@authlib/jose'
import {
  withParams,
  type ClientContext,
  type ClientExtension,
  type FinishContext,
  type OAuth2ClientSettings,
  type OAuth2Login,
  type OAuth2LoginResult,
  type RequestSubject,
  type Token,
} from '@authlib/oauth2/client'
import type { IdTokenReader } from './hybrid.ts'
import { invalidIdToken, openIdToken, validateIdToken } from './id-token.ts'
import type { OpenIDAuthorizationOptions, OpenIDLogin, OpenIDLoginResult } from './login.ts'
import type { OpenIDContext } from './openid-context.ts'
import { pickUserClaims } from './profile.ts'
import { providerKeys } from './provider-keys.ts'
import type { OpenIDSettings } from './settings.ts'

/** The OpenID Connect side of a client. */
export interface RelyingParty {
  /** What is left for the OAuth 2 client. */
  readonly settings: OAuth2ClientSettings
  readonly extension: ClientExtension
  readonly finish: (result: OAuth2LoginResult, context: FinishContext) => Promise<OpenIDLoginResult>
  readonly openid: OpenIDContext
}

const reader: IdTokenReader = {
  open: openIdToken,
  validate: validateIdToken,
  decode: decodeUnverifiedJwt,
  invalid: invalidIdToken,
}

export function relyingParty({
  idTokenAlg,
  userinfoAlg,
  userinfo: findUserinfo,
  idTokenDecryption,
  userinfoDecryption,
  responseType = 'code',
  nonce: sendsNonce = true,
  trustedAudiences,
  leeway = 5,
  ...settings
}: OpenIDSettings): RelyingParty {
  const openid: OpenIDContext = {
    issuers: settings.issuers ?? settings.metadata?.issuer ?? settings.issuer,
    leeway,
    trustedAudiences,
    idTokenAlg,
    userinfoAlg,
    idTokenDecryption,
    userinfoDecryption,
    keys: providerKeys(settings.clientSecret),
  }
  const hybrid = responseType === 'code id_token'
  if (hybrid && !sendsNonce) throw new TypeError('An ID Token in the callback needs a nonce') // §3.3.2.11

  /** ID Tokens of logins are validated by `finish`, which knows the nonce; here are those of all other grants. */
  async function checkToken(token: Token, about: RequestSubject, context: ClientContext): Promise<Token> {
    const { login, token: before, keeping = false } = about
    if (token.idToken === undefined || token.idToken === before?.idToken) return token
    const client = { context, openid }
    if (before !== undefined) {
      const { checkRefreshed } = await import('./refreshed-id-token.ts')
      return checkRefreshed(token, before, keeping, client, reader)
    }
    const idToken = await openIdToken(openid, token.idToken)
    if (login === undefined)
      await validateIdToken(client, idToken, { accessToken: token.accessToken, maxTokenAge: DAY })
    return { ...token, idToken }
  }

  return {
    settings,
    extension: {
      name: 'openid',
      authorizationOptions: ['prompt', 'maxAge', 'loginHint', 'idTokenHint', 'acrValues', 'uiLocales'],
      authorizing(draft, options: OpenIDAuthorizationOptions, { random }) {
        const scope = withOpenid(draft.login.scope)
        const nonce = randomToken(random)
        const { maxAge, prompt, loginHint, idTokenHint, acrValues, uiLocales } = options
        const changed = withParams(
          draft,
          {
            scope: scope.join(' '),
            nonce: sendsNonce ? nonce : undefined,
            ...(hybrid && { response_type: responseType, response_mode: 'form_post' }), // a fragment reaches no server
            prompt: words('prompt', prompt),
            max_age: maxAge?.toString(),
            login_hint: loginHint,
            id_token_hint: idTokenHint,
            acr_values: words('acrValues', acrValues),
            ui_locales: words('uiLocales', uiLocales),
          },
          options,
        )
        const login: OpenIDLogin = { ...draft.login, scope, nonce, maxAge: seconds(changed.params['max_age']) }
        return { ...changed, login, formPost: changed.formPost || hybrid }
      },
      ...(hybrid && {
        async callback(params: Params, login: OAuth2Login, context: ClientContext) {
          const { checkCallback } = await import('./hybrid.ts')
          // sound: `authorizing` above made the login
          return checkCallback(params, login as OpenIDLogin, { context, openid }, reader)
        },
      }),
      token: (token, _answer, about, context) => checkToken(token, about, context),
    },

    async finish({ token, callback }, { login, client, signal }) {
      if (token.idToken === undefined) throw invalidIdToken('there is none')
      const { nonce, maxAge } = login as OpenIDLogin // sound: `authorizing` above made it; `validateCallback` checked the client
      const { accessToken } = token
      const provider = { context: client.context, openid }
      const expected = { nonce: sendsNonce ? nonce : null, maxAge, accessToken }
      const claims = await validateIdToken(provider, token.idToken, expected)
      if (hybrid) await (await import('./hybrid.ts')).comparePersons(callback, claims, provider, reader)
      const ofToken = pickUserClaims(claims)
      const userinfo = await findUserinfo?.(provider, token, claims.sub, { signal })
      if (userinfo === undefined) return { token, callback, claims, profile: ofToken }
      const { joinProfile } = await import('./joined-profile.ts')
      return { token, callback, claims, profile: joinProfile(ofToken, userinfo) }
    },

    openid,
  }
}

/** Oldest ID Token of a grant without a nonce, such as CIBA, in seconds. */
const DAY = 86_400

function withOpenid(scope: readonly string[]): readonly string[] {
  return scope.includes('openid') ? scope : ['openid', ...scope]
}

/** @throws TypeError for a string in place of the array */
function words(name: string, values: readonly string[] | undefined): string | undefined {
  if (values !== undefined && !Array.isArray(values)) throw new TypeError(`\`${name}\` must be an array of strings`)
  return values === undefined || values.length === 0 ? undefined : values.join(' ')
}

function seconds(value: string | readonly string[] | undefined): number | undefined {
  return typeof value === 'string' ? Number(value) : undefined
}
