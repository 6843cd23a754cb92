/** What a preset is: the facts about a provider, and the options of an application over them. */

import type { Provider } from '@authlib/core'
import { oauth1 } from '../client/oauth1.ts'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import type { OAuth1ClientOptions } from '../client/settings.ts'

/** Facts about a provider. */
export type OAuth1Preset = Omit<OAuth1ClientOptions, 'clientId' | 'clientSecret' | 'privateKey'>

/** What an application adds: its credentials, and whatever it wants otherwise. */
export type PresetOptions = OAuth1ClientOptions

/** A provider of a preset. What the application says wins; parameters of both are sent. */
export function fromPreset(preset: OAuth1Preset, options: PresetOptions): Provider<OAuth1Client> {
  return oauth1({
    ...preset,
    ...options,
    params: { ...preset.params, ...options.params },
    requestParams: { ...preset.requestParams, ...options.requestParams },
    resources: [...(preset.resources ?? []), ...(options.resources ?? [])],
  })
}

/** For providers that every customer runs on a host of their own. */
export interface HostOptions extends PresetOptions {
  /** Where it runs, such as `https://git.example` or `https://example.org/bitbucket`. */
  readonly url: string
}
