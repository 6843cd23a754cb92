import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Strava. */
export const stravaPreset: OAuth2Preset = {
  name: 'strava',
  title: 'Strava',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.strava.com/oauth/authorize',
    token_endpoint: 'https://www.strava.com/api/v3/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['read'],
  scopeSeparator: ',',
  offline: 'always',
  tokenResponse: { expires: { at: 'expires_at', as: 'date' } },
  api: { base: 'https://www.strava.com/api/v3/' },
  userinfo: { url: 'athlete' },
  profile: {
    sub: 'id',
    name: ['{firstname} {lastname}', 'firstname'],
    given_name: 'firstname',
    family_name: 'lastname',
    preferred_username: 'username',
    picture: 'profile',
  },
}

/**
 * Log in with Strava.
 *
 * - Refresh tokens rotate. Access tokens live for six hours.
 * - A person may untick scopes: `token.scope` has those of the callback only if you ask `result.callback.get('scope')`.
 * - There is no email address.
 *
 * @see [Register an application](https://www.strava.com/settings/api)
 * @see [Documentation](https://developers.strava.com/docs/authentication/)
 */
export const strava = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(stravaPreset, options)
