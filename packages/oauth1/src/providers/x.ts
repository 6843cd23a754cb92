/** X (Twitter). OAuth 1.0a is what media uploads and version 1.1 of the API ask for. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const X: OAuth1Preset = {
  requestTokenUrl: 'https://api.x.com/oauth/request_token',
  authorizationUrl: 'https://api.x.com/oauth/authenticate',
  accessTokenUrl: 'https://api.x.com/oauth/access_token',
  apiBaseUrl: 'https://api.x.com/',
  resources: ['https://upload.x.com', 'https://api.twitter.com', 'https://upload.twitter.com'],
}

/** Ask for less by `requestParams: { x_auth_access_type: 'read' }`. The token has `user_id` and `screen_name` in `extra`. */
export function x(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(X, options)
}

/** Who logged in, for `fetchProfile`. The address needs a permission of the application. */
export const xProfile: ProfileSource = {
  path: '1.1/account/verify_credentials.json?include_email=true',
  claims: {
    sub: 'id_str',
    name: 'name',
    preferred_username: 'screen_name',
    email: 'email',
    picture: 'profile_image_url_https',
  },
}
