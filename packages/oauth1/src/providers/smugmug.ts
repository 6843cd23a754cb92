/** SmugMug. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const SMUGMUG: OAuth1Preset = {
  requestTokenUrl: 'https://api.smugmug.com/services/oauth/1.0a/getRequestToken',
  authorizationUrl: 'https://api.smugmug.com/services/oauth/1.0a/authorize',
  accessTokenUrl: 'https://api.smugmug.com/services/oauth/1.0a/getAccessToken',
  apiBaseUrl: 'https://api.smugmug.com/api/v2/',
}

/** Say what is asked for: `params: { Access: 'Full', Permissions: 'Read' }`. */
export function smugmug(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(SMUGMUG, options)
}

/** Who logged in, for `fetchProfile`. */
export const smugmugProfile: ProfileSource = {
  path: '/api/v2!authuser',
  claims: { sub: 'Response/User/NickName', name: 'Response/User/Name', preferred_username: 'Response/User/NickName' },
}
