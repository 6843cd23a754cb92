/** Discogs. It refuses requests without a `user-agent` of their own. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const DISCOGS: OAuth1Preset = {
  requestTokenUrl: 'https://api.discogs.com/oauth/request_token',
  authorizationUrl: 'https://www.discogs.com/oauth/authorize',
  accessTokenUrl: 'https://api.discogs.com/oauth/access_token',
  apiBaseUrl: 'https://api.discogs.com/',
}

/** Set `headers: { 'user-agent': 'MyApplication/1.0 +https://app.example' }`, and the same on calls to the API. */
export function discogs(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(DISCOGS, options)
}

/** Who logged in, for `fetchProfile`. Pass the `user-agent` of the application in `headers`. */
export const discogsProfile: ProfileSource = {
  path: 'oauth/identity',
  claims: { sub: 'id', preferred_username: 'username' },
}
