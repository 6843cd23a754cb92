/** Trello. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

const TRELLO: OAuth1Preset = {
  requestTokenUrl: 'https://trello.com/1/OAuthGetRequestToken',
  authorizationUrl: 'https://trello.com/1/OAuthAuthorizeToken',
  accessTokenUrl: 'https://trello.com/1/OAuthGetAccessToken',
  apiBaseUrl: 'https://api.trello.com/1/',
}

/** Name the application and what it asks for: `params: { name: 'Boards', scope: 'read,write', expiration: 'never' }`. */
export function trello(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(TRELLO, options)
}

/** Who logged in, for `fetchProfile`. */
export const trelloProfile: ProfileSource = {
  path: 'members/me',
  claims: { sub: 'id', name: 'fullName', preferred_username: 'username', email: 'email' },
}
