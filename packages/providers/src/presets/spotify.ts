import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Spotify. */
export const spotifyPreset: OAuth2Preset = {
  name: 'spotify',
  title: 'Spotify',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://accounts.spotify.com/authorize',
    token_endpoint: 'https://accounts.spotify.com/api/token',
  },
  scope: ['user-read-email', 'user-read-private'],
  offline: 'always',
  api: { base: 'https://api.spotify.com/v1/' },
  userinfo: { url: 'me' },
  profile: {
    sub: 'id',
    name: ['display_name', 'id'],
    preferred_username: 'id',
    email: 'email',
    picture: 'images.0.url',
    profile: 'external_urls.spotify',
  },
}

/**
 * Log in with Spotify.
 *
 * - Spotify does not verify addresses, as its documentation says: never take an account over by one.
 * - `localhost` is refused as a redirect URI: write `http://127.0.0.1:3000/callback`.
 *
 * @see [Register an application](https://developer.spotify.com/dashboard)
 * @see [Documentation](https://developer.spotify.com/documentation/web-api/tutorials/code-flow)
 */
export const spotify = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(spotifyPreset, options)
