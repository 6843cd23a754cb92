/** Makes the client of an OpenID Connect preset: a signed ID Token says who logged in. */

import type { Params, Provider } from '@authlib/core'
import { OpenIDClient, type OpenIDClientOptions, type OpenIDLoginResult } from '@authlib/oidc/client'
import { clientSettings, resolvePreset, type PresetCode, type PresetOptions } from './client-settings.ts'
import type { OpenIDPreset } from './preset.ts'
import { profileOf, readClaims, type RawProfile } from './profile.ts'

export interface OpenIDProviderOptions
  extends Omit<OpenIDClientOptions, 'issuer' | 'issuers' | 'finish'>, PresetOptions<OpenIDPreset> {}

/** What a login gives. */
export interface OpenIDProviderLoginResult extends OpenIDLoginResult {
  /** What the ID Token and the userinfo endpoint say, with the claims that the provider calls otherwise. */
  readonly raw: RawProfile
}

/** A provider of OpenID Connect, for the registry. */
export type OpenIDProvider = Provider<OpenIDClient<OpenIDProviderLoginResult>>

/** What the file of a provider adds to its table. */
export interface OpenIDPresetCode extends PresetCode {
  /** Claims that the table cannot make. */
  readonly claims?: ((raw: RawProfile, callback: Params) => Readonly<Record<string, unknown>>) | undefined
  /** `fetchUserinfo` where the ID Token says too little. */
  readonly userinfo?: OpenIDClientOptions['userinfo']
}

/**
 * The factory of any OpenID Connect preset, also of one of your own.
 *
 * @throws AuthlibError `invalid_variable`, from the registry
 */
export function openidProvider(
  given: OpenIDPreset,
  options: OpenIDProviderOptions,
  code: OpenIDPresetCode = {},
): OpenIDProvider {
  return ({ name: _name, ...environment }) => {
    const { preset: _, ...own } = options
    const preset = resolvePreset(given, options, code)
    const { issuer, issuers, idTokenAlg } = preset
    const settings = { idTokenAlg, userinfo: code.userinfo, ...environment, ...own, issuer, issuers }
    return new OpenIDClient<OpenIDProviderLoginResult>({
      ...clientSettings(preset, settings, code),
      finish(result) {
        const raw = { ...result.profile, ...result.claims }
        const claims = {
          ...result.profile,
          ...readClaims(preset.profile ?? {}, raw),
          ...code.claims?.(raw, result.callback),
        }
        return { ...result, profile: profileOf(claims), raw }
      },
    })
  }
}
