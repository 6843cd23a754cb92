/** Flickr. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const FLICKR: OAuth1Preset = {
  requestTokenUrl: 'https://www.flickr.com/services/oauth/request_token',
  authorizationUrl: 'https://www.flickr.com/services/oauth/authorize',
  accessTokenUrl: 'https://www.flickr.com/services/oauth/access_token',
  apiBaseUrl: 'https://api.flickr.com/services/',
  resources: ['https://www.flickr.com', 'https://up.flickr.com'],
}

/** Say what is asked for: `params: { perms: 'read' }`, `write` or `delete`. */
export function flickr(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(FLICKR, options)
}

/** Who logged in, for `fetchProfile`. */
export const flickrProfile: ProfileSource = {
  path: 'rest?method=flickr.test.login&format=json&nojsoncallback=1',
  claims: { sub: 'user/id', preferred_username: 'user/username/_content' },
}
