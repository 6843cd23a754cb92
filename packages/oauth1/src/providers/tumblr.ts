/** Tumblr. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const TUMBLR: OAuth1Preset = {
  requestTokenUrl: 'https://www.tumblr.com/oauth/request_token',
  authorizationUrl: 'https://www.tumblr.com/oauth/authorize',
  accessTokenUrl: 'https://www.tumblr.com/oauth/access_token',
  apiBaseUrl: 'https://api.tumblr.com/v2/',
}

/** Tumblr has OAuth 2 too; its version 1.0a tokens do not expire. */
export function tumblr(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(TUMBLR, options)
}

/** Who logged in, for `fetchProfile`. Tumblr has no other id than the name, which its owner may change. */
export const tumblrProfile: ProfileSource = {
  path: 'user/info',
  claims: { sub: 'response/user/name', preferred_username: 'response/user/name' },
}
