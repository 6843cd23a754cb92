/** Plurk. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const PLURK: OAuth1Preset = {
  requestTokenUrl: 'https://www.plurk.com/OAuth/request_token',
  authorizationUrl: 'https://www.plurk.com/OAuth/authorize',
  accessTokenUrl: 'https://www.plurk.com/OAuth/access_token',
  apiBaseUrl: 'https://www.plurk.com/APP/',
}

/** A log-in with the permissions that the application is registered for. */
export function plurk(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(PLURK, options)
}

/** Who logged in, for `fetchProfile`. */
export const plurkProfile: ProfileSource = {
  path: 'Users/me',
  claims: { sub: 'id', name: 'display_name', preferred_username: 'nick_name' },
}
