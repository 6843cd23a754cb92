/** Garmin Connect, for applications that have not moved to OAuth 2 yet. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const GARMIN: OAuth1Preset = {
  requestTokenUrl: 'https://connectapi.garmin.com/oauth-service/oauth/request_token',
  authorizationUrl: 'https://connect.garmin.com/oauthConfirm',
  accessTokenUrl: 'https://connectapi.garmin.com/oauth-service/oauth/access_token',
  apiBaseUrl: 'https://apis.garmin.com/',
  allowUnconfirmedCallback: true,
}

/** It does not confirm the callback, but answers with a verifier. */
export function garmin(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(GARMIN, options)
}

/** Who logged in, for `fetchProfile`. */
export const garminProfile: ProfileSource = {
  path: 'wellness-api/rest/user/id',
  claims: { sub: 'userId' },
}
