import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Tiltify. */
export const tiltifyPreset: OAuth2Preset = {
  name: 'tiltify',
  title: 'Tiltify',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://v5api.tiltify.com/oauth/authorize',
    token_endpoint: 'https://v5api.tiltify.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['public'],
  offline: 'always',
  api: { base: 'https://v5api.tiltify.com/api/' },
  userinfo: { url: 'public/current-user', at: 'data' },
  profile: { sub: 'id', name: 'username', preferred_username: 'slug', email: 'email', picture: 'avatar.src' },
}

/**
 * Log in with Tiltify.
 *
 * @see [Register an application](https://app.tiltify.com/developers)
 * @see [Documentation](https://developers.tiltify.com/docs/oauth)
 */
export const tiltify = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(tiltifyPreset, options)
