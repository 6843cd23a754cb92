/** Makes the client of an OAuth 2 preset: after the token it asks the API who logged in. */

import type { Awaitable, Provider } from '@authlib/core'
import {
  OAuth2Client,
  type AuthorizationOptions,
  type OAuth2ClientSettings,
  type OAuth2LoginResult,
} from '@authlib/oauth2/client'
import type { UserClaims } from '@authlib/oidc'
import { clientSettings, resolvePreset, type PresetCode, type PresetOptions } from './client-settings.ts'
import type { OAuth2Preset } from './preset.ts'
import { profileOf, readClaims, requestProfile, type RawProfile } from './profile.ts'

export interface OAuth2ProviderOptions
  extends Omit<OAuth2ClientSettings, 'issuer' | 'issuers'>, PresetOptions<OAuth2Preset> {}

/** What a login gives. */
export interface ProviderLoginResult extends OAuth2LoginResult {
  /**
   * Who logged in, in the words of OpenID Connect. `sub` is the identity, together with the provider. `email_verified` is
   * absent unless the provider says it.
   */
  readonly profile: UserClaims
  /** The same as the provider says it. */
  readonly raw: RawProfile
}

/** A provider of OAuth 2, for the registry. */
export type OAuth2Provider<Options extends AuthorizationOptions = AuthorizationOptions> = Provider<
  OAuth2Client<ProviderLoginResult, Options>
>

/** What the file of a provider adds to its table. */
export interface OAuth2PresetCode extends PresetCode {
  /** Claims that the table cannot make. */
  readonly claims?: ((raw: RawProfile) => Awaitable<Readonly<Record<string, unknown>>>) | undefined
}

/**
 * The factory of any OAuth 2 preset, also of one of your own.
 *
 * @throws AuthlibError `invalid_variable`, from the registry
 * @example
 * oauth.register('internal', oauth2Provider({ ...preset, name: 'internal' }, { clientId, clientSecret }))
 */
export function oauth2Provider<Options extends AuthorizationOptions = AuthorizationOptions>(
  given: OAuth2Preset,
  options: OAuth2ProviderOptions,
  code: OAuth2PresetCode = {},
): OAuth2Provider<Options> {
  return ({ name: _name, ...environment }) => {
    const { preset: _, ...own } = options
    const preset = resolvePreset(given, options, code)
    const settings = clientSettings<OAuth2ClientSettings>(preset, { ...environment, ...own }, code)
    const client = new OAuth2Client<ProviderLoginResult, Options>({
      ...settings,
      ...(preset.issuer !== undefined && { metadata: { issuer: preset.issuer, ...settings.metadata } }),
      async finish(result) {
        const { token } = result
        const raw = await requestProfile(preset, token, client.context)
        const claims = { ...readClaims(preset.profile, { ...raw, token: token.extra }), ...(await code.claims?.(raw)) }
        return { ...result, profile: profileOf(claims), raw }
      },
    })
    return client
  }
}
