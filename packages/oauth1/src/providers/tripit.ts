/** TripIt. It never got revision A. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const TRIPIT: OAuth1Preset = {
  requestTokenUrl: 'https://api.tripit.com/oauth/request_token',
  authorizationUrl: 'https://www.tripit.com/oauth/authorize',
  accessTokenUrl: 'https://api.tripit.com/oauth/access_token',
  apiBaseUrl: 'https://api.tripit.com/v1/',
  insecureWithoutVerifier: true,
}

/** Logins are open to the attack that revision A mends: see `insecureWithoutVerifier`. */
export function tripit(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(TRIPIT, options)
}

/** Who logged in, for `fetchProfile`. */
export const tripitProfile: ProfileSource = {
  path: 'get/profile/format/json',
  claims: {
    sub: 'Profile/@attributes/ref',
    name: 'Profile/public_display_name',
    preferred_username: 'Profile/screen_name',
  },
}
